package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// Refund is money that goes back to a client from an invoice that it was paid on.
type Refund struct {
	Payment billing.PaymentID
	Invoice InvoiceID // 0: what lies on the balance
	Amount  prolong.Money
	// Adjust takes the amount off the invoice by a credit note, so that it asks for as much as before:
	// settled it stays so, and the days that it bought stay bought. Without it the invoice asks for the amount again: it is open,
	// its days are not bought, and its closing document is cancelled.
	Adjust bool
	On     prolong.Date // of the payment back; zero is the seller's today
	Reason string
}

// Refunded says what a refund changed.
type Refunded struct {
	Taken            // without adjustment: what is open, shortened and cancelled
	Note  CreditNote // with adjustment
}

// Refund pays a part of a payment back that is on an invoice (billing.md case 32) or on the
// balance. Returns CodeInvalid for an amount that is more than the payment has there, and for a
// day that is to come.
func (s *Service) Refund(ctx context.Context, actor prolong.Actor, r Refund) (Refunded, error) {
	var done Refunded
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.refundIn(ctx, tx, actor, r)
		return err
	})
	return done, prolong.Wrap("invoices.Refund", err)
}

// refundIn is Refund in a transaction.
func (s *Service) refundIn(ctx context.Context, tx postgres.Tx, actor prolong.Actor, r Refund) (Refunded, error) {
	if r.Invoice == 0 {
		return Refunded{}, s.refundBalance(ctx, tx, actor, r)
	}
	v, err := s.beginVoid(ctx, tx, actor, r.Invoice)
	if err != nil {
		return Refunded{}, err
	}
	if r.On, err = paidBackOn(r.On, v.today); err != nil {
		return Refunded{}, err
	}
	return v.refund(ctx, r)
}

// refundBalance pays back what lies on no invoice.
func (s *Service) refundBalance(ctx context.Context, tx postgres.Tx, actor prolong.Actor, r Refund) error {
	payment, err := billing.LockPayment(ctx, tx, r.Payment)
	if err != nil {
		return err
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return err
	}
	if r.On, err = paidBackOn(r.On, c.Sellers[payment.SellerID].Today(tx.Now)); err != nil {
		return err
	}
	if err := billing.RefundBalanceIn(ctx, tx, actor, r.Payment, r.Amount, r.On, r.Reason); err != nil {
		return err
	}
	return identity.Audit(ctx, tx, actor, identity.Change{Action: "payment.refund", SubjectKind: "payment", SubjectID: int64(r.Payment), AccountID: payment.AccountID,
		After: map[string]any{"amount": r.Amount.String(), "currency": r.Amount.Currency(), "reason": r.Reason, "on": r.On}})
}

// paidBackOn is the day on which money went back.
func paidBackOn(on, today prolong.Date) (prolong.Date, error) {
	if on.IsZero() {
		return today, nil
	}
	if on.After(today) {
		return on, prolong.NewError(prolong.CodeInvalid, "error.refund_day", prolong.Args{"Date": on, "Today": today})
	}
	return on, nil
}

func (v *voiding) refund(ctx context.Context, r Refund) (done Refunded, err error) {
	payment, err := billing.PaymentForUpdate(ctx, v.tx, r.Payment)
	if err != nil {
		return done, err
	}
	if payment.AccountID != v.inv.AccountID || payment.Channel == billing.ChannelWriteOff || v.inv.Status == StatusVoid {
		return done, prolong.NewError(prolong.CodeConflict, "error.payment_not_refundable", prolong.Args{"ID": int64(r.Payment)})
	}
	active, err := activeAllocations(ctx, v.tx, `l.invoice_id = $1`, int64(v.inv.ID))
	if err != nil {
		return done, err
	}
	var own []activeAllocation
	var there int64
	for i := len(active) - 1; i >= 0; i-- {
		if active[i].payment.ID == r.Payment {
			own = append(own, active[i])
			there += active[i].amount.Minor()
		}
	}
	if r.Amount.Currency() != payment.Amount.Currency() || r.Amount.Minor() <= 0 || r.Amount.Minor() > there {
		return done, prolong.NewError(prolong.CodeInvalid, "error.refund_amount", prolong.Args{"Amount": r.Amount, "Rest": prolong.NewMoney(there, payment.Amount.Currency())})
	}
	if r.Adjust {
		if !v.inv.Residual().IsZero() {
			// A credit note first takes off what nobody has paid yet. So the invoice asks for the amount
			// too, before the note takes just that off.
			if err := v.reopen(ctx, payment, own, there-r.Amount.Minor(), &done.Taken); err != nil {
				return done, err
			}
			v.inv.Paid = prolong.NewMoney(v.inv.Paid.Minor()-r.Amount.Minor(), v.inv.Paid.Currency())
			done.Taken = Taken{} // it was open before, and asks for as much as before
		}
		if done.Note, err = v.credit(ctx, r.Amount, r.Reason, 0, r.Payment); err != nil {
			return done, err
		}
	} else if err := v.reopen(ctx, payment, own, there-r.Amount.Minor(), &done.Taken); err != nil {
		return done, err
	}
	v.journal.Refund(billing.Refund{Payment: payment, Kind: billing.RefundPaid, Amount: r.Amount, BookedOn: r.On, Reason: r.Reason})
	if err := v.journal.Write(ctx); err != nil {
		return done, err
	}
	return done, identity.Audit(ctx, v.tx, v.actor, identity.Change{Action: "payment.refund", SubjectKind: "payment", SubjectID: int64(r.Payment), AccountID: v.inv.AccountID,
		After: map[string]any{"invoice": v.inv.Number, "amount": r.Amount.String(), "currency": r.Amount.Currency(), "adjust": r.Adjust, "reason": r.Reason}})
}

// reopen takes a payment's allocations off the invoice and puts back what is not refunded.
func (v *voiding) reopen(ctx context.Context, payment billing.Payment, own []activeAllocation, back int64, done *Taken) error {
	subs := map[billing.SubscriptionID]*billing.Subscription{}
	if v.sub != nil {
		subs[v.sub.ID] = v.sub
	}
	if err := v.service.takeOff(ctx, v.tx, v.journal, v.actor, v.catalog, own, subs, done); err != nil {
		return err
	}
	if back == 0 {
		return nil
	}
	ids, err := postgres.NextIDs(ctx, v.tx, "allocations", 1)
	if err != nil {
		return err
	}
	v.journal.Allocate(payment, v.inv.AccountID, prolong.NewMoney(back, payment.Amount.Currency()), v.today, ids[0])
	if _, err := v.tx.Pgx.Exec(ctx, `INSERT INTO allocations (id, account_id, payment_id, invoice_id, amount_minor, actor, created_at) OVERRIDING SYSTEM VALUE VALUES ($1,$2,$3,$4,$5,$6,$7)`,
		ids[0], int64(v.inv.AccountID), int64(payment.ID), int64(v.inv.ID), back, v.actor.String(), v.tx.Now); err != nil {
		return err
	}
	_, err = v.tx.Pgx.Exec(ctx, `UPDATE invoices SET paid_minor = paid_minor + $2 WHERE id = $1`, int64(v.inv.ID), back)
	return err
}
