package banksync

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
)

// snapshotOf returns what matching knows of a seller's clients, fresh from the database: the
// accounts, their open invoices and the numbers of closed ones. Between the chunks of one
// import it is kept up to date by what the import itself posts; whatever others did meanwhile
// is brought in under the locks (refresh).
func (s *Service) snapshotOf(ctx context.Context, seller billing.SellerID, today prolong.Date) (*match.Snapshot, error) {
	snapshot, err := match.NewSnapshot(match.Builder{})
	if err != nil {
		return nil, err
	}
	if err := s.loadAccounts(ctx, seller, snapshot); err != nil {
		return nil, err
	}
	if err := s.loadInvoices(ctx, seller, today, snapshot); err != nil {
		return nil, err
	}
	return snapshot, s.loadAliases(ctx, seller, snapshot)
}

func (s *Service) loadAccounts(ctx context.Context, seller billing.SellerID, snapshot *match.Snapshot) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT a.id, a.payment_code, a.tax_id, trim(a.legal_form || ' ' || a.name), a.bank_account,
			coalesce(max(s.currency), ''), coalesce(max(s.price_minor), 0), coalesce(array_agg(DISTINCT p.name) FILTER (WHERE p.name IS NOT NULL), '{}')
		FROM accounts a LEFT JOIN subscriptions s ON s.account_id = a.id AND s.ended_on IS NULL LEFT JOIN plans p ON p.id = s.plan_id
		WHERE a.seller_id = $1 GROUP BY a.id`, int64(seller))
	if err != nil {
		return err
	}
	var a match.Account
	var taxID, bank string
	var plans []string
	_, err = pgx.ForEachRow(rows, []any{&a.ID, (*string)(&a.Code), &taxID, &a.Name, &bank, (*string)(&a.Currency), &a.PriceMinor, &plans}, func() error {
		a.TaxIDs, a.BankAccounts = nil, nil
		if taxID != "" {
			a.TaxIDs = []string{taxID}
		}
		if bank != "" {
			a.BankAccounts = []string{bank}
		}
		return snapshot.Apply(match.AccountPut{Account: a}, match.VocabularyPut{Words: plans})
	})
	return err
}

// closedSinceDays bounds how far back closed numbers are remembered: payers copy last month's
// order, not that of years ago.
const closedSinceDays = 800

func (s *Service) loadInvoices(ctx context.Context, seller billing.SellerID, today prolong.Date, snapshot *match.Snapshot) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT id, account_id, number, status, currency, total_minor - paid_minor, tax_minor, issued_on, due_on, period_from, period_to
		FROM invoices WHERE seller_id = $1 AND (status = 'open' OR issued_on > $2)`, int64(seller), today.AddDays(-closedSinceDays))
	if err != nil {
		return err
	}
	var inv match.Invoice
	var status, cur string
	var residual int64
	_, err = pgx.ForEachRow(rows, []any{&inv.ID, &inv.AccountID, &inv.Number, &status, &cur, &residual, &inv.VATMinor, &inv.IssuedOn, &inv.DueOn, &inv.Period.From, &inv.Period.To}, func() error {
		if status != "open" {
			return snapshot.Apply(match.InvoiceClosed{AccountID: inv.AccountID, Number: inv.Number})
		}
		inv.Residual = prolong.NewMoney(residual, prolong.Currency(cur))
		return snapshot.Apply(match.InvoicePut{Invoice: inv})
	})
	return err
}

func (s *Service) loadAliases(ctx context.Context, seller billing.SellerID, snapshot *match.Snapshot) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT l.kind, l.value, l.account_id, l.state, l.confirmations FROM payer_aliases l JOIN accounts a ON a.id = l.account_id WHERE a.seller_id = $1`, int64(seller))
	if err != nil {
		return err
	}
	var alias match.Alias
	_, err = pgx.ForEachRow(rows, []any{(*string)(&alias.Kind), &alias.Value, &alias.AccountID, (*string)(&alias.State), &alias.Confirmations}, func() error {
		return snapshot.Apply(match.AliasPut{Alias: alias})
	})
	return err
}
