package identity

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Topic is what a letter is about, as people choose what they receive.
type Topic string

// The topics.
const (
	TopicDocuments Topic = "documents"
	TopicInvoices  Topic = "invoices"
	TopicTickets   Topic = "tickets"
)

// Recipient is a person who wants to be written to.
type Recipient struct {
	ContactID int64
	Email     string
	Name      string
	Language  string
}

// Recipients returns who of each account chose to receive letters on a topic, in the caller's
// transaction and in one query however many accounts there are. An account where nobody did,
// or where nobody has an address, is not in the map.
func (s *Service) Recipients(ctx context.Context, tx postgres.Tx, topic Topic, accounts []billing.AccountID) (map[billing.AccountID][]Recipient, error) {
	const sql = `
		SELECT m.account_id, c.id, c.email, c.name, c.language FROM memberships m JOIN contacts c ON c.id = m.contact_id
		WHERE m.account_id = ANY($1) AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)
			AND CASE $3 WHEN 'invoices' THEN m.receives_invoices WHEN 'documents' THEN m.receives_documents WHEN 'tickets' THEN m.receives_tickets ELSE false END
			AND c.email <> '' AND c.disabled_at IS NULL
		ORDER BY m.account_id, m.id`
	rows, err := tx.Pgx.Query(ctx, sql, postgres.Int64s(accounts), s.today(tx), string(topic))
	if err != nil {
		return nil, prolong.Wrap("identity.Recipients", err)
	}
	byAccount := make(map[billing.AccountID][]Recipient, len(accounts))
	var account billing.AccountID
	var r Recipient
	_, err = pgx.ForEachRow(rows, []any{&account, &r.ContactID, &r.Email, &r.Name, &r.Language}, func() error {
		byAccount[account] = append(byAccount[account], r)
		return nil
	})
	return byAccount, prolong.Wrap("identity.Recipients", err)
}
