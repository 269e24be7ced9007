package invoices

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// OpenTotal is what clients of one currency are asked to pay.
type OpenTotal struct {
	Count  int
	Amount prolong.Money // the residuals
	// Overdue are those of them whose day of payment has passed.
	Overdue       int
	OverdueAmount prolong.Money
}

// CountOpen sums the open invoices by currency; on is the day that decides what is overdue.
func (s *Service) CountOpen(ctx context.Context, on prolong.Date) ([]OpenTotal, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT currency, count(*), sum(total_minor - credited_minor - paid_minor)::bigint, count(*) FILTER (WHERE due_on < $1),
			coalesce(sum(total_minor - credited_minor - paid_minor) FILTER (WHERE due_on < $1), 0)::bigint
		FROM invoices WHERE status = 'open' GROUP BY currency ORDER BY 2 DESC, 1`, on)
	if err != nil {
		return nil, prolong.Wrap("invoices.CountOpen", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t OpenTotal, err error) {
		var cur string
		var amount, overdue int64
		err = row.Scan(&cur, &t.Count, &amount, &t.Overdue, &overdue)
		t.Amount, t.OverdueAmount = prolong.NewMoney(amount, prolong.Currency(cur)), prolong.NewMoney(overdue, prolong.Currency(cur))
		return t, err
	})
	return list, prolong.Wrap("invoices.CountOpen", err)
}

// Recurring is the revenue of a month at the prices of the paid periods that cover a day.
type Recurring struct {
	On     prolong.Date
	Amount prolong.Money
	Payers int // accounts
}

// RecurringOn tells for each day what the paid periods that cover it bring a month (MRR), by
// currency, the days in order. A period of several months counts with its share, a shorter one
// as often as it fits into a month of 30.4375 days.
func (s *Service) RecurringOn(ctx context.Context, days []prolong.Date) ([]Recurring, error) {
	if len(days) == 0 {
		return nil, nil
	}
	// No period is longer than this; it bounds what is read.
	const periodYearsMax = 3
	first, last := days[0], days[len(days)-1]
	rows, err := s.db.Pool.Query(ctx, `
		SELECT d.day, i.currency, round(sum(i.total_minor::numeric / CASE WHEN i.period_to - i.period_from >= 28 THEN round((i.period_to - i.period_from) / 30.4375) ELSE (i.period_to - i.period_from) / 30.4375 END))::bigint,
			count(DISTINCT i.account_id)
		FROM unnest($1::date[]) AS d (day) JOIN invoices i ON i.status = 'paid' AND i.period_from <= d.day AND i.period_to > d.day
		WHERE i.period_from > $2 AND i.period_from <= $3 GROUP BY 1, 2 ORDER BY 1, 2`, days, first.AddMonths(-12*periodYearsMax, first.Day()), last)
	if err != nil {
		return nil, prolong.Wrap("invoices.RecurringOn", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Recurring, err error) {
		var cur string
		var minor int64
		err = row.Scan(&r.On, &cur, &minor, &r.Payers)
		r.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
		return r, err
	})
	return list, prolong.Wrap("invoices.RecurringOn", err)
}
