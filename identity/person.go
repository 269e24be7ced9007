package identity

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// Person is somebody as rooms see him that talk with people and do not know their rights:
// support and telephony.
type Person struct {
	ID       int64
	Name     string
	Email    string // lower case; empty for a person known by telephone only
	Language string
	// Accounts are those that a contact belongs to today, in order; staff has none.
	Accounts []int64
}

const contactPersonSQL = `
	SELECT c.id, c.name, c.email, c.language,
		ARRAY(SELECT m.account_id FROM memberships m WHERE m.contact_id = c.id AND m.valid_from <= $1 AND (m.valid_to IS NULL OR m.valid_to > $1) ORDER BY m.account_id)
	FROM contacts c WHERE c.disabled_at IS NULL AND `

const staffPersonSQL = `SELECT id, name, email, language, '{}'::bigint[] FROM staff WHERE locked_at IS NULL AND `

// ContactPerson returns a contact in the caller's transaction. Returns CodeNotFound, for one who
// is shut out as well.
func (s *Service) ContactPerson(ctx context.Context, tx postgres.Tx, id int64) (Person, error) {
	return foundPerson("identity.ContactPerson", "error.contact_not_found")(onePerson(ctx, tx, contactPersonSQL+`c.id = $2`, s.today(tx), id))
}

// ContactPersonByEmail returns the contact who writes from an address, in the caller's
// transaction; false if nobody is known by it.
func (s *Service) ContactPersonByEmail(ctx context.Context, tx postgres.Tx, email string) (Person, bool, error) {
	address, err := ParseEmail(email)
	if err != nil {
		return Person{}, false, nil //nolint:nilerr // no address, nobody
	}
	p, found, err := onePerson(ctx, tx, contactPersonSQL+`c.email = $2 AND c.email <> ''`, s.today(tx), address)
	return p, found, prolong.Wrap("identity.ContactPersonByEmail", err)
}

// StaffPerson returns a person of the vendor in the caller's transaction. Returns CodeNotFound,
// for a locked one as well.
func (s *Service) StaffPerson(ctx context.Context, tx postgres.Tx, id int64) (Person, error) {
	return foundPerson("identity.StaffPerson", "error.staff_not_found")(onePerson(ctx, tx, staffPersonSQL+`id = $1`, id))
}

// StaffPersonByEmail returns the person of the vendor who writes from an address, in the
// caller's transaction; false if nobody does.
func (s *Service) StaffPersonByEmail(ctx context.Context, tx postgres.Tx, email string) (Person, bool, error) {
	address, err := ParseEmail(email)
	if err != nil {
		return Person{}, false, nil //nolint:nilerr // no address, nobody
	}
	p, found, err := onePerson(ctx, tx, staffPersonSQL+`email = $1`, address)
	return p, found, prolong.Wrap("identity.StaffPersonByEmail", err)
}

// SupportPeople returns who answers clients, in the caller's transaction: the staff of support,
// or the administrators where a small vendor has nobody for it.
func (s *Service) SupportPeople(ctx context.Context, tx postgres.Tx) ([]Person, error) {
	for _, role := range []Role{RoleSupport, RoleAdministrator} {
		rows, err := tx.Pgx.Query(ctx, staffPersonSQL+`role = $1 ORDER BY id`, string(role))
		if err != nil {
			return nil, prolong.Wrap("identity.SupportPeople", err)
		}
		people, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
		if err != nil || len(people) > 0 {
			return people, prolong.Wrap("identity.SupportPeople", err)
		}
	}
	return nil, nil
}

// PeopleByPhone returns the contacts who call from exactly this number (E.164), in the caller's
// transaction.
func (s *Service) PeopleByPhone(ctx context.Context, tx postgres.Tx, phone prolong.Phone) ([]Person, error) {
	if phone == "" {
		return nil, nil
	}
	rows, err := tx.Pgx.Query(ctx, contactPersonSQL+`c.phone = $2 AND c.phone <> '' ORDER BY c.id LIMIT $3`, s.today(tx), string(phone), contactsByPhoneMax)
	if err != nil {
		return nil, prolong.Wrap("identity.PeopleByPhone", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
	return people, prolong.Wrap("identity.PeopleByPhone", err)
}

func onePerson(ctx context.Context, tx postgres.Tx, sql string, args ...any) (Person, bool, error) {
	rows, err := tx.Pgx.Query(ctx, sql, args...)
	if err != nil {
		return Person{}, false, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Person])
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, false, nil
	}
	return p, err == nil, err
}

// foundPerson turns nobody into an error.
func foundPerson(op, key string) func(p Person, found bool, err error) (Person, error) {
	return func(p Person, found bool, err error) (Person, error) {
		if err == nil && !found {
			return Person{}, prolong.NewError(prolong.CodeNotFound, key, nil)
		}
		return p, prolong.Wrap(op, err)
	}
}
