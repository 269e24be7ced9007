package banksync

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// groupMax bounds how many payments are accepted together.
const groupMax = 100

// GroupMember is a payment that can be accepted together with others: what matching proposes
// for it is decided from its own facts.
type GroupMember struct {
	Received
	Share Share // what accepting does
}

// GroupOf lists the payments in review that are like one of them: the same payer (by tax id,
// else by account), the same reason, and the account among their own candidates. The payment
// itself comes first. Fewer than two are no group.
func (s *Service) GroupOf(ctx context.Context, id billing.PaymentID, account billing.AccountID) ([]GroupMember, error) {
	fail := func(err error) ([]GroupMember, error) { return nil, prolong.Wrap("banksync.GroupOf", err) }
	first, err := s.FindReceivedByID(ctx, id)
	if err != nil {
		return fail(err)
	}
	if first.State != billing.PaymentReview || first.Payer.TaxID == "" && first.Payer.Account == "" {
		return nil, nil
	}
	reason := first.Decision.Reason
	list, err := s.FindQueue(ctx, QueueFilter{Reason: &reason, TaxID: first.Payer.TaxID, PayerAccount: payerAccount(first), Limit: groupMax})
	if err != nil {
		return fail(err)
	}
	open, err := s.invoices.OpenOf(ctx, []billing.AccountID{account})
	if err != nil {
		return fail(err)
	}
	// What one of them pays is not open for the next.
	rest := map[invoices.InvoiceID]int64{}
	for _, inv := range open[account] {
		rest[inv.ID] = inv.Residual().Minor()
	}
	out := []GroupMember{}
	add := func(r Received) {
		if share, ok := proposedShare(r, account, open[account], rest); ok {
			out = append(out, GroupMember{Received: r, Share: share})
		}
	}
	add(first)
	for _, r := range list {
		if r.ID != id && r.SellerID == first.SellerID && r.Amount.Currency() == first.Amount.Currency() {
			add(r)
		}
	}
	if len(out) < 2 || out[0].ID != id {
		return nil, nil
	}
	return out, nil
}

// payerAccount is by what a payer without a tax id is known.
func payerAccount(r Received) string {
	if r.Payer.TaxID != "" {
		return ""
	}
	return r.Payer.Account
}

// proposedShare is what matching proposed for the account: its invoices that are still open,
// else those that the money covers, the oldest first.
func proposedShare(r Received, account billing.AccountID, open []invoices.Invoice, rest map[invoices.InvoiceID]int64) (Share, bool) {
	share := Share{AccountID: account}
	named := map[invoices.InvoiceID]bool{}
	found := false
	for _, c := range r.Decision.Candidates {
		if billing.AccountID(c.AccountID) == account {
			found = true
			for _, a := range c.Allocations {
				named[invoices.InvoiceID(a.InvoiceID)] = a.InvoiceID != 0
			}
		}
	}
	money := r.Amount.Minor() - r.Allocated.Minor()
	take := func(wanted bool) {
		for _, inv := range open {
			if named[inv.ID] == wanted && rest[inv.ID] > 0 && inv.Total.Currency() == r.Amount.Currency() && (wanted || rest[inv.ID] <= money) && money > 0 {
				share.Invoices = append(share.Invoices, inv.ID)
				part := min(money, rest[inv.ID])
				money, rest[inv.ID] = money-part, rest[inv.ID]-part
			}
		}
	}
	if found {
		take(true)
		take(false)
	}
	return share, found
}

// GroupAccepted says what became of one payment of a group.
type GroupAccepted struct {
	PaymentID billing.PaymentID
	Err       error // nil if it was assigned
}

// AcceptGroup assigns payments that were shown together (GroupOf) to the account, each as
// matching proposes it from its own facts, each in a transaction of its own: one that somebody
// has decided meanwhile is left out and does not hold up the others. The payer is remembered
// with the first of them only, as AssignAndLearn does without "always". Returns CodeConflict if the
// payments are not a group any more.
func (s *Service) AcceptGroup(ctx context.Context, actor prolong.Actor, ids []billing.PaymentID, account billing.AccountID, note string) ([]GroupAccepted, error) {
	fail := func(err error) ([]GroupAccepted, error) { return nil, prolong.Wrap("banksync.AcceptGroup", err) }
	gone := prolong.NewError(prolong.CodeConflict, "error.group_changed", nil)
	if len(ids) == 0 {
		return fail(gone)
	}
	members, err := s.GroupOf(ctx, ids[0], account)
	if err != nil {
		return fail(err)
	}
	byID := map[billing.PaymentID]GroupMember{}
	for _, m := range members {
		byID[m.ID] = m
	}
	for _, id := range ids {
		if _, ok := byID[id]; !ok {
			return fail(gone)
		}
	}
	done := make([]GroupAccepted, 0, len(ids))
	for i, id := range ids {
		accepted := GroupAccepted{PaymentID: id}
		if i == 0 {
			_, accepted.Err = s.AssignAndLearn(ctx, actor, id, byID[id].Share, Teaching{}, note)
		} else {
			accepted.Err = s.Assign(ctx, actor, id, []Share{byID[id].Share}, note)
		}
		if err := ctx.Err(); err != nil {
			return done, prolong.Wrap("banksync.AcceptGroup", err)
		}
		done = append(done, accepted)
	}
	return done, nil
}
