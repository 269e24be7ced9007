package banksync

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// ReturnState says how far a return is.
type ReturnState string

// The states of a return.
const (
	ReturnPending   ReturnState = "pending"   // stored, not looked at yet
	ReturnReview    ReturnState = "review"    // a person says what it gives back
	ReturnBooked    ReturnState = "booked"    // its payment is taken back
	ReturnRefunded  ReturnState = "refunded"  // our own refund, booked before
	ReturnDismissed ReturnState = "dismissed" // gives back no payment of a client
)

// ReturnProof says what ties a return to its payment.
type ReturnProof string

// The proofs. With one of them, the same amount, no other such payment and no other payer named,
// a return is certain.
const (
	ProofDocument  ReturnProof = "document"  // its text names number and day of the payment's document
	ProofReference ReturnProof = "reference" // it bears the payment's own reference
)

const (
	// returnDays is how far back the payment is looked for.
	returnDays = 120
	// returnCandidatesMax bounds what a person is shown.
	returnCandidatesMax = 20
)

// Return is a debit that seems to give a received payment back.
type Return struct {
	LineID   LineID
	State    ReturnState
	Account  string // number of our bank account
	Amount   prolong.Money
	PostedOn prolong.Date
	DocNo    string
	Party    Payer // to whom the money went
	Purpose  string
	Proof    ReturnProof
	// PaymentID is what it gives back; 0 if that is not known.
	PaymentID billing.PaymentID
	Note, By  string
	At        time.Time // of the decision; zero while it waits
}

// isReturn says whether a line may give a received payment back.
func isReturn(e *statement.Entry) bool {
	return e.Direction == statement.Debit && e.Status == statement.Booked && e.Cut != statement.CutText && e.Amount.Minor() > 0 && (e.Reversal || match.SaysReturn(e.Purpose))
}

// noteReturns stores which of the new lines may be returns, in the transaction that stores them.
func noteReturns(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, lines []line) error {
	var ids []int64
	for _, l := range lines {
		if isReturn(l.entry) {
			ids = append(ids, int64(l.id))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO bank_returns (line_id, bank_account_id, state) SELECT unnest($1::bigint[]), $2, 'pending' ON CONFLICT DO NOTHING`, ids, int64(bank))
	return err
}

// settleReturns looks at the returns of a bank account that nobody has looked at yet: after
// their lines are stored, and again with the next import if it was interrupted.
func (s *Service) settleReturns(ctx context.Context, actor prolong.Actor, bank billing.BankAccount, report *Report) error {
	rows, err := s.db.Pool.Query(ctx, `SELECT line_id FROM bank_returns WHERE bank_account_id = $1 AND state = 'pending' ORDER BY line_id`, int64(bank.ID))
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range ids {
		booked, err := s.settleReturn(ctx, actor, bank, LineID(id))
		if err != nil {
			return err
		}
		if booked {
			report.Reversed++
		} else {
			report.Returns++
		}
	}
	return nil
}

// settleReturn books a return that is certain, and leaves any other to a person.
func (s *Service) settleReturn(ctx context.Context, actor prolong.Actor, bank billing.BankAccount, id LineID) (booked bool, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		booked = false
		if err := postgres.AdvisoryXactLock(ctx, tx, "bank account "+bank.Number); err != nil {
			return err
		}
		x, err := returnForUpdate(ctx, tx, id)
		if err != nil || x.state != ReturnPending {
			return err
		}
		list, err := x.candidates(ctx, tx)
		if err != nil {
			return err
		}
		original, proof := x.certain(list)
		if original == nil {
			return x.decide(ctx, tx, actor, ReturnReview, 0, "", "")
		}
		if original.refunded {
			return x.decide(ctx, tx, actor, ReturnRefunded, original.line, proof, "")
		}
		booked = true
		_, err = s.chargeBack(ctx, tx, actor, x, original.line, proof, x.purpose)
		return err
	})
	if prolong.CodeOf(err) != prolong.CodeConflict {
		return booked, err
	}
	// A part of the payment has left already, or somebody moved it just now: a person looks.
	return false, s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		x, err := returnForUpdate(ctx, tx, id)
		if err != nil || x.state != ReturnPending {
			return err
		}
		return x.decide(ctx, tx, actor, ReturnReview, 0, "", "")
	})
}

// chargeBack takes the payment of a line back and marks the return as booked.
func (s *Service) chargeBack(ctx context.Context, tx postgres.Tx, actor prolong.Actor, x returned, original LineID, proof ReturnProof, reason string) (done invoices.Taken, err error) {
	r := reversal{manual: manual{service: s, tx: tx, actor: actor, note: reason}}
	whole, parts, err := billing.LockReceived(ctx, tx, billing.ChannelBank, int64(original))
	if err != nil {
		return done, err
	}
	gone := false
	if whole.ID != 0 && whole.State != billing.PaymentSplit {
		money, err := billing.LockMoney(ctx, tx, whole.ID)
		if err != nil {
			return done, err
		}
		gone = !money.Gone().IsZero()
	}
	if whole.ID == 0 || gone {
		return done, prolong.NewError(prolong.CodeConflict, "error.payment_not_refundable", prolong.Args{"ID": int64(whole.ID)})
	}
	if err := r.takeBack(ctx, whole, parts, &done); err != nil {
		return done, err
	}
	if len(done.Reopened)+len(done.Cancelled)+len(done.Shortened) > 0 {
		s.log.WarnContext(ctx, "a payment was returned", "line", int64(original), "reopened", done.Reopened, "cancelled", done.Cancelled)
	}
	return done, x.decide(ctx, tx, actor, ReturnBooked, original, proof, reason)
}

// returned is a return under its lock.
type returned struct {
	line     LineID
	bank     billing.BankAccountID
	state    ReturnState
	reversal bool
	minor    int64
	currency string
	postedOn prolong.Date
	docNo    string
	taxID    string
	account  string
	purpose  string
	ref      string
}

func returnForUpdate(ctx context.Context, tx postgres.Tx, id LineID) (x returned, err error) {
	err = tx.Pgx.QueryRow(ctx, `
		SELECT l.id, l.bank_account_id, r.state, l.reversal, l.amount_minor, l.currency, l.posted_on, l.doc_no, l.counterparty_tax_id, l.counterparty_account, l.purpose, l.reference
		FROM bank_returns r JOIN bank_lines l ON l.id = r.line_id WHERE r.line_id = $1 FOR UPDATE OF r`, int64(id)).
		Scan((*int64)(&x.line), (*int64)(&x.bank), (*string)(&x.state), &x.reversal, &x.minor, &x.currency, &x.postedOn, &x.docNo, &x.taxID, &x.account, &x.purpose, &x.ref)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.line_not_found", prolong.Args{"ID": int64(id)})
	}
	return x, err
}

// returnable is a received line that a return may give back.
type returnable struct {
	line     LineID
	payment  billing.PaymentID
	on       prolong.Date
	docNo    string
	docDate  prolong.Date
	taxID    string
	account  string
	ref      string
	minor    int64
	refunded bool // all of it has left already
}

// candidates lists what has come into the account before with the amount of the return, the
// latest first.
func (x returned) candidates(ctx context.Context, tx postgres.Tx) ([]returnable, error) {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT l.id, p.id, l.posted_on, l.value_on, l.doc_no, l.counterparty_tax_id, l.counterparty_account, l.reference, l.amount_minor,
			CASE WHEN p.state = 'split' THEN (SELECT sum(q.refunded_minor) FROM published_payments q WHERE q.channel = 'split' AND q.channel_ref = p.id) ELSE p.refunded_minor
				- (SELECT coalesce(sum(m.amount_minor), 0) FROM published_payments m WHERE m.from_payment_id = p.id) END >= p.amount_minor
		FROM bank_lines l JOIN published_payments p ON p.channel = 'bank' AND p.channel_ref = l.id
		WHERE l.bank_account_id = $1 AND l.posted_on BETWEEN $2 AND $3 AND l.direction = 'credit' AND l.status = 'booked' AND l.amount_minor = $4 AND l.currency = $5
			AND NOT EXISTS (SELECT 1 FROM bank_returns r WHERE r.original_line_id = l.id) ORDER BY l.posted_on DESC, l.id DESC`,
		int64(x.bank), x.postedOn.AddDays(-returnDays), x.postedOn, x.minor, x.currency)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c returnable, err error) {
		err = row.Scan((*int64)(&c.line), (*int64)(&c.payment), &c.on, &c.docDate, &c.docNo, &c.taxID, &c.account, &c.ref, &c.minor, &c.refunded)
		return c, err
	})
}

// certain returns the one payment that the return gives back beyond doubt, nil if there is none
// or more than one.
func (x returned) certain(list []returnable) (*returnable, ReturnProof) {
	var found *returnable
	var proof ReturnProof
	for i := range list {
		c := &list[i]
		p := x.proofOf(c)
		if p == "" {
			continue
		}
		if found != nil {
			return nil, ""
		}
		found, proof = c, p
	}
	return found, proof
}

// proofOf says what ties the return to a payment. Both sides' tax ids, or else accounts, must
// be the same where the bank gives them.
func (x returned) proofOf(c *returnable) ReturnProof {
	party := false
	switch {
	case x.taxID != "" && c.taxID != "":
		if x.taxID != c.taxID {
			return ""
		}
		party = true
	case x.account != "" && c.account != "":
		if x.account != c.account {
			return ""
		}
		party = true
	}
	switch {
	case len(x.ref) >= 6 && x.ref == c.ref:
		return ProofReference
	case x.reversal && len(x.docNo) >= 4 && x.docNo == c.docNo:
		// The bank itself calls it a reversal and gives the reference of the first booking.
		return ProofReference
	case party && (match.NamesDocument(x.purpose, c.docNo, c.on) || match.NamesDocument(x.purpose, c.docNo, c.docDate)):
		return ProofDocument
	}
	return ""
}

func (x returned) decide(ctx context.Context, tx postgres.Tx, actor prolong.Actor, state ReturnState, original LineID, proof ReturnProof, note string) error {
	at := &tx.Now
	if state == ReturnReview {
		at = nil
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE bank_returns SET state = $2, original_line_id = $3, proof = $4, note = $5, decided_by = $6, decided_at = $7 WHERE line_id = $1`,
		int64(x.line), string(state), postgres.NullID(original), string(proof), note, actor.String(), at)
	return err
}

// ReturnFilter narrows the list of returns.
type ReturnFilter struct {
	State    ReturnState // empty lists all
	BeforeID LineID      // continues a list
	Limit    int         // 1 to 200; 0 is 50
}

// FindReturns lists debits that seem to give payments back, the latest first.
func (s *Service) FindReturns(ctx context.Context, f ReturnFilter) ([]Return, error) {
	limit := min(f.Limit, listLimitMax)
	if limit <= 0 {
		limit = listLimitDefault
	}
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return nil, prolong.Wrap("banksync.FindReturns", err)
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT l.id, r.state, r.bank_account_id, l.amount_minor, l.currency, l.posted_on, l.doc_no, l.counterparty_name, l.counterparty_tax_id, l.counterparty_kpp, l.counterparty_account, l.counterparty_bic, l.purpose,
			r.proof, coalesce(p.id, 0), r.note, r.decided_by, r.decided_at
		FROM bank_returns r JOIN bank_lines l ON l.id = r.line_id
		LEFT JOIN published_payments p ON p.channel = 'bank' AND p.channel_ref = r.original_line_id
		WHERE ($1 = '' OR r.state = $1) AND ($2 = 0 OR l.id < $2) ORDER BY l.id DESC LIMIT $3`, string(f.State), int64(f.BeforeID), limit)
	if err != nil {
		return nil, prolong.Wrap("banksync.FindReturns", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x Return, err error) {
		var minor int64
		var cur string
		var at *time.Time
		var bank billing.BankAccountID
		err = row.Scan((*int64)(&x.LineID), (*string)(&x.State), (*int64)(&bank), &minor, &cur, &x.PostedOn, &x.DocNo, &x.Party.Name, &x.Party.TaxID, &x.Party.KPP, &x.Party.Account, &x.Party.BIC, &x.Purpose,
			(*string)(&x.Proof), (*int64)(&x.PaymentID), &x.Note, &x.By, &at)
		x.Account, x.Amount = catalog.BankAccounts[bank].Number, prolong.NewMoney(minor, prolong.Currency(cur))
		if at != nil {
			x.At = *at
		}
		return x, err
	})
	return list, prolong.Wrap("banksync.FindReturns", err)
}

// ReturnCandidates lists the payments that a return may give back: those of its amount, the
// latest first.
func (s *Service) ReturnCandidates(ctx context.Context, id LineID) ([]Received, error) {
	var ids []int64
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		x, err := returnForUpdate(ctx, tx, id)
		if err != nil {
			return err
		}
		list, err := x.candidates(ctx, tx)
		for _, c := range list[:min(len(list), returnCandidatesMax)] {
			ids = append(ids, int64(c.payment))
		}
		return err
	})
	if err != nil {
		return nil, prolong.Wrap("banksync.ReturnCandidates", err)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+receivedColumns+` `+receivedFrom+` AND p.id = ANY($1) ORDER BY p.id DESC`, ids)
	if err != nil {
		return nil, prolong.Wrap("banksync.ReturnCandidates", err)
	}
	list, err := pgx.CollectRows(rows, scanReceived)
	return list, prolong.Wrap("banksync.ReturnCandidates", err)
}

// BookReturn says that a return gives a payment back: it leaves its invoices with all that
// followed, and our books. Returns CodeConflict if the return or the payment is settled,
// CodeInvalid for a payment of another amount or bank account.
func (s *Service) BookReturn(ctx context.Context, actor prolong.Actor, id LineID, payment billing.PaymentID, note string) (invoices.Taken, error) {
	var done invoices.Taken
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		x, err := s.waitingReturn(ctx, tx, id)
		if err != nil {
			return err
		}
		list, err := x.candidates(ctx, tx)
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.payment == payment {
				if c.refunded {
					return x.decide(ctx, tx, actor, ReturnRefunded, c.line, "", note)
				}
				if done, err = s.chargeBack(ctx, tx, actor, x, c.line, "", note); err != nil {
					return err
				}
				return identity.Audit(ctx, tx, actor, identity.Change{Action: "payment.return", SubjectKind: "payment", SubjectID: int64(payment), After: map[string]any{"line": int64(id), "note": note}})
			}
		}
		return prolong.NewError(prolong.CodeInvalid, "error.return_payment", nil)
	})
	return done, prolong.Wrap("banksync.BookReturn", err)
}

// DismissReturn says that a debit gives back no payment of a client. Returns CodeConflict if it
// is settled.
func (s *Service) DismissReturn(ctx context.Context, actor prolong.Actor, id LineID, note string) error {
	return prolong.Wrap("banksync.DismissReturn", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		x, err := s.waitingReturn(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := x.decide(ctx, tx, actor, ReturnDismissed, 0, "", note); err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "payment.return_dismiss", SubjectKind: "bank_line", SubjectID: int64(id), After: map[string]any{"note": note}})
	}))
}

func (s *Service) waitingReturn(ctx context.Context, tx postgres.Tx, id LineID) (returned, error) {
	x, err := returnForUpdate(ctx, tx, id)
	if err == nil && x.state != ReturnReview && x.state != ReturnPending {
		err = prolong.NewError(prolong.CodeConflict, "error.return_settled", nil)
	}
	return x, err
}
