package billing

import (
	"context"
	"encoding/json"
	"sort"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
	"prolong/internal/workdays"
)

// MarshalJSON writes the form kept in the plan's row.
func (s DunningStep) MarshalJSON() ([]byte, error) {
	return json.Marshal(dunningWire{string(s.Letter), s.When(), string(s.Move)})
}

// UnmarshalJSON reads it.
func (s *DunningStep) UnmarshalJSON(data []byte) error {
	var w dunningWire
	err := json.Unmarshal(data, &w)
	if err == nil {
		*s, err = ParseDunningStep(w.Letter, w.When, w.Move)
	}
	return err
}

// DunningCursor is how far a dunning sweep has come; the zero cursor is the beginning.
type DunningCursor struct {
	On prolong.Date
	ID SubscriptionID
}

// DueDunning is a subscription that dunning has to look at.
type DueDunning struct {
	Subscription *Subscription
	Account      Account
	Plan         Plan
	// Round is the extension that made the paid term what it is.
	Round int64
}

// ClaimDunning locks up to limit subscriptions whose day of dunning has come by the seller's day
// in today, with their accounts; others that are being worked on are passed over.
func ClaimDunning(ctx context.Context, tx postgres.Tx, c Catalog, today map[SellerID]prolong.Date, after DunningCursor, limit int) (due []DueDunning, last DunningCursor, err error) {
	sellers, days, latest, on := claimFrom(today, after.On)
	// The order is that of the index subscriptions_dunning_on; accounts are locked with their
	// subscriptions, as in ClaimRenewals.
	rows, err := tx.Pgx.Query(ctx, dunningClaim, sellers, days, on, int64(after.ID), limit, latest)
	if err != nil {
		return nil, after, prolong.Wrap("billing.ClaimDunning", err)
	}
	last = after
	var ids []int64
	due, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DueDunning, err error) {
		var id, account int64
		if err := row.Scan(&last.On, &id, &account); err != nil {
			return d, err
		}
		last.ID = SubscriptionID(id)
		ids = append(ids, id)
		return DueDunning{Account: Account{ID: AccountID(account)}, Subscription: &Subscription{ID: last.ID}}, nil
	})
	if err != nil || len(due) == 0 {
		return nil, last, prolong.Wrap("billing.ClaimDunning", err)
	}
	return due, last, prolong.Wrap("billing.ClaimDunning", fillDunning(ctx, tx, c, due, ids))
}

const dunningClaim = `
	SELECT s.dunning_on, s.id, a.id
	FROM subscriptions s JOIN accounts a ON a.id = s.account_id
	JOIN unnest($1::bigint[], $2::date[]) AS t (seller_id, today) ON t.seller_id = s.seller_id
	WHERE s.dunning_on IS NOT NULL AND s.dunning_on <= $6 AND (s.dunning_on, s.id) > ($3::date, $4::bigint) AND s.dunning_on <= t.today
	ORDER BY s.dunning_on, s.id LIMIT $5
	FOR NO KEY UPDATE OF a, s SKIP LOCKED`

// fillDunning reads what the claimed rows, which are locked by now, have to say.
func fillDunning(ctx context.Context, tx postgres.Tx, c Catalog, due []DueDunning, ids []int64) error {
	subIDs, accountIDs := make([]SubscriptionID, len(due)), make([]AccountID, len(due))
	for i := range due {
		subIDs[i], accountIDs[i] = due[i].Subscription.ID, due[i].Account.ID
	}
	subs, err := SubscriptionsForUpdate(ctx, tx, subIDs)
	if err != nil {
		return err
	}
	accounts, err := LockAccounts(ctx, tx, accountIDs)
	if err != nil {
		return err
	}
	rounds := map[SubscriptionID]int64{}
	rows, err := tx.Pgx.Query(ctx, `SELECT subscription_id, max(id) FROM extensions WHERE subscription_id = ANY($1) GROUP BY subscription_id`, ids)
	if err != nil {
		return err
	}
	var id, round int64
	if _, err := pgx.ForEachRow(rows, []any{&id, &round}, func() error {
		rounds[SubscriptionID(id)] = round
		return nil
	}); err != nil {
		return err
	}
	for i := range due {
		d := &due[i]
		d.Subscription, d.Account = subs[d.Subscription.ID], accounts[d.Account.ID]
		d.Plan, d.Round = c.Plans[d.Subscription.PlanID], rounds[d.Subscription.ID]
	}
	return nil
}

// PlanDunning records on which day dunning has to look at subscriptions again; no day for
// those about which nothing is left to say.
func PlanDunning(ctx context.Context, tx postgres.Tx, next map[SubscriptionID]prolong.Date) error {
	ids := make([]int64, 0, len(next))
	for id := range next {
		ids = append(ids, int64(id))
	}
	sort.Slice(ids, func(a, b int) bool { return ids[a] < ids[b] })
	days := make([]prolong.Date, len(ids))
	for i, id := range ids {
		days[i] = next[SubscriptionID(id)]
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE subscriptions s SET dunning_on = u.day FROM unnest($1::bigint[], $2::date[]) AS u (id, day)
		WHERE s.id = u.id AND s.ended_on IS NULL AND s.dunning_on IS DISTINCT FROM u.day`, ids, days)
	return prolong.Wrap("billing.PlanDunning", err)
}

// End closes a locked subscription on a day: it is renewed and reminded of no more, and a plan
// change that waits is forgotten. Its paid term stays on record.
func (j *Journal) End(ctx context.Context, sub *Subscription, plan Plan, on prolong.Date) error {
	sub.EndedOn, sub.SuspendOn = on, prolong.Date{}
	if sub.Metered {
		if err := setMeterEnd(ctx, j.tx, sub, plan); err != nil {
			return prolong.Wrap("billing.End", err)
		}
	}
	sub.NextPlanID, sub.NextPrice, sub.PlanFrom = 0, prolong.Money{}, prolong.Date{}
	if _, err := j.tx.Pgx.Exec(ctx, `UPDATE subscriptions SET next_plan_id = NULL, next_price_minor = NULL, plan_from = NULL, renew_on = NULL, dunning_on = NULL WHERE id = $1`, int64(sub.ID)); err != nil {
		return prolong.Wrap("billing.End", err)
	}
	j.Touch(sub, plan, "closed")
	return nil
}

// readCalendars reads the operator's own days and makes the calendars of the sellers' countries.
func (c *Catalog) readCalendars(ctx context.Context, q querier) error {
	rows, err := q.Query(ctx, `SELECT country, on_day, kind, note FROM calendar_days ORDER BY country, on_day`)
	if err != nil {
		return err
	}
	own, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d workdays.Day, err error) {
		err = row.Scan((*string)(&d.Country), &d.On, (*string)(&d.Kind), &d.Note)
		return d, err
	})
	if err != nil {
		return err
	}
	c.ownDays = own
	for _, seller := range c.Sellers {
		if _, made := c.Calendars[seller.Country]; !made {
			c.Calendars[seller.Country] = workdays.For(seller.Country, own)
		}
	}
	return nil
}

// ApplyCalendarsIn declares days of the operator's own in the calendars of working days, in the
// caller's transaction. Each declared country's days of the years that it names are replaced by
// the declared ones. Returns how many days there are now in those years.
func ApplyCalendarsIn(ctx context.Context, tx postgres.Tx, days []workdays.Day) (int, error) {
	type year struct {
		country prolong.Country
		year    int
	}
	cleared := map[year]bool{}
	for _, d := range days {
		if y := (year{d.Country, d.On.Year()}); !cleared[y] {
			cleared[y] = true
			if _, err := tx.Pgx.Exec(ctx, `DELETE FROM calendar_days WHERE country = $1 AND on_day >= $2 AND on_day < $3`,
				string(y.country), prolong.NewDate(y.year, 1, 1), prolong.NewDate(y.year+1, 1, 1)); err != nil {
				return 0, prolong.Wrap("billing.ApplyCalendars", err)
			}
		}
	}
	for _, d := range days {
		tag, err := tx.Pgx.Exec(ctx, `INSERT INTO calendar_days (country, on_day, kind, note) VALUES ($1,$2,$3,$4) ON CONFLICT ON CONSTRAINT calendar_days_pkey DO NOTHING`,
			string(d.Country), d.On, string(d.Kind), d.Note)
		if err == nil && tag.RowsAffected() == 0 {
			err = prolong.NewError(prolong.CodeInvalid, "error.calendar_day_twice", prolong.Args{"Country": string(d.Country), "Date": d.On})
		}
		if err != nil {
			return 0, prolong.Wrap("billing.ApplyCalendars", err)
		}
	}
	if len(days) == 0 {
		return 0, nil
	}
	return len(days), prolong.Wrap("billing.ApplyCalendars", replanDunning(ctx, tx, 0))
}

// ApplyCalendars is ApplyCalendarsIn in a transaction of its own.
func (s *Service) ApplyCalendars(ctx context.Context, days []workdays.Day) (n int, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		n, err = ApplyCalendarsIn(ctx, tx, days)
		return err
	})
	return n, err
}

// replanDunning computes anew, for a plan whose terms changed (0: for all, after a change of
// calendars), when the service stops and when dunning looks next. The wait for a bank's
// statement begins again with the next sweep.
func replanDunning(ctx context.Context, tx postgres.Tx, plan PlanID) error {
	c, err := readCatalog(ctx, tx.Pgx)
	if err != nil {
		return err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions s WHERE ($1 = 0 OR s.plan_id = $1) AND s.ended_on IS NULL ORDER BY s.id FOR NO KEY UPDATE`, int64(plan))
	if err != nil {
		return err
	}
	subs, err := pgx.CollectRows(rows, scanSubscription)
	if err != nil {
		return err
	}
	n := len(subs)
	ids, suspend, dunning := make([]int64, n), make([]prolong.Date, n), make([]prolong.Date, n)
	var moved []int64
	for i, s := range subs {
		was, p := s.Suspends(c.Plans[s.PlanID]), c.Plans[s.PlanID]
		s.SuspendOn = s.movedSuspension(p)
		ids[i], suspend[i], dunning[i] = int64(s.ID), s.SuspendOn, s.FirstDunning(p)
		if s.Suspends(p) != was || plan != 0 {
			moved = append(moved, int64(s.ID))
		}
	}
	if _, err := tx.Pgx.Exec(ctx, `UPDATE subscriptions s SET suspend_on = u.suspend, dunning_on = u.dunning
		FROM unnest($1::bigint[], $2::date[], $3::date[]) AS u (id, suspend, dunning) WHERE s.id = u.id`, ids, suspend, dunning); err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `INSERT INTO access_feed (account_id, paid_through, grace_days, cause, created_at)
		SELECT s.account_id, s.paid_through, p.grace_days, 'plan', $2 FROM subscriptions s JOIN plans p ON p.id = s.plan_id WHERE s.id = ANY($1) ORDER BY s.id`, moved, tx.Now)
	return err
}
