package banksync

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/internal/postgres"
)

// LineID identifies a stored line of a statement.
type LineID int64

// line is a stored line that is new or has just become booked.
type line struct {
	id    LineID
	entry *statement.Entry
}

type warningRow struct {
	Line int    `json:"line"`
	Code string `json:"code"`
}

func warningRows(warnings []statement.Warning) []warningRow {
	rows := make([]warningRow, len(warnings))
	for i, w := range warnings {
		rows[i] = warningRow{Line: w.Line, Code: string(w.Code)}
	}
	return rows
}

// insertLines stores the entries that the account does not have yet and returns them, with
// those that were pending and are booked now. The account's advisory lock is held, so
// nobody else inserts between the look and the copy; the unique key is the guarantee.
func insertLines(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, importID int64, entries []statement.Entry) ([]line, error) {
	known, err := knownLines(ctx, tx, bank, entries)
	if err != nil {
		return nil, err
	}
	var fresh, changed []line
	for i := range entries {
		e := &entries[i]
		old, ok := known[e.Key]
		switch {
		case !ok:
			fresh = append(fresh, line{entry: e})
		case old.status == string(statement.Pending) && e.Status != statement.Pending:
			changed = append(changed, line{id: old.id, entry: e})
		}
	}
	ids, err := postgres.NextIDs(ctx, tx, "bank_lines", len(fresh))
	if err != nil {
		return nil, err
	}
	columns := []string{"id", "bank_account_id", "import_id", "key", "line", "status", "direction", "currency", "amount_minor", "posted_on", "value_on", "doc_no",
		"counterparty_name", "counterparty_tax_id", "counterparty_kpp", "counterparty_account", "counterparty_bic", "purpose", "reference", "raw"}
	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"bank_lines"}, columns, pgx.CopyFromSlice(len(fresh), func(i int) ([]any, error) {
		fresh[i].id = LineID(ids[i])
		e := fresh[i].entry
		c := &e.Counterparty
		return []any{ids[i], int64(bank), importID, e.Key, e.Line, string(e.Status), string(e.Direction), string(e.Amount.Currency()), e.Amount.Minor(), e.Date, valueDate(e),
			clean(e.DocNo), clean(c.Name), clean(c.TaxID), clean(c.KPP), clean(c.Account), clean(c.BIC), clean(e.Purpose), clean(e.PaymentID), clean(e.Raw)}, nil
	}))
	if err != nil {
		return nil, err
	}
	for _, l := range changed {
		if _, err := tx.Pgx.Exec(ctx, `UPDATE bank_lines SET status = $2, posted_on = $3, value_on = $4 WHERE id = $1`, int64(l.id), string(l.entry.Status), l.entry.Date, valueDate(l.entry)); err != nil {
			return nil, err
		}
	}
	return append(fresh, changed...), nil
}

type knownLine struct {
	id     LineID
	status string
}

func knownLines(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, entries []statement.Entry) (map[string]knownLine, error) {
	keys := make([]string, len(entries))
	for i := range entries {
		keys[i] = entries[i].Key
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT key, id, status FROM bank_lines WHERE bank_account_id = $1 AND key = ANY($2)`, int64(bank), keys)
	if err != nil {
		return nil, err
	}
	known := map[string]knownLine{}
	var key string
	var k knownLine
	_, err = pgx.ForEachRow(rows, []any{&key, (*int64)(&k.id), &k.status}, func() error {
		known[key] = k
		return nil
	})
	return known, err
}

// valueDate is the day on which the bank says the money is ours; banks that do not say mean
// the posting day.
func valueDate(e *statement.Entry) prolong.Date {
	if e.ValueDate.IsZero() {
		return e.Date
	}
	return e.ValueDate
}

// clean drops what PostgreSQL's text cannot hold.
func clean(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "") }

func upsertBalances(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, importID int64, st *statement.Statement) error {
	if st.From.IsZero() || st.To.IsZero() {
		return nil
	}
	minor := func(m *prolong.Money) *int64 {
		if m == nil {
			return nil
		}
		v := m.Minor()
		return &v
	}
	_, err := tx.Pgx.Exec(ctx, `
		INSERT INTO bank_balances (bank_account_id, period_from, period_to, opening_minor, closing_minor, balance_ok, import_id) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT ON CONSTRAINT bank_balances_pkey DO UPDATE SET opening_minor=excluded.opening_minor, closing_minor=excluded.closing_minor, balance_ok=excluded.balance_ok, import_id=excluded.import_id`,
		int64(bank), st.From, st.To, minor(st.Opening), minor(st.Closing), st.BalanceOK, importID)
	return err
}
