package invoices

import (
	"context"
	"fmt"
	"strconv"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/notify"
)

// FeeOrder asks for a fee of a subscription's plan that is charged once.
type FeeOrder struct {
	Key      string
	Quantity int
	// Own asks for an invoice of its own at once; otherwise the fee waits for the next one.
	Own    bool
	Reason string
	// Agree is asked, before anything is kept, whether what it comes to is what was agreed to; an
	// error takes everything back. nil agrees to anything.
	Agree func(OrderedFee) error
}

// OrderedFee says what ordering a fee did, or would do.
type OrderedFee struct {
	Name  string
	Total prolong.Money // of the fee, tax included
	Tax   prolong.Money // of Invoice; no currency without one
	// Charge is what the invoice that asks for the fee asks for in all.
	Charge billing.Charge
	// Invoice is its own; nil for a fee that waits for the invoice of NextOn. NextOn is zero where
	// that comes only after an open one is paid.
	Invoice *Invoice
	NextOn  prolong.Date
	seq     string // what the account has ordered before: two presses of one button do not come to the same
}

// Agreement writes down what a person agrees to, so that nothing else is done.
func (o OrderedFee) Agreement() string {
	s := fmt.Sprintf("%s;%v;%v;%v;%s", o.Name, o.Total, o.Charge.Total, o.NextOn, o.seq)
	if o.Invoice != nil {
		s += fmt.Sprintf(";%v;%v;%v", o.Invoice.Total, o.Invoice.Tax, o.Invoice.Paid)
	}
	return s
}

// OrderFee charges a fee of the subscription's plan once, on the next invoice or on one of its
// own. Returns CodeNotFound for an unknown subscription, CodeInvalid for a fee that its plan does
// not have and for one of rent by the hour that is to wait: no such invoice comes.
func (s *Service) OrderFee(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, o FeeOrder) (OrderedFee, error) {
	var done OrderedFee
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.orderFee(ctx, tx, actor, id, o)
		return err
	})
	return done, prolong.Wrap("invoices.OrderFee", err)
}

// QuoteFee returns what OrderFee would do, and changes nothing.
func (s *Service) QuoteFee(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, o FeeOrder) (OrderedFee, error) {
	var done OrderedFee
	err := s.dryRun(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.orderFee(ctx, tx, actor, id, o)
		return err
	})
	return done, prolong.Wrap("invoices.QuoteFee", err)
}

func (s *Service) orderFee(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id billing.SubscriptionID, o FeeOrder) (done OrderedFee, err error) {
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return done, err
	}
	sub, err := billing.LockSubscription(ctx, tx, id)
	if err != nil {
		return done, err
	}
	item, fee, err := billing.FeeOf(c, sub, o.Key, o.Quantity, c.Sellers[sub.SellerID].Today(tx.Now))
	if err != nil {
		return done, err
	}
	done.Name = item.Name
	if done.Total, err = fee.Price.Mul(int64(fee.Quantity)); err != nil {
		return done, err
	}
	order := s.feeWaits
	if o.Own {
		order = s.feeAtOnce
	}
	if err := order(ctx, tx, actor, c, sub, fee, &done); err != nil {
		return done, err
	}
	after := map[string]any{"fee": o.Key, "quantity": o.Quantity, "total": done.Total.String(), "currency": done.Total.Currency(), "reason": o.Reason}
	if done.Invoice != nil {
		after["invoice"] = done.Invoice.Number
	}
	if err := identity.Audit(ctx, tx, actor, identity.Change{Action: "fee.order", SubjectKind: "subscription", SubjectID: int64(sub.ID), AccountID: sub.AccountID, After: after}); err != nil {
		return done, err
	}
	if o.Agree != nil {
		return done, o.Agree(done)
	}
	return done, nil
}

// feeWaits lets a fee stand on the next invoice.
func (s *Service) feeWaits(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, sub *billing.Subscription, fee billing.OneOff, done *OrderedFee) error {
	if sub.Metered {
		return prolong.NewError(prolong.CodeInvalid, "error.fee_of_rent", prolong.Args{"Fee": fee.Name})
	}
	if err := billing.ChargeOnce(ctx, tx, actor, c, sub, fee.Key, fee.Quantity, c.Sellers[sub.SellerID].Today(tx.Now)); err != nil {
		return err
	}
	if err := billing.LoadPricing(ctx, tx, sub); err != nil {
		return err
	}
	renewal, err := c.RenewalOf(sub, billing.Account{})
	done.Charge, done.NextOn, done.seq = renewal.Charge, sub.RenewOn(renewal.Plan.Lead), strconv.Itoa(len(sub.OneOffs))
	return err
}

// feeAtOnce draws up an invoice of the fee alone.
func (s *Service) feeAtOnce(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, sub *billing.Subscription, fee billing.OneOff, done *OrderedFee) error {
	account, err := billing.LockAccount(ctx, tx, sub.AccountID)
	if err != nil {
		return err
	}
	numbers, err := takeInvoiceNumbers(ctx, tx, account)
	if err != nil {
		return err
	}
	d, err := draftOnce(c, tx, account, numbers[0], fee)
	if err != nil {
		return err
	}
	done.seq = numbers[0]
	drafts := []draft{d}
	if err := insertDrafts(ctx, tx, drafts); err != nil {
		return err
	}
	if err := s.settleFromBalances(ctx, tx, actor, c, drafts, map[billing.SellerID]prolong.Date{account.SellerID: d.IssuedOn}); err != nil {
		return err
	}
	letters, err := addressed(ctx, tx, identity.TopicInvoices, d.IssuedOn, map[billing.AccountID]billing.Account{account.ID: account}, []notify.Message{drafts[0].message()})
	if err != nil {
		return err
	}
	if _, err := s.notify.Queue(ctx, tx, letters...); err != nil {
		return err
	}
	inv := drafts[0].Invoice
	done.Invoice, done.Charge, done.Tax = &inv, drafts[0].charge, inv.Tax
	return nil
}

// DropFee takes back a fee that waits for the next invoice. Returns CodeNotFound for one that
// does not wait any more.
func (s *Service) DropFee(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, fee int64) error {
	return prolong.Wrap("invoices.DropFee", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		sub, err := billing.LockSubscription(ctx, tx, id)
		if err != nil {
			return err
		}
		name, err := billing.DropOnce(ctx, tx, sub, fee)
		if err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "fee.drop", SubjectKind: "subscription", SubjectID: int64(sub.ID), AccountID: sub.AccountID, Before: map[string]any{"fee": name}})
	}))
}
