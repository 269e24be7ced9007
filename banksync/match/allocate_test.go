package match

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

func owed(id, minor int64, due string) OpenInvoice {
	return OpenInvoice{ID: id, Number: "58291375-" + string('0'+rune(id/10)) + string('0'+rune(id%10)), ResidualMinor: minor, IssuedOn: prolong.MustDate(due).AddDays(-30), DueOn: prolong.MustDate(due)}
}

func TestAllocate(t *testing.T) {
	t.Parallel()
	open := []OpenInvoice{owed(12, 14900, "2026-02-01"), owed(10, 4900, "2025-12-01"), owed(11, 4900, "2026-01-01"), owed(13, 9900, "2026-03-01")}
	ref := func(ids ...int64) []Reference {
		var refs []Reference
		for _, id := range ids {
			refs = append(refs, Reference{AccountID: 1, InvoiceID: id})
		}
		return refs
	}
	type share struct{ id, minor int64 }
	for _, c := range []struct {
		name   string
		amount int64
		refs   []Reference
		step   Step
		want   []share
	}{
		{"named exactly", 14900, ref(12), StepReferenced, []share{{12, 14900}}},
		{"named set exactly", 14800, ref(13, 11), StepReferenced, []share{{13, 9900}, {11, 4900}}},
		{"stale number, exact other", 14900, ref(99), StepExact, []share{{12, 14900}}},
		{"named, but another fits", 9900, ref(12), StepExact, []share{{13, 9900}}},
		{"two equal: the oldest", 4900, nil, StepTie, []share{{10, 4900}}},
		{"unique set, equal ones are one solution", 24800, nil, StepSubset, []share{{12, 14900}, {13, 9900}}},
		{"set with the older of equals", 19800, nil, StepSubset, []share{{10, 4900}, {12, 14900}}},
		{"short by a bank fee: the named one partly", 14850, ref(12), StepOldest, []share{{12, 14850}}},
		{"rounded up: kopecks to the balance", 14940, ref(12), StepOldest, []share{{12, 14900}, {0, 40}}},
		{"surplus pays whole invoices only", 20000, ref(12), StepOldest, []share{{12, 14900}, {10, 4900}, {0, 200}}},
		{"nothing named: oldest first, the last partly", 6000, nil, StepOldest, []share{{10, 4900}, {11, 1100}}},
		{"a year ahead", 100000, ref(12), StepOldest, []share{{12, 14900}, {10, 4900}, {11, 4900}, {13, 9900}, {0, 65400}}},
	} {
		got := Allocate(WhatInput{AccountID: 1, AmountMinor: c.amount, References: c.refs, Open: open})
		var shares []share
		for _, a := range got.Allocations {
			require.EqualValues(t, 1, a.AccountID, c.name)
			shares = append(shares, share{a.InvoiceID, a.AmountMinor})
		}
		require.Equal(t, c.want, shares, c.name)
		require.Equal(t, c.step, got.Step, c.name)
	}
	none := Allocate(WhatInput{AccountID: 1, AmountMinor: 500})
	require.Equal(t, WhatResult{Step: StepBalance, Allocations: []Allocation{{AccountID: 1, AmountMinor: 500}}, SurplusMinor: 500}, none)
	require.Empty(t, Allocate(WhatInput{AmountMinor: 0, Open: open}).Allocations)
	require.Empty(t, Allocate(WhatInput{AmountMinor: -1, Open: open}).Allocations)
}

// TestAllocateKeepsEveryKopeck: the shares sum to the amount, no invoice gets more than it
// owes or gets it twice, and the order in which invoices are handed in changes nothing.
func TestAllocateKeepsEveryKopeck(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 14).Draw(t, "invoices")
		var open []OpenInvoice
		for i := range n {
			open = append(open, OpenInvoice{
				ID: int64(i + 1), ResidualMinor: rapid.SampledFrom([]int64{-5, 0, 1, 149000, 149000, 249000, 399000, 1490000}).Draw(t, "residual"),
				DueOn: prolong.MustDate("2026-01-01").AddDays(rapid.IntRange(0, 5).Draw(t, "due")),
			})
		}
		var refs []Reference
		for range rapid.IntRange(0, 4).Draw(t, "refs") {
			refs = append(refs, Reference{InvoiceID: rapid.Int64Range(0, 16).Draw(t, "ref")})
		}
		in := WhatInput{AccountID: 7, AmountMinor: rapid.OneOf(rapid.Int64Range(1, 5000000), rapid.SampledFrom([]int64{149000, 298000, 398000, 1490000})).Draw(t, "amount"), References: refs, Open: open}
		got := Allocate(in)
		var sum int64
		paid := map[int64]bool{}
		for _, a := range got.Allocations {
			require.Positive(t, a.AmountMinor)
			sum += a.AmountMinor
			if a.InvoiceID == 0 {
				continue
			}
			require.False(t, paid[a.InvoiceID], "invoice %d twice", a.InvoiceID)
			paid[a.InvoiceID] = true
			i := slices.IndexFunc(open, func(inv OpenInvoice) bool { return inv.ID == a.InvoiceID })
			require.LessOrEqual(t, a.AmountMinor, open[i].ResidualMinor)
		}
		require.Equal(t, in.AmountMinor, sum)
		shuffled := slices.Clone(open)
		slices.Reverse(shuffled)
		in.Open = shuffled
		require.Equal(t, got, Allocate(in), "order of invoices")
	})
}

// billing.md case 17: docs.stripe.com/payments/customer-balance/reconciliation pays an exact group of
// one to five open invoices. Ours takes the group only if it is the only one; inside one account two
// equally good groups are the client's own money either way, so the oldest debt goes first.
func TestOneTransferPaysTheOnlyGroupOfInvoicesThatMakesItsSum(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		amount    int64
		residuals []int64
		step      Step
		want      []int64 // which of them are paid, by their place
	}{
		"two of three":                  {700, []int64{300, 400, 500}, StepSubset, []int64{0, 1}},
		"all five":                      {15500, []int64{500, 1000, 2000, 4000, 8000}, StepSubset, []int64{0, 1, 2, 3, 4}},
		"one invoice before any group":  {700, []int64{300, 400, 700}, StepExact, []int64{2}},
		"equal ones count as one group": {900, []int64{300, 300, 300, 300}, StepSubset, []int64{0, 1, 2}},
		"two groups of two":             {900, []int64{500, 300, 400, 600}, StepOldest, []int64{0, 1, 2}}, // 500+400, 300+600
		"a group of two and one of six": {600, []int64{100, 100, 100, 100, 100, 100, 200, 400}, StepOldest, []int64{0, 1, 2, 3, 4, 5}},
		"a smaller group is no reason":  {1000, []int64{100, 400, 500, 600}, StepOldest, []int64{0, 1, 2}}, // 400+600 is smaller than 100+400+500
	} {
		open := make([]OpenInvoice, len(c.residuals))
		due := prolong.MustDate("2026-01-01")
		for i, minor := range c.residuals {
			open[i] = OpenInvoice{ID: int64(i) + 1, Number: code("582913").InvoiceNumber(i + 1), ResidualMinor: minor, IssuedOn: due, DueOn: due.AddDays(i)}
		}
		got := Allocate(WhatInput{AccountID: 1, AmountMinor: c.amount, Open: open})
		require.Equal(t, c.step, got.Step, name)
		var paid []int64
		for _, a := range got.Allocations {
			paid = append(paid, a.InvoiceID-1)
		}
		require.Equal(t, c.want, paid, name)
		require.Zero(t, got.SurplusMinor, name)
	}
}
