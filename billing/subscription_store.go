package billing

import (
	"context"
	"slices"
	"sort"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

const subscriptionColumns = `s.id, s.account_id, s.seller_id, s.plan_id, s.currency, s.price_minor, s.period_count, s.period_unit, s.anchor_day, s.paid_through, s.invoiced_to, s.ended_on,
	(s.created_at AT TIME ZONE (SELECT time_zone FROM sellers x WHERE x.id = s.seller_id))::date, coalesce(s.next_plan_id, 0), s.next_price_minor, s.plan_from,
	s.seats, s.addons, coalesce(s.next_seats, 0), s.next_addons, s.first_from, s.first_periods, s.metered, s.suspend_on, s.ends_on, s.reopened_on, s.first_to`

// subscriptionRow reads subscriptionColumns.
type subscriptionRow struct {
	Subscription
	price, nextPrice *int64
}

// columns returns where the columns go.
func (r *subscriptionRow) columns() []any {
	return []any{(*int64)(&r.ID), (*int64)(&r.AccountID), (*int64)(&r.SellerID), (*int64)(&r.PlanID), (*string)(&r.Currency), &r.price, &r.Term.Count, (*string)(&r.Term.Unit),
		&r.AnchorDay, &r.PaidThrough, &r.InvoicedTo, &r.EndedOn, &r.Since, (*int64)(&r.NextPlanID), &r.nextPrice, &r.PlanFrom,
		&r.Seats, &r.Addons, &r.NextSeats, &r.NextAddons, &r.FirstFrom, &r.FirstPeriods, &r.Metered, &r.SuspendOn, &r.EndsOn, &r.ReopenedOn, &r.FirstTo}
}

// subscription returns what was read.
func (r *subscriptionRow) subscription() *Subscription {
	if r.price != nil {
		r.Price = prolong.NewMoney(*r.price, r.Currency)
	}
	if r.nextPrice != nil {
		r.NextPrice = prolong.NewMoney(*r.nextPrice, r.Currency)
	}
	return &r.Subscription
}

func scanSubscription(row pgx.CollectableRow) (*Subscription, error) {
	var r subscriptionRow
	err := row.Scan(r.columns()...)
	return r.subscription(), err
}

// SubscriptionsForUpdate locks subscriptions, whose accounts the caller has locked, and
// returns them by id.
func SubscriptionsForUpdate(ctx context.Context, tx postgres.Tx, ids []SubscriptionID) (map[SubscriptionID]*Subscription, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions s WHERE s.id = ANY($1) ORDER BY s.id FOR NO KEY UPDATE`, postgres.Int64s(ids))
	if err != nil {
		return nil, prolong.Wrap("billing.SubscriptionsForUpdate", err)
	}
	subs, err := pgx.CollectRows(rows, scanSubscription)
	if err != nil {
		return nil, prolong.Wrap("billing.SubscriptionsForUpdate", err)
	}
	out := make(map[SubscriptionID]*Subscription, len(subs))
	for _, s := range subs {
		out[s.ID] = s
	}
	return out, nil
}

// LockSubscription locks a subscription and, before it, its account. Returns CodeNotFound for an
// unknown one and for one that has ended.
func LockSubscription(ctx context.Context, tx postgres.Tx, id SubscriptionID) (*Subscription, error) {
	var account int64
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT account_id FROM subscriptions WHERE id = $1 AND ended_on IS NULL), 0)`, int64(id)).Scan(&account); err != nil {
		return nil, prolong.Wrap("billing.LockSubscription", err)
	}
	if account == 0 {
		return nil, prolong.NewError(prolong.CodeNotFound, "error.subscription_not_found", prolong.Args{"ID": int64(id)})
	}
	if _, err := LockAccounts(ctx, tx, []AccountID{AccountID(account)}); err != nil {
		return nil, err
	}
	subs, err := SubscriptionsForUpdate(ctx, tx, []SubscriptionID{id})
	return subs[id], err
}

// SubscriptionsOf returns the subscriptions of an account with what their price depends on, the
// longest paid first.
func (s *Service) SubscriptionsOf(ctx context.Context, account AccountID) ([]Subscription, error) {
	list, err := s.findSubscriptions(ctx, `s.account_id = $1 AND s.ended_on IS NULL ORDER BY s.paid_through DESC, s.id`, int64(account))
	return list, prolong.Wrap("billing.SubscriptionsOf", err)
}

// FindSubscription returns a subscription with what its price depends on. Returns CodeNotFound
// for an unknown one and for one that has ended.
func (s *Service) FindSubscription(ctx context.Context, id SubscriptionID) (Subscription, error) {
	list, err := s.findSubscriptions(ctx, `s.id = $1 AND s.ended_on IS NULL`, int64(id))
	if err == nil && len(list) == 0 {
		return Subscription{}, prolong.NewError(prolong.CodeNotFound, "error.subscription_not_found", prolong.Args{"ID": int64(id)})
	}
	if err != nil {
		return Subscription{}, prolong.Wrap("billing.FindSubscription", err)
	}
	return list[0], nil
}

func (s *Service) findSubscriptions(ctx context.Context, where string, arg int64) ([]Subscription, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions s WHERE `+where, arg)
	if err != nil {
		return nil, err
	}
	subs, err := pgx.CollectRows(rows, scanSubscription)
	if err != nil {
		return nil, err
	}
	if err := loadPricing(ctx, s.db.Pool, subs); err != nil {
		return nil, err
	}
	out := make([]Subscription, len(subs))
	for i, sub := range subs {
		out[i] = *sub
	}
	return out, nil
}

// DueRenewal is a subscription whose next period is due to be invoiced.
type DueRenewal struct {
	Subscription *Subscription
	Account      Account
	Plan         Plan
	Period       prolong.Period
	Charge       Charge
}

// RenewalOf says what the next period of a subscription is to be invoiced at; discounts and
// what waits to be charged once count as far as LoadPricing has read them. Returns CodeInvalid
// if the plan has no price in the subscription's currency then.
func (c Catalog) RenewalOf(sub *Subscription, account Account) (DueRenewal, error) {
	next := *sub
	if sub.NextPlanID != 0 && !sub.InvoicedTo.Before(sub.PlanFrom) {
		next.setTerms(sub.nextTerms(c))
	}
	d := DueRenewal{Subscription: sub, Account: account, Plan: c.Plans[next.PlanID], Period: next.NextPeriod()}
	var err error
	d.Charge, err = c.ChargeOf(&next, d.Period, ChargeOptions{Periods: next.nextPeriods(), Discounts: next.Discounts, OneOffs: next.OneOffs})
	return d, err
}

// RenewalCursor is how far a renewal sweep has come in the order of the days on which invoices
// fell due. The zero cursor is the beginning.
type RenewalCursor struct {
	On prolong.Date
	ID SubscriptionID
}

// claimFrom gives the sellers' days as statements take them, the latest of them, and the day that
// a claim goes on from: that of its cursor, at first the first there is.
func claimFrom(today map[SellerID]prolong.Date, after prolong.Date) (sellers []int64, days []prolong.Date, latest, on prolong.Date) {
	sellers, days = make([]int64, 0, len(today)), make([]prolong.Date, 0, len(today))
	for id, day := range today {
		sellers, days = append(sellers, int64(id)), append(days, day)
		if day.After(latest) {
			latest = day
		}
	}
	if after.IsZero() {
		after = prolong.NewDate(1, 1, 2)
	}
	return sellers, days, latest, after
}

// ClaimRenewals locks up to limit subscriptions whose renewal invoice is due by the seller's
// day in today, with their accounts, and returns them; others that are being worked on are
// passed over. Subscriptions without a price on the first day of the period come back in
// unpriced; they need a person.
func ClaimRenewals(ctx context.Context, tx postgres.Tx, c Catalog, today map[SellerID]prolong.Date, after RenewalCursor, limit int) (due []DueRenewal, unpriced []Subscription, last RenewalCursor, err error) {
	sellers, days, latest, on := claimFrom(today, after.On)
	// The order is that of the index subscriptions_renew_on, so a batch reads its own rows and no
	// others, however many are due and however many there are.
	//
	// The account is locked first, as everywhere; FOR UPDATE of both in one statement locks
	// row by row, accounts and subscriptions of one row together, and SKIP LOCKED never waits.
	rows, err := tx.Pgx.Query(ctx, `
		SELECT s.renew_on, `+subscriptionColumns+`, `+accountColumns+`
		FROM subscriptions s
		JOIN accounts a ON a.id = s.account_id
		JOIN unnest($1::bigint[], $2::date[]) AS t (seller_id, today) ON t.seller_id = s.seller_id
		WHERE s.renew_on IS NOT NULL AND s.renew_on <= $6 AND (s.renew_on, s.id) > ($3::date, $4::bigint) AND s.renew_on <= t.today
		ORDER BY s.renew_on, s.id LIMIT $5
		FOR NO KEY UPDATE OF a, s SKIP LOCKED`, sellers, days, on, int64(after.ID), limit, latest)
	if err != nil {
		return nil, nil, after, prolong.Wrap("billing.ClaimRenewals", err)
	}
	defer rows.Close()
	last = after
	var subs []*Subscription
	var accounts []Account
	for rows.Next() {
		var row subscriptionRow
		var a Account
		var closed *time.Time
		if err := rows.Scan(slices.Concat([]any{&last.On}, row.columns(), []any{(*int64)(&a.ID), &a.ExternalID, (*int64)(&a.SellerID), (*string)(&a.PaymentCode), &a.Name, &a.LegalForm,
			(*string)(&a.Country), (*string)(&a.TaxID), &a.KPP, &a.Address, &a.Email, &a.Phone, &a.BankAccount, &a.BankBIC, &a.Language, &a.CreatedAt, &closed, &a.Signatory, &a.SignatoryTitle})...); err != nil {
			return nil, nil, after, prolong.Wrap("billing.ClaimRenewals", err)
		}
		last.ID = row.ID
		subs, accounts = append(subs, row.subscription()), append(accounts, a)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, after, prolong.Wrap("billing.ClaimRenewals", err)
	}
	if err := LoadPricing(ctx, tx, subs...); err != nil {
		return nil, nil, after, err
	}
	for i, sub := range subs {
		d, err := c.RenewalOf(sub, accounts[i])
		if err != nil {
			unpriced = append(unpriced, *sub)
			continue
		}
		due = append(due, d)
	}
	return due, unpriced, last, nil
}

// MarkInvoiced records that the next periods of locked subscriptions have their invoices.
func MarkInvoiced(ctx context.Context, tx postgres.Tx, to map[SubscriptionID]prolong.Date) error {
	ids := make([]int64, 0, len(to))
	for id := range to {
		ids = append(ids, int64(id))
	}
	sort.Slice(ids, func(a, b int) bool { return ids[a] < ids[b] })
	days := make([]prolong.Date, len(ids))
	for i, id := range ids {
		days[i] = to[SubscriptionID(id)]
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE subscriptions s SET invoiced_to = u.day, renew_on = NULL FROM unnest($1::bigint[], $2::date[]) AS u (id, day) WHERE s.id = u.id`, ids, days)
	return prolong.Wrap("billing.MarkInvoiced", err)
}
