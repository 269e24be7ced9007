package tickets

import (
	"context"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// NewTicket is what somebody wants help with.
type NewTicket struct {
	// AccountID is the client. A contact must name one of his accounts; staff may leave it 0 as
	// long as it is not known whose ticket it is.
	AccountID int64
	// ContactID, Email and Name say who asks, where staff files for somebody. ContactID wins.
	ContactID int64
	Email     string
	Name      string
	Subject   string // empty takes the beginning of the text
	Text      string
	Files     []Upload
	Priority  Priority // "" means normal; contacts cannot choose more than high
	Channel   Channel  // for staff: phone or office; others' follows from who they are
	Tags      []string // keys; staff only
	// RequestKey, if set, makes a repeated request file nothing: the first ticket comes back.
	RequestKey string
}

// FileTicket files a ticket. What a contact files is his account's; staff files on behalf of
// somebody, whose words the text then is. The service level of the client's plan starts to
// count. Returns CodeNotFound for an account that is not the contact's, CodeInvalid for bad
// input.
func (s *Service) FileTicket(ctx context.Context, actor prolong.Actor, n NewTicket) (Ticket, error) {
	var out Ticket
	err := s.inTx(ctx, "FileTicket", func(ctx context.Context, tx postgres.Tx) error {
		t, a, err := s.draft(ctx, tx, actor, n)
		if err != nil {
			return err
		}
		if n.RequestKey != "" {
			if err := postgres.AdvisoryXactLock(ctx, tx, "tickets.file:"+t.CreatedBy+":"+n.RequestKey); err != nil {
				return err
			}
			var id int64
			if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM tickets WHERE created_by = $1 AND request_key = $2`, t.CreatedBy, n.RequestKey).Scan(&id); err != nil {
				return err
			}
			if id != 0 {
				repeated, err := lockTicket(ctx, tx, id)
				if err == nil {
					out = repeated.ticket()
				}
				return err
			}
		}
		files, err := checkUploads(n.Files)
		if err != nil {
			return err
		}
		body, err := checkBody(n.Text, files)
		if err != nil {
			return err
		}
		t.Subject = checkSubject(n.Subject, body)
		if err := s.file(ctx, tx, t, newMessage{kind: MessagePublic, channel: t.Channel, author: a, body: body, files: files}, tx.Now); err != nil {
			return err
		}
		for _, key := range n.Tags {
			if err := tagTicket(ctx, tx, actor, t.ID, key); err != nil {
				return err
			}
		}
		if t.ContactEmail != "" && t.Channel != ChannelCabinet {
			if err := s.acknowledge(ctx, tx, t, nil, false); err != nil {
				return err
			}
		}
		out = t.ticket()
		return s.record(ctx, tx, actor, "ticket.file", t, nil, map[string]any{"number": t.Number, "subject": t.Subject})
	})
	return out, err
}

// draft fills a new ticket in and decides who speaks in its first message.
func (s *Service) draft(ctx context.Context, tx postgres.Tx, actor prolong.Actor, n NewTicket) (*ticketRow, author, error) {
	t := &ticketRow{
		Status: StatusNew, Priority: n.Priority, Channel: n.Channel, Language: "ru", CreatedBy: actor.String(), CreatedAt: tx.Now,
		AccountID: postgres.Nullable(n.AccountID), LastClientAt: postgres.NullableTime(tx.Now), RequestKey: n.RequestKey,
	}
	if t.Priority == "" {
		t.Priority = PriorityNormal
	}
	if !priorityKnown(t.Priority) {
		return nil, author{}, prolong.NewError(prolong.CodeInvalid, "error.ticket_priority_unknown", prolong.Args{"Value": string(t.Priority)})
	}
	a, err := s.authorOf(ctx, tx, actor)
	if err != nil {
		return nil, author{}, err
	}
	if actor.Kind == prolong.ActorContact {
		sc, err := s.scopeOf(ctx, tx, actor)
		if err != nil {
			return nil, author{}, err
		}
		t.ContactID = &actor.ID
		if n.AccountID == 0 || !sc.sees(t) {
			return nil, author{}, prolong.NewError(prolong.CodeNotFound, "error.ticket_account_unknown", nil)
		}
		if t.Priority == PriorityUrgent { // what is urgent is for the vendor to say
			t.Priority = PriorityHigh
		}
		if len(n.Tags) > 0 {
			return nil, author{}, forbidden()
		}
		t.Channel = ChannelCabinet
		return t, a, s.requester(ctx, tx, t, actor.ID)
	}
	if t.Channel != ChannelPhone {
		t.Channel = ChannelOffice
	}
	if n.ContactID != 0 {
		return t, a, s.requester(ctx, tx, t, n.ContactID)
	}
	if n.Email != "" {
		t.ContactEmail = strings.ToLower(strings.TrimSpace(n.Email))
		if !(mail.Address{Email: t.ContactEmail}).Valid() {
			return nil, author{}, prolong.NewError(prolong.CodeInvalid, "error.ticket_email_invalid", prolong.Args{"Value": clip(n.Email, nameRunesMax)})
		}
		if p, known, err := s.people.ContactByEmail(ctx, tx, t.ContactEmail); err != nil {
			return nil, author{}, err
		} else if known {
			return t, a, s.requester(ctx, tx, t, p.ID)
		}
	}
	t.ContactName = clip(strings.Join(strings.Fields(storable(n.Name)), " "), nameRunesMax)
	return t, a, nil
}

// requester makes a known person the one who asks.
func (s *Service) requester(ctx context.Context, tx postgres.Tx, t *ticketRow, contactID int64) error {
	p, err := s.people.Contact(ctx, tx, contactID)
	if err != nil {
		return err
	}
	t.ContactID, t.ContactName = &p.ID, clip(p.Name, nameRunesMax)
	t.ContactEmail = strings.ToLower(p.Email)
	if p.Language != "" {
		t.Language = p.Language
	}
	if t.AccountID == nil && len(p.Accounts) == 1 {
		t.AccountID = &p.Accounts[0]
	}
	return nil
}

// file writes a new ticket with its first message and starts its clocks at the instant at
// which the client spoke.
func (s *Service) file(ctx context.Context, tx postgres.Tx, t *ticketRow, first newMessage, at time.Time) error {
	var err error
	if t.PolicyID, err = s.policyFor(ctx, tx, t.AccountID); err != nil {
		return err
	}
	if err := insertTicket(ctx, tx, t); err != nil {
		return err
	}
	if _, err := insertMessage(ctx, tx, t, first); err != nil {
		return err
	}
	clocks, err := s.clocksOf(ctx, tx, t, first.author.actor, at)
	if err != nil {
		return err
	}
	if err := clocks.filed(ctx, tx); err != nil {
		return err
	}
	if err := clocks.save(ctx, tx); err != nil {
		return err
	}
	return saveTicket(ctx, tx, t)
}

// record writes an act of a person into the audit trail. What a contact does to his own
// ticket stands in its thread already.
func (s *Service) record(ctx context.Context, tx postgres.Tx, actor prolong.Actor, action string, t *ticketRow, before, after any) error {
	if actor.Kind != prolong.ActorStaff {
		return nil
	}
	return s.trail.Record(ctx, tx, TrailEntry{
		Actor: actor, Action: action, SubjectKind: subjectTicket, SubjectID: t.ID, AccountID: postgres.Value(t.AccountID), Before: before, After: after,
	})
}

func priorityKnown(p Priority) bool {
	for _, known := range Priorities() {
		if p == known {
			return true
		}
	}
	return false
}
