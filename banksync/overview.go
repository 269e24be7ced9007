package banksync

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// ReceivedTotal is what came through the banks in one currency.
type ReceivedTotal struct {
	Count  int           // payments of clients: posted or waiting; those that are not ours do not count
	Amount prolong.Money // of these
	// Automatic are those of them that were posted and that no person ever touched.
	Automatic       int
	AutomaticAmount prolong.Money
	Review          int // those of them that wait for a person
}

// AutomaticShare returns the share of payments posted without a person in basis points, and
// whether there was any payment.
func (t ReceivedTotal) AutomaticShare() (basisPoints int, ok bool) {
	if t.Count == 0 {
		return 0, false
	}
	return t.Automatic * 10_000 / t.Count, true
}

// CountReceived sums the clients' bank payments that were received since an instant, by
// currency.
func (s *Service) CountReceived(ctx context.Context, since time.Time) ([]ReceivedTotal, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT currency, count(*), sum(amount_minor)::bigint, count(*) FILTER (WHERE alone), coalesce(sum(amount_minor) FILTER (WHERE alone), 0)::bigint,
			count(*) FILTER (WHERE state = 'review')
		FROM (
			SELECT p.currency, p.amount_minor, p.state, p.state <> 'review' AND NOT EXISTS (SELECT 1 FROM match_decisions d WHERE d.payment_id = p.id AND d.ruleset = $2) AS alone
			FROM published_payments p WHERE p.channel = 'bank' AND p.state <> 'ignored' AND p.received_at >= $1) x
		GROUP BY currency ORDER BY 2 DESC, 1`, since, decisionManual)
	if err != nil {
		return nil, prolong.Wrap("banksync.CountReceived", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t ReceivedTotal, err error) {
		var cur string
		var amount, alone int64
		err = row.Scan(&cur, &t.Count, &amount, &t.Automatic, &alone, &t.Review)
		t.Amount, t.AutomaticAmount = prolong.NewMoney(amount, prolong.Currency(cur)), prolong.NewMoney(alone, prolong.Currency(cur))
		return t, err
	})
	return list, prolong.Wrap("banksync.CountReceived", err)
}

// CountReview returns how many payments wait for a person.
func (s *Service) CountReview(ctx context.Context) (n int, err error) {
	err = s.db.Pool.QueryRow(ctx, `SELECT count(*) FROM published_payments WHERE state = 'review'`).Scan(&n)
	return n, prolong.Wrap("banksync.CountReview", err)
}

// Manual says whether the latest decision about the payment is a person's.
func (r Received) Manual() bool { return r.Decision.RulesetVersion == decisionManual }

// WeekReceived is what came through the banks in a week, over all currencies.
type WeekReceived struct {
	Monday    prolong.Date
	Count     int // payments of clients
	Automatic int // of them, posted without a person
}

// CountReceivedByWeek counts the clients' bank payments of the given number of weeks up to the
// one of the day today, in the days of a time zone; weeks without payments are there, too.
func (s *Service) CountReceivedByWeek(ctx context.Context, today prolong.Date, weeks int, zone *time.Location) ([]WeekReceived, error) {
	first := mondayOf(today).AddDays(-7 * (weeks - 1))
	list := make([]WeekReceived, weeks)
	for i := range list {
		list[i].Monday = first.AddDays(7 * i)
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT (date_trunc('week', p.received_at AT TIME ZONE $3))::date, count(*),
			count(*) FILTER (WHERE p.state <> 'review' AND NOT EXISTS (SELECT 1 FROM match_decisions d WHERE d.payment_id = p.id AND d.ruleset = $2))
		FROM published_payments p WHERE p.channel = 'bank' AND p.state <> 'ignored' AND p.received_at >= $1 GROUP BY 1`, first.Start(zone), decisionManual, zone.String())
	if err != nil {
		return nil, prolong.Wrap("banksync.CountReceivedByWeek", err)
	}
	var w WeekReceived
	_, err = pgx.ForEachRow(rows, []any{&w.Monday, &w.Count, &w.Automatic}, func() error {
		if i := w.Monday.DaysSince(first) / 7; i >= 0 && i < weeks {
			list[i] = w
		}
		return nil
	})
	return list, prolong.Wrap("banksync.CountReceivedByWeek", err)
}

// mondayOf returns the first day of a day's week.
func mondayOf(d prolong.Date) prolong.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }
