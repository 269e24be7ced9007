package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Chargeback books that the bank has taken a payment back (возврат, a returned line): it leaves
// every invoice it was on, with all that followed from it, and then leaves us. Money that was moved
// to other accounts of the client is taken back where it lies now. Returns CodeConflict if a part
// of it has left already, or if it was split between accounts: undo that first.
func (s *Service) Chargeback(ctx context.Context, actor prolong.Actor, id billing.PaymentID, on prolong.Date, reason string) (Taken, error) {
	var done Taken
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		money, err := billing.LockMoney(ctx, tx, id)
		if err != nil {
			return err
		}
		p := money[0]
		outside := p.Channel == billing.ChannelBank || p.Channel == billing.ChannelCard || p.Channel == billing.ChannelCorrection
		if !outside || p.State == billing.PaymentSplit || !money.Gone().IsZero() {
			return prolong.NewError(prolong.CodeConflict, "error.payment_not_refundable", prolong.Args{"ID": int64(id)})
		}
		c, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		j := billing.NewJournal(tx, actor)
		if done, err = s.TakeAway(ctx, tx, j, actor, c, money, on, reason); err != nil {
			return err
		}
		return j.Write(ctx)
	})
	return done, prolong.Wrap("invoices.Chargeback", err)
}

// TakeAway takes money that the bank has taken back off everything and out of our books, in the
// caller's transaction: off the invoices of every account on which it lies, and what has not left
// before from their balances to the bank. The caller has the money from billing.LockMoney and
// writes j afterwards.
func (s *Service) TakeAway(ctx context.Context, tx postgres.Tx, j *billing.Journal, actor prolong.Actor, c billing.Catalog, money billing.Moved, on prolong.Date, reason string) (Taken, error) {
	done, err := s.takeBack(ctx, tx, j, actor, c, billing.PaymentIDs(money))
	if err != nil {
		return done, prolong.Wrap("invoices.TakeAway", err)
	}
	for _, p := range money {
		if p.State == billing.PaymentReview {
			j.Withdraw(p)
		}
		if p.Held().Minor() > 0 {
			j.Refund(billing.Refund{Payment: p, Kind: billing.RefundChargeback, Amount: p.Held(), BookedOn: on, Reason: reason})
		}
	}
	return done, nil
}
