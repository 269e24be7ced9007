package invoices

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// MoneyTotal is what is owed to us, by age, and what we owe as service, in one currency.
type MoneyTotal struct {
	// NotDue to Older are what clients owe: not due yet, overdue up to 30, 60, 90 days, longer.
	NotDue, Days30, Days60, Days90, Older prolong.Money
	Owed                                  prolong.Money // their sum
	Deferred                              prolong.Money
}

// Overdue is what clients owe and should have paid.
func (t MoneyTotal) Overdue() prolong.Money {
	return prolong.NewMoney(t.Owed.Minor()-t.NotDue.Minor(), t.Owed.Currency())
}

// MoneyTotals sums the reports of ageing and of deferred revenue by currency, as of a day.
func (s *Service) MoneyTotals(ctx context.Context, on prolong.Date) ([]MoneyTotal, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT coalesce(r.currency, d.currency), coalesce(r.m0, 0), coalesce(r.m30, 0), coalesce(r.m60, 0), coalesce(r.m90, 0), coalesce(r.older, 0), coalesce(r.owed, 0), coalesce(d.deferred, 0)
		FROM (SELECT currency, coalesce(sum(residual_minor) FILTER (WHERE late <= 0), 0)::bigint AS m0, coalesce(sum(residual_minor) FILTER (WHERE late BETWEEN 1 AND 30), 0)::bigint AS m30,
				coalesce(sum(residual_minor) FILTER (WHERE late BETWEEN 31 AND 60), 0)::bigint AS m60, coalesce(sum(residual_minor) FILTER (WHERE late BETWEEN 61 AND 90), 0)::bigint AS m90,
				coalesce(sum(residual_minor) FILTER (WHERE late > 90), 0)::bigint AS older, sum(residual_minor)::bigint AS owed
			FROM (SELECT currency, residual_minor, $1::date - due_on AS late FROM report_receivables) x GROUP BY currency) r
		FULL JOIN (SELECT currency, sum(deferred_minor)::bigint AS deferred FROM report_deferred GROUP BY currency) d ON d.currency = r.currency
		ORDER BY 1`, on)
	if err != nil {
		return nil, prolong.Wrap("invoices.MoneyTotals", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t MoneyTotal, err error) {
		var cur string
		var m [7]int64
		err = row.Scan(&cur, &m[0], &m[1], &m[2], &m[3], &m[4], &m[5], &m[6])
		for i, to := range []*prolong.Money{&t.NotDue, &t.Days30, &t.Days60, &t.Days90, &t.Older, &t.Owed, &t.Deferred} {
			*to = prolong.NewMoney(m[i], prolong.Currency(cur))
		}
		return t, err
	})
	return list, prolong.Wrap("invoices.MoneyTotals", err)
}
