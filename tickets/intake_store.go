package tickets

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// LetterState says what became of a letter that came in.
type LetterState string

// The states of letters.
const (
	LetterNew        LetterState = "new"        // stored, not read yet
	LetterFiled      LetterState = "filed"      // is a message of a ticket
	LetterDuplicate  LetterState = "duplicate"  // the same letter is here already
	LetterIgnored    LetterState = "ignored"    // of a machine, and about no ticket; Reason says more
	LetterQuarantine LetterState = "quarantine" // needs a person's eyes; Reason says why
)

// The reasons beside a state.
const (
	reasonFlood      = "flood"      // the sender files too many tickets
	reasonNoSender   = "no_sender"  // nobody could be answered
	reasonOwn        = "own"        // a letter of ours came back
	reasonSameBytes  = "same_bytes" // fetched again after the mailbox was renumbered
	reasonSame       = "same"       // came by another mailbox too
	reasonUnreadable = "unreadable"
)

// mailRow is a row of ticket_mails without the letter itself.
type mailRow struct {
	ID          int64
	Mailbox     string
	UIDValidity int64
	UID         int64
	Size        int64
	Oversized   bool
	ReceivedAt  time.Time
	StoredAt    time.Time
	State       LetterState
	Reason      string
	MessageID   string
	FromEmail   string
	FromName    string
	Subject     string
	Class       string
	Attempts    int
	ProcessedAt *time.Time
	TicketID    *int64
	AccountID   *int64
	ContentKey  []byte
}

const mailColumns = `l.id, l.mailbox, l.uid_validity, l.uid, l.size, l.oversized, l.received_at, l.stored_at, l.state, l.reason, l.message_id,
	l.from_email, l.from_name, l.subject, l.class, l.attempts, l.processed_at, l.ticket_id, l.account_id, l.content_key`

// incoming is a letter as a mailbox hands it over.
type incoming struct {
	mailbox     string
	uidValidity uint32
	uid         uint32
	size        int64
	oversized   bool
	receivedAt  time.Time
	raw         []byte
	unfetchable string // why the server does not show it; "" if it does
}

// storeLetter keeps a letter before anybody looks at it, and enqueues its reading. A letter
// that is here already changes nothing: the same place in the mailbox, or the same bytes after
// the mailbox was renumbered. It reports whether the letter is new.
func (s *Service) storeLetter(ctx context.Context, tx postgres.Tx, in incoming) (bool, error) {
	sum := sha256.Sum256(in.raw)
	if in.receivedAt.IsZero() || in.receivedAt.After(tx.Now) {
		in.receivedAt = tx.Now
	}
	state, reason := LetterNew, ""
	var processed *time.Time
	var again bool
	if err := tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ticket_mails WHERE mailbox = $1 AND sha256 = $2 AND uid_validity <> $3)`,
		in.mailbox, sum[:], int64(in.uidValidity)).Scan(&again); err != nil {
		return false, err
	}
	switch {
	case in.unfetchable != "": // a place in the list of letters, so that people see that it exists
		state, reason, processed = LetterQuarantine, reasonUnfetchable+": "+clip(in.unfetchable, nameRunesMax), &tx.Now
	case again:
		state, reason, processed = LetterDuplicate, reasonSameBytes, &tx.Now
	}
	rows, err := tx.Pgx.Query(ctx, `
		INSERT INTO ticket_mails (mailbox, uid_validity, uid, sha256, size, oversized, received_at, stored_at, raw, state, reason, processed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT ON CONSTRAINT ticket_mails_uid_once DO NOTHING RETURNING id`,
		in.mailbox, int64(in.uidValidity), int64(in.uid), sum[:], in.size, in.oversized, in.receivedAt, tx.Now, append([]byte{}, in.raw...), state, reason, processed)
	type row struct{ ID int64 }
	r, err := postgres.CollectOne[row](rows, err)
	if errors.Is(err, postgres.ErrNoRow) {
		return false, nil
	}
	if err != nil || state != LetterNew {
		return false, err
	}
	return true, s.enqueuer.Enqueue(ctx, tx, ReadLetterArgs{LetterID: r.ID})
}

// loadLetter returns a stored letter with its bytes.
func loadLetter(ctx context.Context, tx postgres.Tx, id int64, lock string) (mailRow, []byte, error) {
	type row struct {
		mailRow
		Raw []byte
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+mailColumns+`, l.raw FROM ticket_mails l WHERE l.id = $1 `+lock, id)
	r, err := postgres.CollectOne[row](rows, err)
	if errors.Is(err, postgres.ErrNoRow) {
		err = prolong.NewError(prolong.CodeNotFound, "error.letter_not_found", prolong.Args{"ID": id})
	}
	return r.mailRow, r.Raw, err
}

// saveLetter writes what became of a letter. The caller holds its lock.
func saveLetter(ctx context.Context, tx postgres.Tx, r *mailRow) error {
	r.ProcessedAt = &tx.Now
	if r.State == LetterNew {
		r.ProcessedAt = nil
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE ticket_mails SET state = $2, reason = $3, message_id = $4, from_email = $5, from_name = $6, subject = $7, class = $8,
			attempts = $9, processed_at = $10, ticket_id = $11, account_id = $12, content_key = $13 WHERE id = $1`,
		r.ID, r.State, r.Reason, storable(r.MessageID), storable(r.FromEmail), storable(r.FromName), storable(r.Subject), r.Class,
		r.Attempts, r.ProcessedAt, r.TicketID, r.AccountID, r.ContentKey)
	return err
}

// describe takes over what reading found out about the letter.
func (r *mailRow) describe(l mail.Letter) {
	r.MessageID, r.Subject, r.Class = l.MessageID, clip(l.Subject, subjectRunesMax), string(l.Class)
	if len(l.From) > 0 {
		r.FromEmail, r.FromName = clip(l.From[0].Key(), nameRunesMax), clip(l.From[0].Name, nameRunesMax)
	}
	r.ContentKey = contentKey(l)
}

// contentKey identifies a letter by what it says: sender, id, date, words and files. Equal
// Message-IDs alone prove nothing, some mailers make them from sender, subject and second; and
// letters with equal words may carry different files.
func contentKey(l mail.Letter) []byte {
	h := sha256.New()
	part := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	from := ""
	if len(l.From) > 0 {
		from = l.From[0].Key()
	}
	for _, text := range []string{from, l.MessageID, l.Subject, strings.Join(strings.Fields(l.Text), " "), strings.Join(strings.Fields(l.HTML), " ")} {
		part([]byte(text))
	}
	if l.MessageID == "" && !l.Date.IsZero() { // "Thank you" may be said twice
		part([]byte(l.Date.UTC().Format(time.RFC3339)))
	}
	files := slices.Clone(l.Attachments)
	slices.SortFunc(files, func(a, b mail.Attachment) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range files {
		part([]byte(f.Name))
		part(f.SHA256[:])
	}
	return h.Sum(nil)
}
