package match

import (
	"cmp"
	"slices"

	"prolong"
)

// OpenInvoice is an invoice of one account as WHAT sees it.
type OpenInvoice struct {
	ID            int64
	Number        string
	ResidualMinor int64 // still to pay, in minor units; not positive means closed
	IssuedOn      prolong.Date
	DueOn         prolong.Date
}

// WhatInput is all that WHAT depends on. The importer fills Open afresh under row locks.
type WhatInput struct {
	AccountID   int64
	AmountMinor int64
	References  []Reference // of this account, as in Part
	Open        []OpenInvoice
}

// Step says which rule of reference 5.5 allocated the money.
type Step string

// The steps, in the order in which they are tried.
const (
	StepReferenced Step = "referenced" // the named invoices, exactly
	StepExact      Step = "exact"      // one invoice with that residual
	StepTie        Step = "tie"        // several such invoices: the oldest
	StepSubset     Step = "subset"     // the only set of invoices with that sum
	StepOldest     Step = "oldest"     // named ones first, then the oldest, partial allowed
	StepBalance    Step = "balance"    // nothing open
)

// WhatResult is the outcome of Allocate. The allocations always sum to the amount.
type WhatResult struct {
	Step         Step
	Allocations  []Allocation
	SurplusMinor int64 // the part of the amount that went to the balance
}

// The search for subsets is bounded: at most subsetSizeMax invoices out of at most
// subsetOpenMax.
const (
	subsetOpenMax = 12
	subsetSizeMax = 6
)

// Allocate decides WHAT inside one account: the referenced set exactly, a unique exact
// residual, a unique subset, then oldest due first with partial payment; the surplus goes to
// the balance (reference 5.5). The order of in.Open does not matter. A non-positive amount
// allocates nothing.
func Allocate(in WhatInput) WhatResult {
	if in.AmountMinor <= 0 {
		return WhatResult{Step: StepBalance}
	}
	open := sortedOpen(in.Open)
	named := namedInvoices(in.References, open)
	if sum, ok := residuals(named); ok && len(named) > 0 && sum == in.AmountMinor {
		return pay(in, StepReferenced, named)
	}
	if set, step := exactSet(in.AmountMinor, open); set != nil {
		return pay(in, step, set)
	}
	return pay(in, StepOldest, oldestFirst(in.AmountMinor, named, open))
}

// sortedOpen returns the payable invoices, oldest due first; ties by issue date, then id.
func sortedOpen(open []OpenInvoice) []OpenInvoice {
	out := make([]OpenInvoice, 0, len(open))
	for _, inv := range open {
		if inv.ResidualMinor > 0 {
			out = append(out, inv)
		}
	}
	slices.SortFunc(out, func(a, b OpenInvoice) int {
		return cmp.Or(a.DueOn.Compare(b.DueOn), a.IssuedOn.Compare(b.IssuedOn), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// namedInvoices returns the open invoices that the references name, each once, in the order
// of the text.
func namedInvoices(refs []Reference, open []OpenInvoice) []OpenInvoice {
	var named []OpenInvoice
	for _, ref := range refs {
		i := slices.IndexFunc(open, func(inv OpenInvoice) bool {
			return (ref.InvoiceID != 0 && inv.ID == ref.InvoiceID) || (ref.Number != "" && inv.Number == ref.Number)
		})
		if i >= 0 && !slices.ContainsFunc(named, func(inv OpenInvoice) bool { return inv.ID == open[i].ID }) {
			named = append(named, open[i])
		}
	}
	return named
}

// residuals returns the sum, and false if it does not fit.
func residuals(set []OpenInvoice) (int64, bool) {
	var sum int64
	for _, inv := range set {
		if inv.ResidualMinor > maxMinor-sum {
			return 0, false
		}
		sum += inv.ResidualMinor
	}
	return sum, true
}

// maxMinor bounds sums far below overflow: ten thousand billion roubles.
const maxMinor = int64(1e15)

// exactSet returns the invoices whose residuals make the amount: one of them, or the only
// set. Equal invoices of one account are interchangeable, so the oldest of them stands for
// all; sets that differ in more than that are ambiguous and give nil.
func exactSet(amount int64, open []OpenInvoice) ([]OpenInvoice, Step) {
	var equal []OpenInvoice
	for _, inv := range open {
		if inv.ResidualMinor == amount {
			equal = append(equal, inv)
		}
	}
	switch {
	case len(equal) == 1:
		return equal, StepExact
	case len(equal) > 1:
		return equal[:1], StepTie
	}
	if set := uniqueSubset(amount, open); set != nil {
		return set, StepSubset
	}
	return nil, ""
}

// uniqueSubset enumerates the sets of two to subsetSizeMax invoices. Sets with the same
// residuals are one solution, represented by the oldest invoices. Accounts with more than
// subsetOpenMax open invoices are not searched.
func uniqueSubset(amount int64, open []OpenInvoice) []OpenInvoice {
	if len(open) < 2 || len(open) > subsetOpenMax {
		return nil
	}
	type group struct {
		residual int64
		members  []OpenInvoice
	}
	var groups []group
	for _, inv := range open {
		i := slices.IndexFunc(groups, func(g group) bool { return g.residual == inv.ResidualMinor })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{residual: inv.ResidualMinor})
		}
		groups[i].members = append(groups[i].members, inv)
	}
	take := make([]int, len(groups))
	var found [][]int
	var walk func(i, size int, rest int64)
	walk = func(i, size int, rest int64) {
		if len(found) > 1 {
			return
		}
		if rest == 0 {
			if size >= 2 {
				found = append(found, slices.Clone(take))
			}
			return
		}
		if i == len(groups) {
			return
		}
		for n := 0; n <= len(groups[i].members) && size+n <= subsetSizeMax && int64(n) <= rest/groups[i].residual; n++ {
			take[i] = n
			walk(i+1, size+n, rest-int64(n)*groups[i].residual)
		}
		take[i] = 0
	}
	walk(0, 0, amount)
	if len(found) != 1 {
		return nil
	}
	var set []OpenInvoice
	for i, n := range found[0] {
		set = append(set, groups[i].members[:n]...)
	}
	return sortedOpen(set)
}

// oldestFirst returns the order in which money runs out when nothing fits exactly: what the
// payer named first (his choice binds, ГК РФ ст. 319.1), then the oldest due. When he named
// invoices, the surplus above them pays others only in full: a surplus of kopecks must not
// turn the next invoice into a partly paid one.
func oldestFirst(amount int64, named, open []OpenInvoice) []OpenInvoice {
	order := slices.Clone(named)
	rest := amount
	for _, inv := range named {
		rest -= min(rest, inv.ResidualMinor)
	}
	for _, inv := range open {
		if rest == 0 {
			break
		}
		if slices.ContainsFunc(named, func(n OpenInvoice) bool { return n.ID == inv.ID }) {
			continue
		}
		if len(named) > 0 && inv.ResidualMinor > rest {
			continue
		}
		order = append(order, inv)
		rest -= min(rest, inv.ResidualMinor)
	}
	return order
}

// pay spends the amount on the invoices in order and puts the rest on the balance.
func pay(in WhatInput, step Step, order []OpenInvoice) WhatResult {
	out := WhatResult{Step: step}
	rest := in.AmountMinor
	for _, inv := range order {
		if rest == 0 {
			break
		}
		part := min(rest, inv.ResidualMinor)
		out.Allocations = append(out.Allocations, Allocation{AccountID: in.AccountID, InvoiceID: inv.ID, Number: inv.Number, AmountMinor: part})
		rest -= part
	}
	if len(out.Allocations) == 0 {
		out.Step = StepBalance
	}
	if rest > 0 {
		out.Allocations = append(out.Allocations, Allocation{AccountID: in.AccountID, AmountMinor: rest})
		out.SurplusMinor = rest
	}
	return out
}
