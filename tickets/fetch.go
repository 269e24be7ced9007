package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/emersion/go-imap/v2"

	"prolong"
	"prolong/internal/mailbox"
	"prolong/internal/postgres"
)

// The limits of a fetch.
const (
	fetchLettersMax   = 5000 // of one run; the next run takes the rest
	fetchListBatch    = 200
	fetchStoreBatch   = 20
	fetchStoreBytes   = 16 << 20
	letterBytesMax    = 40 << 20
	rescanBefore      = 14 * 24 * time.Hour // a renumbered mailbox is read again from so long before the last success
	reasonUnfetchable = "unfetchable"
)

// FetchResult counts what a fetch did.
type FetchResult struct {
	Stored int // letters that are new here
	Seen   int // letters that were looked at
}

// cursorRow is a row of support_mailboxes.
type cursorRow struct {
	Key           string
	UIDValidity   int64
	LastUID       int64
	LastFetchAt   *time.Time
	LastSuccessAt *time.Time
	LastError     string
	Failures      int
}

const cursorColumns = `key, uid_validity, last_uid, last_fetch_at, last_success_at, last_error, failures`

// FetchMailbox brings the new letters of a mailbox into the database, as they are, each with
// the job that reads it. The cursor moves in the same transaction as the letters, so a kill at
// any moment loses and doubles nothing. Returns CodeNotFound for a mailbox that is not
// configured, CodeUnavailable if the server does not answer.
func (s *Service) FetchMailbox(ctx context.Context, key string) (FetchResult, error) {
	box, ok := s.mailbox(key)
	if !ok {
		return FetchResult{}, trace("FetchMailbox", prolong.NewError(prolong.CodeNotFound, "error.mailbox_unknown", prolong.Args{"Key": key}))
	}
	cursor, err := s.openCursor(ctx, key)
	if err != nil {
		return FetchResult{}, trace("FetchMailbox", err)
	}
	out, err := s.fetch(ctx, box, cursor)
	if err != nil {
		err = prolong.NewError(prolong.CodeUnavailable, "error.mailbox_unavailable", prolong.Args{"Key": key}).Because(err)
	}
	noteErr := s.noteFetch(context.WithoutCancel(ctx), key, err)
	if out.Stored > 0 {
		s.log.InfoContext(ctx, "letters fetched", slog.String("mailbox", key), slog.Int("stored", out.Stored))
	}
	return out, trace("FetchMailbox", errors.Join(err, noteErr))
}

func (s *Service) mailbox(key string) (Mailbox, bool) {
	for _, m := range s.cfg.Mailboxes {
		if m.Key == key {
			return m, true
		}
	}
	return Mailbox{}, false
}

// openCursor returns where the last fetch ended.
func (s *Service) openCursor(ctx context.Context, key string) (cursorRow, error) {
	if _, err := s.db.Pool.Exec(ctx, `INSERT INTO support_mailboxes (key) VALUES ($1) ON CONFLICT DO NOTHING`, key); err != nil {
		return cursorRow{}, err
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+cursorColumns+` FROM support_mailboxes WHERE key = $1`, key)
	return postgres.CollectOne[cursorRow](rows, err)
}

// noteFetch writes down how a fetch ended.
func (s *Service) noteFetch(ctx context.Context, key string, failure error) error {
	now := s.db.Now()
	if failure == nil {
		_, err := s.db.Pool.Exec(ctx, `UPDATE support_mailboxes SET last_fetch_at = $2, last_success_at = $2, last_error = '', failures = 0 WHERE key = $1`, key, now)
		return err
	}
	_, err := s.db.Pool.Exec(ctx, `UPDATE support_mailboxes SET last_fetch_at = $2, last_error = $3, failures = failures + 1 WHERE key = $1`,
		key, now, clip(storable(failure.Error()), 1000))
	return err
}

// fetch talks to the server.
func (s *Service) fetch(ctx context.Context, box Mailbox, cursor cursorRow) (out FetchResult, err error) {
	c, err := mailbox.Dial(ctx, box.server(), nil)
	if err != nil {
		return out, err
	}
	defer c.Close()
	selected, err := c.Select(box.folder(), &imap.SelectOptions{ReadOnly: box.MoveTo == ""}).Wait()
	if err != nil {
		return out, fmt.Errorf("select %q: %w", box.folder(), err)
	}
	since := box.Since
	if cursor.UIDValidity != int64(selected.UIDValidity) {
		// The server has numbered the folder anew: old numbers mean nothing. Letters that are
		// here already are known by their bytes.
		if cursor.UIDValidity != 0 && cursor.LastSuccessAt != nil && cursor.LastSuccessAt.Add(-rescanBefore).After(since) {
			since = cursor.LastSuccessAt.Add(-rescanBefore)
		}
		cursor.UIDValidity, cursor.LastUID = int64(selected.UIDValidity), 0
	}
	uids, err := c.Above(cursor.LastUID, since)
	if err != nil {
		return out, err
	}
	if len(uids) > fetchLettersMax {
		uids = uids[:fetchLettersMax]
	}
	for len(uids) > 0 {
		batch := uids[:min(fetchListBatch, len(uids))]
		uids = uids[len(batch):]
		heads, err := c.Heads(batch)
		if err != nil {
			return out, err
		}
		stored, err := s.fetchBatch(ctx, c, box, selected.UIDValidity, batch, heads)
		out.Stored, out.Seen = out.Stored+stored, out.Seen+len(batch)
		if err != nil {
			return out, err
		}
	}
	if box.MoveTo != "" {
		return out, s.moveStored(ctx, c, box, selected.UIDValidity)
	}
	return out, nil
}

// fetchBatch fetches letters one after the other and stores them in groups with the cursor.
func (s *Service) fetchBatch(ctx context.Context, c *mailbox.Client, box Mailbox, validity uint32, uids []imap.UID, heads map[imap.UID]mailbox.Head) (stored int, err error) {
	var group []incoming
	bytes := 0
	flush := func(last imap.UID) error {
		n, err := s.storeGroup(ctx, box, validity, last, group)
		stored += n
		group, bytes = nil, 0
		return err
	}
	for _, uid := range uids {
		head, there := heads[uid]
		if there { // else somebody has deleted it since the search
			in := incoming{mailbox: box.Key, uidValidity: validity, uid: uint32(uid), size: head.Size, receivedAt: head.ReceivedAt, oversized: head.Size > letterBytesMax}
			if in.raw, err = c.Letter(uid, in.oversized); err != nil {
				var refused *imap.Error
				if !errors.As(err, &refused) {
					return stored, err // the connection is gone: the next run goes on here
				}
				in.unfetchable = refused.Error() // the server cannot show this one letter
			}
			group = append(group, in)
			bytes += len(in.raw)
		}
		if len(group) >= fetchStoreBatch || bytes >= fetchStoreBytes {
			if err := flush(uid); err != nil {
				return stored, err
			}
		}
	}
	return stored, flush(uids[len(uids)-1])
}

// storeGroup stores letters and moves the cursor, in one transaction.
func (s *Service) storeGroup(ctx context.Context, box Mailbox, validity uint32, last imap.UID, group []incoming) (stored int, err error) {
	err = s.inTx(ctx, "FetchMailbox", func(ctx context.Context, tx postgres.Tx) error {
		stored = 0
		for _, in := range group {
			isNew, err := s.storeLetter(ctx, tx, in)
			if err != nil {
				return err
			}
			if isNew {
				stored++
			}
		}
		// Another process may have been faster; the cursor never goes back within one numbering.
		_, err := tx.Pgx.Exec(ctx, `UPDATE support_mailboxes SET uid_validity = $2,
			last_uid = CASE WHEN uid_validity = $2 THEN greatest(last_uid, $3) ELSE $3 END WHERE key = $1`, box.Key, int64(validity), int64(last))
		return err
	})
	return stored, err
}

// moveStored moves what is stored out of the folder. It looks at the whole folder, so letters
// that a killed run had stored and not moved are moved now.
func (s *Service) moveStored(ctx context.Context, c *mailbox.Client, box Mailbox, validity uint32) error {
	if !c.Caps().Has(imap.CapMove) && !c.Caps().Has(imap.CapUIDPlus) {
		// Without either, moving would expunge what other people have marked as deleted.
		s.log.WarnContext(ctx, "the mail server cannot move letters safely; they stay", slog.String("mailbox", box.Key))
		return nil
	}
	uids, err := c.Above(0, time.Time{})
	if err != nil || len(uids) == 0 {
		return err
	}
	numbers := make([]int64, 0, len(uids))
	for _, u := range uids {
		numbers = append(numbers, int64(u))
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT uid FROM ticket_mails WHERE mailbox = $1 AND uid_validity = $2 AND uid = ANY($3) AND NOT oversized AND reason NOT LIKE $4 ORDER BY uid`,
		box.Key, int64(validity), numbers, reasonUnfetchable+"%")
	type row struct{ UID int64 }
	stored, err := postgres.Collect[row](rows, err)
	if err != nil || len(stored) == 0 {
		return err
	}
	set := imap.UIDSet{}
	for _, r := range stored {
		set.AddNum(imap.UID(r.UID)) //nolint:gosec // UIDs have 32 bits
	}
	if _, err := c.Move(set, box.MoveTo).Wait(); err != nil {
		return fmt.Errorf("move to %q: %w", box.MoveTo, err)
	}
	return nil
}

// PullMailboxes enqueues a fetch of every configured mailbox: the schedule's tick.
func (s *Service) PullMailboxes(ctx context.Context) error {
	return s.inTx(ctx, "PullMailboxes", func(ctx context.Context, tx postgres.Tx) error {
		for _, m := range s.cfg.Mailboxes {
			if err := s.enqueuer.Enqueue(ctx, tx, PullMailboxArgs{Mailbox: m.Key}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Mailboxes returns the health of every configured mailbox. Staff only.
func (s *Service) Mailboxes(ctx context.Context, actor prolong.Actor) ([]MailboxStatus, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("Mailboxes", err)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+cursorColumns+`,
			(SELECT count(*) FROM ticket_mails l WHERE l.mailbox = b.key AND l.state = 'new') AS waiting,
			(SELECT count(*) FROM ticket_mails l WHERE l.mailbox = b.key AND l.state = 'quarantine') AS quarantine
		FROM support_mailboxes b`)
	type row struct {
		cursorRow
		Waiting    int
		Quarantine int
	}
	list, err := postgres.Collect[row](rows, err)
	if err != nil {
		return nil, trace("Mailboxes", err)
	}
	byKey := map[string]row{}
	for _, r := range list {
		byKey[r.Key] = r
	}
	out := make([]MailboxStatus, 0, len(s.cfg.Mailboxes))
	for _, m := range s.cfg.Mailboxes {
		r := byKey[m.Key]
		out = append(out, MailboxStatus{
			Key: m.Key, Address: m.Address, LastFetchAt: postgres.Value(r.LastFetchAt), LastSuccessAt: postgres.Value(r.LastSuccessAt), LastError: r.LastError,
			Failures: r.Failures, Waiting: r.Waiting, Quarantine: r.Quarantine,
		})
	}
	return out, nil
}
