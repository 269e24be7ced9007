package billing

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// LoadPricing reads what else the price of subscriptions depends on: discounts in force and
// things that wait to be charged once.
func LoadPricing(ctx context.Context, tx postgres.Tx, subs ...*Subscription) error {
	return prolong.Wrap("billing.LoadPricing", loadPricing(ctx, tx.Pgx, subs))
}

func loadPricing(ctx context.Context, q querier, subs []*Subscription) error {
	if len(subs) == 0 {
		return nil
	}
	ids, byID := make([]int64, len(subs)), make(map[SubscriptionID]*Subscription, len(subs))
	for i, s := range subs {
		ids[i], byID[s.ID] = int64(s.ID), s
		s.Discounts, s.OneOffs = nil, nil
	}
	discounts, err := readDiscounts(ctx, q, ids)
	if err != nil {
		return err
	}
	for _, d := range discounts {
		s := byID[d.SubscriptionID]
		s.Discounts = append(s.Discounts, d)
	}
	rows, err := q.Query(ctx, `SELECT id, subscription_id, item_key, name, quantity, price_minor FROM one_off_charges
		WHERE subscription_id = ANY($1) AND invoice_id IS NULL AND dropped_at IS NULL ORDER BY id`, ids)
	if err != nil {
		return err
	}
	var o OneOff
	var sub, minor int64
	_, err = pgx.ForEachRow(rows, []any{&o.ID, &sub, &o.Key, &o.Name, &o.Quantity, &minor}, func() error {
		s := byID[SubscriptionID(sub)]
		o.Price = prolong.NewMoney(minor, s.Currency)
		s.OneOffs = append(s.OneOffs, o)
		return nil
	})
	return err
}

// InvoicedCharge is the charge that an invoice asks for.
type InvoicedCharge struct {
	Invoice int64 // its id
	Charge  Charge
}

// MarkCharged records in the caller's transaction which discounts invoices have used and which
// one-off charges they ask for.
func MarkCharged(ctx context.Context, tx postgres.Tx, charged []InvoicedCharge) error {
	var discounts, usedBy, amounts, oneOffs, chargedBy []int64
	var periods []int32
	for _, c := range charged {
		for _, u := range c.Charge.Uses {
			discounts, usedBy, periods, amounts = append(discounts, int64(u.DiscountID)), append(usedBy, c.Invoice), append(periods, int32(u.Periods)), append(amounts, u.Amount.Minor())
		}
		for _, o := range c.Charge.OneOffs {
			oneOffs, chargedBy = append(oneOffs, o.ID), append(chargedBy, c.Invoice)
		}
	}
	if len(discounts) > 0 {
		if _, err := tx.Pgx.Exec(ctx, `INSERT INTO discount_uses (discount_id, invoice_id, periods, amount_minor) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[])
			ON CONFLICT ON CONSTRAINT discount_uses_pkey DO UPDATE SET periods = discount_uses.periods + excluded.periods, amount_minor = discount_uses.amount_minor + excluded.amount_minor`,
			discounts, usedBy, periods, amounts); err != nil {
			return prolong.Wrap("billing.MarkCharged", err)
		}
	}
	if len(oneOffs) > 0 {
		if _, err := tx.Pgx.Exec(ctx, `UPDATE one_off_charges o SET invoice_id = u.invoice FROM unnest($1::bigint[], $2::bigint[]) AS u (id, invoice) WHERE o.id = u.id`, oneOffs, chargedBy); err != nil {
			return prolong.Wrap("billing.MarkCharged", err)
		}
	}
	return nil
}

// ReleaseCharged gives back what a cancelled invoice had used: periods of discounts, and one-off
// charges, which wait for the next invoice again.
func ReleaseCharged(ctx context.Context, tx postgres.Tx, invoice int64) error {
	for _, sql := range []string{`DELETE FROM discount_uses WHERE invoice_id = $1`, `UPDATE one_off_charges SET invoice_id = NULL WHERE invoice_id = $1`} {
		if _, err := tx.Pgx.Exec(ctx, sql, invoice); err != nil {
			return prolong.Wrap("billing.ReleaseCharged", err)
		}
	}
	return nil
}

// FeeOf returns a fee of the subscription's plan with what it comes to on a seller's day.
// Returns CodeInvalid for a fee that the plan does not have, that has no price, and for a quantity
// out of range.
func FeeOf(c Catalog, sub *Subscription, key string, quantity int, on prolong.Date) (Item, OneOff, error) {
	item, ok := c.ItemOf(sub.PlanID, key)
	if !ok || item.Kind != ItemFee {
		return item, OneOff{}, prolong.NewError(prolong.CodeInvalid, "error.addon_not_sold", prolong.Args{"Addon": key, "Plan": c.Plans[sub.PlanID].Name})
	}
	if quantity < 1 || quantity > SeatsMax {
		return item, OneOff{}, prolong.NewError(prolong.CodeInvalid, "error.seats", prolong.Args{"Seats": quantity, "Max": SeatsMax})
	}
	price, ok := PriceFor(item.Prices, sub.Currency, on, sub.Since)
	if !ok {
		return item, OneOff{}, prolong.NewError(prolong.CodeInvalid, "error.plan_no_price", prolong.Args{"Plan": key, "Currency": sub.Currency})
	}
	return item, OneOff{Key: item.Key, Name: item.Name, Quantity: quantity, Price: price}, nil
}

// ChargeOnce lets a fee of the subscription's plan wait for its next invoice, at the price of the
// seller's day on. Returns what FeeOf returns.
func ChargeOnce(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c Catalog, sub *Subscription, key string, quantity int, on prolong.Date) error {
	_, fee, err := FeeOf(c, sub, key, quantity, on)
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `INSERT INTO one_off_charges (account_id, subscription_id, item_key, name, quantity, price_minor, actor, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		int64(sub.AccountID), int64(sub.ID), fee.Key, fee.Name, fee.Quantity, fee.Price.Minor(), actor.String(), tx.Now)
	return prolong.Wrap("billing.ChargeOnce", err)
}

// DropOnce takes back a fee of a locked subscription that waits for its next invoice, and returns
// its name; one that was taken back stays so. Returns CodeNotFound for one that was invoiced.
func DropOnce(ctx context.Context, tx postgres.Tx, sub *Subscription, id int64) (name string, err error) {
	err = tx.Pgx.QueryRow(ctx, `UPDATE one_off_charges SET dropped_at = coalesce(dropped_at, $3) WHERE id = $1 AND subscription_id = $2 AND invoice_id IS NULL RETURNING name`,
		id, int64(sub.ID), tx.Now).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.fee_not_waiting", nil)
	}
	return name, prolong.Wrap("billing.DropOnce", err)
}
