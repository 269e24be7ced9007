package simulation_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/simulation"
)

const monthEnd = "2026-11-22T14:00:00+03:00"

// run lets a company of 60 clients live for five weeks.
func run(t *testing.T, seed uint64) (simulation.Product, simulation.Summary) {
	t.Helper()
	inbox, end := t.TempDir(), instant(t, monthEnd)
	p := wire(t, end.AddDate(-1, 0, 0), inbox)
	days := 0
	s, err := simulation.Run(t.Context(), p, simulation.Config{Accounts: 60, Days: 35, Seed: seed, End: end, InboxDir: inbox}, func(at simulation.Progress) {
		require.Equal(t, days, at.Day)
		days++
	})
	require.NoError(t, err)
	require.Equal(t, 36, days, "35 whole days and what there is of the last")
	require.True(t, p.Clock.Now().Equal(end), "the history ends where it was told to")
	return p, s
}

func TestMonthHasNoFaults(t *testing.T) {
	t.Parallel()
	seeds := []uint64{1, 1, 2}
	histories := make([]simulation.Summary, len(seeds))
	t.Cleanup(func() { // after all of them have ended
		if t.Failed() {
			return
		}
		require.Equal(t, withoutDigits(histories[0].Truth), withoutDigits(histories[1].Truth), "the same seed gives the same history")
		require.NotEqual(t, withoutDigits(histories[0].Truth), withoutDigits(histories[2].Truth), "another seed gives another")
		histories[0].Truth, histories[1].Truth = nil, nil
		require.Equal(t, histories[0], histories[1], "of which the product makes the same")
	})
	for i, seed := range seeds {
		t.Run(fmt.Sprintf("%d of seed %d", i, seed), func(t *testing.T) {
			t.Parallel()
			p, s := run(t, seed)
			histories[i] = s
			t.Log(s.Text(plain))
			for _, f := range s.Faults {
				t.Errorf("%s, %s, went to %v: %+v", f.What, f.Payment.Kind, f.Accounts, f.Payment)
			}
			checkHistory(t, s)
			checkInvariants(t, p, s)
		})
	}
}

// checkHistory looks whether the month was as lively as it should be, and went well.
func checkHistory(t *testing.T, s simulation.Summary) {
	t.Helper()
	require.Zero(t, s.Wrong)
	require.Zero(t, s.OtherInvoice, "who names an open invoice pays it")
	require.Zero(t, s.Warnings, "the bank is honest")
	require.Greater(t, s.Lines, 5*s.NewLines, "the statements overlap")
	require.Equal(t, s.Payments, s.Posted+s.Review)
	require.GreaterOrEqual(t, s.AutoPercent(), 90.0)
	require.Equal(t, 60, s.Active+s.Grace+s.Suspended)
	for what, n := range map[string]int{"invoices": s.Invoices, "reminders": s.Reminders, "documents": s.Documents, "letters": s.Letters, "strangers": s.Strangers,
		"by hand": s.ByHand, "active": s.Active, "suspended": s.Suspended} {
		require.Positive(t, n, what)
	}
	kinds := map[simulation.Kind]bool{}
	for _, p := range s.Truth {
		kinds[p.Kind] = true
	}
	for _, kind := range []simulation.Kind{simulation.KindExact, simulation.KindEarly, simulation.KindLate, simulation.KindReminded, simulation.KindSloppy, simulation.KindPartial,
		simulation.KindTwice, simulation.KindJoint, simulation.KindAcquirer, simulation.KindInterest, simulation.KindOwnTransfer} {
		require.True(t, kinds[kind], kind)
	}
}

var invoiceNumber = regexp.MustCompile(`\d`)

// withoutDigits takes the payment codes out of a history: the product draws them itself.
func withoutDigits(truth []simulation.Payment) []simulation.Payment {
	out := slices.Clone(truth)
	for i := range out {
		out[i].Purpose = ""
		shares := slices.Clone(out[i].Shares)
		for k := range shares {
			if shares[k].Invoice != "" {
				shares[k].Invoice = invoiceNumber.ReplaceAllString(shares[k].Invoice[:8], "") + shares[k].Invoice[8:]
			}
		}
		out[i].Shares = shares
	}
	return out
}

func TestHistoryMayEndInTheNight(t *testing.T) {
	t.Parallel()
	inbox, end := t.TempDir(), instant(t, "2026-03-01T01:30:00+03:00")
	p := wire(t, end, inbox)
	s, err := simulation.Run(t.Context(), p, simulation.Config{Accounts: 3, Days: 4, Seed: 1, End: end, InboxDir: inbox}, nil)
	require.NoError(t, err)
	require.Zero(t, s.Wrong)
	require.Equal(t, 3*3+1, s.Files, "three on each of the three banking days, and one that came twice")
	require.True(t, p.Clock.Now().Equal(end))
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	inbox, end := t.TempDir(), instant(t, monthEnd)
	p := wire(t, end, inbox)
	good := simulation.Config{Accounts: 1, Days: 1, End: end, InboxDir: inbox}
	for name, change := range map[string]func(*simulation.Config){
		"no accounts":       func(c *simulation.Config) { c.Accounts = 0 },
		"too many accounts": func(c *simulation.Config) { c.Accounts = 1_000_000 },
		"no days":           func(c *simulation.Config) { c.Days = 0 },
		"too many days":     func(c *simulation.Config) { c.Days = 1000 },
		"no end":            func(c *simulation.Config) { c.End = time.Time{} },
		"no inbox":          func(c *simulation.Config) { c.InboxDir = "" },
	} {
		c := good
		change(&c)
		_, err := simulation.Run(t.Context(), p, c, nil)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), name)
	}
	empty, err := simulation.Empty(t.Context(), p.Billing)
	require.NoError(t, err)
	require.True(t, empty, "a refused run leaves nothing")

	_, err = simulation.Run(t.Context(), p, good, nil)
	require.NoError(t, err)
	_, err = simulation.Run(t.Context(), p, good, nil)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err), "never into a database in use")
}
