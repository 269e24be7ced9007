// Package ticketstest serves tests of the rooms that have tickets in them.
package ticketstest

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets"
)

// People are the contacts and the staff of the database, read from the tables of identity, as
// cmd/prolong would ask it. Nobody is on duty.
type People struct{}

// Contact implements tickets.People.
func (People) Contact(ctx context.Context, tx postgres.Tx, id int64) (tickets.Person, error) {
	return person(ctx, tx, contactSQL+` WHERE c.id = $1 AND c.disabled_at IS NULL GROUP BY c.id`, id)
}

// ContactByEmail implements tickets.People.
func (People) ContactByEmail(ctx context.Context, tx postgres.Tx, email string) (tickets.Person, bool, error) {
	return maybe(person(ctx, tx, contactSQL+` WHERE c.email = $1 AND c.disabled_at IS NULL GROUP BY c.id`, email))
}

// Staff implements tickets.People.
func (People) Staff(ctx context.Context, tx postgres.Tx, id int64) (tickets.Person, error) {
	return person(ctx, tx, staffSQL+` WHERE id = $1 AND locked_at IS NULL`, id)
}

// StaffByEmail implements tickets.People.
func (People) StaffByEmail(ctx context.Context, tx postgres.Tx, email string) (tickets.Person, bool, error) {
	return maybe(person(ctx, tx, staffSQL+` WHERE email = $1 AND locked_at IS NULL`, email))
}

// Support implements tickets.People.
func (People) Support(context.Context, postgres.Tx) ([]tickets.Person, error) { return nil, nil }

const (
	contactSQL = `SELECT c.id, c.name, c.email, c.language, coalesce(array_agg(m.account_id ORDER BY m.account_id) FILTER (WHERE m.valid_to IS NULL), '{}')
		FROM contacts c LEFT JOIN memberships m ON m.contact_id = c.id`
	staffSQL = `SELECT id, name, email, language, '{}'::bigint[] FROM staff`
)

func person(ctx context.Context, tx postgres.Tx, sql string, arg any) (p tickets.Person, err error) {
	err = tx.Pgx.QueryRow(ctx, sql, arg).Scan(&p.ID, &p.Name, &p.Email, &p.Language, &p.Accounts)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.contact_not_found", nil)
	}
	return p, err
}

// maybe makes nobody of an error that says so.
func maybe(p tickets.Person, err error) (tickets.Person, bool, error) {
	if prolong.CodeOf(err) == prolong.CodeNotFound {
		return tickets.Person{}, false, nil
	}
	return p, err == nil, err
}
