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
	fresh    []line // not stored yet; number takes their ids
	settled  []line // stored as pending, and more than that now
	reversed []line // stored as booked, and taken back since; a step of its own follows
	joined   []line // stored with a text that the end of a file had cut, and whole now, or longer
}

// news are the lines that are new or have just become booked.
func (c *chunk) news() []line { return slices.Concat(c.fresh, c.settled) }

// tellApart compares entries of a statement with what is stored. The account's advisory lock is
// held, so nobody else inserts between this look and store; the unique key is the guarantee.
func tellApart(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, st *statement.Statement, entries []statement.Entry) (c chunk, err error) {
	known, err := knownLines(ctx, tx, bank, entries)
	if err != nil {
		return c, err
	}
	var strangers []*statement.Entry
	for i := range entries {
		if old, ok := known[entries[i].Key]; ok {
			c.take(old, &entries[i])
		} else {
			strangers = append(strangers, &entries[i])
		}
	}
	if strangers, err = c.joinCut(ctx, tx, bank, st, strangers); err != nil {
		return c, err
	}
	c.fresh = make([]line, len(strangers))
	for i, e := range strangers {
		c.fresh[i].entry = e
	}
	return c, nil
}

// number takes ids for the fresh lines.
func (c *chunk) number(ctx context.Context, tx postgres.Tx) error {
	ids, err := postgres.NextIDs(ctx, tx, "bank_lines", len(c.fresh))
	for i := range ids {
		c.fresh[i].id = LineID(ids[i])
	}
	return err
}

// take notes what an entry says of a line that is stored.
func (c *chunk) take(old knownLine, e *statement.Entry) {
	if old.joinedBy(e) && !old.settledBy(e) {
		// The text is new, the state of the line is not; what a reversal does follows.
		whole := *e
		whole.Status = statement.Status(old.status)
		c.joined = append(c.joined, line{id: old.id, entry: &whole})
	}
	switch {
	case old.settledBy(e):
		c.settled = append(c.settled, line{id: old.id, entry: e})
	case old.reversedBy(e):
		c.reversed = append(c.reversed, line{id: old.id, entry: e})
	}
}

// store writes the fresh lines, and the settled and joined ones anew; the reversed stay as they are.
func (c *chunk) store(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, importID int64) error {
	columns := []string{"id", "bank_account_id", "import_id", "key", "line", "status", "direction", "currency", "amount_minor", "posted_on", "value_on", "doc_no",
		"counterparty_name", "counterparty_tax_id", "counterparty_kpp", "counterparty_account", "counterparty_bic", "purpose", "reference", "raw",
		"ultimate_name", "ultimate_tax_id", "reversal", "cut"}
	_, err := tx.Pgx.CopyFrom(ctx, pgx.Identifier{"bank_lines"}, columns, pgx.CopyFromSlice(len(c.fresh), func(i int) ([]any, error) {
		e := c.fresh[i].entry
		p := &e.Counterparty
		return []any{int64(c.fresh[i].id), int64(bank), importID, e.Key, e.Line, string(e.Status), string(e.Direction), string(e.Amount.Currency()), e.Amount.Minor(), e.Date, valueDate(e),
			clean(e.DocNo), clean(p.Name), clean(p.TaxID), clean(p.KPP), clean(p.Account), clean(p.BIC), clean(e.Purpose), clean(e.PaymentID), clean(e.Raw),
			clean(e.Ultimate.Name), clean(e.Ultimate.TaxID), e.Reversal, e.Cut.String()}, nil
	}))
	if err != nil {
		return err
	}
	for _, l := range c.settled {
		if err := rewriteLine(ctx, tx, l, l.entry.Cut.String()); err != nil {
			return err
		}
	}
	for _, l := range c.joined {
		cut := l.entry.Cut.String()
		if l.entry.Cut == statement.CutNothing && l.entry.Direction == statement.Credit {
			cut = cutJoined
		}
		if err := rewriteLine(ctx, tx, l, cut); err != nil {
			return err
		}
	}
	return nil
}

// rewriteLine writes a line anew that was pending, for until it is settled a bank may change its
// amount and its text as well, or one that was cut, which gets its true identity with its text.
func rewriteLine(ctx context.Context, tx postgres.Tx, l line, cut string) error {
	e := l.entry
	c := &e.Counterparty
	_, err := tx.Pgx.Exec(ctx, `
		UPDATE bank_lines SET status = $2, direction = $3, currency = $4, amount_minor = $5, posted_on = $6, value_on = $7, doc_no = $8, counterparty_name = $9,
			counterparty_tax_id = $10, counterparty_kpp = $11, counterparty_account = $12, counterparty_bic = $13, purpose = $14, reference = $15, raw = $16, ultimate_name = $17, ultimate_tax_id = $18, reversal = $19, key = $20, cut = $21 WHERE id = $1`,
		int64(l.id), string(e.Status), string(e.Direction), string(e.Amount.Currency()), e.Amount.Minor(), e.Date, valueDate(e), clean(e.DocNo), clean(c.Name),
		clean(c.TaxID), clean(c.KPP), clean(c.Account), clean(c.BIC), clean(e.Purpose), clean(e.PaymentID), clean(e.Raw),
		clean(e.Ultimate.Name), clean(e.Ultimate.TaxID), e.Reversal, e.Key, cut)
	return err
}

type knownLine struct {
	id     LineID
	key    string
	status string
	minor  int64
	cut    string
}

// joinedBy says whether a line that the end of a file has cut is whole now, or longer.
func (k knownLine) joinedBy(e *statement.Entry) bool {
	return k.cut != "" && k.cut != cutJoined && (e.Cut == statement.CutNothing || e.Key != k.key)
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
	rows, err := tx.Pgx.Query(ctx, `SELECT key, id, status, amount_minor, cut FROM bank_lines WHERE bank_account_id = $1 AND key = ANY($2)`, int64(bank), keys)
	if err != nil {
		return nil, err
	}
	known := map[string]knownLine{}
	var k knownLine
	_, err = pgx.ForEachRow(rows, []any{&k.key, (*int64)(&k.id), &k.status, &k.minor, &k.cut}, func() error {
		known[k.key] = k
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
	if st.From.IsZero() || st.To.IsZero() || st.Unfinished && (st.BalanceOK == nil || !*st.BalanceOK) {
		return nil // what a cut file does not tell may be known already
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
