package invoices

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// RemedyKind names what can be done about money and papers that have gone out already.
type RemedyKind string

// The kinds of remedies.
const (
	RemedyCredit  RemedyKind = "credit"  // an amount comes off the invoice (Credit)
	RemedyRefund  RemedyKind = "refund"  // money goes back to the client (Refund)
	RemedyReissue RemedyKind = "reissue" // the invoice is cancelled and drawn up again (Reissue)
	RemedyVoid    RemedyKind = "void"    // the invoice is cancelled (Void)
)

// Remedy is one of them, asked for.
type Remedy struct {
	Kind RemedyKind
	// Invoice is what it is done about. 0 of a refund: the money lies on the client's balance.
	Invoice InvoiceID
	// Amount is what is credited or paid back.
	Amount prolong.Money
	// Payment is whose money is paid back, Adjust and On are of Refund; no date is the seller's today.
	Payment billing.PaymentID
	Adjust  bool
	On      prolong.Date
	Reason  string
	// Agree is asked, before anything is kept, whether what the remedy comes to is what was agreed
	// to; an error takes everything back. nil agrees to anything.
	Agree func(Remedied) error
}

// Remedied says what a remedy changed, or would change.
type Remedied struct {
	Taken
	Kind RemedyKind
	// Before and After are the invoice; zero for a refund from the balance.
	Before, After Invoice
	// BalanceBefore and BalanceAfter are what the client has with us on no invoice.
	BalanceBefore, BalanceAfter prolong.Money
	Cash                        prolong.Money // paid back; no currency where nothing is
	Note                        CreditNote    // without an id where none is drawn up
	// Successor is the invoice that takes the place of the one that was cancelled; nil for none.
	Successor *Invoice
	Charge    billing.Charge // what the successor asks money for; empty for hours
	Minutes   int            // prepaid minutes that fall away
}

// Agreement writes down what a person agrees to, so that nothing else is done.
func (r Remedied) Agreement() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s;%s;%v;%v;%v;%v", r.Kind, r.After.Status, r.After.Paid, r.After.Credited, r.BalanceAfter, r.Cash)
	for _, s := range r.Shortened {
		fmt.Fprintf(&b, ";%d:%v", s.Subscription, s.After)
	}
	fmt.Fprintf(&b, ";%v;%v;%d", r.Cancelled, r.Note.Total, r.Minutes)
	if r.Successor != nil {
		fmt.Fprintf(&b, ";%v;%v;%v", r.Successor.Period, r.Successor.Total, r.Successor.Paid)
	}
	return b.String()
}

// Remedy does it. Returns what Credit, Refund, Reissue and Void return, CodeInvalid without a
// reason, and the error of Agree.
func (s *Service) Remedy(ctx context.Context, actor prolong.Actor, r Remedy) (Remedied, error) {
	var done Remedied
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.remedy(ctx, tx, actor, r)
		return err
	})
	return done, prolong.Wrap("invoices.Remedy", err)
}

// QuoteRemedy returns what Remedy would do, and changes nothing: it does everything in a
// transaction that is rolled back.
func (s *Service) QuoteRemedy(ctx context.Context, actor prolong.Actor, r Remedy) (Remedied, error) {
	var done Remedied
	err := s.dryRun(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.remedy(ctx, tx, actor, r)
		return err
	})
	return done, prolong.Wrap("invoices.QuoteRemedy", err)
}

func (s *Service) remedy(ctx context.Context, tx postgres.Tx, actor prolong.Actor, r Remedy) (done Remedied, err error) {
	done.Kind = r.Kind
	if r.Reason = strings.TrimSpace(r.Reason); r.Reason == "" {
		return done, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
	}
	account, currency, err := lockRemedied(ctx, tx, r)
	if err != nil {
		return done, err
	}
	var minutes int
	if r.Invoice != 0 {
		if done.Before, err = invoiceIn(ctx, tx, r.Invoice); err != nil {
			return done, err
		}
		if minutes, err = billing.MinutesOfInvoice(ctx, tx, int64(r.Invoice)); err != nil {
			return done, err
		}
	}
	if done.BalanceBefore, err = billing.BalanceIn(ctx, tx, account, currency); err != nil {
		return done, err
	}
	if err := s.applyRemedy(ctx, tx, actor, r, &done); err != nil {
		return done, err
	}
	if done.BalanceAfter, err = billing.BalanceIn(ctx, tx, account, currency); err != nil {
		return done, err
	}
	if r.Invoice != 0 {
		if done.After, err = invoiceIn(ctx, tx, r.Invoice); err != nil {
			return done, err
		}
		left, err := billing.MinutesOfInvoice(ctx, tx, int64(r.Invoice))
		if err != nil {
			return done, err
		}
		done.Minutes = max(minutes-left, 0)
	}
	if r.Agree != nil {
		return done, r.Agree(done)
	}
	return done, nil
}

// lockRemedied locks the account first, as everything that moves money, and returns it with the
// currency that the remedy is about.
func lockRemedied(ctx context.Context, tx postgres.Tx, r Remedy) (billing.AccountID, prolong.Currency, error) {
	if r.Invoice == 0 {
		if r.Kind != RemedyRefund {
			return 0, "", prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": 0})
		}
		payment, err := billing.LockPayment(ctx, tx, r.Payment)
		return payment.AccountID, payment.Amount.Currency(), err
	}
	inv, err := invoiceIn(ctx, tx, r.Invoice)
	if err != nil {
		return 0, "", err
	}
	_, err = billing.LockAccounts(ctx, tx, []billing.AccountID{inv.AccountID})
	return inv.AccountID, inv.Total.Currency(), err
}

func (s *Service) applyRemedy(ctx context.Context, tx postgres.Tx, actor prolong.Actor, r Remedy, done *Remedied) error {
	switch r.Kind {
	case RemedyVoid:
		taken, err := s.cancel(ctx, tx, actor, r.Invoice, r.Reason)
		done.Taken = taken
		return err
	case RemedyReissue:
		again, err := s.replace(ctx, tx, actor, r.Invoice, r.Reason)
		done.Taken, done.Successor, done.Charge = again.Taken, &again.New, again.Charge
		return err
	case RemedyCredit:
		note, err := s.creditIn(ctx, tx, actor, r.Invoice, r.Amount, r.Reason)
		done.Note = note
		return err
	case RemedyRefund:
		refunded, err := s.refundIn(ctx, tx, actor, Refund{Payment: r.Payment, Invoice: r.Invoice, Amount: r.Amount, Adjust: r.Adjust, On: r.On, Reason: r.Reason})
		done.Taken, done.Note, done.Cash = refunded.Taken, refunded.Note, r.Amount
		return err
	}
	return fmt.Errorf("remedy %q: unknown", r.Kind)
}

// invoiceIn reads an invoice inside of a transaction.
func invoiceIn(ctx context.Context, tx postgres.Tx, id InvoiceID) (Invoice, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i WHERE i.id = $1`, int64(id))
	if err != nil {
		return Invoice{}, err
	}
	inv, err := pgx.CollectExactlyOneRow(rows, scanInvoice)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": int64(id)})
	}
	return inv, err
}

// Fate says what became of an invoice beside being paid.
type Fate struct {
	VoidedOn prolong.Date // zero while it is good
	Reason   string       // why it was cancelled
	// Replaces and ReplacedBy are the invoices before and after it; nil for none.
	Replaces, ReplacedBy *Invoice
}

// FateOf returns why an invoice was cancelled, and which it took the place of or which took its.
func (s *Service) FateOf(ctx context.Context, id InvoiceID) (Fate, error) {
	f, err := s.fateOf(ctx, id)
	return f, prolong.Wrap("invoices.FateOf", err)
}

func (s *Service) fateOf(ctx context.Context, id InvoiceID) (f Fate, err error) {
	var before int64
	if err := s.db.Pool.QueryRow(ctx, `SELECT voided_on, coalesce(void_reason, ''), coalesce(replaces_id, 0) FROM invoices WHERE id = $1`, int64(id)).Scan(&f.VoidedOn, &f.Reason, &before); err != nil {
		return f, err
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i WHERE i.replaces_id = $1 OR i.id = $2`, int64(id), before)
	if err != nil {
		return f, err
	}
	list, err := pgx.CollectRows(rows, scanInvoice)
	for _, inv := range list {
		if int64(inv.ID) == before {
			f.Replaces = &inv
			continue
		}
		f.ReplacedBy = &inv
	}
	return f, err
}

// auditRemedy notes who cancelled an invoice and what of it was taken back.
func (v *voiding) auditRemedy(ctx context.Context, action, reason, successor string) error {
	after := map[string]any{"number": v.inv.Number, "reason": reason}
	if len(v.done.Cancelled) > 0 {
		after["cancelled"] = v.done.Cancelled
	}
	for _, s := range v.done.Shortened {
		after["paid_through"] = s.After
	}
	if successor != "" {
		after["successor"] = successor
	}
	return identity.Audit(ctx, v.tx, v.actor, identity.Change{Action: action, SubjectKind: "invoice", SubjectID: int64(v.inv.ID), AccountID: v.inv.AccountID,
		Before: map[string]any{"status": string(v.inv.Status), "paid": v.inv.Paid.String(), "currency": v.inv.Total.Currency()}, After: after})
}
