package banksync_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// TestTheKeptSnapshotIsTheOneThatWouldBeRead does at random what changes clients, invoices,
// plans and aliases, from here and from a second server, and after every step compares the
// snapshot that is kept in memory with one read anew.
func TestTheKeptSnapshotIsTheOneThatWouldBeRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := wire(t, h.db, h.clock)
	ctx := context.Background()
	h.accounts(t, 12)
	seller := h.account(t, "c0000").SellerID
	r := rand.New(rand.NewPCG(7, 11))
	id := func(query string) (id int64) {
		require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT coalesce((`+query+` ORDER BY random() LIMIT 1), 0)`).Scan(&id))
		return id
	}
	exec := func(query string, args ...any) {
		_, err := h.db.Pool.Exec(ctx, query, args...)
		require.NoError(t, err)
	}
	accounts := 12
	day := prolong.MustDate("2026-03-02")
	steps := map[string]func(){
		"a payment here":      func() { h.pay(t, h, day, r) },
		"a payment elsewhere": func() { h.pay(t, other, day, r) },
		"invoices":            func() { h.clock.Advance(26 * 24 * time.Hour); day = day.AddDays(26); h.issue(t) },
		"an account":          func() { h.accountFrom(t, accounts); accounts++ },
		"a new name": func() {
			exec(`UPDATE accounts SET name = name || 'ъ', tax_id = '' WHERE id = $1`, id(`SELECT id FROM accounts`))
		},
		"a new code": func() {
			exec(`UPDATE accounts SET payment_code = $2 WHERE id = $1`, id(`SELECT id FROM accounts`), string(prolong.RandomPaymentCode(r, prolong.PaymentCodeDigits)))
		},
		"an untouched account": func() { exec(`UPDATE accounts SET phone = '+79990000000'`) },
		"a price": func() {
			exec(`UPDATE subscriptions SET price_minor = $2 WHERE id = $1`, id(`SELECT id FROM subscriptions`), r.Int64N(9)*100+100)
		},
		"the end of a plan": func() {
			exec(`UPDATE subscriptions SET ended_on = '2026-03-01', renew_on = NULL, dunning_on = NULL WHERE id = $1`, id(`SELECT id FROM subscriptions`))
		},
		"the name of a plan": func() { exec(`UPDATE plans SET name = $1`, fmt.Sprintf("Тариф %c", 'А'+r.Int32N(20))) },
		"a void invoice":     func() { h.voidOne(t, invoices.InvoiceID(id(`SELECT id FROM invoices WHERE status <> 'void'`))) },
		"an undone payment": func() {
			h.undoOne(t, billing.PaymentID(id(`SELECT id FROM payments WHERE state = 'matched' AND channel = 'bank'`)))
		},
		"an alias": func() {
			exec(`INSERT INTO payer_aliases (account_id, kind, value, state, confirmations, confirmed_by, decision_id, first_seen, last_seen)
				SELECT $1, 'tax_id', $2, 'candidate', 1, 'staff:7', (SELECT min(id) FROM match_decisions), now(), now() WHERE EXISTS (SELECT 1 FROM match_decisions) ON CONFLICT DO NOTHING`,
				id(`SELECT id FROM accounts`), fmt.Sprint(r.Int32N(4)))
			exec(`UPDATE payer_aliases SET state = 'active' WHERE id = $1`, id(`SELECT id FROM payer_aliases`))
		},
		"an invoice with a number of its own": func() {
			exec(`UPDATE invoices SET number = 'СТ-' || id, due_on = due_on + 1 WHERE id = $1`, id(`SELECT id FROM invoices WHERE status = 'open'`))
		},
		"a transaction that stays open": func() {
			tx, err := h.db.Pool.Begin(ctx)
			require.NoError(t, err)
			_, err = tx.Exec(ctx, `UPDATE accounts SET bank_account = $2 WHERE id = $1`, id(`SELECT id FROM accounts`), fmt.Sprintf("4070281000000000%04d", r.Int32N(10000)))
			require.NoError(t, err)
			exec(`UPDATE plans SET name = name || 'я'`) // a later one ends before it
			_, _, err = h.banksync.Digests(ctx, seller, day)
			require.NoError(t, err)
			require.NoError(t, tx.Commit(ctx))
		},
	}
	names := make([]string, 0, len(steps))
	for name := range steps {
		names = append(names, name)
	}
	for i := range 60 {
		name := names[(i*7+int(r.Int32N(3)))%len(names)]
		steps[name]()
		kept, anew, err := h.banksync.Digests(ctx, seller, day)
		require.NoError(t, err)
		require.Equal(t, anew, kept, "step %d: %s", i, name)
	}
}

// pay imports at a server what two open invoices owe, one of them with a kopeck too little.
func (h *house) pay(t *testing.T, at *house, day prolong.Date, r *rand.Rand) {
	t.Helper()
	var credits []credit
	open := h.open(t)
	r.Shuffle(len(open), func(i, k int) { open[i], open[k] = open[k], open[i] })
	for i, o := range open[:min(2, len(open))] {
		c := exact(r.IntN(1_000_000), o)
		c.minor -= int64(i)
		credits = append(credits, c)
	}
	if len(credits) > 0 {
		at.bank(t, statementFile(day, credits...))
	}
}

func (h *house) issue(t *testing.T) {
	t.Helper()
	_, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
}

func (h *house) accountFrom(t *testing.T, i int) {
	t.Helper()
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(fmt.Sprintf("external_id,name,legal_form,country,tax_id,email,plan,currency,paid_through\nc%04d,«Пример %d»,ООО,RU,%s,c%d@example.test,standard,RUB,2026-03-20\n", i, i, inn(i), i)))
	require.NoError(t, err)
	_, err = h.billing.ImportAccounts(context.Background(), prolong.System("test"), rows, bad, "main", true)
	require.NoError(t, err)
}

func (h *house) voidOne(t *testing.T, id invoices.InvoiceID) {
	t.Helper()
	if id != 0 {
		_, err := h.invoices.Void(context.Background(), accountant, id, "test")
		require.NoError(t, err)
	}
}

func (h *house) undoOne(t *testing.T, id billing.PaymentID) {
	t.Helper()
	if id != 0 {
		_, err := h.banksync.Undo(context.Background(), accountant, id, "test")
		require.NoError(t, err)
	}
}

func TestAFailedImportForgetsWhatItToldTheSnapshot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 3)
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), exact(0, open[0])))
	_, err := h.db.Pool.Exec(ctx, `ALTER TABLE match_decisions ADD CONSTRAINT nothing_more CHECK (id < 2)`)
	require.NoError(t, err)
	_, err = h.banksync.Import(ctx, prolong.System("test"), "command", "b.txt", strings.NewReader(statementFile(prolong.MustDate("2026-03-02"), exact(1, open[1]))))
	require.Error(t, err, "the decision cannot be stored")
	_, err = h.db.Pool.Exec(ctx, `ALTER TABLE match_decisions DROP CONSTRAINT nothing_more`)
	require.NoError(t, err)
	report := h.bank(t, statementFile(prolong.MustDate("2026-03-02"), exact(1, open[1])))
	require.Equal(t, 1, report.Paid, "the invoice is open: the failed import has paid nothing")
	h.sound(t)
}

// A number that an account had under a former payment code still leads to it: payers copy last
// month's order.
func TestANumberOfAFormerCodeIsRemembered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	day := prolong.MustDate("2026-03-02")
	require.Equal(t, 1, h.bank(t, statementFile(day, exact(0, open[0]))).Paid)
	_, err := h.db.Pool.Exec(ctx, `UPDATE accounts SET payment_code = $2 WHERE external_id = $1`, open[0].externalID, string(prolong.RandomPaymentCode(rand.New(rand.NewPCG(1, 2)), prolong.PaymentCodeDigits)))
	require.NoError(t, err)
	seller := h.account(t, open[0].externalID).SellerID
	kept, anew, err := h.banksync.Digests(ctx, seller, day)
	require.NoError(t, err)
	require.Equal(t, anew, kept)
	h.bank(t, statementFile(day, credit{no: "8", name: "ООО Плательщик", taxID: "7713699602", purpose: "Оплата по счету № " + open[0].number, minor: 123400}))
	waiting := h.inReview(t)
	require.Equal(t, int64(h.account(t, open[0].externalID).ID), waiting.Decision.Candidates[0].AccountID)
}
