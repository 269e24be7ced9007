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
	return RecipientsOn(ctx, tx, topic, s.today(tx), accounts)
}

// RecipientsOn is Recipients by the memberships of a given day, for rooms that know the day of
// the seller.
func RecipientsOn(ctx context.Context, tx postgres.Tx, topic Topic, day prolong.Date, accounts []billing.AccountID) (map[billing.AccountID][]Recipient, error) {
	const sql = `
		SELECT m.account_id, c.id, c.email, c.name, c.language FROM memberships m JOIN contacts c ON c.id = m.contact_id
		WHERE m.account_id = ANY($1) AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)
			AND CASE $3 WHEN 'invoices' THEN m.receives_invoices WHEN 'documents' THEN m.receives_documents WHEN 'tickets' THEN m.receives_tickets ELSE false END
			AND c.email <> '' AND c.disabled_at IS NULL
		ORDER BY m.account_id, m.id`
	byAccount, err := recipients(ctx, tx, sql, postgres.Int64s(accounts), day, string(topic))
	return byAccount, prolong.Wrap("identity.RecipientsOn", err)
}

// OwnersOn returns the owners of each account who can be written to, and with them the people
// who were in the account and are not any more: the first may stand in where nobody chose a
// letter, the second must not get it, even where the company's own address is still theirs.
func OwnersOn(ctx context.Context, tx postgres.Tx, day prolong.Date, accounts []billing.AccountID) (owners, left map[billing.AccountID][]Recipient, err error) {
	const ownersSQL = `
		SELECT m.account_id, c.id, c.email, c.name, c.language FROM memberships m JOIN contacts c ON c.id = m.contact_id
		WHERE m.account_id = ANY($1) AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2) AND m.role = 'owner'
			AND c.email <> '' AND c.disabled_at IS NULL
		ORDER BY m.account_id, m.id`
	const leftSQL = `
		SELECT DISTINCT m.account_id, c.id, c.email, c.name, c.language FROM memberships m JOIN contacts c ON c.id = m.contact_id
		WHERE m.account_id = ANY($1) AND m.valid_to <= $2 AND c.email <> ''
			AND NOT EXISTS (SELECT FROM memberships o WHERE o.account_id = m.account_id AND o.contact_id = m.contact_id AND (o.valid_to IS NULL OR o.valid_to > $2))
		ORDER BY m.account_id, c.id`
	if owners, err = recipients(ctx, tx, ownersSQL, postgres.Int64s(accounts), day); err == nil {
		left, err = recipients(ctx, tx, leftSQL, postgres.Int64s(accounts), day)
	}
	return owners, left, prolong.Wrap("identity.OwnersOn", err)
}

func recipients(ctx context.Context, tx postgres.Tx, sql string, args ...any) (map[billing.AccountID][]Recipient, error) {
	rows, err := tx.Pgx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	byAccount := map[billing.AccountID][]Recipient{}
	var account billing.AccountID
	var r Recipient
	_, err = pgx.ForEachRow(rows, []any{&account, &r.ContactID, &r.Email, &r.Name, &r.Language}, func() error {
		byAccount[account] = append(byAccount[account], r)
		return nil
	})
	return byAccount, err
}
