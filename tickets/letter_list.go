package tickets

import (
	"context"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// StoredLetter is a letter that came in, as the list of letters shows it.
type StoredLetter struct {
	ID         int64
	Mailbox    string
	ReceivedAt time.Time
	From       mail.Address
	Subject    string
	Class      string
	State      LetterState
	Reason     string
	Size       int64
	TicketID   int64 // 0 for none
}

// LetterFilter chooses letters; zero fields do not restrict.
type LetterFilter struct {
	States   []LetterState
	TicketID int64
	Limit    int // 0 means 50, at most 200
	Offset   int
}

// ListLetters returns letters that came in, latest first, and how many there are in all. Staff
// only: this is where letters wait that became no ticket.
func (s *Service) ListLetters(ctx context.Context, actor prolong.Actor, f LetterFilter) (out []StoredLetter, total int, err error) {
	if err := requireStaff(actor); err != nil {
		return nil, 0, trace("ListLetters", err)
	}
	err = s.inTx(ctx, "ListLetters", func(ctx context.Context, tx postgres.Tx) error {
		states := make([]string, 0, len(f.States))
		for _, st := range f.States {
			states = append(states, string(st))
		}
		const where = ` FROM ticket_mails l WHERE (cardinality($1::text[]) = 0 OR l.state = ANY($1)) AND ($2 = 0 OR l.ticket_id = $2)`
		if err := tx.Pgx.QueryRow(ctx, `SELECT count(*)`+where, states, f.TicketID).Scan(&total); err != nil {
			return err
		}
		limit := f.Limit
		if limit <= 0 {
			limit = pageSizeDefault
		}
		rows, err := tx.Pgx.Query(ctx, `SELECT `+mailColumns+where+` ORDER BY l.id DESC LIMIT $3 OFFSET $4`, states, f.TicketID, min(limit, pageSizeMax), max(f.Offset, 0))
		list, err := postgres.Collect[mailRow](rows, err)
		out = make([]StoredLetter, 0, len(list))
		for _, r := range list {
			out = append(out, StoredLetter{
				ID: r.ID, Mailbox: r.Mailbox, ReceivedAt: r.ReceivedAt, From: mail.Address{Name: r.FromName, Email: r.FromEmail}, Subject: r.Subject,
				Class: r.Class, State: r.State, Reason: r.Reason, Size: r.Size, TicketID: postgres.Value(r.TicketID),
			})
		}
		return err
	})
	return out, total, err
}

// RawLetter returns a letter exactly as it came, to be saved as an .eml file. Staff only.
func (s *Service) RawLetter(ctx context.Context, actor prolong.Actor, letterID int64) (raw []byte, err error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("RawLetter", err)
	}
	err = s.inTx(ctx, "RawLetter", func(ctx context.Context, tx postgres.Tx) (err error) {
		_, raw, err = loadLetter(ctx, tx, letterID, "")
		return err
	})
	return raw, err
}

// FileLetter makes a ticket of a letter that became none: ignored or in quarantine. The agent
// says by it that a person wrote. accountID may be 0. Returns CodeConflict if the letter is in
// a ticket already, CodeInvalid if it cannot be read or has no sender.
func (s *Service) FileLetter(ctx context.Context, actor prolong.Actor, letterID, accountID int64) (Ticket, error) {
	var out Ticket
	if err := requireStaff(actor); err != nil {
		return out, trace("FileLetter", err)
	}
	err := s.inTx(ctx, "FileLetter", func(ctx context.Context, tx postgres.Tx) error {
		row, raw, err := loadLetter(ctx, tx, letterID, "FOR NO KEY UPDATE OF l")
		if err != nil {
			return err
		}
		if row.State != LetterIgnored && row.State != LetterQuarantine {
			return prolong.NewError(prolong.CodeConflict, "error.letter_filed", prolong.Args{"ID": letterID})
		}
		l, readErr := mail.Read(raw)
		if readErr != nil || len(l.From) == 0 {
			return prolong.NewError(prolong.CodeInvalid, "error.letter_unreadable", prolong.Args{"ID": letterID}).Because(readErr)
		}
		a := author{kind: AuthorStranger, name: row.FromName, email: row.FromEmail, actor: actor}
		person, known, err := s.people.ContactByEmail(ctx, tx, row.FromEmail)
		if err != nil {
			return err
		}
		if known {
			a.kind, a.id, a.name = AuthorContact, person.ID, person.Name
		}
		t := &ticketRow{
			Status: StatusNew, Priority: PriorityNormal, Channel: ChannelMail, CreatedBy: actor.String(), CreatedAt: tx.Now, LastClientAt: &tx.Now,
			ContactEmail: row.FromEmail, ContactName: clip(a.name, nameRunesMax), Language: languageOf(l.Text), AccountID: postgres.Nullable(accountID),
		}
		if err := s.clientOf(ctx, tx, t, a.email, person, known); err != nil {
			return err
		}
		t.Subject = checkSubject(titleOf(l.Subject), l.Text)
		if err := s.file(ctx, tx, t, letterMessage(&row, l, a), tx.Now); err != nil {
			return err
		}
		if err := s.noteLetter(ctx, tx, &row, l, t); err != nil {
			return err
		}
		if err := saveLetter(ctx, tx, &row); err != nil {
			return err
		}
		out = t.ticket()
		return s.record(ctx, tx, actor, "letter.file", t, nil, map[string]any{"letter": letterID})
	})
	return out, err
}

// RereadLetter has a letter in quarantine read once more, after what kept it there was
// repaired. Returns CodeConflict for any other letter.
func (s *Service) RereadLetter(ctx context.Context, actor prolong.Actor, letterID int64) error {
	if err := requireStaff(actor); err != nil {
		return trace("RereadLetter", err)
	}
	return s.inTx(ctx, "RereadLetter", func(ctx context.Context, tx postgres.Tx) error {
		row, _, err := loadLetter(ctx, tx, letterID, "FOR NO KEY UPDATE OF l")
		if err != nil {
			return err
		}
		if row.State != LetterQuarantine {
			return prolong.NewError(prolong.CodeConflict, "error.letter_filed", prolong.Args{"ID": letterID})
		}
		row.State, row.Reason = LetterNew, ""
		if err := saveLetter(ctx, tx, &row); err != nil {
			return err
		}
		return s.enqueuer.Enqueue(ctx, tx, ReadLetterArgs{LetterID: letterID})
	})
}
