package invoices

import (
	"context"
	"fmt"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// PackOrder asks for packs of prepaid minutes.
type PackOrder struct {
	Account billing.AccountID
	Pack    string // key
	Packs   int
	// Agree is asked, before anything is kept, whether what the order comes to is what was agreed
	// to; an error takes it back. nil agrees to anything.
	Agree func(OrderedPacks) error
}

// OrderedPacks says what an order did, or would do.
type OrderedPacks struct {
	Pack    billing.Pack
	Packs   int
	Price   prolong.Money // of one
	Invoice Invoice
}

// Agreement writes down what a person agrees to, so that nothing else is done. The number of the
// invoice is in it: two presses of one button do not come to the same.
func (o OrderedPacks) Agreement() string {
	return fmt.Sprintf("%s;%d;%v;%v;%v;%v;%s", o.Pack.Key, o.Packs, o.Price, o.Invoice.Total, o.Invoice.Tax, o.Invoice.Paid, o.Invoice.Number)
}

// PlaceOrder draws up the invoice of packs (OrderPacks) if it comes to what was agreed to.
func (s *Service) PlaceOrder(ctx context.Context, actor prolong.Actor, o PackOrder) (OrderedPacks, error) {
	var out OrderedPacks
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.placeOrder(ctx, tx, actor, o)
		return err
	})
	return out, prolong.Wrap("invoices.PlaceOrder", err)
}

// QuoteOrder returns what PlaceOrder would do, and changes nothing.
func (s *Service) QuoteOrder(ctx context.Context, actor prolong.Actor, o PackOrder) (OrderedPacks, error) {
	var out OrderedPacks
	err := s.dryRun(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.placeOrder(ctx, tx, actor, o)
		return err
	})
	return out, prolong.Wrap("invoices.QuoteOrder", err)
}

func (s *Service) placeOrder(ctx context.Context, tx postgres.Tx, actor prolong.Actor, o PackOrder) (out OrderedPacks, err error) {
	account, err := billing.LockAccount(ctx, tx, o.Account)
	if err != nil {
		return out, err
	}
	if out.Pack, err = billing.PackIn(ctx, tx, account.SellerID, o.Pack); err != nil {
		return out, err
	}
	if out.Price, err = packPrice(ctx, tx, o.Account, out.Pack); err != nil {
		return out, err
	}
	out.Packs = o.Packs
	// The agreement keeps a second press from a second order; the key only has to be another one.
	var orders int
	if err := tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM prepaid_orders WHERE account_id = $1`, int64(o.Account)).Scan(&orders); err != nil {
		return out, err
	}
	if out.Invoice, err = s.orderPacks(ctx, tx, actor, o.Account, o.Pack, o.Packs, fmt.Sprintf("agreed:%d", orders)); err != nil {
		return out, err
	}
	if err := identity.Audit(ctx, tx, actor, identity.Change{Action: "hours.order", SubjectKind: "invoice", SubjectID: int64(out.Invoice.ID), AccountID: o.Account,
		After: map[string]any{"pack": o.Pack, "packs": o.Packs, "invoice": out.Invoice.Number, "total": out.Invoice.Total.String(), "currency": out.Invoice.Total.Currency()}}); err != nil {
		return out, err
	}
	if o.Agree != nil {
		return out, o.Agree(out)
	}
	return out, nil
}
