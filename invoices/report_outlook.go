package invoices

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// CashExport is the money that is expected in a week.
type CashExport struct {
	Week     prolong.Date     `json:"week"` // its Monday
	Currency prolong.Currency `json:"currency"`
	Overdue  string           `json:"overdue"`  // of invoices whose day has passed; only in the first week
	Invoices string           `json:"invoices"` // of open invoices that fall due
	Renewals string           `json:"renewals"` // of periods that are not invoiced yet
	Total    string           `json:"total"`
}

// CashExportColumns are the columns of the table.
var CashExportColumns = []string{"week", "currency", "overdue", "invoices", "renewals", "total"}

// Cells returns the row for a table.
func (e CashExport) Cells() []string {
	return []string{e.Week.String(), string(e.Currency), e.Overdue, e.Invoices, e.Renewals, e.Total}
}

// ExportCash gives the money that is expected in each of so many weeks from the day's own on to
// yield (view report_expected). Nothing is foretold of clients whose service has stopped.
func (s *Service) ExportCash(ctx context.Context, on prolong.Date, weeks int, yield func(CashExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT w.week, c.currency, coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'invoice' AND e.expected_on < $1), 0)::bigint,
			coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'invoice' AND e.expected_on >= $1), 0)::bigint,
			coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'renewal'), 0)::bigint, coalesce(sum(e.amount_minor), 0)::bigint
		FROM (SELECT date_trunc('week', $1::date)::date + 7 * n AS week, n FROM generate_series(0, $2::int - 1) AS n) w
		CROSS JOIN (SELECT DISTINCT currency FROM report_expected) c
		LEFT JOIN report_expected e ON e.currency = c.currency AND (e.lapsed_on IS NULL OR e.lapsed_on >= $1)
			AND (CASE WHEN w.n = 0 THEN e.expected_on < w.week + 7 ELSE e.expected_on >= w.week AND e.expected_on < w.week + 7 END)
		GROUP BY w.week, c.currency ORDER BY w.week, c.currency`, on, weeks)
	if err != nil {
		return prolong.Wrap("invoices.ExportCash", err)
	}
	var e CashExport
	var m [4]int64
	_, err = pgx.ForEachRow(rows, []any{&e.Week, (*string)(&e.Currency), &m[0], &m[1], &m[2], &m[3]}, func() error {
		for i, to := range []*string{&e.Overdue, &e.Invoices, &e.Renewals, &e.Total} {
			*to = prolong.NewMoney(m[i], e.Currency).String()
		}
		return yield(e)
	})
	return prolong.Wrap("invoices.ExportCash", err)
}

// ChurnExport is what a month lost of the clients and the recurring revenue of the one before.
type ChurnExport struct {
	Month         prolong.Date     `json:"month"` // its first day
	Currency      prolong.Currency `json:"currency"`
	ClientsBefore int              `json:"clients_before"`
	ClientsLost   int              `json:"clients_lost"`
	ClientsNew    int              `json:"clients_new"`
	ClientsBack   int              `json:"clients_back"`
	ClientChurn   string           `json:"client_churn_percent"`
	MRRBefore     string           `json:"mrr_before"`
	Lost          string           `json:"lost"`
	Shrunk        string           `json:"shrunk"`
	RevenueChurn  string           `json:"revenue_churn_percent"` // what was lost, without what shrank
}

// ChurnExportColumns are the columns of the table.
var ChurnExportColumns = []string{"month", "currency", "clients_before", "clients_lost", "clients_new", "clients_back", "client_churn_percent", "mrr_before", "lost", "shrunk", "revenue_churn_percent"}

// Cells returns the row for a table.
func (e ChurnExport) Cells() []string {
	return []string{e.Month.String(), string(e.Currency), strconv.Itoa(e.ClientsBefore), strconv.Itoa(e.ClientsLost), strconv.Itoa(e.ClientsNew), strconv.Itoa(e.ClientsBack),
		e.ClientChurn, e.MRRBefore, e.Lost, e.Shrunk, e.RevenueChurn}
}

// ExportChurn gives what the months that are over by a day lost to yield (view report_churn).
func (s *Service) ExportChurn(ctx context.Context, on prolong.Date, yield func(ChurnExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `SELECT month, currency, clients_before, clients_lost, clients_new, clients_back, mrr_before_minor, lost_minor, shrunk_minor
		FROM report_churn WHERE (month + interval '1 month - 1 day')::date <= $1 ORDER BY month, currency`, on)
	if err != nil {
		return prolong.Wrap("invoices.ExportChurn", err)
	}
	var e ChurnExport
	var before, lost, shrunk int64
	_, err = pgx.ForEachRow(rows, []any{&e.Month, (*string)(&e.Currency), &e.ClientsBefore, &e.ClientsLost, &e.ClientsNew, &e.ClientsBack, &before, &lost, &shrunk}, func() error {
		e.MRRBefore, e.Lost, e.Shrunk = prolong.NewMoney(before, e.Currency).String(), prolong.NewMoney(lost, e.Currency).String(), prolong.NewMoney(shrunk, e.Currency).String()
		e.ClientChurn, e.RevenueChurn = share(int64(e.ClientsLost), int64(e.ClientsBefore)), share(lost, before)
		return yield(e)
	})
	return prolong.Wrap("invoices.ExportChurn", err)
}

// share words a part of a whole in percent with one decimal, half up; "0.0" of nothing.
func share(part, whole int64) string {
	if whole == 0 {
		return "0.0"
	}
	tenths := (part*1000*2 + whole) / (whole * 2)
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10)
}
