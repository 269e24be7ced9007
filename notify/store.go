package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// messageRow is a row of messages.
type messageRow struct {
	ID             int64      `gorm:"column:id;primaryKey"`
	Purpose        string     `gorm:"column:purpose"`
	SubjectKind    string     `gorm:"column:subject_kind"`
	SubjectID      int64      `gorm:"column:subject_id"`
	AccountID      *int64     `gorm:"column:account_id"`
	Recipient      string     `gorm:"column:recipient"`
	RecipientName  string     `gorm:"column:recipient_name"`
	Occasion       int        `gorm:"column:occasion"`
	Copy           int        `gorm:"column:copy"`
	Language       string     `gorm:"column:language"`
	Letterhead     []byte     `gorm:"column:letterhead;type:jsonb"`
	ReplyTo        string     `gorm:"column:reply_to"`
	UnsubscribeURL string     `gorm:"column:unsubscribe_url"`
	MessageID      string     `gorm:"column:message_id"`
	InReplyTo      string     `gorm:"column:in_reply_to"`
	ReferenceIDs   string     `gorm:"column:reference_ids"`
	Payload        []byte     `gorm:"column:payload;type:jsonb"`
	Attachments    []byte     `gorm:"column:attachments;type:jsonb"`
	State          string     `gorm:"column:state"`
	Attempts       int        `gorm:"column:attempts"`
	LeasedUntil    *time.Time `gorm:"column:leased_until"`
	QueuedAt       time.Time  `gorm:"column:queued_at"`
	ExpiresAt      *time.Time `gorm:"column:expires_at"`
	SentAt         *time.Time `gorm:"column:sent_at"`
	LastError      string     `gorm:"column:last_error"`

	SellerID        *int64     `gorm:"column:seller_id"`
	NotBefore       *time.Time `gorm:"column:not_before"`
	ReturnedAt      *time.Time `gorm:"column:returned_at"`
	ReturnedHard    bool       `gorm:"column:returned_hard"`
	TemplateVersion int        `gorm:"column:template_version"`
}

// TableName tells GORM the table.
func (messageRow) TableName() string { return "messages" }

// suppressionRow is a row of suppressions.
type suppressionRow struct {
	Address   string    `gorm:"column:address;primaryKey"`
	Scope     string    `gorm:"column:scope"`
	Reason    string    `gorm:"column:reason"`
	Actor     string    `gorm:"column:actor"`
	CreatedAt time.Time `gorm:"column:created_at"`
}

// TableName tells GORM the table.
func (suppressionRow) TableName() string { return "suppressions" }

// outgoing is a claimed message, ready to be written.
type outgoing struct {
	id             int64
	attachments    []Attachment
	expiresAt      time.Time
	inReplyTo      string
	language       string
	letterhead     Letterhead
	matter         Matter
	messageID      string
	payload        Payload
	recipient      Recipient
	references     string
	replyTo        string
	sellerID       billing.SellerID
	spec           purposeSpec
	unsubscribeURL string
	// templateVersion is the wording that was used, 0 for the built-in one
	templateVersion int
}

func fromMessageRow(r messageRow) (*outgoing, error) {
	spec, ok := purposes[Purpose(r.Purpose)]
	if !ok {
		return nil, fmt.Errorf("unknown purpose %q", r.Purpose)
	}
	m := &outgoing{
		id: r.ID, inReplyTo: r.InReplyTo, language: r.Language, messageID: r.MessageID,
		recipient: Recipient{Email: r.Recipient, Name: r.RecipientName}, references: r.ReferenceIDs,
		replyTo: r.ReplyTo, spec: spec, unsubscribeURL: r.UnsubscribeURL,
	}
	m.matter = Matter{Purpose: Purpose(r.Purpose), Subject: Subject{Kind: r.SubjectKind, ID: r.SubjectID}}
	if r.AccountID != nil {
		m.matter.AccountID = billing.AccountID(*r.AccountID)
	}
	if r.SellerID != nil {
		m.sellerID = billing.SellerID(*r.SellerID)
	}
	if r.ExpiresAt != nil {
		m.expiresAt = *r.ExpiresAt
	}
	var err error
	if m.payload, err = spec.decode(r.Payload); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(r.Letterhead, &m.letterhead); err != nil {
		return nil, fmt.Errorf("letterhead: %w", err)
	}
	if m.attachments, err = decodeAttachments(r.Attachments); err != nil {
		return nil, err
	}
	return m, nil
}

func decodeAttachments(data []byte) ([]Attachment, error) {
	var refs []Attachment
	if err := json.Unmarshal(data, &refs); err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	return refs, nil
}

// batch holds the columns of messages to be inserted.
type batch struct {
	accountIDs   []*int64
	attachments  []string
	expires      []*time.Time
	inReplyTo    []string
	languages    []string
	letterheads  []string
	messageIDs   []string
	names        []string
	notBefore    []*time.Time
	occasions    []int32
	payloads     []string
	purposes     []string
	queuedAt     time.Time
	reasons      []string
	recipients   []string
	references   []string
	replyTo      []string
	sellerIDs    []*int64
	states       []string
	subjectIDs   []int64
	subjectKinds []string
	unsubscribe  []string
}

func newBatch(n int) *batch {
	strs := func() []string { return make([]string, 0, n) }
	return &batch{
		accountIDs: make([]*int64, 0, n), attachments: strs(), expires: make([]*time.Time, 0, n),
		inReplyTo: strs(), languages: strs(), letterheads: strs(), messageIDs: strs(), names: strs(),
		notBefore: make([]*time.Time, 0, n), occasions: make([]int32, 0, n), payloads: strs(), purposes: strs(), reasons: strs(), recipients: strs(), references: strs(), replyTo: strs(),
		sellerIDs: make([]*int64, 0, n), states: strs(),
		subjectIDs: make([]int64, 0, n), subjectKinds: strs(), unsubscribe: strs(),
	}
}

// addedMessage is a row that was not there before.
type addedMessage struct {
	id      int64
	purpose Purpose
	state   State
	held    bool
}

const insertBatchSQL = `
INSERT INTO messages (account_id, attachments, occasion, expires_at, in_reply_to, language, letterhead, message_id,
	recipient_name, payload, purpose, queued_at, last_error, recipient, reference_ids, reply_to, state,
	subject_id, subject_kind, unsubscribe_url, seller_id, not_before)
SELECT u.account_id, u.attachments::jsonb, u.occasion, u.expires_at, u.in_reply_to, u.language, u.letterhead::jsonb, u.message_id,
	u.recipient_name, u.payload::jsonb, u.purpose, $20, u.last_error, u.recipient, u.reference_ids, u.reply_to, u.state,
	u.subject_id, u.subject_kind, u.unsubscribe_url, u.seller_id, u.not_before
FROM unnest($1::bigint[], $2::text[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
	$9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
	$17::bigint[], $18::text[], $19::text[], $21::bigint[], $22::timestamptz[])
AS u (account_id, attachments, occasion, expires_at, in_reply_to, language, letterhead, message_id,
	recipient_name, payload, purpose, last_error, recipient, reference_ids, reply_to, state,
	subject_id, subject_kind, unsubscribe_url, seller_id, not_before)
ON CONFLICT ON CONSTRAINT messages_once DO NOTHING
RETURNING id, purpose, state, not_before IS NOT NULL`

// insertBatch inserts what is not there yet, in one statement however many there are.
func insertBatch(ctx context.Context, tx postgres.Tx, b *batch) ([]addedMessage, error) {
	rows, err := tx.Pgx.Query(ctx, insertBatchSQL, b.accountIDs, b.attachments, b.occasions, b.expires, b.inReplyTo, b.languages,
		b.letterheads, b.messageIDs, b.names, b.payloads, b.purposes, b.reasons, b.recipients, b.references, b.replyTo, b.states,
		b.subjectIDs, b.subjectKinds, b.unsubscribe, b.queuedAt, b.sellerIDs, b.notBefore)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a addedMessage, err error) {
		err = row.Scan(&a.id, &a.purpose, &a.state, &a.held)
		return a, err
	})
}

// claim marks a message as being sent and returns it. claimed is false if there is nothing to
// do: it is gone, done, or, with wait above zero, in the hands of a process that may be alive.
//
// The lease runs on the database's clock, not on the business's: it is about machines.
func (s *Service) claim(ctx context.Context, id int64) (row messageRow, claimed bool, wait time.Duration, err error) {
	n, err := gorm.G[messageRow](s.db.Gorm).
		Where("id = ? AND not_before IS NULL AND (state = ? OR (state = ? AND leased_until <= clock_timestamp()))", id, string(StateQueued), string(StateSending)).
		Set(assign("state", string(StateSending)),
			assign("attempts", gorm.Expr("attempts + 1")),
			assign("leased_until", gorm.Expr("clock_timestamp() + ? * interval '1 microsecond'", s.cfg.Lease.Microseconds()))).
		Update(ctx)
	if err != nil {
		return row, false, 0, err
	}
	row, err = gorm.G[messageRow](s.db.Gorm).Where("id = ?", id).First(ctx)
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return row, false, 0, nil
	case err != nil:
		return row, false, 0, err
	case n == 1:
		return row, true, 0, nil
	case State(row.State) == StateSending:
		wait, err := s.leaseLeft(ctx, id)
		return row, false, wait, err
	}
	return row, false, 0, nil
}

// leaseLeft returns how long another process may still be sending; at least a moment, so that
// the caller waits and claims again.
func (s *Service) leaseLeft(ctx context.Context, id int64) (time.Duration, error) {
	const sql = `SELECT coalesce(extract(epoch FROM max(leased_until) - clock_timestamp()), 0)::float8 FROM messages WHERE id = $1`
	var seconds float64
	if err := s.db.Pool.QueryRow(ctx, sql, id).Scan(&seconds); err != nil {
		return 0, err
	}
	return max(time.Duration(seconds*float64(time.Second)), leaseWaitMin), nil
}

// leaseWaitMin keeps two processes from asking each other in a tight loop.
const leaseWaitMin = 100 * time.Millisecond

// finish moves a message that this process is sending into its next state. It reports whether
// the message was still in its hands.
func (s *Service) finish(ctx context.Context, m *outgoing, to State, reason string) error {
	set := []clause.Assigner{
		assign("state", string(to)), assign("last_error", reason), assign("leased_until", nil),
	}
	if to == StateSent {
		set = append(set, assign("sent_at", s.db.Now()), assign("template_version", m.templateVersion))
	}
	if m.spec.secret && to != StateQueued {
		set = append(set, assign("payload", gorm.Expr("'{}'::jsonb")))
	}
	_, err := gorm.G[messageRow](s.db.Gorm).Where("id = ? AND state = ?", m.id, string(StateSending)).Set(set...).Update(ctx)
	return err
}

// stuckIDs returns messages whose process died while sending: their lease is over.
func (s *Service) stuckIDs(ctx context.Context, tx postgres.Tx, limit int) ([]messageRow, error) {
	return gorm.G[messageRow](tx.DB).Select("id", "purpose").
		Where("state = ? AND leased_until <= clock_timestamp()", string(StateSending)).
		Order("id").Limit(limit).Find(ctx)
}

func findSuppression(ctx context.Context, db *gorm.DB, address string) (suppressionRow, bool, error) {
	row, err := gorm.G[suppressionRow](db).Where("address = ?", address).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, false, nil
	}
	return row, err == nil, err
}

func assign(column string, value any) clause.Assigner {
	return clause.Set{{Column: clause.Column{Name: column}, Value: value}}
}

func nullable(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func nullableTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// notFound is the answer to an id that is not there.
func notFound(id int64) error {
	return prolong.NewError(prolong.CodeNotFound, "error.message_not_found", prolong.Args{"ID": id})
}
