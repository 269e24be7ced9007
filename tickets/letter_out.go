package tickets

import (
	"context"
	"strings"
	"time"

	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// The brakes on letters that we send by ourselves (reference, section 3.4).
const (
	acksPerHourMax   = 3 // per address, over all tickets
	participantsMax  = 20
	referencesOutMax = 10
)

// sendReply mails the answer of staff to everybody who takes part by mail.
func (s *Service) sendReply(ctx context.Context, tx postgres.Tx, t *ticketRow, messageID int64, m newMessage) error {
	to, err := s.recipients(ctx, tx, t, "")
	if err != nil || len(to) == 0 {
		return err
	}
	attachments, err := loadAttachments(ctx, tx, []int64{messageID})
	if err != nil {
		return err
	}
	l, err := s.letterAbout(ctx, tx, t)
	if err != nil {
		return err
	}
	l.Kind, l.Subject, l.Text, l.Author, l.MarkerNeeded, l.TicketTitle = LetterReplied, LetterSubject{subjectMessage, messageID}, m.body, m.author.name, true, t.Subject
	for _, a := range attachments[messageID] {
		l.Attachments = append(l.Attachments, a.ID)
	}
	for _, address := range to {
		l.To = address
		if err := s.outbox.Queue(ctx, tx, l); err != nil {
			return err
		}
	}
	return nil
}

// acknowledge tells the requester that his ticket is here and until when he has an answer: at
// most once per ticket and three times an hour per address, so that two machines that answer
// each other come to rest. To strangers nothing of what they wrote is repeated: a form and a
// forged sender would turn us into somebody's megaphone.
func (s *Service) acknowledge(ctx context.Context, tx postgres.Tx, t *ticketRow, sender *mail.Address, stranger bool) error {
	address := mail.Address{Name: t.ContactName, Email: t.ContactEmail}
	if sender != nil {
		address = *sender
	}
	if t.AcknowledgedAt != nil || !address.Valid() || s.ownAddress(address.Email) {
		return nil
	}
	var sent int
	if err := tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM tickets WHERE contact_email = $1 AND acknowledged_at > $2`,
		address.Key(), tx.Now.Add(-time.Hour)).Scan(&sent); err != nil || sent >= acksPerHourMax {
		return err
	}
	l, err := s.letterAbout(ctx, tx, t)
	if err != nil {
		return err
	}
	l.Kind, l.Subject, l.To, l.Automatic = LetterReceived, LetterSubject{subjectTicket, t.ID}, address, true
	if !stranger {
		l.TicketTitle = t.Subject
	}
	if t.DueAt != nil && t.DueMetric == MetricFirstResponse {
		l.DueAt = *t.DueAt
	}
	if err := s.outbox.Queue(ctx, tx, l); err != nil {
		return err
	}
	t.AcknowledgedAt = &tx.Now
	return saveTicket(ctx, tx, t)
}

// letterAbout begins a letter about a ticket: where answers go and into which thread of the
// client's mail program it belongs.
func (s *Service) letterAbout(ctx context.Context, tx postgres.Tx, t *ticketRow) (OutgoingLetter, error) {
	l := OutgoingLetter{AccountID: postgres.Value(t.AccountID), Language: t.Language, TicketID: t.ID, Number: t.Number}
	box, ok, err := s.mailboxOf(ctx, tx, t.ID)
	if err != nil || !ok {
		return l, err
	}
	l.ReplyTo = s.replyAddress(box, t.ID)
	rows, err := tx.Pgx.Query(ctx, `SELECT message_id FROM ticket_message_ids WHERE ticket_id = $1 ORDER BY created_at DESC, message_id LIMIT $2`, t.ID, referencesOutMax)
	type row struct{ MessageID string }
	ids, err := postgres.Collect[row](rows, err)
	if err != nil {
		return l, err
	}
	l.References = []string{s.rootID(box, t.ID)}
	for i := len(ids) - 1; i >= 0; i-- {
		if id := strings.Trim(ids[i].MessageID, "<>"); !strings.ContainsAny(id, " \t\r\n<>") {
			l.References = append(l.References, id)
			l.InReplyTo = id // the latest comes last
		}
	}
	if zone, err := s.zoneOf(ctx, tx, t.ID); err != nil {
		return l, err
	} else if zone != nil {
		l.Zone = zone.String()
	}
	return l, nil
}

// zoneOf returns the zone of the calendar that a ticket's promises are counted in.
func (s *Service) zoneOf(ctx context.Context, tx postgres.Tx, ticketID int64) (*time.Location, error) {
	clocks, err := loadClocks(ctx, tx, ticketID)
	if err != nil || len(clocks[ticketID]) == 0 {
		return nil, err
	}
	return clocks[ticketID][0].cal.Zone(), nil
}

// mailboxOf returns the mailbox by which a ticket's letters come, the first one configured for
// a ticket that came otherwise; false if there is none.
func (s *Service) mailboxOf(ctx context.Context, tx postgres.Tx, ticketID int64) (Mailbox, bool, error) {
	if len(s.cfg.Mailboxes) == 0 {
		return Mailbox{}, false, nil
	}
	var key string
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT mailbox FROM ticket_mails WHERE ticket_id = $1 ORDER BY id DESC LIMIT 1), '')`, ticketID).Scan(&key); err != nil {
		return Mailbox{}, false, err
	}
	for _, m := range s.cfg.Mailboxes {
		if m.Key == key {
			return m, true, nil
		}
	}
	return s.cfg.Mailboxes[0], true, nil
}

// recipients returns who receives answers by mail, without the given address.
func (s *Service) recipients(ctx context.Context, tx postgres.Tx, t *ticketRow, without string) ([]mail.Address, error) {
	var out []mail.Address
	add := func(name, email string) {
		a := mail.Address{Name: name, Email: email}
		if email != without && a.Valid() && !s.ownAddress(email) && len(out) < participantsMax {
			out = append(out, a)
		}
	}
	add(t.ContactName, t.ContactEmail)
	participants, err := loadParticipants(ctx, tx, t.ID)
	for _, p := range participants {
		if p.Email != t.ContactEmail {
			add(p.Name, p.Email)
		}
	}
	return out, err
}

// ownAddress says whether an address is one of our mailboxes, with a plus part or without.
func (s *Service) ownAddress(email string) bool {
	local, host, ok := strings.Cut(strings.ToLower(email), "@")
	if !ok {
		return false
	}
	base, _, _ := strings.Cut(local, "+")
	for _, m := range s.cfg.Mailboxes {
		if m.Address == base+"@"+host || m.Address == local+"@"+host {
			return true
		}
	}
	return false
}
