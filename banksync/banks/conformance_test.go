package banks_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/banks"
	"prolong/banksync/banks/banktest"
	"prolong/banksync/statement"
)

// house is one adapter on its simulator, with a clock that only moves when somebody sleeps.
type house struct {
	*banktest.Simulator
	t      *testing.T
	kind   string
	clock  *prolong.ManualClock
	log    bytes.Buffer
	source banks.Source
	errors []error
	// lines is what a receiver has: the latest state of every key.
	lines map[string]statement.Entry
	// booked counts how often a key became booked.
	booked map[string]int
}

func newHouse(t *testing.T, kind string) *house {
	t.Helper()
	zone, currency, number, bic := "Europe/Moscow", prolong.RUB, "40702810938000000001", "044525104"
	if kind == "privatbank" || kind == "monobank" {
		zone, currency, number, bic = "Europe/Kyiv", prolong.UAH, "UA713052990000026001234567890", "305299"
	}
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	h := &house{t: t, kind: kind, clock: prolong.NewManualClock(time.Date(2026, 11, 18, 9, 0, 0, 0, loc)), lines: map[string]statement.Entry{}, booked: map[string]int{}}
	h.Simulator = banktest.New(t, kind, &banktest.Ledger{Number: number, BIC: bic, Currency: currency, Clock: h.clock, Zone: loc})
	h.open()
	return h
}

// open makes the adapter anew, as a restart does.
func (h *house) open() {
	h.t.Helper()
	source, err := banks.Open(h.kind, h.Settings(), banks.Config{
		Clock: h.clock, Logger: slog.New(slog.NewTextHandler(&h.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Secrets: h.Secrets(), Transport: h.Simulator,
		Sleep: func(ctx context.Context, d time.Duration) error {
			h.clock.Advance(d)
			return ctx.Err()
		},
	})
	require.NoError(h.t, err)
	h.source = source
}

func (h *house) today() prolong.Date { return prolong.DateOf(h.clock.Now(), h.Ledger.Zone) }

// fetch asks for the last days and takes what comes as a receiver does: nothing of an answer
// that failed.
func (h *house) fetch(days int) error {
	h.t.Helper()
	account := banks.Account{Number: h.Ledger.Number, BIC: h.Ledger.BIC, Currency: h.Ledger.Currency}
	got, err := h.source.Fetch(context.Background(), account, h.today().AddDays(-days), h.today())
	if err != nil {
		h.errors = append(h.errors, err)
		return err
	}
	for i := range got.Statements {
		st := &got.Statements[i]
		require.Equal(h.t, h.Ledger.Number, st.Account)
		require.Equal(h.t, h.Ledger.Currency, st.Currency)
		inAnswer := map[string]bool{}
		for _, e := range st.Entries {
			require.NotEmpty(h.t, e.BankID, "every row has the bank's id")
			require.NotEmpty(h.t, e.Raw)
			require.False(h.t, inAnswer[e.Key], "key %s stands twice in one answer", e.Key)
			inAnswer[e.Key] = true
			old, known := h.lines[e.Key]
			if e.Status == statement.Booked && (!known || old.Status != statement.Booked) {
				h.booked[e.Key]++
			}
			h.lines[e.Key] = e
		}
	}
	return nil
}

// wait fetches until it works; each failure lets a quarter of an hour pass.
func (h *house) wait(days int) {
	h.t.Helper()
	for range 200 {
		if h.fetch(days) == nil {
			return
		}
		h.clock.Advance(15 * time.Minute)
	}
	h.t.Fatalf("the bank never answered: %v", h.errors[len(h.errors)-1])
}

// agree requires that what was received is what the bank has booked, each line once.
func (h *house) agree() {
	h.t.Helper()
	want, got := map[string]int{}, map[string]int{}
	for _, line := range h.Ledger.Lines() {
		if line.State == banktest.Booked {
			want[fmt.Sprintf("%v %d %s", line.Debit, line.Minor, line.Purpose)]++
		}
	}
	for key, e := range h.lines {
		if e.Status == statement.Booked {
			got[fmt.Sprintf("%v %d %s", e.Direction == statement.Debit, e.Amount.Minor(), e.Purpose)]++
			require.Equal(h.t, 1, h.booked[key], "key %s was booked more than once", key)
		}
	}
	require.Equal(h.t, want, got)
}

// silent requires that no key was ever said aloud.
func (h *house) silent() {
	h.t.Helper()
	said := h.log.String() + strings.Join(h.Addresses(), "\n")
	for _, err := range h.errors {
		said += "\n" + err.Error()
	}
	for _, secret := range h.SecretTexts() {
		require.NotContains(h.t, said, secret)
	}
}

// found returns the received lines with a purpose.
func (h *house) found(purpose string) []statement.Entry {
	var out []statement.Entry
	for _, e := range h.lines {
		if e.Purpose == purpose {
			out = append(out, e)
		}
	}
	return out
}

// fill puts n lines into each of the last days, the oldest first, none of them today.
func (h *house) fill(days, n int) {
	for day := days; day >= 1; day-- {
		start := h.today().AddDays(-day).Start(h.Ledger.Zone).Add(6 * time.Hour)
		for i := range n {
			h.Ledger.Put(banktest.Line{At: start.Add(time.Duration(i) * 20 * time.Second), Minor: int64(100000 + i%3), Debit: i%10 == 9, TaxID: taxID(h.kind, i)})
		}
	}
}

func taxID(kind string, i int) string {
	if kind == "privatbank" || kind == "monobank" {
		return []string{"31451288", "14360570", ""}[i%3]
	}
	return []string{"7701001238", "7713699602", ""}[i%3]
}

// each runs a test of every adapter.
func each(t *testing.T, test func(h *house)) {
	t.Helper()
	for _, kind := range banks.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, kind)
			test(h)
			h.silent()
		})
	}
}

func TestEverythingBookedArrivesOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.fill(8, 160)
		require.NoError(t, h.fetch(6))
		h.Noise = true
		require.NoError(t, h.fetch(8))
		h.Noise = false
		h.open()
		require.NoError(t, h.fetch(9))
		h.agree()
	})
}

func TestManyPagesOfADay(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.fill(2, 1203)
		h.PageMax, h.Overlap = 37, true
		require.NoError(t, h.fetch(3))
		h.agree()
	})
}

func TestAnAccountWithoutOperations(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		require.NoError(t, h.fetch(3))
		require.Empty(t, h.lines)
	})
}

func TestPendingThatIsBookedIsOnePayment(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		n := h.Ledger.Put(banktest.Line{Minor: 250000, State: banktest.Pending, Purpose: "Оплата по счету 58291375-12"})
		out := h.Ledger.Put(banktest.Line{Minor: 777, Debit: true, State: banktest.Pending, Purpose: "Перевод поставщику"})
		require.NoError(t, h.fetch(3))
		require.Len(t, h.found("Оплата по счету 58291375-12"), 1)
		require.Empty(t, h.booked, "what is under way is not booked")
		before := h.found("Оплата по счету 58291375-12")[0].Key

		// It is settled an hour later, with a fee taken off.
		h.clock.Advance(time.Hour)
		h.Ledger.Change(n, func(l *banktest.Line) { l.State, l.Minor = banktest.Booked, 249000 })
		h.Ledger.Change(out, func(l *banktest.Line) { l.State = banktest.Booked })
		h.clock.Advance(24 * time.Hour)
		require.NoError(t, h.fetch(3))
		after := h.found("Оплата по счету 58291375-12")
		require.Len(t, after, 1)
		require.Equal(t, before, after[0].Key)
		require.Equal(t, int64(249000), after[0].Amount.Minor())
		h.agree()
	})
}

func TestWhatIsTakenBackIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.fill(1, 3)
		require.NoError(t, h.fetch(3))
		h.Ledger.Change(1, func(l *banktest.Line) { l.State = banktest.Reversed })
		purpose := h.Ledger.Line(1).Purpose
		require.NoError(t, h.fetch(3))
		sum, inPlace := int64(0), false
		for _, e := range h.lines {
			if !strings.HasSuffix(e.Purpose, purpose) {
				continue
			}
			switch {
			case e.Status == statement.Reversed || e.Status == statement.Rejected:
				inPlace = true
			case e.Direction == statement.Credit:
				sum += e.Amount.Minor()
			default:
				sum -= e.Amount.Minor()
			}
		}
		require.Zero(t, sum, "the money has left again")
		require.Equal(t, h.kind == "privatbank" || h.kind == "modulbank", inPlace, "how the bank tells it")
	})
}

func TestWhatIsRejectedIsNeverBooked(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		n := h.Ledger.Put(banktest.Line{Minor: 100, State: banktest.Pending})
		require.NoError(t, h.fetch(3))
		h.Ledger.Change(n, func(l *banktest.Line) { l.State = banktest.Rejected })
		h.clock.Advance(24 * time.Hour)
		require.NoError(t, h.fetch(3))
		require.Empty(t, h.booked)
	})
}

func TestLateAndChangedLines(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.fill(3, 5)
		require.NoError(t, h.fetch(5))
		// A line of the day before yesterday comes today, and a text is corrected.
		h.Ledger.Put(banktest.Line{At: h.clock.Now().Add(-48 * time.Hour), Minor: 4242, Purpose: "Опоздавший платёж"})
		h.Ledger.Change(2, func(l *banktest.Line) {
			l.Purpose, l.Name = "Исправленное назначение", "ООО «Пример Иной»"
		})
		keys := len(h.lines)
		require.NoError(t, h.fetch(5))
		require.Len(t, h.found("Опоздавший платёж"), 1)
		require.Len(t, h.lines, keys+1, "a changed text is no new line")
		h.agree()
	})
}

func TestNothingIsLostWhenTheBankFails(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.PageMax = 23
		for seed := range uint64(12) {
			r := rand.New(rand.NewPCG(seed, 7))
			h.fill(1, 60)
			faults := make([]banktest.Fault, 14)
			for i := range faults {
				if r.IntN(3) > 0 {
					faults[i] = banktest.Passing[r.IntN(len(banktest.Passing))]
				}
			}
			h.Fail(faults...)
			h.wait(5)
			h.clock.Advance(time.Duration(r.IntN(8)) * time.Hour)
			h.Healthy()
		}
		h.clock.Advance(24 * time.Hour)
		h.wait(8)
		h.agree()
		for _, err := range h.errors {
			require.Contains(t, []prolong.Code{prolong.CodeUnavailable, prolong.CodeRateLimited, prolong.CodeInvalid}, prolong.CodeOf(err), "%v", err)
		}
	})
}

func TestABankThatRepeatsItselfIsAnError(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.fill(2, 600)
		h.PageMax, h.Stuck = 20, true
		err := h.fetch(3)
		require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err), "%v", err)
		if h.kind == "tochka" { // it has no pages: there it is a statement that never gets ready
			require.ErrorContains(t, err, "error.bank_statement_not_ready")
		} else {
			require.ErrorContains(t, err, "error.bank_cursor_repeated")
		}
		require.Less(t, len(h.Addresses()), 200)
		require.Empty(t, h.lines, "nothing is taken from half an answer")
	})
}

func TestMaintenanceIsNoStatement(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.fill(1, 3)
		for range 4 {
			h.Fail(banktest.Maintenance)
		}
		err := h.fetch(3)
		require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err), "%v", err)
		require.ErrorContains(t, err, "error.bank_maintenance")
		h.Healthy()
		h.wait(3)
		h.agree()
	})
}

func TestThrottling(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.fill(1, 3)
		if h.Renewed() == 0 {
			require.NoError(t, h.fetch(3)) // the access is renewed once, and never repeated
		}
		h.Fail(banktest.Busy)
		before := h.clock.Now()
		require.NoError(t, h.fetch(3))
		require.GreaterOrEqual(t, h.clock.Now().Sub(before), 2*time.Second, "as long as the bank asked for")

		h.Fail(banktest.BusyLong, banktest.BusyLong, banktest.BusyLong)
		err := h.fetch(3)
		require.Equal(t, prolong.CodeRateLimited, prolong.CodeOf(err), "%v", err)
		wait, ok := banks.Later(err)
		require.True(t, ok)
		require.Equal(t, time.Hour, wait)
		h.Healthy()
		h.agree()
	})
}

func TestExpiredKeys(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		t := h.t
		h.fill(1, 3)
		require.NoError(t, h.fetch(3))
		h.Expire()
		if h.Renewed() > 0 {
			require.NoError(t, h.fetch(3), "an access that can be renewed is renewed")
			require.Equal(t, 2, h.Renewed())
			h.open()
			require.NoError(t, h.fetch(3), "the new refresh token survives a restart")
			require.Equal(t, 3, h.Renewed())
			return
		}
		err := h.fetch(3)
		require.Contains(t, []prolong.Code{prolong.CodeUnauthorized, prolong.CodeForbidden}, prolong.CodeOf(err), "%v", err)
		h.Restore()
		require.NoError(t, h.fetch(3))
		h.agree()
	})
}
