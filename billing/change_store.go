package billing

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// ValueCause says what a Value is of.
type ValueCause string

// The causes of values.
const (
	ValueOfChange    ValueCause = "change"    // the term that a change has moved the money to
	ValueOfExtension ValueCause = "extension" // days that came with an import
	ValueOfInvoice   ValueCause = "invoice"
)

// Value is what a whole stretch of paid days is worth since a change of terms inside it.
type Value struct {
	Cause   ValueCause
	CauseID int64
	Full    prolong.Money
}

// TermsChange is a change of terms inside paid days.
type TermsChange struct {
	ID             int64
	SubscriptionID SubscriptionID
	AccountID      AccountID
	On             prolong.Date
	Before, After  Terms
	// Credit is what the unused days were worth, Charge what they cost on the new terms.
	Credit, Charge prolong.Money
	Reason         string
}

// termsRow is how terms are kept in a change.
type termsRow struct {
	Terms
	PriceMinor *int64 `json:"price_minor,omitempty"`
}

func (r termsRow) terms(cur prolong.Currency) Terms {
	if r.PriceMinor != nil {
		r.Price = prolong.NewMoney(*r.PriceMinor, cur)
	}
	return r.Terms
}

func rowOfTerms(t Terms) termsRow {
	r := termsRow{Terms: t}
	if t.Price.Currency() != "" {
		minor := t.Price.Minor()
		r.PriceMinor = &minor
	}
	return r
}

// RecordChange writes a change of a locked subscription's terms and returns its id.
func RecordChange(ctx context.Context, tx postgres.Tx, actor prolong.Actor, ch TermsChange) (int64, error) {
	before, err := json.Marshal(rowOfTerms(ch.Before))
	if err != nil {
		return 0, prolong.Wrap("billing.RecordChange", err)
	}
	after, err := json.Marshal(rowOfTerms(ch.After))
	if err != nil {
		return 0, prolong.Wrap("billing.RecordChange", err)
	}
	var id int64
	err = tx.Pgx.QueryRow(ctx, `INSERT INTO subscription_changes (account_id, subscription_id, changed_on, before, after, currency, credit_minor, charge_minor, reason, actor, created_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) RETURNING id`, int64(ch.AccountID), int64(ch.SubscriptionID), ch.On, before, after, string(ch.Charge.Currency()), ch.Credit.Minor(), ch.Charge.Minor(),
		ch.Reason, actor.String(), tx.Now).Scan(&id)
	return id, prolong.Wrap("billing.RecordChange", err)
}

// RecordValues writes what stretches are worth since a change.
func RecordValues(ctx context.Context, tx postgres.Tx, change int64, values []Value) error {
	causes, ids, minors := make([]string, len(values)), make([]int64, len(values)), make([]int64, len(values))
	for i, v := range values {
		causes[i], ids[i], minors[i] = string(v.Cause), v.CauseID, v.Full.Minor()
	}
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO changed_values (change_id, cause, cause_id, full_minor) SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[])`, change, causes, ids, minors)
	return prolong.Wrap("billing.RecordValues", err)
}

// ValueSince returns what a stretch is worth since the last change inside it; ok is false if
// there was none.
func ValueSince(ctx context.Context, tx postgres.Tx, cause ValueCause, causeID int64, cur prolong.Currency) (value prolong.Money, ok bool, err error) {
	var minor int64
	err = tx.Pgx.QueryRow(ctx, `SELECT v.full_minor FROM changed_values v JOIN subscription_changes c ON c.id = v.change_id
		WHERE v.cause = $1 AND v.cause_id = $2 AND c.undone_at IS NULL ORDER BY c.id DESC LIMIT 1`, string(cause), causeID).Scan(&minor)
	if errors.Is(err, pgx.ErrNoRows) {
		return prolong.Money{}, false, nil
	}
	return prolong.NewMoney(minor, cur), err == nil, prolong.Wrap("billing.ValueSince", err)
}

// ChangesOf returns the changes of terms inside stretches that invoices have bought, those taken
// back among them, in the caller's transaction.
func ChangesOf(ctx context.Context, tx postgres.Tx, invoices []int64) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT DISTINCT change_id FROM changed_values WHERE cause = 'invoice' AND cause_id = ANY($1) ORDER BY 1`, invoices)
	if err != nil {
		return nil, prolong.Wrap("billing.ChangesOf", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return list, prolong.Wrap("billing.ChangesOf", err)
}

// LastChange returns the last change of a locked subscription's terms that is in force; ok is
// false if there is none.
func LastChange(ctx context.Context, tx postgres.Tx, sub *Subscription) (ch TermsChange, ok bool, err error) {
	var before, after []byte
	var credit, charge int64
	ch = TermsChange{SubscriptionID: sub.ID, AccountID: sub.AccountID}
	err = tx.Pgx.QueryRow(ctx, `SELECT id, changed_on, before, after, credit_minor, charge_minor, reason FROM subscription_changes WHERE subscription_id = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1`,
		int64(sub.ID)).Scan(&ch.ID, &ch.On, &before, &after, &credit, &charge, &ch.Reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return ch, false, nil
	}
	if err != nil {
		return ch, false, prolong.Wrap("billing.LastChange", err)
	}
	var b, a termsRow
	if err := errors.Join(json.Unmarshal(before, &b), json.Unmarshal(after, &a)); err != nil {
		return ch, false, prolong.Wrap("billing.LastChange", err)
	}
	ch.Before, ch.After = b.terms(sub.Currency), a.terms(sub.Currency)
	ch.Credit, ch.Charge = prolong.NewMoney(credit, sub.Currency), prolong.NewMoney(charge, sub.Currency)
	return ch, true, nil
}

// UndoChange marks a change as taken back.
func UndoChange(ctx context.Context, tx postgres.Tx, id int64) error {
	_, err := tx.Pgx.Exec(ctx, `UPDATE subscription_changes SET undone_at = $2 WHERE id = $1`, id, tx.Now)
	return prolong.Wrap("billing.UndoChange", err)
}
