package notify

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/postgres"
)

// Sent is a message of the outbox as people see it in lists and on the client's time line.
type Sent struct {
	ID          int64
	AccountID   billing.AccountID // 0 for none
	Attachments []Attachment
	Attempts    int
	LastError   string
	MessageID   string // without angle brackets
	Purpose     Purpose
	QueuedAt    time.Time
	Recipient   Recipient
	SentAt      time.Time // zero unless sent
	State       State
	Subject     Subject
	// NotBefore is until when the letter is held by the seller's hours; zero if it is not.
	NotBefore time.Time
	// ReturnedAt is when a report came that the letter did not arrive, LastError then says why;
	// zero for none. ReturnedHard: the address never will take one.
	ReturnedAt   time.Time
	ReturnedHard bool
	// TemplateVersion is the administrator's wording that was sent; 0 for the built-in one.
	TemplateVersion int
}

// MessageFilter narrows FindMessages; zero fields do not.
type MessageFilter struct {
	AccountID billing.AccountID
	Subject   Subject
	Recipient string
	Purpose   Purpose
	State     State
	// Returned shows only letters that came back.
	Returned bool
	// BeforeID continues a list: only messages older than this one.
	BeforeID int64
	// Limit is 1 to 200; 0 is 50.
	Limit int
}

const (
	listLimitDefault = 50
	listLimitMax     = 200
)

// FindMessages lists messages, newest first.
func (s *Service) FindMessages(ctx context.Context, f MessageFilter) ([]Sent, error) {
	q := gorm.G[messageRow](s.db.Gorm).Order("id DESC")
	if f.AccountID != 0 {
		q = q.Where("account_id = ?", int64(f.AccountID))
	}
	if f.Subject.Kind != "" {
		q = q.Where("subject_kind = ? AND subject_id = ?", f.Subject.Kind, f.Subject.ID)
	}
	if f.Recipient != "" {
		q = q.Where("recipient = ?", strings.ToLower(strings.TrimSpace(f.Recipient)))
	}
	if f.Purpose != "" {
		q = q.Where("purpose = ?", string(f.Purpose))
	}
	if f.State != "" {
		q = q.Where("state = ?", string(f.State))
	}
	if f.Returned {
		q = q.Where("returned_at IS NOT NULL")
	}
	if f.BeforeID != 0 {
		q = q.Where("id < ?", f.BeforeID)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = listLimitDefault
	}
	rows, err := q.Limit(min(limit, listLimitMax)).Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("notify.FindMessages", err)
	}
	list := make([]Sent, len(rows))
	for i, r := range rows {
		if list[i], err = toSent(r); err != nil {
			return nil, prolong.Wrap("notify.FindMessages", err)
		}
	}
	return list, nil
}

// FindMessageByHeader finds the message that a mail answers or a bounce reports: id is a
// Message-ID with or without brackets, or the token in our Reply-To. Returns CodeNotFound.
func (s *Service) FindMessageByHeader(ctx context.Context, id string) (Sent, error) {
	id = strings.Trim(strings.TrimSpace(id), "<>")
	if !strings.Contains(id, "@") {
		id = strings.ToLower(id) + "@" + s.cfg.Domain
	}
	row, err := gorm.G[messageRow](s.db.Gorm).Where("message_id = ?", id).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Sent{}, prolong.NewError(prolong.CodeNotFound, "error.message_not_found", prolong.Args{"ID": clip(id)})
	}
	if err != nil {
		return Sent{}, prolong.Wrap("notify.FindMessageByHeader", err)
	}
	return toSent(row)
}

// Preview renders a message of the outbox as its reader sees it. A wiped payload (a login
// code) cannot be shown: CodeConflict. Returns CodeNotFound.
func (s *Service) Preview(ctx context.Context, id int64) (Letter, error) {
	row, err := gorm.G[messageRow](s.db.Gorm).Where("id = ?", id).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Letter{}, notFound(id)
	}
	if err != nil {
		return Letter{}, prolong.Wrap("notify.Preview", err)
	}
	m, err := fromMessageRow(row)
	if err != nil {
		return Letter{}, prolong.Wrap("notify.Preview", err)
	}
	if m.spec.secret {
		return Letter{}, prolong.NewError(prolong.CodeConflict, "error.message_secret", nil)
	}
	lang, ok := i18n.ParseLang(m.language)
	if !ok {
		lang = i18n.Default
	}
	e, err := s.envelopeOf(ctx, m)
	if err != nil {
		return Letter{}, prolong.Wrap("notify.Preview", err)
	}
	var letter Letter
	if State(row.State) == StateSent { // as it was worded then
		letter, err = s.letterOf(ctx, row.TemplateVersion, lang, e, m.payload)
	} else {
		letter, _, err = s.currentLetter(ctx, lang, e, m.payload)
	}
	return letter, prolong.Wrap("notify.Preview", err)
}

// PreviewPayload renders a letter that is not in the outbox in the built-in wording: galleries.
func (s *Service) PreviewPayload(language string, head Letterhead, recipient Recipient, payload Payload) (Letter, error) {
	lang, ok := i18n.ParseLang(language)
	if !ok {
		lang = i18n.Default
	}
	letter, err := s.renderer.render(lang, envelope{head: head.or(s.cfg.Letterhead), recipient: recipient}, payload)
	return letter, prolong.Wrap("notify.PreviewPayload", err)
}

// Retry queues a failed message once more, to the address that it has. Returns CodeNotFound,
// or CodeConflict if it has not failed or its content is wiped.
func (s *Service) Retry(ctx context.Context, id int64) error {
	return prolong.Wrap("notify.Retry", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, err := gorm.G[messageRow](tx.DB).Where("id = ?", id).First(ctx)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return notFound(id)
		}
		if err != nil {
			return err
		}
		spec := purposes[Purpose(row.Purpose)]
		_, badAddress := ParseAddress(row.Recipient)
		n, err := gorm.G[messageRow](tx.DB).Where("id = ? AND state = ?", id, string(StateFailed)).
			Set(assign("state", string(StateQueued)), assign("last_error", ""), assign("queued_at", tx.Now), assign("returned_at", nil)).Update(ctx)
		if err != nil {
			return err
		}
		if n != 1 || spec.secret || badAddress != nil {
			return prolong.NewError(prolong.CodeConflict, "error.message_not_retryable", prolong.Args{"State": row.State})
		}
		return s.enqueuer.Enqueue(ctx, tx, SendArgs{MessageID: id, Urgent: true})
	}))
}

// Stats counts the outbox for dashboards and "prolong doctor".
type Stats struct {
	// Waiting messages are queued or being sent; OldestWaiting is when the oldest was queued.
	Waiting       int64
	OldestWaiting time.Time
	// Failed counts messages refused for good, of all time.
	Failed int64
}

// Stats counts what waits and what failed.
func (s *Service) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	var oldest *time.Time
	const sql = `SELECT count(*) FILTER (WHERE state IN ('queued', 'sending')), min(queued_at) FILTER (WHERE state IN ('queued', 'sending')),
		count(*) FILTER (WHERE state = 'failed') FROM messages WHERE state IN ('queued', 'sending', 'failed')`
	if err := s.db.Pool.QueryRow(ctx, sql).Scan(&st.Waiting, &oldest, &st.Failed); err != nil {
		return Stats{}, prolong.Wrap("notify.Stats", err)
	}
	if oldest != nil {
		st.OldestWaiting = *oldest
	}
	return st, nil
}

func toSent(r messageRow) (Sent, error) {
	m := Sent{
		ID: r.ID, Attempts: r.Attempts, LastError: r.LastError, MessageID: r.MessageID, Purpose: Purpose(r.Purpose),
		QueuedAt: r.QueuedAt, Recipient: Recipient{Email: r.Recipient, Name: r.RecipientName}, State: State(r.State),
		Subject: Subject{Kind: r.SubjectKind, ID: r.SubjectID}, ReturnedHard: r.ReturnedHard, TemplateVersion: r.TemplateVersion,
	}
	if r.AccountID != nil {
		m.AccountID = billing.AccountID(*r.AccountID)
	}
	for from, to := range map[*time.Time]*time.Time{r.SentAt: &m.SentAt, r.NotBefore: &m.NotBefore, r.ReturnedAt: &m.ReturnedAt} {
		if from != nil {
			*to = *from
		}
	}
	refs, err := decodeAttachments(r.Attachments)
	m.Attachments = refs
	return m, err
}
