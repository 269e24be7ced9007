package banksync

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"

	"prolong"
	"prolong/banksync/statement"
	"prolong/internal/mailbox"
)

// Mailbox is an IMAP folder that banks send statements to.
//
// Whoever can put a statement into our books can extend any client, so only letters of a sender
// that is listed, and whom our own mail server has proven, are taken by themselves. Statements in
// all other letters wait for a person among the uploads.
type Mailbox struct {
	Key                string // names it in the database; never reused for another folder
	Host               string // "imap.vendor.example:993"
	TLS                mailbox.TLSMode
	TLSConfig          *tls.Config // for servers with certificates of their own
	Username, Password string
	Folder             string // empty means INBOX
	// Senders are the addresses that banks write from, "statements@bank.example", or all of a
	// domain, "@bank.example".
	Senders []string
	// AuthServers are the names under which our own mail server signs Authentication-Results.
	AuthServers []string
	// Since leaves letters alone that arrived before.
	Since time.Time
}

const mailPullMax = 500 // letters of one pull; the next takes the rest

// ConnectMailbox says where banks send statements to. It is read at every Pull.
func (s *Service) ConnectMailbox(m Mailbox) error {
	if _, _, err := net.SplitHostPort(m.Host); err != nil || m.Key == "" || !m.TLS.Valid() {
		return prolong.NewError(prolong.CodeInvalid, "error.mail_settings", prolong.Args{"Host": m.Host}).Because(err)
	}
	s.mailbox = &m
	return nil
}

// MailboxStatus is how the mailbox for statements is doing.
type MailboxStatus struct {
	Key       string
	SuccessAt time.Time // of the last pull that went well; zero if none has
	Failures  int       // in a row
	Failure   string
}

// Mailboxes returns how the mailbox for statements is doing; none if none is connected.
func (s *Service) Mailboxes(ctx context.Context) ([]MailboxStatus, error) {
	if s.mailbox == nil {
		return nil, nil
	}
	x := MailboxStatus{Key: s.mailbox.Key}
	var at *time.Time
	err := s.db.Pool.QueryRow(ctx, `SELECT max(last_success_at), coalesce(max(failures), 0), coalesce(max(last_error), '') FROM bank_mailboxes WHERE key = $1`, x.Key).Scan(&at, &x.Failures, &x.Failure)
	if at != nil {
		x.SuccessAt = *at
	}
	return []MailboxStatus{x}, prolong.Wrap("banksync.Mailboxes", err)
}

// pullMailbox takes the statements of new letters. The position moves letter by letter, after
// all of the letter is stored, so a kill doubles nothing and loses nothing.
func (s *Service) pullMailbox(ctx context.Context, actor prolong.Actor) (reports []Report, err error) {
	if s.mailbox == nil {
		return nil, nil
	}
	box := *s.mailbox
	reports, err = s.readMailbox(ctx, actor, box)
	if ctx.Err() != nil {
		return reports, errors.Join(err, ctx.Err())
	}
	now, failure := s.db.Now(), ""
	if err != nil {
		failure = clean(err.Error())
		err = prolong.NewError(prolong.CodeUnavailable, "error.statement_mailbox", prolong.Args{"Host": box.Host}).Because(err)
	}
	_, noteErr := s.db.Pool.Exec(ctx, `UPDATE bank_mailboxes SET last_success_at = CASE WHEN $2 = '' THEN $3 ELSE last_success_at END, last_error = $2, failures = CASE WHEN $2 = '' THEN 0 ELSE failures + 1 END WHERE key = $1`,
		box.Key, failure, now)
	return reports, errors.Join(err, noteErr)
}

func (s *Service) readMailbox(ctx context.Context, actor prolong.Actor, box Mailbox) (reports []Report, err error) {
	var validity, last int64
	if _, err := s.db.Pool.Exec(ctx, `INSERT INTO bank_mailboxes (key) VALUES ($1) ON CONFLICT DO NOTHING`, box.Key); err != nil {
		return nil, err
	}
	if err := s.db.Pool.QueryRow(ctx, `SELECT uid_validity, last_uid FROM bank_mailboxes WHERE key = $1`, box.Key).Scan(&validity, &last); err != nil {
		return nil, err
	}
	c, err := mailbox.Dial(ctx, mailbox.Server{Host: box.Host, TLS: box.TLS, TLSConfig: box.TLSConfig, Username: box.Username, Password: box.Password}, nil)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	folder := box.Folder
	if folder == "" {
		folder = "INBOX"
	}
	selected, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return nil, fmt.Errorf("select %q: %w", folder, err)
	}
	if validity != int64(selected.UIDValidity) {
		last = 0 // numbered anew; lines that are here already are known by their keys
	}
	uids, err := c.Above(last, box.Since)
	if err != nil {
		return nil, err
	}
	for _, uid := range uids[:min(len(uids), mailPullMax)] {
		raw, err := fetchLetter(c, uid)
		if err != nil {
			return reports, err
		}
		got, err := s.takeLetter(ctx, actor, box, raw)
		reports = append(reports, got...)
		if err != nil {
			return reports, err
		}
		if _, err := s.db.Pool.Exec(ctx, `UPDATE bank_mailboxes SET uid_validity = $2, last_uid = $3 WHERE key = $1`, box.Key, int64(selected.UIDValidity), int64(uid)); err != nil {
			return reports, err
		}
	}
	return reports, nil
}

// fetchLetter returns the bytes of a letter without marking it as read; none for one that is too
// large for a statement, or that somebody has deleted meanwhile.
func fetchLetter(c *mailbox.Client, uid imap.UID) ([]byte, error) {
	heads, err := c.Heads([]imap.UID{uid})
	if head, ok := heads[uid]; err != nil || !ok || head.Size > 2*uploadBytesMax {
		return nil, err
	}
	return c.Letter(uid, false)
}

// takeLetter takes the statements that are attached to a letter. Attachments that are none - a
// PDF, a signature, a picture - are left alone.
func (s *Service) takeLetter(ctx context.Context, actor prolong.Actor, box Mailbox, raw []byte) (reports []Report, err error) {
	letter, err := readLetter(raw)
	if err != nil {
		s.log.WarnContext(ctx, "a letter to the mailbox of statements cannot be read", "mailbox", box.Key, "error", err)
		return nil, nil
	}
	proven := letter.proven(box)
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	for _, file := range letter.files {
		statements, err := s.parseFile(ctx, catalog, file.name, file.body)
		switch {
		case err == nil && proven && knownAccounts(statements, func(n string) bool { _, ok := catalog.BankAccountByNumber(n); return ok }):
			report, err := s.Import(ctx, actor, SourceMail, file.name, bytes.NewReader(file.body))
			if err != nil && prolong.CodeOf(err) != prolong.CodeInvalid {
				return reports, err
			}
			if err == nil {
				reports = append(reports, report)
				continue
			}
		case err != nil && prolong.CodeOf(err) != prolong.CodeInvalid:
			return reports, err
		case err != nil && !unmapped(err) && !proven:
			continue // no statement
		case err != nil && !unmapped(err) && !file.statementLike():
			continue
		}
		if _, err := s.UploadFile(ctx, actor, SourceMail, file.name, letter.from, file.body); err != nil {
			return reports, err
		}
		s.log.InfoContext(ctx, "a statement by mail waits for a person", "mailbox", box.Key, "from", letter.from, "file", file.name, "proven", proven)
	}
	return reports, nil
}

func knownAccounts(statements []statement.Statement, known func(number string) bool) bool {
	return slices.ContainsFunc(statements, func(st statement.Statement) bool { return known(st.Account) })
}
