package tickets

import (
	"context"
	"slices"

	"prolong"
	"prolong/internal/postgres"
)

// scope is which tickets an actor may know of.
type scope struct {
	all       bool
	accounts  []int64
	contactID int64
}

// scopeOf returns what the actor may see: staff and the system everything, a contact the
// tickets of the accounts that he belongs to today, and his own that belong to no account yet.
// Machines have no business here.
func (s *Service) scopeOf(ctx context.Context, tx postgres.Tx, actor prolong.Actor) (scope, error) {
	switch actor.Kind {
	case prolong.ActorStaff, prolong.ActorSystem:
		return scope{all: true}, nil
	case prolong.ActorContact:
		p, err := s.people.Contact(ctx, tx, actor.ID)
		if err != nil {
			return scope{}, err
		}
		return scope{accounts: p.Accounts, contactID: actor.ID}, nil
	case prolong.ActorMachine:
	}
	return scope{}, forbidden()
}

// sees says whether a ticket lies in the scope.
func (c scope) sees(t *ticketRow) bool {
	switch {
	case c.all:
		return true
	case t.AccountID != nil:
		return slices.Contains(c.accounts, *t.AccountID)
	}
	return t.ContactID != nil && *t.ContactID == c.contactID
}

// where returns the same rule as a condition on the table alias t, with its arguments numbered
// from first on. sees and where are compared by a test.
func (c scope) where(args *postgres.Args) string {
	if c.all {
		return "true"
	}
	accounts := c.accounts
	if accounts == nil {
		accounts = []int64{} // NULL would match nothing as well, but by accident
	}
	return "(t.account_id = ANY(" + args.Add(accounts) + ") OR t.account_id IS NULL AND t.contact_id = " + args.Add(c.contactID) + ")"
}

// requireStaff refuses everybody but the vendor's people and the system.
func requireStaff(actor prolong.Actor) error {
	if actor.Kind != prolong.ActorStaff && actor.Kind != prolong.ActorSystem {
		return forbidden()
	}
	return nil
}

func forbidden() error {
	return prolong.NewError(prolong.CodeForbidden, "error.tickets_forbidden", nil)
}

// notFound is the answer for a ticket that does not exist and for one that the actor may not
// know of: the two must look the same.
func notFound(id int64) error {
	return prolong.NewError(prolong.CodeNotFound, "error.ticket_not_found", prolong.Args{"ID": id})
}
