package billing

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// DiscountID identifies a Discount.
type DiscountID int64

// fullBP is 100 % in basis points.
const fullBP = 10_000

// Discount is taken off the periods of one subscription: a percent or an amount, for so many
// periods or until a day, with who gave it, when and why.
type Discount struct {
	ID             DiscountID
	AccountID      AccountID
	SubscriptionID SubscriptionID
	PercentBP      int           // hundredths of a percent; 0 for an amount
	Amount         prolong.Money // off every period
	// From and Until are the first and the last day on which a period may begin that it is off;
	// no Until is for good.
	From, Until prolong.Date
	// Periods says off how many periods it is, 0 any number; Used, off how many it was already.
	Periods, Used int
	Reason        string
	Actor         string
	Given         prolong.Date // the seller's day on which it was given
}

// covers returns off how many of the periods that an invoice is for the discount is.
func (d Discount) covers(on prolong.Date, periods int) int {
	if on.Before(d.From) || (!d.Until.IsZero() && on.After(d.Until)) {
		return 0
	}
	if d.Periods == 0 {
		return periods
	}
	return max(min(d.Periods-d.Used, periods), 0)
}

// Check says whether the discount can be given. Returns CodeInvalid naming the field.
func (d Discount) Check() error {
	switch {
	case strings.TrimSpace(d.Reason) == "":
		return prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
	case (d.PercentBP == 0) == d.Amount.IsZero():
		return prolong.NewError(prolong.CodeInvalid, "error.discount_kind", nil)
	case d.PercentBP < 0 || d.PercentBP > fullBP || d.Amount.Minor() < 0:
		return prolong.NewError(prolong.CodeInvalid, "error.discount_value", nil)
	case d.From.IsZero() || (!d.Until.IsZero() && d.Until.Before(d.From)):
		return prolong.NewError(prolong.CodeInvalid, "error.period_invalid", prolong.Args{"From": d.From, "To": d.Until})
	case d.Periods < 0:
		return prolong.NewError(prolong.CodeInvalid, "error.discount_value", nil)
	}
	return nil
}

// GiveDiscount records a discount of a locked subscription in the caller's transaction. Returns
// CodeInvalid with what is wrong with it.
func GiveDiscount(ctx context.Context, tx postgres.Tx, actor prolong.Actor, sub *Subscription, d Discount) (DiscountID, error) {
	if err := d.Check(); err != nil {
		return 0, err
	}
	var percent *int
	var amount *int64
	if d.PercentBP > 0 {
		percent = &d.PercentBP
	} else {
		if d.Amount.Currency() != sub.Currency {
			return 0, prolong.NewError(prolong.CodeInvalid, "error.currency_mismatch", prolong.Args{"A": d.Amount.Currency(), "B": sub.Currency})
		}
		minor := d.Amount.Minor()
		amount = &minor
	}
	var id int64
	err := tx.Pgx.QueryRow(ctx, `INSERT INTO discounts (account_id, subscription_id, percent_bp, amount_minor, from_on, until_on, periods, reason, actor, created_at)
		VALUES ($1,$2,$3,$4,$5,$6,nullif($7, 0),$8,$9,$10) RETURNING id`,
		int64(sub.AccountID), int64(sub.ID), percent, amount, d.From, d.Until, d.Periods, strings.TrimSpace(d.Reason), actor.String(), tx.Now).Scan(&id)
	return DiscountID(id), prolong.Wrap("billing.GiveDiscount", err)
}

// EndDiscount ends a discount of a locked subscription for every invoice to come; one that has
// ended stays as it ended. Returns CodeNotFound for one that the subscription does not have.
func EndDiscount(ctx context.Context, tx postgres.Tx, actor prolong.Actor, sub *Subscription, id DiscountID) error {
	tag, err := tx.Pgx.Exec(ctx, `UPDATE discounts SET ended_at = coalesce(ended_at, $3), ended_by = CASE WHEN ended_at IS NULL THEN $4 ELSE ended_by END WHERE id = $1 AND subscription_id = $2`, int64(id), int64(sub.ID), tx.Now, actor.String())
	if err == nil && tag.RowsAffected() == 0 {
		return prolong.NewError(prolong.CodeNotFound, "error.discount_not_found", prolong.Args{"ID": int64(id)})
	}
	return prolong.Wrap("billing.EndDiscount", err)
}

const discountColumns = `d.id, d.account_id, d.subscription_id, coalesce(d.percent_bp, 0), coalesce(d.amount_minor, 0), s.currency, d.from_on, d.until_on, coalesce(d.periods, 0),
	coalesce((SELECT sum(u.periods) FROM discount_uses u WHERE u.discount_id = d.id), 0)::int, d.reason, d.actor,
	(d.created_at AT TIME ZONE (SELECT time_zone FROM sellers x WHERE x.id = s.seller_id))::date`

func scanDiscount(row pgx.CollectableRow) (d Discount, err error) {
	var cur string
	var minor int64
	err = row.Scan((*int64)(&d.ID), (*int64)(&d.AccountID), (*int64)(&d.SubscriptionID), &d.PercentBP, &minor, &cur, &d.From, &d.Until, &d.Periods, &d.Used, &d.Reason, &d.Actor, &d.Given)
	if d.PercentBP == 0 {
		d.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
	}
	return d, err
}

// readDiscounts returns the discounts in force of subscriptions, the oldest first.
func readDiscounts(ctx context.Context, q querier, subs []int64) ([]Discount, error) {
	rows, err := q.Query(ctx, `SELECT `+discountColumns+` FROM discounts d JOIN subscriptions s ON s.id = d.subscription_id WHERE d.subscription_id = ANY($1) AND d.ended_at IS NULL ORDER BY d.id`, subs)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanDiscount)
}

// DiscountsOn returns the discounts that an invoice has used, as they were given; whether they
// have ended since does not matter.
func DiscountsOn(ctx context.Context, tx postgres.Tx, invoice int64) ([]Discount, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+discountColumns+` FROM discount_uses o JOIN discounts d ON d.id = o.discount_id JOIN subscriptions s ON s.id = d.subscription_id WHERE o.invoice_id = $1 ORDER BY d.id`, invoice)
	if err != nil {
		return nil, prolong.Wrap("billing.DiscountsOn", err)
	}
	list, err := pgx.CollectRows(rows, scanDiscount)
	for i := range list { // of this invoice's periods they are what they were
		list[i].From, list[i].Until, list[i].Periods = prolong.NewDate(1, 1, 2), prolong.Date{}, 0
	}
	return list, prolong.Wrap("billing.DiscountsOn", err)
}
