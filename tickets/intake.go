package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// intakeActor is who acts when letters come in.
var intakeActor = prolong.System("mail intake")

// brake stops what goes round in circles: more than so many letters of one sender in a window.
// Headers alone cannot be trusted, other helpdesks answer without any (numbers: Zammad's).
type brake struct {
	lettersMax int
	window     time.Duration
}

var (
	ticketBrakes = []brake{{10, 10 * time.Minute}, {15, 30 * time.Minute}, {25, time.Hour}, {50, 3 * time.Hour}, {100, 10 * time.Hour}}
	senderBrakes = []brake{{30, 10 * time.Minute}, {60, 30 * time.Minute}, {120, time.Hour}, {240, 3 * time.Hour}, {360, 10 * time.Hour}}
)

const (
	reopensPerDayMax = 5
	ccTakenMax       = 5
)

// TakeLetter stores a letter that was not fetched from a mailbox: saved by a person as an .eml
// file, or handed over by another program. It is read like the others. mailbox says to which of
// our addresses it belongs. Returns CodeNotFound for a mailbox that is not configured,
// CodeInvalid for a letter that is too large.
func (s *Service) TakeLetter(ctx context.Context, actor prolong.Actor, mailbox string, receivedAt time.Time, raw []byte) (letterID int64, err error) {
	if err := requireStaff(actor); err != nil {
		return 0, trace("TakeLetter", err)
	}
	if _, ok := s.mailbox(mailbox); !ok {
		return 0, trace("TakeLetter", prolong.NewError(prolong.CodeNotFound, "error.mailbox_unknown", prolong.Args{"Key": mailbox}))
	}
	if len(raw) > letterBytesMax {
		return 0, trace("TakeLetter", prolong.NewError(prolong.CodeInvalid, "error.letter_large", prolong.Args{"Max": letterBytesMax >> 20}))
	}
	if _, err := s.openCursor(ctx, mailbox); err != nil {
		return 0, trace("TakeLetter", err)
	}
	err = s.inTx(ctx, "TakeLetter", func(ctx context.Context, tx postgres.Tx) error {
		// Numbering 0 is ours: servers begin with 1.
		var uid uint32
		if err := postgres.AdvisoryXactLock(ctx, tx, "tickets.take:"+mailbox); err != nil {
			return err
		}
		if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(uid), 0) + 1 FROM ticket_mails WHERE mailbox = $1 AND uid_validity = 0`, mailbox).Scan(&uid); err != nil {
			return err
		}
		if _, err := s.storeLetter(ctx, tx, incoming{mailbox: mailbox, uid: uid, size: int64(len(raw)), receivedAt: receivedAt, raw: raw}); err != nil {
			return err
		}
		return tx.Pgx.QueryRow(ctx, `SELECT id FROM ticket_mails WHERE mailbox = $1 AND uid_validity = 0 AND uid = $2`, mailbox, int64(uid)).Scan(&letterID)
	})
	return letterID, err
}

// ReadLetter reads a stored letter and does what it asks for: a ticket, a message, a note about
// a bounce, or nothing. It does nothing for a letter that was read before. A letter that cannot
// be read waits in quarantine, where people see it; it is never lost.
func (s *Service) ReadLetter(ctx context.Context, letterID int64) error {
	var raw []byte
	if err := s.inTx(ctx, "ReadLetter", func(ctx context.Context, tx postgres.Tx) (err error) {
		_, raw, err = loadLetter(ctx, tx, letterID, "")
		return err
	}); err != nil {
		return err
	}
	letter, readErr := mail.Read(raw) // outside of the transaction: it is work for the processor
	return s.inTx(ctx, "ReadLetter", func(ctx context.Context, tx postgres.Tx) error {
		row, _, err := loadLetter(ctx, tx, letterID, "FOR NO KEY UPDATE OF l")
		if err != nil || row.State != LetterNew {
			return err
		}
		row.Attempts++
		row.describe(letter)
		if readErr != nil {
			row.State, row.Reason = LetterQuarantine, reasonUnreadable+": "+clip(readErr.Error(), nameRunesMax)
			return saveLetter(ctx, tx, &row)
		}
		if err := s.takeIn(ctx, tx, &row, letter); err != nil {
			return err
		}
		if row.State == LetterQuarantine {
			s.log.WarnContext(ctx, "letter in quarantine", slog.Int64("letter", row.ID), slog.String("reason", row.Reason))
		}
		return saveLetter(ctx, tx, &row)
	})
}

// giveUpReading puts a letter whose reading failed again and again into quarantine, so that it
// does not wait unseen.
func (s *Service) giveUpReading(ctx context.Context, letterID int64, cause error) error {
	return s.inTx(ctx, "ReadLetter", func(ctx context.Context, tx postgres.Tx) error {
		row, _, err := loadLetter(ctx, tx, letterID, "FOR NO KEY UPDATE OF l")
		if err != nil || row.State != LetterNew {
			return err
		}
		row.State, row.Reason = LetterQuarantine, "failed: "+clip(cause.Error(), nameRunesMax)
		return saveLetter(ctx, tx, &row)
	})
}

// takeIn decides what a letter is and does it.
func (s *Service) takeIn(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter) error {
	// Two workers may read the same letter, fetched from two mailboxes, at once.
	if err := postgres.AdvisoryXactLock(ctx, tx, fmt.Sprintf("tickets.letter:%x", row.ContentKey)); err != nil {
		return err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+mailColumns+` FROM ticket_mails l WHERE l.content_key = $1 AND l.state IN ('filed', 'ignored') AND l.id <> $2`, row.ContentKey, row.ID)
	same, err := postgres.CollectOne[mailRow](rows, err)
	switch {
	case err == nil:
		row.State, row.Reason, row.TicketID, row.AccountID = LetterDuplicate, reasonSame, same.TicketID, same.AccountID
		return nil
	case !errors.Is(err, postgres.ErrNoRow):
		return err
	}
	own, err := s.isOwn(ctx, tx, l)
	if err != nil {
		return err
	}
	switch {
	case own: // our mailbox as a sender must never become a client
		row.State, row.Reason = LetterIgnored, reasonOwn
		return nil
	case l.Class == mail.ClassBounce || l.Class == mail.ClassDelay:
		return s.takeReturned(ctx, tx, row, l)
	case l.Class != mail.ClassHuman:
		return s.takeMachine(ctx, tx, row, l)
	case len(l.From) == 0 || !l.From[0].Valid():
		row.State, row.Reason = LetterQuarantine, reasonNoSender
		return nil
	}
	return s.takeHuman(ctx, tx, row, l)
}

// isOwn says whether the letter is one of ours that has come back.
func (s *Service) isOwn(ctx context.Context, tx postgres.Tx, l mail.Letter) (bool, error) {
	if len(l.From) > 0 && s.ownAddress(l.From[0].Email) {
		return true, nil
	}
	if l.MessageID == "" {
		return false, nil
	}
	_, ours, err := s.outbox.About(ctx, tx, strings.Trim(l.MessageID, "<>"))
	return ours, err
}

// takeMachine keeps the letter of a machine: folded in the ticket that it belongs to, without
// any effect; else aside.
func (s *Service) takeMachine(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter) error {
	r, err := s.routeOf(ctx, tx, l)
	if err != nil {
		return err
	}
	if r.ticketID == 0 || !r.proof {
		row.State, row.Reason = LetterIgnored, string(l.Class)
		return nil
	}
	return s.fold(ctx, tx, row, l, r.ticketID)
}

// fold puts a letter into a ticket without any effect.
func (s *Service) fold(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter, ticketID int64) error {
	t, err := lockTicket(ctx, tx, ticketID)
	if err != nil {
		return err
	}
	m := letterMessage(row, l, author{kind: AuthorStranger, name: row.FromName, email: row.FromEmail, actor: intakeActor})
	m.folded = true
	if _, err := insertMessage(ctx, tx, t, m); err != nil {
		return err
	}
	row.State, row.Reason, row.TicketID, row.AccountID = LetterFiled, string(l.Class), &t.ID, t.AccountID
	return nil
}

// takeReturned takes the news that a letter of ours did not arrive: the outbox learns about
// the address, the ticket shows it to the agent.
func (s *Service) takeReturned(ctx context.Context, tx postgres.Tx, row *mailRow, l mail.Letter) error {
	ticketID := int64(0)
	originalID := ""
	var fates []mail.Recipient
	if l.Report != nil {
		originalID, fates = strings.Trim(l.Report.OriginalID, "<>"), l.Report.Recipients
	}
	var err error
	if originalID != "" {
		if ticketID, err = s.ticketOfSent(ctx, tx, originalID); err != nil {
			return err
		}
	}
	for _, f := range fates {
		if f.Action != "failed" && f.Action != "delayed" || f.Email == "" {
			continue
		}
		if err := s.outbox.Returned(ctx, tx, ReturnedLetter{
			MessageID: originalID, Email: strings.ToLower(f.Email), Hard: f.Hard(), Delayed: f.Action == "delayed", Reason: clip(f.Status+" "+f.Diagnostic, nameRunesMax),
		}); err != nil {
			return err
		}
	}
	if ticketID == 0 {
		r, err := s.routeOf(ctx, tx, l)
		if err != nil {
			return err
		}
		if r.proof {
			ticketID = r.ticketID
		}
	}
	if ticketID == 0 {
		row.State, row.Reason = LetterIgnored, string(l.Class)
		return nil
	}
	if err := s.fold(ctx, tx, row, l, ticketID); err != nil || l.Class == mail.ClassDelay {
		return err
	}
	t, err := lockTicket(ctx, tx, ticketID)
	if err != nil {
		return err
	}
	for _, f := range fates {
		if f.Action != "failed" {
			continue
		}
		if err := insertEvent(ctx, tx, t, systemAuthor(intakeActor), EventBounced, prolong.Args{"Email": f.Email, "Reason": clip(f.Status+" "+f.Diagnostic, nameRunesMax)}); err != nil {
			return err
		}
	}
	return saveTicket(ctx, tx, t)
}

// letterMessage is a letter as an entry of a thread.
func letterMessage(row *mailRow, l mail.Letter, a author) newMessage {
	return newMessage{
		kind: MessagePublic, channel: ChannelMail, author: a, body: l.Text, shown: mail.Trim(l.Text), html: l.HTML, mailID: row.ID, files: l.Attachments,
	}
}

// braked says whether a sender has written more than people do, into one ticket (ticketID not
// 0) or in all.
func braked(ctx context.Context, tx postgres.Tx, email string, ticketID int64) (bool, error) {
	brakes := senderBrakes
	if ticketID != 0 {
		brakes = ticketBrakes
	}
	for _, b := range brakes {
		var n int
		if err := tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM ticket_mails WHERE from_email = $1 AND state = 'filed' AND ($2 = 0 OR ticket_id = $2) AND received_at > $3`,
			email, ticketID, tx.Now.Add(-b.window)).Scan(&n); err != nil {
			return false, err
		}
		if n >= b.lettersMax {
			return true, nil
		}
	}
	return false, nil
}
