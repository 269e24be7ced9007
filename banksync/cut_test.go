package banksync_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/banksync/statement"
	"prolong/billing"
)

// swiftFile words a day of the bank as MT940, which has no bank reference and no mark at the end of
// an entry: a cut shows only by what is missing after it.
func swiftFile(day prolong.Date, credits ...credit) string {
	var b strings.Builder
	d := day.Time().Format("060102")
	var sum int64
	money := func(minor int64) string { return fmt.Sprintf("%d,%02d", minor/100, minor%100) }
	fmt.Fprintf(&b, ":20:R\r\n:25:%s\r\n:28C:1\r\n:60F:C%sRUB0,00\r\n", ownAccount, d)
	for _, c := range credits {
		sum += c.minor
		fmt.Fprintf(&b, ":61:%s%sC%sNTRF%s\r\n:86:%s\r\n", d, d[2:], money(c.minor), c.no, strings.ReplaceAll(c.purpose, " за ", "\r\nза "))
	}
	fmt.Fprintf(&b, ":62F:C%sRUB%s\r\n-\r\n", d, money(sum))
	return b.String()
}

func (h *house) bankMayRefuse(t testing.TB, file string) {
	t.Helper()
	_, err := h.banksync.Import(context.Background(), prolong.System("test"), "command", "test.txt", strings.NewReader(file))
	if err != nil {
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), "%v", err)
	}
}

// stored lists what is stored of a day, the same lines twice if they are there twice.
func (h *house) stored(t testing.TB, day prolong.Date) []string {
	t.Helper()
	rows, err := h.db.Pool.Query(context.Background(), `SELECT l.key || ' ' || l.doc_no || ' ' || l.amount_minor || ' ' || l.purpose || ' ' || l.cut || ' ' || coalesce(p.state, 'none')
		FROM bank_lines l LEFT JOIN payments p ON p.channel = 'bank' AND p.channel_ref = l.id WHERE l.posted_on = $1`, day)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	slices.Sort(list)
	return list
}

// TestACutFileAndTheWholeFileGiveTheWhole cuts a statement at many places and imports the piece, a
// longer piece and the whole, in every order: the lines are those of the whole alone. One of
// the entries has a twin of the same money and text, one a neighbour that begins alike.
func TestACutFileAndTheWholeFileGiveTheWhole(t *testing.T) {
	t.Parallel()
	stranger := func(no, purpose string) credit {
		return credit{no: no, name: "ООО Чужой", taxID: "7713699602", purpose: purpose, minor: 123450}
	}
	credits := []credit{
		stranger("7", "За столы по накладной 15"), stranger("7", "За столы по накладной 15"), stranger("7", "За столы по накладной 15 за март"),
		stranger("8", "За стулья"), stranger("8", "За стулья и кресла"),
	}
	orders := [][]int{{0, 2}, {2, 0}, {0, 1, 2}, {1, 0, 2}, {0, 0, 2, 1}} // 0 a piece, 1 a longer piece, 2 the whole
	for name, file := range map[string]func(prolong.Date, ...credit) string{"1C": statementFile, "MT940": swiftFile} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			first := prolong.MustDate("2025-01-01")
			h.bank(t, file(first, credits...))
			require.Equal(t, told(t, file(first, credits...)), h.stored(t, first))
			const cuts = 40
			for i := range cuts {
				day := first.AddDays(i + 1)
				whole := file(day, credits...)
				alone := told(t, whole)
				size := len(whole) * (i + 1) / (cuts + 1)
				pieces := []string{whole[:size], whole[:size+(len(whole)-size)/3], whole}
				for _, piece := range orders[i%len(orders)] {
					h.bankMayRefuse(t, pieces[piece])
				}
				require.Equal(t, alone, h.stored(t, day), "cut at %d of %d, order %v: %q", size, len(whole), orders[i%len(orders)], whole[:size])
			}
			h.sound(t)
		})
	}
}

// told lists what a file tells, as stored does.
func told(t *testing.T, file string) []string {
	t.Helper()
	statements, err := statement.Parse(strings.NewReader(file), statement.Options{})
	require.NoError(t, err)
	var out []string
	for _, st := range statements {
		for _, e := range st.Entries {
			out = append(out, fmt.Sprintf("%s %s %d %s  review", e.Key, e.DocNo, e.Amount.Minor(), e.Purpose))
		}
	}
	slices.Sort(out)
	return out
}

// TestACutPaymentWaitsForItsTextAndIsDecidedByIt: a payment whose text the end of a file has cut
// could name another invoice or another client in what is missing, so it waits, with what it
// would have been posted to first among its candidates; the whole text decides it without a person.
func TestACutPaymentWaitsForItsTextAndIsDecidedByIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	day := prolong.MustDate("2026-03-02")
	whole := swiftFile(day, exact(0, open[0]), exact(1, open[1]))
	cut := whole[:strings.Index(whole, ":62F:")-len(" от 01.03.2026\r\n")]

	report := h.bank(t, cut)
	require.Equal(t, []int{2, 1, 1}, []int{report.New, report.Matched, report.Review})
	waiting := h.inReview(t)
	require.Equal(t, match.ReasonCut, waiting.Decision.Reason)
	require.Equal(t, int64(h.account(t, open[1].externalID).ID), waiting.Decision.Candidates[0].AccountID)
	h.sound(t)
	require.NoError(t, h.banksync.ParkPayment(ctx, accountant, waiting.ID, day.AddDays(3), "подождём выписку"))

	report = h.bank(t, whole)
	require.Equal(t, []int{0, 1, 1}, []int{report.New, report.Completed, report.Paid})
	received, err := h.banksync.FindReceivedByID(ctx, waiting.ID)
	require.NoError(t, err)
	require.Equal(t, billing.PaymentMatched, received.State)
	require.Contains(t, received.Purpose, "от 01.03.2026")
	h.sound(t)
	report = h.bank(t, whole)
	require.Equal(t, []int{0, 0}, []int{report.New, report.Completed})
	h.bank(t, cut)
	require.Len(t, h.stored(t, day), 2, "the cut file once more")
}

// TestWhatAPersonDecidedAboutACutPaymentStays: the text and the identity are completed, the decision
// is his.
func TestWhatAPersonDecidedAboutACutPaymentStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	day := prolong.MustDate("2026-03-02")
	whole := swiftFile(day, exact(1, open[1]))
	h.bank(t, whole[:strings.Index(whole, open[1].number)+3])
	waiting := h.inReview(t)
	other := h.account(t, open[0].externalID)
	require.NoError(t, h.banksync.Assign(ctx, accountant, waiting.ID, []banksync.Share{{AccountID: other.ID}}, "так сказал клиент"))

	report := h.bank(t, whole)
	require.Equal(t, []int{0, 1, 0}, []int{report.New, report.Completed, report.Paid})
	received, err := h.banksync.FindReceivedByID(ctx, waiting.ID)
	require.NoError(t, err)
	require.Equal(t, other.ID, received.AccountID)
	require.Contains(t, received.Purpose, open[1].number)
	require.True(t, received.Manual())
	h.sound(t)

	// So does what he took back.
	_, err = h.banksync.Undo(ctx, accountant, waiting.ID, "ошибка")
	require.NoError(t, err)
	h.bank(t, whole)
	require.Equal(t, waiting.ID, h.inReview(t).ID)
	h.sound(t)
}

// TestTwoReplicasImportPiecesOfOneFile gives two servers pieces of one statement at the same time.
func TestTwoReplicasImportPiecesOfOneFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	open := h.accounts(t, 12)
	replicas := []*house{h, wire(t, h.db, h.clock)}
	var credits []credit
	for i, o := range open {
		credits = append(credits, exact(i, o))
	}
	credits = append(credits, exact(0, open[0]))
	day := prolong.MustDate("2026-03-02")
	whole := swiftFile(day, credits...)
	var wg sync.WaitGroup
	var failures [2]error
	for r, replica := range replicas {
		wg.Go(func() {
			for i := range 12 {
				size := len(whole) * ((i*7+r*5)%12 + 1) / 12
				_, err := replica.banksync.Import(context.Background(), prolong.System("test"), "command", "part.txt", strings.NewReader(whole[:size]))
				if prolong.CodeOf(err) != prolong.CodeInvalid {
					failures[r] = errors.Join(failures[r], err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(failures[:]...))
	require.Len(t, h.stored(t, day), len(credits))
	var paid, cut int
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM invoices WHERE status = 'paid'), (SELECT count(*) FROM bank_lines WHERE cut <> '')`).Scan(&paid, &cut))
	require.Equal(t, []int{len(open), 0}, []int{paid, cut}, "the second payment of the first is left over")
	h.sound(t)
}
