package banksync

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// Received is a payment as the review shows it: what the bank said, what was decided and why.
type Received struct {
	ID        billing.PaymentID
	LineID    LineID // the bank line that brought it
	State     billing.PaymentState
	AccountID billing.AccountID
	Account   string // its name; empty if unknown
	SellerID  billing.SellerID
	Amount    prolong.Money
	Allocated prolong.Money
	ValueOn   prolong.Date
	PostedOn  prolong.Date
	DocNo     string
	Payer     Payer
	Purpose   string
	Decision  match.Decision // the latest
	DecidedBy string
	DecidedAt time.Time
	// Parked says until when it is put aside; Until is zero if it is not.
	Parked Park
	// Answer is what the client said who was asked last; empty if nobody has answered.
	Answer AnswerKind
}

// Payer is who sent the money.
type Payer struct {
	Name, TaxID, KPP, Account, BIC string
}

// ReviewFilter narrows a list of payments; zero fields do not.
type ReviewFilter struct {
	State     billing.PaymentState // "" lists every state
	Reason    match.Reason
	AccountID billing.AccountID
	// Text is looked for in payer, purpose and the account that was paid for, and is a document
	// number, a tax id or an account of a bank as a whole.
	Text string
	// Amounts, in minor units of whatever currency, are another way to fulfil Text: what people
	// type may be either.
	Amounts []int64
	// Since and Until bound the value date, both days included; zero leaves that end open.
	Since, Until prolong.Date
	// BeforeID continues a list: only payments older than this one.
	BeforeID billing.PaymentID
	Limit    int // 1 to 200; 0 is 50
}

const (
	listLimitDefault = 50
	listLimitMax     = 200
)

const receivedColumns = `p.id, l.id, p.state, coalesce(p.account_id, 0), coalesce(a.legal_form, ''), coalesce(a.name, ''), p.seller_id, p.currency, p.amount_minor, p.allocated_minor, p.value_on, l.posted_on,
	l.doc_no, l.counterparty_name, l.counterparty_tax_id, l.counterparty_kpp, l.counterparty_account, l.counterparty_bic, l.purpose,
	coalesce(d.decision, '{}'), coalesce(d.decided_by, ''), coalesce(d.created_at, p.received_at), k.until_on, coalesce(k.note, ''), coalesce(k.parked_by, ''), k.parked_at,
	coalesce((SELECT q.answer FROM payment_questions q WHERE q.payment_id = p.id AND q.answer <> '' ORDER BY q.id DESC LIMIT 1), '')`

const receivedFrom = `FROM published_payments p JOIN bank_lines l ON l.id = p.channel_ref LEFT JOIN published_accounts a ON a.id = p.account_id
	LEFT JOIN LATERAL (SELECT decision, decided_by, created_at, reason FROM match_decisions d WHERE d.payment_id = p.id ORDER BY d.id DESC LIMIT 1) d ON true
	LEFT JOIN review_parks k ON k.payment_id = p.id AND p.state = 'review'
	WHERE p.channel = 'bank'`

func scanReceived(row pgx.CollectableRow) (r Received, err error) {
	var cur, form, name string
	var amount, allocated int64
	var decision []byte
	var until *prolong.Date
	var parkedAt *time.Time
	err = row.Scan((*int64)(&r.ID), (*int64)(&r.LineID), (*string)(&r.State), (*int64)(&r.AccountID), &form, &name, (*int64)(&r.SellerID), &cur, &amount, &allocated, &r.ValueOn, &r.PostedOn,
		&r.DocNo, &r.Payer.Name, &r.Payer.TaxID, &r.Payer.KPP, &r.Payer.Account, &r.Payer.BIC, &r.Purpose, &decision, &r.DecidedBy, &r.DecidedAt,
		&until, &r.Parked.Note, &r.Parked.By, &parkedAt, (*string)(&r.Answer))
	if err != nil {
		return r, err
	}
	r.Account = billing.LegalName(form, name)
	if until != nil && parkedAt != nil {
		r.Parked.Until, r.Parked.At = *until, *parkedAt
	}
	r.Amount, r.Allocated = prolong.NewMoney(amount, prolong.Currency(cur)), prolong.NewMoney(allocated, prolong.Currency(cur))
	return r, json.Unmarshal(decision, &r.Decision)
}

// FindReceived lists bank payments, the newest first.
func (s *Service) FindReceived(ctx context.Context, f ReviewFilter) ([]Received, error) {
	limit := min(f.Limit, listLimitMax)
	if limit <= 0 {
		limit = listLimitDefault
	}
	clause, args := f.clause()
	rows, err := s.db.Pool.Query(ctx, `SELECT `+receivedColumns+` `+receivedFrom+clause+` ORDER BY p.id DESC LIMIT `+strconv.Itoa(limit), args...)
	if err != nil {
		return nil, prolong.Wrap("banksync.FindReceived", err)
	}
	list, err := pgx.CollectRows(rows, scanReceived)
	return list, prolong.Wrap("banksync.FindReceived", err)
}

// FindReceivedByID returns one bank payment. Returns CodeNotFound.
func (s *Service) FindReceivedByID(ctx context.Context, id billing.PaymentID) (Received, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+receivedColumns+` `+receivedFrom+` AND p.id = $1`, int64(id))
	if err != nil {
		return Received{}, prolong.Wrap("banksync.FindReceivedByID", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanReceived)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, prolong.NewError(prolong.CodeNotFound, "error.payment_not_found", prolong.Args{"ID": int64(id)})
	}
	return r, prolong.Wrap("banksync.FindReceivedByID", err)
}

// ReasonCount is a group of the review queue.
type ReasonCount struct {
	Reason   match.Reason
	Parked   bool // put aside, for whatever reason
	Answered bool // the client who was asked has answered, whatever the reason
	Currency prolong.Currency
	Count    int
	Amount   prolong.Money
	Oldest   prolong.Date
}

// ReviewReasons counts what waits for a human, by reason; what is put aside and what a client
// has answered are groups of their own.
func (s *Service) ReviewReasons(ctx context.Context) ([]ReasonCount, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT CASE WHEN x.parked OR x.answered THEN '' ELSE x.reason END, x.parked, x.answered, x.currency, count(*), sum(x.amount_minor)::bigint, min(x.value_on) FROM (
			SELECT coalesce(d.reason, '') AS reason, k.payment_id IS NOT NULL AS parked, k.payment_id IS NULL AND `+answeredSQL+` AS answered, p.currency, p.amount_minor, p.value_on FROM published_payments p
			LEFT JOIN LATERAL (SELECT reason FROM match_decisions d WHERE d.payment_id = p.id ORDER BY d.id DESC LIMIT 1) d ON true
			LEFT JOIN review_parks k ON k.payment_id = p.id AND k.until_on > $1
			WHERE p.state = 'review') x
		GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4`, s.today())
	if err != nil {
		return nil, prolong.Wrap("banksync.ReviewReasons", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r ReasonCount, err error) {
		var minor int64
		err = row.Scan((*string)(&r.Reason), &r.Parked, &r.Answered, (*string)(&r.Currency), &r.Count, &minor, &r.Oldest)
		r.Amount = prolong.NewMoney(minor, r.Currency)
		return r, err
	})
	return list, prolong.Wrap("banksync.ReviewReasons", err)
}

// answeredSQL says of a payment p whether a client has answered what it is for.
const answeredSQL = `EXISTS (SELECT 1 FROM payment_questions q WHERE q.payment_id = p.id AND q.answer <> '')`

// today is the day by which parked payments come back: that of the westernmost zone would be
// late for everybody else, so it is the UTC day.
func (s *Service) today() prolong.Date { return prolong.DateOf(s.db.Now(), time.UTC) }

// Share gives a part of a payment to an account: to its named invoices in their order, the
// rest to its balance.
type Share struct {
	AccountID billing.AccountID
	Amount    prolong.Money
	Invoices  []invoices.InvoiceID
}

// Assign gives a payment that waits in review, or was taken for not ours, to accounts as a
// person decided. One share takes the whole payment; several must sum to it. Returns
// CodeConflict if the payment is assigned already, CodeInvalid if the shares do not fit it.
func (s *Service) Assign(ctx context.Context, actor prolong.Actor, id billing.PaymentID, shares []Share, note string) error {
	return prolong.Wrap("banksync.Assign", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		m := manual{service: s, tx: tx, actor: actor, note: note}
		return m.assign(ctx, id, shares)
	}))
}

// Ignore says of a payment in review that it is not ours. Returns CodeConflict if it is not
// in review.
func (s *Service) Ignore(ctx context.Context, actor prolong.Actor, id billing.PaymentID, note string) error {
	return prolong.Wrap("banksync.Ignore", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		payment, err := billing.PaymentForUpdate(ctx, tx, id)
		if err != nil {
			return err
		}
		if payment.State != billing.PaymentReview {
			return prolong.NewError(prolong.CodeConflict, "error.payment_not_in_review", prolong.Args{"ID": int64(id)})
		}
		m := manual{service: s, tx: tx, actor: actor, note: note}
		if err := m.begin(ctx); err != nil {
			return err
		}
		decision, err := m.decide(ctx, payment, match.ClassNotOurs, 0, nil)
		if err != nil {
			return err
		}
		m.journal.Ignore(payment, m.today(payment), decision)
		return m.journal.Write(ctx)
	}))
}
