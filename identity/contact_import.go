package identity

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/postgres"
)

// AccountContact is a person as a table of accounts names him.
type AccountContact struct {
	AccountID billing.AccountID
	Email     string
	Name      string
	Phone     prolong.Phone
	Language  string     // empty or unknown takes the default
	Role      MemberRole // empty takes owner
}

// Ensured counts what EnsureContacts did.
type Ensured struct {
	Contacts    int // people who were not known
	Memberships int // memberships that were not there
	// Skipped are the entries with an unusable address; their accounts get nobody.
	Skipped []AccountContact
}

// EnsureContacts makes people and memberships for imported accounts, in the caller's
// transaction, in two statements however many there are. It only adds: who is known keeps his
// name, and who was ever in the account, now ended or in another role, is not let in again by a
// table. The caller must roll back after an error.
func (s *Service) EnsureContacts(ctx context.Context, tx postgres.Tx, actor prolong.Actor, people []AccountContact) (done Ensured, err error) {
	var accounts []int64
	var emails, names, phones, languages, roles []string
	var invoices, documents, tickets []bool
	for _, p := range people {
		email, err := ParseEmail(p.Email)
		if err != nil {
			done.Skipped = append(done.Skipped, p)
			continue
		}
		lang, ok := i18n.ParseLang(p.Language)
		if !ok {
			lang = i18n.Default
		}
		role := p.Role
		if role == "" {
			role = MemberOwner
		}
		r := receivesByDefault(role)
		accounts, emails, names = append(accounts, int64(p.AccountID)), append(emails, email), append(names, personName(p.Name))
		phones, languages, roles = append(phones, cut(string(p.Phone), phoneBytesMax)), append(languages, string(lang)), append(roles, string(role))
		invoices, documents, tickets = append(invoices, r.Invoices), append(documents, r.Documents), append(tickets, r.Tickets)
	}
	if len(accounts) == 0 {
		return done, nil
	}
	// ordered by address, so that two imports at the same time wait for each other and do not
	// deadlock
	const contactsSQL = `
		INSERT INTO contacts (email, name, phone, language, created_at)
		SELECT DISTINCT ON (u.email) u.email, u.name, u.phone, u.language, $5::timestamptz
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS u (email, name, phone, language, n)
		ORDER BY u.email, u.n
		ON CONFLICT (email) WHERE email <> '' DO NOTHING`
	tag, err := tx.Pgx.Exec(ctx, contactsSQL, emails, names, phones, languages, tx.Now)
	if err != nil {
		return done, prolong.Wrap("identity.EnsureContacts", err)
	}
	done.Contacts = int(tag.RowsAffected())
	const membershipsSQL = `
		INSERT INTO memberships (account_id, contact_id, role, valid_from, receives_invoices, receives_documents, receives_tickets, actor, created_at)
		SELECT DISTINCT ON (u.account_id, c.id) u.account_id, c.id, u.role, $7::date, u.invoices, u.documents, u.tickets, $8, $9::timestamptz
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::boolean[]) WITH ORDINALITY
			AS u (account_id, email, role, invoices, documents, tickets, n)
		JOIN contacts c ON c.email = u.email AND c.email <> '' AND c.disabled_at IS NULL
		WHERE NOT EXISTS (SELECT FROM memberships m WHERE m.account_id = u.account_id AND m.contact_id = c.id)
		ORDER BY u.account_id, c.id, u.n
		ON CONFLICT (account_id, contact_id) WHERE valid_to IS NULL DO NOTHING`
	tag, err = tx.Pgx.Exec(ctx, membershipsSQL, accounts, emails, roles, invoices, documents, tickets, s.today(tx), actor.String(), tx.Now)
	if err != nil {
		return done, prolong.Wrap("identity.EnsureContacts", postgres.MapConstraint(err, constraints))
	}
	done.Memberships = int(tag.RowsAffected())
	return done, nil
}
