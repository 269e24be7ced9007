package banksync

import (
	"context"
	"slices"
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
	Line int    `json:"line,omitempty"`
	Code string `json:"code"`
}

func warningRows(warnings []statement.Warning) []warningRow {
	rows := make([]warningRow, len(warnings))
	for i, w := range warnings {
		rows[i] = warningRow{Line: w.Line, Code: string(w.Code)}
	}
	return rows
}

// chunk are the entries of a piece of a statement, told apart by what is stored of the account.
type chunk struct {
	fresh    []line // not stored yet; their ids are taken
	settled  []line // stored as pending, and more than that now
	reversed []line // stored as booked, and taken back since; a step of its own follows
}

// news are the lines that are new or have just become booked.
func (c *chunk) news() []line { return slices.Concat(c.fresh, c.settled) }

// tellApart compares entries with what is stored. The account's advisory lock is held, so nobody
// else inserts between this look and store; the unique key is the guarantee.
func tellApart(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, entries []statement.Entry) (c chunk, err error) {
	known, err := knownLines(ctx, tx, bank, entries)
	if err != nil {
		return c, err
	}
	for i := range entries {
		e := &entries[i]
		old, ok := known[e.Key]
		switch {
		case !ok:
			c.fresh = append(c.fresh, line{entry: e})
		case old.settledBy(e):
			c.settled = append(c.settled, line{id: old.id, entry: e})
		case old.reversedBy(e):
			c.reversed = append(c.reversed, line{id: old.id, entry: e})
		}
	}
	ids, err := postgres.NextIDs(ctx, tx, "bank_lines", len(c.fresh))
	for i := range ids {
		c.fresh[i].id = LineID(ids[i])
	}
	return c, err
}

// store writes the fresh lines and the settled ones; the reversed stay as they are.
func (c *chunk) store(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, importID int64) error {
	columns := []string{"id", "bank_account_id", "import_id", "key", "line", "status", "direction", "currency", "amount_minor", "posted_on", "value_on", "doc_no",
		"counterparty_name", "counterparty_tax_id", "counterparty_kpp", "counterparty_account", "counterparty_bic", "purpose", "reference", "raw",
		"ultimate_name", "ultimate_tax_id", "reversal"}
	_, err := tx.Pgx.CopyFrom(ctx, pgx.Identifier{"bank_lines"}, columns, pgx.CopyFromSlice(len(c.fresh), func(i int) ([]any, error) {
		e := c.fresh[i].entry
		p := &e.Counterparty
		return []any{int64(c.fresh[i].id), int64(bank), importID, e.Key, e.Line, string(e.Status), string(e.Direction), string(e.Amount.Currency()), e.Amount.Minor(), e.Date, valueDate(e),
			clean(e.DocNo), clean(p.Name), clean(p.TaxID), clean(p.KPP), clean(p.Account), clean(p.BIC), clean(e.Purpose), clean(e.PaymentID), clean(e.Raw),
			clean(e.Ultimate.Name), clean(e.Ultimate.TaxID), e.Reversal}, nil
	}))
	if err != nil {
		return err
	}
	for _, l := range c.settled {
		if err := settleLine(ctx, tx, l); err != nil {
			return err
		}
	}
	return nil
}

// settleLine rewrites a line that was pending: until it is settled, a bank may change its
// amount and its text as well.
func settleLine(ctx context.Context, tx postgres.Tx, l line) error {
	e := l.entry
	c := &e.Counterparty
	_, err := tx.Pgx.Exec(ctx, `
		UPDATE bank_lines SET status = $2, direction = $3, currency = $4, amount_minor = $5, posted_on = $6, value_on = $7, doc_no = $8, counterparty_name = $9,
			counterparty_tax_id = $10, counterparty_kpp = $11, counterparty_account = $12, counterparty_bic = $13, purpose = $14, reference = $15, raw = $16, ultimate_name = $17, ultimate_tax_id = $18, reversal = $19 WHERE id = $1`,
		int64(l.id), string(e.Status), string(e.Direction), string(e.Amount.Currency()), e.Amount.Minor(), e.Date, valueDate(e), clean(e.DocNo), clean(c.Name),
		clean(c.TaxID), clean(c.KPP), clean(c.Account), clean(c.BIC), clean(e.Purpose), clean(e.PaymentID), clean(e.Raw),
		clean(e.Ultimate.Name), clean(e.Ultimate.TaxID), e.Reversal)
	return err
}

type knownLine struct {
	id     LineID
	status string
	minor  int64
}

// settledBy says whether a line that was pending is more than that now.
func (k knownLine) settledBy(e *statement.Entry) bool {
	return k.status == string(statement.Pending) && e.Status != statement.Pending
}

// reversedBy says whether a line that was booked has been taken back since.
func (k knownLine) reversedBy(e *statement.Entry) bool {
	return k.status == string(statement.Booked) && (e.Status == statement.Reversed || e.Status == statement.Rejected)
}

func knownLines(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, entries []statement.Entry) (map[string]knownLine, error) {
	keys := make([]string, len(entries))
	for i := range entries {
		keys[i] = entries[i].Key
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT key, id, status, amount_minor FROM bank_lines WHERE bank_account_id = $1 AND key = ANY($2)`, int64(bank), keys)
	if err != nil {
		return nil, err
	}
	known := map[string]knownLine{}
	var key string
	var k knownLine
	_, err = pgx.ForEachRow(rows, []any{&key, (*int64)(&k.id), &k.status, &k.minor}, func() error {
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
	_, err := tx.Pgx.Exec(ctx, `
		INSERT INTO bank_balances (bank_account_id, period_from, period_to, opening_minor, closing_minor, balance_ok, import_id) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT ON CONSTRAINT bank_balances_pkey DO UPDATE SET opening_minor=excluded.opening_minor, closing_minor=excluded.closing_minor, balance_ok=excluded.balance_ok, import_id=excluded.import_id`,
		int64(bank), st.From, st.To, minorOf(st.Opening), minorOf(st.Closing), st.BalanceOK, importID)
	return err
}

// minorOf is an amount for a column that may hold none.
func minorOf(m *prolong.Money) *int64 {
	if m == nil {
		return nil
	}
	v := m.Minor()
	return &v
}
