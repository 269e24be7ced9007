package tickets

import (
	"context"
	"regexp"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// takeHuman takes the letter of a person: into his ticket, or as a new one.
func (s *Service) takeHuman(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter) error {
	sender := l.From[0]
	email := sender.Key()
	staff, isStaff, err := s.people.StaffByEmail(ctx, tx, email)
	if err != nil {
		return err
	}
	if isStaff {
		return s.takeStaff(ctx, tx, row, l, staff)
	}
	person, known, err := s.people.ContactByEmail(ctx, tx, email)
	if err != nil {
		return err
	}
	a := author{kind: AuthorStranger, name: row.FromName, email: email, actor: intakeActor}
	if known {
		a = author{kind: AuthorContact, id: person.ID, name: person.Name, email: email, actor: prolong.Actor{Kind: prolong.ActorContact, ID: person.ID, Name: email}}
	}
	r, err := s.routeOf(ctx, tx, l)
	if err != nil {
		return err
	}
	var follows *ticketRow
	if r.ticketID != 0 {
		t, err := lockTicket(ctx, tx, r.ticketID)
		if err != nil {
			return err
		}
		belongs, err := s.mayWriteInto(ctx, tx, t, r, l, email, person)
		if err != nil {
			return err
		}
		if belongs && !s.over(t, tx.Now) {
			return s.takeAnswer(ctx, tx, row, l, t, a)
		}
		follows = t // it looks like an answer, but may not or can no longer be one
	}
	return s.takeQuestion(ctx, tx, row, l, a, person, known, follows)
}

// mayWriteInto says whether a letter that points at a ticket may become a part of it.
func (s *Service) mayWriteInto(ctx context.Context, tx postgres.Tx, t *ticketRow, r route, l mail.Letter, email string, person Person) (bool, error) {
	if r.proof {
		return true, nil
	}
	part, err := takesPart(ctx, tx, t, email, person)
	if err != nil || !part {
		return false, err
	}
	return !r.subject || s.authenticated(l), nil
}

// over says whether a ticket takes no more letters: closed, or resolved longer ago than the
// reopening time.
func (s *Service) over(t *ticketRow, now time.Time) bool {
	return t.Status == StatusClosed || t.Status == StatusResolved && t.ResolvedAt != nil && now.After(t.ResolvedAt.AddDate(0, 0, s.cfg.ReopenDays))
}

// takeAnswer adds a letter to its ticket.
func (s *Service) takeAnswer(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter, t *ticketRow, a author) error {
	circling, err := braked(ctx, tx, row.FromEmail, t.ID)
	if err != nil {
		return err
	}
	if circling { // kept and shown, but it moves nothing and nobody is told
		err := s.fold(ctx, tx, row, l, t.ID)
		row.Reason = reasonFlood
		return err
	}
	m := letterMessage(row, l, a)
	stop, err := s.reopenedTooOften(ctx, tx, t)
	if err != nil {
		return err
	}
	if stop {
		if _, err := insertMessage(ctx, tx, t, m); err != nil {
			return err
		}
		if err := insertEvent(ctx, tx, t, systemAuthor(intakeActor), EventReopenStop, nil); err != nil {
			return err
		}
		t.LastClientAt = &tx.Now
		if err := saveTicket(ctx, tx, t); err != nil {
			return err
		}
	} else if _, err := s.clientWrote(ctx, tx, t, m, row.ReceivedAt); err != nil {
		return err
	}
	return s.noteLetter(ctx, tx, row, l, t)
}

// reopenedTooOften says whether a resolved ticket was reopened by mail so often today that a
// machine must be at the other end.
func (s *Service) reopenedTooOften(ctx context.Context, tx postgres.Tx, t *ticketRow) (bool, error) {
	if t.Status != StatusResolved {
		return false, nil
	}
	var n int
	err := tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM ticket_messages WHERE ticket_id = $1 AND event = 'status' AND event_args ->> 'From' = 'resolved'
		AND author_kind IN ('contact', 'stranger') AND created_at > $2`, t.ID, tx.Now.AddDate(0, 0, -1)).Scan(&n)
	return n >= reopensPerDayMax, err
}

// takeQuestion files a letter as a new ticket.
func (s *Service) takeQuestion(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter, a author, person Person, known bool, follows *ticketRow) error {
	flood, err := braked(ctx, tx, row.FromEmail, 0)
	if err != nil {
		return err
	}
	if flood {
		row.State, row.Reason = LetterQuarantine, reasonFlood
		return nil
	}
	t := &ticketRow{
		Status: StatusNew, Priority: PriorityNormal, Channel: ChannelMail, CreatedBy: intakeActor.String(), CreatedAt: tx.Now, LastClientAt: &tx.Now,
		ContactEmail: a.email, ContactName: clip(a.name, nameRunesMax), Language: languageOf(l.Text),
	}
	if err := s.clientOf(ctx, tx, t, a.email, person, known); err != nil {
		return err
	}
	t.Subject = checkSubject(titleOf(l.Subject), mail.Trim(l.Text))
	if follows != nil {
		t.FollowsID = &follows.ID
	}
	if err := s.file(ctx, tx, t, letterMessage(row, l, a), row.ReceivedAt); err != nil {
		return err
	}
	if follows != nil {
		if err := insertEvent(ctx, tx, t, systemAuthor(intakeActor), EventFollows, prolong.Args{"Number": follows.Number}); err != nil {
			return err
		}
	}
	if row.Oversized {
		if err := insertEvent(ctx, tx, t, systemAuthor(intakeActor), EventOversized, prolong.Args{"Megabytes": row.Size >> 20}); err != nil {
			return err
		}
	}
	if err := s.noteLetter(ctx, tx, row, l, t); err != nil {
		return err
	}
	sender := mail.Address{Name: t.ContactName, Email: t.ContactEmail}
	return s.acknowledge(ctx, tx, t, &sender, !known)
}

// clientOf finds out whose ticket a letter is: as an agent has decided for the address, else
// the one account of the person. Of somebody with several accounts the agent decides.
func (s *Service) clientOf(ctx context.Context, tx postgres.Tx, t *ticketRow, email string, person Person, known bool) error {
	if known {
		t.ContactID = &person.ID
		if person.Name != "" {
			t.ContactName = clip(person.Name, nameRunesMax)
		}
		if person.Language != "" {
			t.Language = person.Language
		}
		if t.AccountID == nil && len(person.Accounts) == 1 {
			t.AccountID = &person.Accounts[0]
		}
	}
	if t.AccountID != nil {
		return nil
	}
	return tx.Pgx.QueryRow(ctx, `SELECT (SELECT account_id FROM ticket_senders WHERE email = $1)`, email).Scan(&t.AccountID)
}

// noteLetter ties a letter to its ticket: its id, and who takes part by mail from now on.
func (s *Service) noteLetter(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter, t *ticketRow) error {
	row.State, row.TicketID, row.AccountID = LetterFiled, &t.ID, t.AccountID
	if l.MessageID != "" {
		if _, err := tx.Pgx.Exec(ctx, `INSERT INTO ticket_message_ids (message_id, ticket_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			storable(l.MessageID), t.ID, tx.Now); err != nil {
			return err
		}
	}
	if row.FromEmail != t.ContactEmail {
		if err := addParticipant(ctx, tx, t.ID, row.FromEmail, row.FromName, tx.Now); err != nil {
			return err
		}
	}
	taken := 0
	for _, list := range [][]mail.Address{l.To, l.Cc} { // who had the question shall have the answer
		for _, a := range list {
			if taken >= ccTakenMax || !a.Valid() || s.ownAddress(a.Email) || a.Key() == t.ContactEmail || a.Key() == row.FromEmail {
				continue
			}
			taken++
			if err := addParticipant(ctx, tx, t.ID, a.Key(), a.Name, tx.Now); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeStaff takes the letter of one of us: an answer to a letter about a ticket is a note,
// never a public message that a forged sender could put into our mouth; a forwarded letter is
// a ticket of whoever wrote it.
func (s *Service) takeStaff(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter, staff Person) error {
	r, err := s.routeOf(ctx, tx, l)
	if err != nil {
		return err
	}
	a := author{AuthorStaff, staff.ID, staff.Name, row.FromEmail, prolong.Actor{Kind: prolong.ActorStaff, ID: staff.ID, Name: staff.Email}}
	if r.ticketID != 0 && r.proof {
		t, err := lockTicket(ctx, tx, r.ticketID)
		if err != nil {
			return err
		}
		m := letterMessage(row, l, a)
		m.kind = MessageNote
		if _, err := insertMessage(ctx, tx, t, m); err != nil {
			return err
		}
		row.State, row.TicketID, row.AccountID = LetterFiled, &t.ID, t.AccountID
		return saveTicket(ctx, tx, t)
	}
	original, forwarded := mail.ForwardedFrom(l)
	if forwarded && !s.ownAddress(original.Email) {
		person, known, err := s.people.ContactByEmail(ctx, tx, original.Key())
		if err != nil {
			return err
		}
		a = author{kind: AuthorStranger, name: original.Name, email: original.Key(), actor: a.actor}
		if known {
			a = author{kind: AuthorContact, id: person.ID, name: person.Name, email: original.Key(), actor: a.actor}
		}
		return s.takeForwarded(ctx, tx, row, l, a, person, known)
	}
	return s.takeQuestion(ctx, tx, row, l, author{AuthorStaff, staff.ID, staff.Name, row.FromEmail, a.actor}, Person{}, false, nil)
}

// takeForwarded files a letter that one of us has forwarded as the ticket of its writer. He is
// not sent an acknowledgement: he does not know that his letter went on.
func (s *Service) takeForwarded(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter, a author, person Person, known bool) error {
	t := &ticketRow{
		Status: StatusNew, Priority: PriorityNormal, Channel: ChannelMail, CreatedBy: a.actor.String(), CreatedAt: tx.Now, LastClientAt: &tx.Now,
		ContactEmail: a.email, ContactName: clip(a.name, nameRunesMax), Language: languageOf(l.Text),
	}
	if err := s.clientOf(ctx, tx, t, a.email, person, known); err != nil {
		return err
	}
	t.Subject = checkSubject(titleOf(l.Subject), l.Text)
	m := letterMessage(row, l, a)
	m.shown = m.body // what was forwarded is the point
	if err := s.file(ctx, tx, t, m, row.ReceivedAt); err != nil {
		return err
	}
	row.State, row.TicketID, row.AccountID = LetterFiled, &t.ID, t.AccountID
	return nil
}

var answerPrefix = regexp.MustCompile(`(?i)^\s*((re|fwd?|fw|отв|ответ|пер|переслано|нав|на|відп|aw|wg)(\[\d+\])?\s*:\s*)+`)

// titleOf is a subject without the signs of answering and forwarding.
func titleOf(subject string) string {
	return strings.TrimSpace(subjectToken.ReplaceAllString(answerPrefix.ReplaceAllString(subject, ""), ""))
}

// languageOf guesses in which of our languages a text is written; Russian if it cannot be told.
func languageOf(text string) string {
	text = strings.ToLower(text)
	switch {
	case strings.ContainsAny(text, "әғқңөұүһ"):
		return "kk"
	case strings.ContainsAny(text, "їєґ") || strings.Count(text, "і") > 2 && !strings.ContainsAny(text, "ыъэё"):
		return "uk"
	case !strings.ContainsFunc(text, func(r rune) bool { return r >= 'а' && r <= 'я' }) && strings.ContainsFunc(text, func(r rune) bool { return r >= 'a' && r <= 'z' }):
		return "en"
	}
	return "ru"
}
