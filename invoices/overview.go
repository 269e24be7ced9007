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
		SELECT currency, count(*), sum(total_minor - paid_minor)::bigint, count(*) FILTER (WHERE due_on < $1),
			coalesce(sum(total_minor - paid_minor) FILTER (WHERE due_on < $1), 0)::bigint
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
