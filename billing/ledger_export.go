package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// LedgerEntry is a posting with the client that it is about, as an accountant reads it.
type LedgerEntry struct {
	Posting
	ID         int64
	ExternalID string // of the client; empty for money of nobody yet
	Client     string // legal name
	TaxID      prolong.TaxID
}

// LedgerEntries gives every posting of a seller booked on the days from..to to yield, by day and
// in the order of booking.
func (s *Service) LedgerEntries(ctx context.Context, seller SellerID, from, to prolong.Date, yield func(LedgerEntry) error) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT p.id, p.seller_id, coalesce(p.account_id, 0), p.booked_on, p.debit, p.credit, p.currency, p.amount_minor, p.cause, p.cause_id,
			coalesce(a.external_id, ''), coalesce(a.name, ''), coalesce(a.legal_form, ''), coalesce(a.tax_id, '')
		FROM ledger_postings p LEFT JOIN accounts a ON a.id = p.account_id
		WHERE p.seller_id = $1 AND p.booked_on BETWEEN $2 AND $3 ORDER BY p.booked_on, p.id`, int64(seller), from, to)
	if err != nil {
		return prolong.Wrap("billing.LedgerEntries", err)
	}
	var e LedgerEntry
	var a Account
	var cur string
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&e.ID, (*int64)(&e.SellerID), (*int64)(&e.AccountID), &e.BookedOn, (*string)(&e.Debit), (*string)(&e.Credit), &cur, &minor, &e.Cause, &e.CauseID,
		&e.ExternalID, &a.Name, &a.LegalForm, (*string)(&e.TaxID)}, func() error {
		e.Amount, e.Client = prolong.NewMoney(minor, prolong.Currency(cur)), a.LegalName()
		return yield(e)
	})
	return prolong.Wrap("billing.LedgerEntries", err)
}
