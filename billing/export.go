package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// AccountExport is an account as other programs read it.
type AccountExport struct {
	ExternalID  string           `json:"external_id"`
	Name        string           `json:"name"`
	State       AccessState      `json:"state"`
	PaidThrough prolong.Date     `json:"paid_through"`
	Balance     string           `json:"balance"`
	Currency    prolong.Currency `json:"currency"`
}

// Cells returns the row for a table.
func (e AccountExport) Cells() []string {
	return []string{e.ExternalID, e.Name, string(e.State), e.PaidThrough.String(), e.Balance, string(e.Currency)}
}

// AccountExportColumns are the columns of the table.
var AccountExportColumns = []string{"external_id", "name", "state", "paid_through", "balance", "currency"}

// ExportAccounts gives every account with a subscription to yield, by external id.
func (s *Service) ExportAccounts(ctx context.Context, yield func(AccountExport) error) error {
	c, err := s.Catalog(ctx)
	if err != nil {
		return err
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT * FROM (
			SELECT DISTINCT ON (a.id) a.external_id, a.name, `+servedThrough+` AS paid_through, p.grace_days, s.suspend_on, s.ended_on, s.seller_id, s.currency, coalesce(b.amount_minor, 0)
			FROM accounts a JOIN subscriptions s ON s.account_id = a.id JOIN plans p ON p.id = s.plan_id
			LEFT JOIN balances b ON b.account_id = a.id AND b.currency = s.currency
			`+accessOrder+`) x
		ORDER BY external_id COLLATE "C"`)
	if err != nil {
		return prolong.Wrap("billing.ExportAccounts", err)
	}
	now := s.db.Now()
	var e AccountExport
	var t AccessTerms
	var seller SellerID
	var balance int64
	_, err = pgx.ForEachRow(rows, []any{&e.ExternalID, &e.Name, &t.PaidThrough, &t.GraceDays, &t.SuspendOn, &t.EndedOn, (*int64)(&seller), (*string)(&e.Currency), &balance}, func() error {
		t.Location = c.Sellers[seller].Location
		e.State, e.PaidThrough, e.Balance = t.At(now).State, t.PaidThrough, prolong.NewMoney(balance, e.Currency).String()
		return yield(e)
	})
	return prolong.Wrap("billing.ExportAccounts", err)
}
