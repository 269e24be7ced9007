package simulation

import (
	"context"
	"fmt"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// accountantHour is when the vendor's virtual accountant looks at the review queue.
const accountantHour = 15

// clearReview decides what has waited in review since an earlier day, as an accountant does
// who has asked the payers: clients' money goes where it was meant, the rest is not ours. What
// came today waits till tomorrow.
func (w *world) clearReview(ctx context.Context, today prolong.Date) error {
	var waiting []banksync.Received
	err := w.received(ctx, billing.PaymentReview, func(r banksync.Received) error {
		if r.PostedOn.Before(today) {
			waiting = append(waiting, r)
		}
		return nil
	})
	if err != nil || len(waiting) == 0 {
		return err
	}
	meant := make(map[line]Payment, len(w.summary.Truth))
	for _, p := range w.summary.Truth {
		meant[p.line()] = p
	}
	actor := prolong.System("accountant")
	for _, r := range waiting {
		p, ok := meant[lineOf(r)]
		if !ok {
			return fmt.Errorf("payment %d in review is not the bank's", r.ID)
		}
		if len(p.Shares) == 0 {
			err = w.product.Banksync.Ignore(ctx, actor, r.ID, "")
		} else {
			err = w.assign(ctx, actor, r, p)
		}
		if err != nil {
			return err
		}
		w.byHand[r.ID] = true
		w.summary.ByHand++
	}
	return nil
}

// assign gives a payment to the accounts and invoices that its payer meant.
func (w *world) assign(ctx context.Context, actor prolong.Actor, r banksync.Received, p Payment) error {
	ids := make([]billing.AccountID, len(p.Shares))
	for i, share := range p.Shares {
		ids[i] = w.ids[share.Account]
	}
	var open map[billing.AccountID][]*invoices.Invoice
	err := w.product.DB.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		if _, err = billing.LockAccounts(ctx, tx, ids); err == nil {
			open, err = invoices.LockOpen(ctx, tx, ids)
		}
		return err
	})
	if err != nil {
		return err
	}
	shares := make([]banksync.Share, len(p.Shares))
	for i, share := range p.Shares {
		shares[i] = banksync.Share{AccountID: ids[i], Amount: share.Amount}
		for _, inv := range open[ids[i]] {
			if inv.Number == share.Invoice {
				shares[i].Invoices = append(shares[i].Invoices, inv.ID)
			}
		}
	}
	return w.product.Banksync.Assign(ctx, actor, r.ID, shares, "")
}
