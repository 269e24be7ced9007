package banksync

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// QuestionID identifies a Question.
type QuestionID int64

// AnswerKind is what a client can say about a payment.
type AnswerKind string

// The answers. None of them posts anything: a person of the vendor sees the answer beside the
// payment and decides, because whoever has the letter is not proved to be the payer.
const (
	AnswerBalance  AnswerKind = "balance"  // ours, for nothing in particular
	AnswerInvoices AnswerKind = "invoices" // ours, for these invoices
	AnswerNotMine  AnswerKind = "not_mine" // we have not paid this
	AnswerOther    AnswerKind = "other"    // in words: for another client, a contract, a number
)

// Question asks a client what a payment is for.
type Question struct {
	ID          QuestionID
	PaymentID   billing.PaymentID
	AccountID   billing.AccountID
	Note        string // of the vendor's person, for the letter; may be empty
	Letters     int
	AskedBy     string // an actor: "staff:7"
	AskedAt     time.Time
	ExpiresAt   time.Time
	WithdrawnAt time.Time // zero unless another question took its place

	Answer     AnswerKind // empty until it is answered
	Invoices   []invoices.InvoiceID
	Text       string
	AnsweredBy string
	AnsweredAt time.Time
}

// Ask is what AskClient needs to know.
type Ask struct {
	PaymentID billing.PaymentID
	AccountID billing.AccountID
	// Note is added to the letter: "Вы писали, что платите за филиал". May be empty.
	Note string
	// ParkDays is how many days the payment stays out of the queue unless an answer comes
	// earlier: 1 to 30; 0 is 7.
	ParkDays int
}

// AskLetter is what the letter that asks a client, and the page behind its links, say.
type AskLetter struct {
	Question Question
	// Token is the secret of the letter's links; whoever has it may answer. It is not stored.
	// Empty on the page.
	Token   string
	Payment Received
	Account billing.AccountBrief
	// Open are the invoices that the client may name, the oldest due first.
	Open []invoices.Invoice
	// Closed says that the question cannot be answered any more: it was answered, expired or
	// withdrawn, or the payment has been decided.
	Closed bool
}

// AskSender writes the letter that asks a client what a payment is for, in the transaction that
// asks: one for everybody at the client who receives invoices. It returns how many it wrote, 0
// if the client has no address.
type AskSender interface {
	SendPaymentQuestion(ctx context.Context, tx postgres.Tx, letter AskLetter) (letters int, err error)
}

// AskThrough says who writes the letters of AskClient.
func (s *Service) AskThrough(sender AskSender) { s.asker = sender }

const (
	askDaysDefault  = 7
	askDaysMax      = 30
	questionValid   = 30 * 24 * time.Hour
	questionTextMax = 500
	questionOpenMax = 12
)

// AskClient asks a client what a payment in review is for, and puts it aside until the answer
// or a day. A question that was asked about the payment before is withdrawn: its links say so.
// Returns CodeConflict if the payment is not in review or the client has no address,
// CodeNotFound for an unknown client, CodeInvalid for a client of another seller, CodeUnavailable
// if no letters can be written (AskThrough).
func (s *Service) AskClient(ctx context.Context, actor prolong.Actor, ask Ask) (Question, error) {
	fail := func(err error) (Question, error) { return Question{}, prolong.Wrap("banksync.AskClient", err) }
	if s.asker == nil {
		return fail(prolong.NewError(prolong.CodeUnavailable, "error.ask_unavailable", nil))
	}
	days := ask.ParkDays
	if days == 0 {
		days = askDaysDefault
	}
	if days < 0 || days > askDaysMax {
		return fail(prolong.NewError(prolong.CodeInvalid, "error.park_day", prolong.Args{"Max": askDaysMax}))
	}
	letter, err := s.askLetter(ctx, Question{PaymentID: ask.PaymentID, AccountID: ask.AccountID, Note: strings.TrimSpace(ask.Note)})
	if err != nil {
		return fail(err)
	}
	if letter.Account.SellerID != letter.Payment.SellerID {
		return fail(prolong.NewError(prolong.CodeInvalid, "error.share_other_seller", prolong.Args{"Account": letter.Account.Name}))
	}
	q := &letter.Question
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		_, today, err := s.waiting(ctx, tx, ask.PaymentID)
		if err != nil {
			return err
		}
		var hash []byte
		letter.Token, hash = newToken()
		q.AskedBy, q.AskedAt, q.ExpiresAt = actor.String(), tx.Now, tx.Now.Add(questionValid)
		if _, err := tx.Pgx.Exec(ctx, `UPDATE payment_questions SET withdrawn_at = $2 WHERE payment_id = $1 AND answered_at IS NULL AND withdrawn_at IS NULL`, int64(q.PaymentID), tx.Now); err != nil {
			return err
		}
		if err := tx.Pgx.QueryRow(ctx, `
			INSERT INTO payment_questions (payment_id, account_id, token_hash, note, letters, asked_by, asked_at, expires_at) VALUES ($1,$2,$3,$4,0,$5,$6,$7) RETURNING id`,
			int64(q.PaymentID), int64(q.AccountID), hash, q.Note, q.AskedBy, q.AskedAt, q.ExpiresAt).Scan((*int64)(&q.ID)); err != nil {
			return err
		}
		if q.Letters, err = s.asker.SendPaymentQuestion(ctx, tx, letter); err != nil {
			return err
		}
		if q.Letters == 0 {
			return prolong.NewError(prolong.CodeConflict, "error.ask_no_address", prolong.Args{"Account": letter.Account.Name})
		}
		if _, err := tx.Pgx.Exec(ctx, `UPDATE payment_questions SET letters = $2 WHERE id = $1`, int64(q.ID), q.Letters); err != nil {
			return err
		}
		if err := park(ctx, tx, actor, q.PaymentID, today.AddDays(days), q.Note); err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "payment.ask", SubjectKind: "payment", SubjectID: int64(q.PaymentID), AccountID: q.AccountID, After: parkedUntil{today.AddDays(days), q.Note}})
	})
	if err != nil {
		return fail(err)
	}
	return *q, nil
}

// askLetter reads what a question is about.
func (s *Service) askLetter(ctx context.Context, q Question) (AskLetter, error) {
	letter := AskLetter{Question: q}
	var err error
	if letter.Payment, err = s.FindReceivedByID(ctx, q.PaymentID); err != nil {
		return letter, err
	}
	briefs, err := s.billing.FindAccountBriefs(ctx, []billing.AccountID{q.AccountID})
	if err != nil {
		return letter, err
	}
	brief, ok := briefs[q.AccountID]
	if !ok {
		return letter, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(q.AccountID)})
	}
	letter.Account = brief
	open, err := s.invoices.OpenOf(ctx, []billing.AccountID{q.AccountID})
	if err != nil {
		return letter, err
	}
	for _, inv := range open[q.AccountID] {
		if inv.Total.Currency() == letter.Payment.Amount.Currency() && len(letter.Open) < questionOpenMax {
			letter.Open = append(letter.Open, inv)
		}
	}
	return letter, nil
}

// QuestionOf returns what the page behind a letter's link shows. Reading it changes nothing, so
// a mail program that follows links answers nothing. Returns CodeNotFound for a token that was
// never given out.
func (s *Service) QuestionOf(ctx context.Context, token string) (AskLetter, error) {
	q, err := s.questionBy(ctx, token)
	if err != nil {
		return AskLetter{}, prolong.Wrap("banksync.QuestionOf", err)
	}
	letter, err := s.askLetter(ctx, q)
	letter.Closed = q.Answer != "" || !q.WithdrawnAt.IsZero() || !s.db.Now().Before(q.ExpiresAt) || letter.Payment.State != billing.PaymentReview
	return letter, prolong.Wrap("banksync.QuestionOf", err)
}

// Answer is what a client said.
type Answer struct {
	Kind     AnswerKind
	Invoices []invoices.InvoiceID // with AnswerInvoices: open ones of the client
	Text     string               // required with AnswerOther, else optional; up to 500 letters
}

// AnswerOf takes the client's answer to a question: it is shown beside the payment, which
// returns to the queue. actor is the person if he is logged in, else prolong.System with where
// the answer came from. Returns CodeNotFound for an unknown token, CodeConflict if the question
// is closed (answered before, expired, withdrawn, payment decided), CodeInvalid for an answer
// without what it needs.
func (s *Service) AnswerOf(ctx context.Context, actor prolong.Actor, token string, a Answer) (Question, error) {
	fail := func(err error) (Question, error) { return Question{}, prolong.Wrap("banksync.AnswerOf", err) }
	a.Text = strings.TrimSpace(strings.ToValidUTF8(a.Text, "\uFFFD"))
	letter, err := s.QuestionOf(ctx, token)
	if err != nil {
		return fail(err)
	}
	if err := a.check(letter); err != nil {
		return fail(err)
	}
	q := letter.Question
	q.Answer, q.Invoices, q.Text, q.AnsweredBy = a.Kind, a.Invoices, a.Text, actor.String()
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		closed := prolong.NewError(prolong.CodeConflict, "error.question_closed", nil)
		if _, _, err := s.waiting(ctx, tx, q.PaymentID); err != nil {
			if prolong.CodeOf(err) == prolong.CodeConflict {
				return closed
			}
			return err
		}
		q.AnsweredAt = tx.Now
		tag, err := tx.Pgx.Exec(ctx, `
			UPDATE payment_questions SET answer = $2, invoice_ids = $3, answer_text = $4, answered_by = $5, answered_at = $6
			WHERE id = $1 AND answered_at IS NULL AND withdrawn_at IS NULL AND expires_at > $6`, int64(q.ID), string(q.Answer), postgres.Int64s(q.Invoices), q.Text, q.AnsweredBy, tx.Now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return closed
		}
		if _, err := tx.Pgx.Exec(ctx, `DELETE FROM review_parks WHERE payment_id = $1`, int64(q.PaymentID)); err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "payment.answer", SubjectKind: "payment", SubjectID: int64(q.PaymentID), AccountID: q.AccountID,
			After: map[string]any{"answer": q.Answer, "invoices": postgres.Int64s(q.Invoices), "text": q.Text}})
	})
	if err != nil {
		return fail(err)
	}
	return q, nil
}

func (a Answer) check(letter AskLetter) error {
	bad := func(key string) error { return prolong.NewError(prolong.CodeInvalid, key, nil) }
	if letter.Closed {
		return prolong.NewError(prolong.CodeConflict, "error.question_closed", nil)
	}
	if len([]rune(a.Text)) > questionTextMax {
		return prolong.NewError(prolong.CodeInvalid, "error.answer_too_long", prolong.Args{"Max": questionTextMax})
	}
	if (a.Kind == AnswerInvoices) != (len(a.Invoices) > 0) {
		return bad("error.answer_invoices")
	}
	for _, id := range a.Invoices {
		if !slices.ContainsFunc(letter.Open, func(inv invoices.Invoice) bool { return inv.ID == id }) {
			return bad("error.answer_invoices")
		}
	}
	switch a.Kind {
	case AnswerInvoices, AnswerBalance, AnswerNotMine:
		return nil
	case AnswerOther:
		if a.Text == "" {
			return bad("error.answer_text")
		}
		return nil
	}
	return bad("error.answer_kind")
}

// newToken returns a secret for a link and what is stored of it.
func newToken() (token string, hash []byte) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	token = base64.RawURLEncoding.EncodeToString(secret)
	sum := sha256.Sum256([]byte(token))
	return token, sum[:]
}

const questionColumns = `id, payment_id, account_id, note, letters, asked_by, asked_at, expires_at, withdrawn_at, answer, invoice_ids, answer_text, answered_by, answered_at`

func scanQuestion(row pgx.CollectableRow) (q Question, err error) {
	var withdrawn, answered *time.Time
	var ids []int64
	err = row.Scan((*int64)(&q.ID), (*int64)(&q.PaymentID), (*int64)(&q.AccountID), &q.Note, &q.Letters, &q.AskedBy, &q.AskedAt, &q.ExpiresAt, &withdrawn, (*string)(&q.Answer), &ids, &q.Text,
		&q.AnsweredBy, &answered)
	if withdrawn != nil {
		q.WithdrawnAt = *withdrawn
	}
	if answered != nil {
		q.AnsweredAt = *answered
	}
	for _, id := range ids {
		q.Invoices = append(q.Invoices, invoices.InvoiceID(id))
	}
	return q, err
}

func (s *Service) questionBy(ctx context.Context, token string) (Question, error) {
	sum := sha256.Sum256([]byte(token))
	rows, err := s.db.Pool.Query(ctx, `SELECT `+questionColumns+` FROM payment_questions WHERE token_hash = $1`, sum[:])
	if err != nil {
		return Question{}, err
	}
	q, err := pgx.CollectExactlyOneRow(rows, scanQuestion)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.question_unknown", nil)
	}
	return q, err
}

// QuestionsOf lists what clients were asked about a payment, the latest first.
func (s *Service) QuestionsOf(ctx context.Context, id billing.PaymentID) ([]Question, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+questionColumns+` FROM payment_questions WHERE payment_id = $1 ORDER BY id DESC`, int64(id))
	if err != nil {
		return nil, prolong.Wrap("banksync.QuestionsOf", err)
	}
	list, err := pgx.CollectRows(rows, scanQuestion)
	return list, prolong.Wrap("banksync.QuestionsOf", err)
}
