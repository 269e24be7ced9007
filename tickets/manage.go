package tickets

import (
	"context"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// change runs a use case of staff on one locked ticket and writes it into the trail.
func (s *Service) change(ctx context.Context, op string, actor prolong.Actor, ticketID int64, fn func(ctx context.Context, tx postgres.Tx, t *ticketRow, a author) (before, after any, err error)) error {
	if err := requireStaff(actor); err != nil {
		return trace(op, err)
	}
	return s.inTx(ctx, op, func(ctx context.Context, tx postgres.Tx) error {
		t, err := lockTicket(ctx, tx, ticketID)
		if err != nil {
			return err
		}
		a, err := s.authorOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		before, after, err := fn(ctx, tx, t, a)
		if err != nil || before == after {
			return err
		}
		if err := saveTicket(ctx, tx, t); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "ticket."+strings.ToLower(op), t, before, after)
	})
}

// Assign gives a ticket to a member of staff, 0 to nobody. Returns CodeNotFound for an unknown
// ticket, CodeInvalid for an unknown or locked person.
func (s *Service) Assign(ctx context.Context, actor prolong.Actor, ticketID, staffID int64) error {
	return s.change(ctx, "Assign", actor, ticketID, func(ctx context.Context, tx postgres.Tx, t *ticketRow, a author) (any, any, error) {
		before, name := postgres.Value(t.AssigneeID), ""
		if staffID != 0 {
			p, err := s.people.Staff(ctx, tx, staffID)
			if prolong.CodeOf(err) == prolong.CodeNotFound {
				return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.ticket_assignee_unknown", nil).Because(err)
			}
			if err != nil {
				return nil, nil, err
			}
			name = p.Name
		}
		if before == staffID {
			return before, staffID, nil
		}
		t.AssigneeID = postgres.Nullable(staffID)
		return before, staffID, insertEvent(ctx, tx, t, a, EventAssigned, prolong.Args{"Name": name})
	})
}

// SetStatus changes the status. Staff may do what the table of transitions allows; a contact
// may say that his question is solved. Returns CodeConflict for a change that the table does
// not have.
func (s *Service) SetStatus(ctx context.Context, actor prolong.Actor, ticketID int64, to Status) error {
	return s.inTx(ctx, "SetStatus", func(ctx context.Context, tx postgres.Tx) error {
		t, err := s.lockVisible(ctx, tx, actor, ticketID)
		if err != nil {
			return err
		}
		from := t.Status
		if from == to {
			return nil
		}
		if !from.May(to, actor.Kind) || actor.Kind == prolong.ActorContact && to != StatusResolved { // he reopens by writing what is still wrong
			return statusRefused(from, to)
		}
		a, err := s.authorOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		clocks, err := s.clocksOf(ctx, tx, t, actor, tx.Now)
		if err != nil {
			return err
		}
		if err := s.moveStatus(ctx, tx, t, clocks, a, to); err != nil {
			return err
		}
		if err := clocks.save(ctx, tx); err != nil {
			return err
		}
		if err := saveTicket(ctx, tx, t); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "ticket.setstatus", t, from, to)
	})
}

// SetPriority changes the priority; the open promises become those of the new one, what was
// used of them stays used.
func (s *Service) SetPriority(ctx context.Context, actor prolong.Actor, ticketID int64, to Priority) error {
	return s.change(ctx, "SetPriority", actor, ticketID, func(ctx context.Context, tx postgres.Tx, t *ticketRow, a author) (any, any, error) {
		if !priorityKnown(to) {
			return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.ticket_priority_unknown", prolong.Args{"Value": string(to)})
		}
		before := t.Priority
		if before == to {
			return before, to, nil
		}
		t.Priority = to
		if err := s.retarget(ctx, tx, t, a.actor); err != nil {
			return nil, nil, err
		}
		return before, to, insertEvent(ctx, tx, t, a, EventPriority, prolong.Args{"From": string(before), "To": string(to)})
	})
}

// SetSubject gives the ticket another title.
func (s *Service) SetSubject(ctx context.Context, actor prolong.Actor, ticketID int64, subject string) error {
	return s.change(ctx, "SetSubject", actor, ticketID, func(ctx context.Context, tx postgres.Tx, t *ticketRow, a author) (any, any, error) {
		before, after := t.Subject, checkSubject(subject, "")
		if strings.TrimSpace(subject) == "" {
			return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.ticket_subject_empty", nil)
		}
		if before == after {
			return before, after, nil
		}
		t.Subject = after
		return before, after, insertEvent(ctx, tx, t, a, EventSubject, prolong.Args{"From": before, "To": after})
	})
}

// SetAccount says whose ticket it is; the client's people see it from then on, and the service
// level of his plan counts. With remember, letters from the requester's address are taken for
// this client's from now on. Returns CodeInvalid for an unknown account.
func (s *Service) SetAccount(ctx context.Context, actor prolong.Actor, ticketID, accountID int64, remember bool) error {
	return s.change(ctx, "SetAccount", actor, ticketID, func(ctx context.Context, tx postgres.Tx, t *ticketRow, a author) (any, any, error) {
		before := postgres.Value(t.AccountID)
		if accountID == 0 {
			return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.ticket_account_unknown", nil)
		}
		if remember && t.ContactEmail != "" {
			if _, err := tx.Pgx.Exec(ctx, `INSERT INTO ticket_senders (email, account_id, actor, created_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (email) DO UPDATE SET account_id = excluded.account_id, actor = excluded.actor, created_at = excluded.created_at`,
				t.ContactEmail, accountID, actor.String(), tx.Now); err != nil {
				return nil, nil, err
			}
		}
		if before == accountID {
			return before, accountID, nil
		}
		t.AccountID = &accountID
		for _, table := range []string{"ticket_messages", "ticket_attachments", "ticket_clocks", "ticket_mails"} {
			if _, err := tx.Pgx.Exec(ctx, `UPDATE `+table+` SET account_id = $2 WHERE ticket_id = $1`, t.ID, accountID); err != nil {
				return nil, nil, err
			}
		}
		var err error
		if t.PolicyID, err = s.policyFor(ctx, tx, t.AccountID); err != nil {
			return nil, nil, err
		}
		if err := s.retarget(ctx, tx, t, a.actor); err != nil {
			return nil, nil, err
		}
		return before, accountID, insertEvent(ctx, tx, t, a, EventAccount, nil)
	})
}

// retarget moves the clocks of a ticket whose priority or service level has changed.
func (s *Service) retarget(ctx context.Context, tx postgres.Tx, t *ticketRow, actor prolong.Actor) error {
	clocks, err := s.clocksOf(ctx, tx, t, actor, tx.Now)
	if err != nil {
		return err
	}
	if err := clocks.retarget(ctx, tx); err != nil {
		return err
	}
	return clocks.save(ctx, tx)
}

// AddParticipant lets somebody take part by mail: he receives the answers, and his letters
// belong to the ticket. RemoveParticipant ends that.
func (s *Service) AddParticipant(ctx context.Context, actor prolong.Actor, ticketID int64, email, name string) error {
	return s.change(ctx, "AddParticipant", actor, ticketID, func(ctx context.Context, tx postgres.Tx, t *ticketRow, _ author) (any, any, error) {
		address, err := cleanEmail(email)
		if err != nil {
			return nil, nil, err
		}
		return "", address, addParticipant(ctx, tx, t.ID, address, name, tx.Now)
	})
}

// RemoveParticipant ends somebody's taking part by mail. It is no error if he did not.
func (s *Service) RemoveParticipant(ctx context.Context, actor prolong.Actor, ticketID int64, email string) error {
	return s.change(ctx, "RemoveParticipant", actor, ticketID, func(ctx context.Context, tx postgres.Tx, t *ticketRow, _ author) (any, any, error) {
		_, err := tx.Pgx.Exec(ctx, `DELETE FROM ticket_participants WHERE ticket_id = $1 AND email = $2`, t.ID, strings.ToLower(strings.TrimSpace(email)))
		return strings.ToLower(email), "", err
	})
}

func addParticipant(ctx context.Context, tx postgres.Tx, ticketID int64, email, name string, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO ticket_participants (ticket_id, email, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		ticketID, email, clip(storable(name), nameRunesMax), at)
	return err
}
