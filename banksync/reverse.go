package banksync

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// decisionBank marks what the bank decided: a line that it took back.
const decisionBank = "bank"

// ReverseLine books that the bank has taken a booked line back in place (сторно): the line is
// marked, and its payment leaves every invoice it was on with all that followed from it -
// extensions, closing documents - and then leaves us, each step as a compensating row. A line
// that is reversed already changes nothing. Returns CodeConflict if the line was never booked.
func (s *Service) ReverseLine(ctx context.Context, actor prolong.Actor, id LineID, reason string) (invoices.Taken, error) {
	var done invoices.Taken
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		done = invoices.Taken{}
		marked, err := markReversed(ctx, tx, id)
		if err != nil || !marked {
			return err
		}
		r := reversal{manual: manual{service: s, tx: tx, actor: actor, note: reason}}
		whole, parts, err := billing.LockReceived(ctx, tx, billing.ChannelBank, int64(id))
		if err != nil || whole.ID == 0 {
			return err // money that went out has no payment
		}
		return r.takeBack(ctx, whole, parts, &done)
	})
	return done, prolong.Wrap("banksync.ReverseLine", err)
}

// markReversed marks a booked line; false if it was marked before.
func markReversed(ctx context.Context, tx postgres.Tx, id LineID) (bool, error) {
	var bank billing.BankAccountID
	var status string
	err := tx.Pgx.QueryRow(ctx, `SELECT bank_account_id, status FROM bank_lines WHERE id = $1`, int64(id)).Scan((*int64)(&bank), &status)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, prolong.NewError(prolong.CodeNotFound, "error.line_not_found", prolong.Args{"ID": int64(id)})
	}
	if err != nil {
		return false, err
	}
	catalog, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return false, err
	}
	// After the imports of this account, and before their locks.
	if err := postgres.AdvisoryXactLock(ctx, tx, "bank account "+catalog.BankAccounts[bank].Number); err != nil {
		return false, err
	}
	tag, err := tx.Pgx.Exec(ctx, `UPDATE bank_lines SET status = $2 WHERE id = $1 AND status = $3`, int64(id), string(statement.Reversed), string(statement.Booked))
	if err != nil || tag.RowsAffected() == 1 {
		return true, err
	}
	if err := tx.Pgx.QueryRow(ctx, `SELECT status FROM bank_lines WHERE id = $1`, int64(id)).Scan(&status); err != nil {
		return false, err
	}
	if status != string(statement.Reversed) {
		return false, prolong.NewError(prolong.CodeConflict, "error.line_not_booked", prolong.Args{"ID": int64(id)})
	}
	return false, nil
}

// reversal is one line that the bank takes back, in its transaction.
type reversal struct{ manual }

// takeBack takes what is left of the payment off its invoices and out of our books. Money that
// we have paid back ourselves has left already.
func (r *reversal) takeBack(ctx context.Context, whole billing.Payment, parts []billing.Payment, done *invoices.Taken) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	if whole.State != billing.PaymentSplit {
		parts = []billing.Payment{whole}
	}
	var money billing.Moved
	for _, p := range parts {
		moved, err := billing.LockMoney(ctx, r.tx, p.ID) // what was moved is taken where it lies now
		if err != nil {
			return err
		}
		money = append(money, moved...)
	}
	taken, err := r.service.invoices.TakeAway(ctx, r.tx, r.journal, r.actor, r.catalog, money, r.today(whole), r.note)
	if err != nil {
		return err
	}
	*done = taken
	if err := r.record(ctx, whole); err != nil {
		return err
	}
	return r.journal.Write(ctx)
}

// record puts the bank's step into the history of decisions about the payment.
func (r *reversal) record(ctx context.Context, p billing.Payment) error {
	raw, err := json.Marshal(struct {
		match.Decision
		Note string `json:"note"`
	}{match.Decision{RulesetVersion: decisionBank, PaymentID: int64(p.ID), Class: match.ClassNotOurs, Reason: match.ReasonRefund, Currency: p.Amount.Currency()}, r.note})
	if err != nil {
		return err
	}
	_, err = r.tx.Pgx.Exec(ctx, `
		INSERT INTO match_decisions (payment_id, account_id, ruleset, class, rule, reason, decision, decided_by, created_at) VALUES ($1,$2,$3,$4,$3,$5,$6,$7,$8)`,
		int64(p.ID), postgres.NullID(p.AccountID), decisionBank, string(match.ClassNotOurs), string(match.ReasonRefund), raw, r.actor.String(), r.tx.Now)
	return err
}

// reverseLines takes back what a bank reports as reversed. It runs after the lines of the same
// statement are stored; if it is interrupted, the statement is read again.
func (s *Service) reverseLines(ctx context.Context, actor prolong.Actor, reversed []line, report *Report) error {
	for _, l := range reversed {
		taken, err := s.ReverseLine(ctx, actor, l.id, string(l.entry.Status))
		if err != nil {
			return err
		}
		report.Reversed++
		if len(taken.Reopened)+len(taken.Cancelled)+len(taken.Shortened) > 0 {
			s.log.WarnContext(ctx, "the bank has taken a payment back", "line", int64(l.id), "reopened", taken.Reopened, "cancelled", taken.Cancelled)
		}
	}
	return nil
}
