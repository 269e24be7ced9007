package billing

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// RefundKind says how money left again.
type RefundKind string

// The kinds of refunds.
const (
	RefundPaid       RefundKind = "refund"     // paid back by us
	RefundChargeback RefundKind = "chargeback" // taken back by the bank: a returned line
	RefundTransfer   RefundKind = "transfer"   // moved to another account of the client
	RefundWriteOff   RefundKind = "write_off"  // kopecks that were given up are owed once more
)

// Refund is a part of a payment that has left again. It is a row of its own: the payment and
// what it once did stay on record.
type Refund struct {
	Payment  Payment
	Kind     RefundKind
	Amount   prolong.Money
	BookedOn prolong.Date
	Reason   string
}

// Refund books that a part of a payment has left: from the account's balance, or from where a
// payment of no account waits. The part must be on no invoice.
func (j *Journal) Refund(r Refund) { j.refunds = append(j.refunds, r) }

func (j *Journal) writeRefunds(ctx context.Context) error {
	for _, r := range j.refunds {
		p := r.Payment
		var id int64
		if err := j.tx.Pgx.QueryRow(ctx, `INSERT INTO refunds (payment_id, account_id, kind, currency, amount_minor, booked_on, reason, actor, created_at)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) RETURNING id`, int64(p.ID), postgres.NullID(p.AccountID), string(r.Kind), string(r.Amount.Currency()), r.Amount.Minor(),
			r.BookedOn, r.Reason, j.actor.String(), j.tx.Now).Scan(&id); err != nil {
			return err
		}
		tag, err := j.tx.Pgx.Exec(ctx, `UPDATE payments SET refunded_minor = refunded_minor + $2 WHERE id = $1`, int64(p.ID), r.Amount.Minor())
		if err == nil && tag.RowsAffected() != 1 {
			err = fmt.Errorf("payment %d: not there to refund", p.ID)
		}
		if err != nil {
			return err
		}
		from, to := LedgerAdvances, LedgerBank
		switch p.State {
		case PaymentReview:
			from = LedgerSuspense
		case PaymentIgnored:
			from = LedgerNotOurs
		case PaymentMatched, PaymentSplit, PaymentVoid:
		}
		switch {
		case r.Kind == RefundTransfer:
			to = LedgerTransfer
		case p.Channel == ChannelWriteOff:
			to = LedgerWriteOff
		}
		j.postings = append(j.postings, Posting{
			SellerID: p.SellerID, AccountID: p.AccountID, BookedOn: r.BookedOn, Debit: from, Credit: to, Amount: r.Amount, Cause: "refund", CauseID: id,
		})
	}
	return nil
}

// RefundRecord is a part of a payment that has left again, as it stands on record.
type RefundRecord struct {
	Kind     RefundKind
	Amount   prolong.Money
	BookedOn prolong.Date
	Reason   string
}

// RefundsOf lists what of payments has left again, the oldest first.
func (s *Service) RefundsOf(ctx context.Context, payments []PaymentID) (map[PaymentID][]RefundRecord, error) {
	out := map[PaymentID][]RefundRecord{}
	rows, err := s.db.Pool.Query(ctx, `SELECT payment_id, kind, currency, amount_minor, booked_on, reason FROM refunds WHERE payment_id = ANY($1) ORDER BY id`, postgres.Int64s(payments))
	if err != nil {
		return out, prolong.Wrap("billing.RefundsOf", err)
	}
	var id, minor int64
	var cur string
	var r RefundRecord
	_, err = pgx.ForEachRow(rows, []any{&id, (*string)(&r.Kind), &cur, &minor, &r.BookedOn, &r.Reason}, func() error {
		r.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
		out[PaymentID(id)] = append(out[PaymentID(id)], r)
		return nil
	})
	return out, prolong.Wrap("billing.RefundsOf", err)
}

// FindPayment returns a payment as it stands now: for pages. Whoever moves its money locks it
// (LockPayment). Returns CodeNotFound.
func (s *Service) FindPayment(ctx context.Context, id PaymentID) (Payment, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+paymentColumns+` FROM payments p WHERE p.id = $1`, int64(id))
	if err != nil {
		return Payment{}, prolong.Wrap("billing.FindPayment", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanPayment)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, prolong.NewError(prolong.CodeNotFound, "error.payment_not_found", prolong.Args{"ID": int64(id)})
	}
	return p, prolong.Wrap("billing.FindPayment", err)
}

// PaymentsWithRest returns the payments of an account of which something lies on its balance and can
// be paid back, the oldest first.
func (s *Service) PaymentsWithRest(ctx context.Context, account AccountID) ([]Payment, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+paymentColumns+` FROM payments p WHERE p.account_id = $1 AND p.state = 'matched' AND p.channel <> 'write_off'
		AND p.amount_minor > p.allocated_minor + p.refunded_minor ORDER BY p.value_on, p.id`, int64(account))
	if err != nil {
		return nil, prolong.Wrap("billing.PaymentsWithRest", err)
	}
	list, err := pgx.CollectRows(rows, scanPayment)
	return list, prolong.Wrap("billing.PaymentsWithRest", err)
}

// RefundBalance books that we have paid money of a payment back to the client. Only what is on
// his balance can be paid back: an invoice that is to be refunded is made void first
// (invoices.Void), so that the service it paid for goes with the money. Returns CodeInvalid for
// an amount that is more than the payment has left, CodeConflict for a payment of no account.
func (s *Service) RefundBalance(ctx context.Context, actor prolong.Actor, id PaymentID, amount prolong.Money, on prolong.Date, reason string) error {
	return prolong.Wrap("billing.RefundBalance", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return RefundBalanceIn(ctx, tx, actor, id, amount, on, reason)
	}))
}

// RefundBalanceIn is RefundBalance in the caller's transaction.
func RefundBalanceIn(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id PaymentID, amount prolong.Money, on prolong.Date, reason string) error {
	p, err := LockPayment(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case p.State != PaymentMatched || p.Channel == ChannelWriteOff:
		return prolong.NewError(prolong.CodeConflict, "error.payment_not_refundable", prolong.Args{"ID": int64(id)})
	case amount.Currency() != p.Amount.Currency():
		return prolong.NewError(prolong.CodeInvalid, "error.currency_mismatch", prolong.Args{"A": amount.Currency(), "B": p.Amount.Currency()})
	case amount.Minor() <= 0 || amount.Minor() > p.Rest().Minor():
		return prolong.NewError(prolong.CodeInvalid, "error.refund_amount", prolong.Args{"Amount": amount, "Rest": p.Rest()})
	}
	j := NewJournal(tx, actor)
	j.Refund(Refund{Payment: p, Kind: RefundPaid, Amount: amount, BookedOn: on, Reason: reason})
	return j.Write(ctx)
}

// LockPayment locks a payment and, before it, its account. Returns CodeNotFound, and
// CodeConflict if somebody gave the payment to another account meanwhile: ask again.
func LockPayment(ctx context.Context, tx postgres.Tx, id PaymentID) (Payment, error) {
	var account int64
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT account_id FROM payments WHERE id = $1), 0)`, int64(id)).Scan(&account); err != nil {
		return Payment{}, prolong.Wrap("billing.LockPayment", err)
	}
	if _, err := LockAccounts(ctx, tx, []AccountID{AccountID(account)}); err != nil {
		return Payment{}, err
	}
	p, err := PaymentForUpdate(ctx, tx, id)
	if err == nil && p.AccountID != AccountID(account) {
		err = prolong.NewError(prolong.CodeConflict, "error.payment_moved", prolong.Args{"ID": int64(id)})
	}
	return p, err
}
