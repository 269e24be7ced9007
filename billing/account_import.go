package billing

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// Imported counts what an account import did.
type Imported struct {
	Created, Updated, Unchanged int
	Bad                         []RowError
	// Kept are the values of good rows that were not taken over, because a person has changed
	// the field here since.
	Kept []KeptField
	// Accounts are the ids of all good rows in their order, for what higher packages add.
	Accounts []AccountID
}

// KeptField is a field of a row whose value did not replace what a person has entered here.
type KeptField struct {
	Line       int // of the table
	ExternalID string
	Field      string // FieldEmail and the others
	Ours       string // stays
	Table      string // was not taken
}

// importBatch is how many rows one transaction takes: large enough to be fast, small enough
// to hold locks briefly.
const importBatch = 5000

// longCodesFrom is the number of accounts from which new payment codes have ten digits. Short
// codes that differ in more than one digit are 50,000 at the very most; at 20,000 one in nine
// that are drawn is still free.
const longCodesFrom = 20_000

// ImportAccounts creates or updates accounts by external_id, with their subscriptions. The
// seller is the plan's; an unknown plan key is created for defaultSeller with the row's
// period and price. paid_through is taken over only when the account is new: afterwards it is
// the replay of our own extensions. What a person has changed of an account's requisites here
// stays and is named in Kept. With atomic, one bad row keeps all others out.
func (s *Service) ImportAccounts(ctx context.Context, actor prolong.Actor, rows []AccountRow, bad []RowError, defaultSeller string, atomic bool) (Imported, error) {
	done := Imported{Bad: bad}
	fail := func(err error) (Imported, error) { return done, prolong.Wrap("billing.ImportAccounts", err) }
	if atomic && len(bad) > 0 {
		return fail(prolong.NewError(prolong.CodeInvalid, "error.import_atomic", prolong.Args{"Bad": len(bad)}))
	}
	batch := importBatch
	if atomic {
		batch = max(len(rows), 1)
	}
	for start := 0; start < len(rows); start += batch {
		part := rows[start:min(start+batch, len(rows))]
		var step Imported
		err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			step, err = importAccounts(ctx, tx, actor, part, defaultSeller)
			if err == nil && atomic && len(step.Bad) > 0 {
				done.Bad = append(done.Bad, step.Bad...)
				err = prolong.NewError(prolong.CodeInvalid, "error.import_atomic", prolong.Args{"Bad": len(step.Bad)})
			}
			return err
		})
		if err != nil {
			return fail(err)
		}
		done.Created, done.Updated, done.Unchanged = done.Created+step.Created, done.Updated+step.Updated, done.Unchanged+step.Unchanged
		done.Bad, done.Kept = append(done.Bad, step.Bad...), append(done.Kept, step.Kept...)
		done.Accounts = append(done.Accounts, step.Accounts...)
	}
	return done, nil
}

func importAccounts(ctx context.Context, tx postgres.Tx, actor prolong.Actor, rows []AccountRow, defaultSeller string) (done Imported, err error) {
	// One import at a time: payment codes are drawn against all codes that exist.
	if _, err := tx.Pgx.Exec(ctx, `LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return done, err
	}
	c, err := readCatalog(ctx, tx.Pgx)
	if err != nil {
		return done, err
	}
	rows, done.Bad, err = resolvePlans(ctx, tx, &c, rows, defaultSeller)
	if err != nil {
		return done, err
	}
	existing, err := accountsByExternalID(ctx, tx, rows)
	if err != nil {
		return done, err
	}
	kept, err := keptFields(ctx, tx, existing)
	if err != nil {
		return done, err
	}
	codes, err := newCodeBook(ctx, tx)
	if err != nil {
		return done, err
	}
	var fresh []AccountRow
	var changed []Account
	ids := make(map[string]AccountID, len(rows))
	for _, row := range rows {
		plan, _ := c.PlanByKey(row.PlanKey)
		old, known := existing[row.Account.ExternalID]
		if !known {
			row.Account.SellerID, row.Account.PaymentCode = plan.SellerID, codes.draw()
			fresh = append(fresh, row)
			continue
		}
		ids[old.ExternalID] = old.ID
		next := row.Account
		next.ID, next.SellerID, next.PaymentCode, next.CreatedAt, next.ClosedAt = old.ID, old.SellerID, old.PaymentCode, old.CreatedAt, old.ClosedAt
		next.Address, next.Language = old.Address, old.Language
		for _, field := range kept[old.ID] {
			done.Kept = append(done.Kept, keep(row.Line, field, old, &next)...)
		}
		if next == old {
			done.Unchanged++
			continue
		}
		changed = append(changed, next)
	}
	if err := insertAccounts(ctx, tx, actor, c, fresh, ids); err != nil {
		return done, err
	}
	if err := updateAccounts(ctx, tx, changed); err != nil {
		return done, err
	}
	done.Created, done.Updated = len(fresh), len(changed)
	for _, row := range rows {
		done.Accounts = append(done.Accounts, ids[row.Account.ExternalID])
	}
	return done, nil
}

// resolvePlans finds each row's plan, creates unknown ones, and sorts out rows without a
// price.
func resolvePlans(ctx context.Context, tx postgres.Tx, c *Catalog, rows []AccountRow, defaultSeller string) (good []AccountRow, bad []RowError, err error) {
	seller, ok := c.SellerByKey(defaultSeller)
	if !ok && len(c.Sellers) == 1 {
		for _, only := range c.Sellers {
			seller, ok = only, true
		}
	}
	metered, err := meteredPlans(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		plan, known := c.PlanByKey(row.PlanKey)
		cur := row.Price.Currency()
		if metered[plan.ID] {
			bad = append(bad, RowError{Line: row.Line, Column: "plan", Err: prolong.NewError(prolong.CodeInvalid, "error.plan_meter_import", prolong.Args{"Plan": row.PlanKey})})
			continue
		}
		if !known {
			switch {
			case !ok:
				bad = append(bad, RowError{Line: row.Line, Column: "plan", Err: prolong.NewError(prolong.CodeInvalid, "error.plan_unknown_seller", prolong.Args{"Plan": row.PlanKey})})
				continue
			case row.Term.IsZero() || row.Price.Minor() < 0:
				bad = append(bad, RowError{Line: row.Line, Column: "plan", Err: prolong.NewError(prolong.CodeInvalid, "error.plan_unknown", prolong.Args{"Plan": row.PlanKey})})
				continue
			}
			spec := PlanSpec{
				Plan: Plan{Key: row.PlanKey, Name: row.PlanKey, Period: row.Term, Lead: DefaultLead, GraceDays: DefaultGraceDays,
					RemindDays: DefaultRemindDays, Resume: ResumeLatest},
				Seller: seller.Key, Prices: []prolong.Money{row.Price},
			}
			if err := applyPlan(ctx, tx, *c, seller, spec, &Applied{}); err != nil {
				return nil, nil, err
			}
			if *c, err = readCatalog(ctx, tx.Pgx); err != nil {
				return nil, nil, err
			}
			plan, _ = c.PlanByKey(row.PlanKey)
		}
		listed, priced := PriceOn(c.Prices[plan.ID], cur, row.PaidThrough.AddDays(1))
		if row.Price.Minor() < 0 && !priced {
			bad = append(bad, RowError{Line: row.Line, Column: "price", Err: prolong.NewError(prolong.CodeInvalid, "error.plan_no_price", prolong.Args{"Plan": row.PlanKey, "Currency": cur})})
			continue
		}
		if row.Term.IsZero() {
			row.Term = plan.Period
		}
		if row.Price.Minor() < 0 || priced && row.Price == listed && row.Term == plan.Period {
			row.Price = prolong.Money{} // the plan's own
		}
		if _, ok := c.InvoiceAccount(plan.SellerID, cur); !ok {
			bad = append(bad, RowError{Line: row.Line, Column: "currency", Err: prolong.NewError(prolong.CodeInvalid, "error.seller_no_bank_account", prolong.Args{"Currency": cur, "Seller": c.Sellers[plan.SellerID].Key})})
			continue
		}
		row.currency = cur
		good = append(good, row)
	}
	return good, bad, nil
}

// DefaultLead is how long before the end of the paid term the invoice leaves where a plan does
// not say.
var DefaultLead = prolong.Term{Count: 1, Unit: prolong.Months}

// The further defaults of plans, in days.
const (
	DefaultGraceDays  = 3
	DefaultRemindDays = 3
)

func accountsByExternalID(ctx context.Context, tx postgres.Tx, rows []AccountRow) (map[string]Account, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.Account.ExternalID
	}
	found, err := tx.Pgx.Query(ctx, `SELECT `+accountColumns+` FROM accounts a WHERE a.external_id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	accounts, err := pgx.CollectRows(found, scanAccount)
	out := make(map[string]Account, len(accounts))
	for _, a := range accounts {
		out[a.ExternalID] = a
	}
	return out, err
}

// keptFields returns which fields of the accounts a person has changed here.
func keptFields(ctx context.Context, tx postgres.Tx, accounts map[string]Account) (map[AccountID][]string, error) {
	ids := make([]int64, 0, len(accounts))
	for _, a := range accounts {
		ids = append(ids, int64(a.ID))
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT id, kept_fields FROM accounts WHERE id = ANY($1) AND kept_fields <> '{}'`, ids)
	if err != nil {
		return nil, err
	}
	kept := map[AccountID][]string{}
	var id AccountID
	var fields []string
	_, err = pgx.ForEachRow(rows, []any{&id, &fields}, func() error {
		kept[id] = slices.Clone(fields)
		return nil
	})
	return kept, err
}

// keep leaves a field of an account as it is, and tells of it if the table says otherwise.
func keep(line int, field string, old Account, next *Account) []KeptField {
	var ours string
	var table *string
	switch field {
	case FieldBankAccount:
		ours, table = old.BankAccount, &next.BankAccount
	case FieldBankBIC:
		ours, table = old.BankBIC, &next.BankBIC
	case FieldEmail:
		ours, table = old.Email, &next.Email
	case FieldPhone:
		ours, table = old.Phone, &next.Phone
	case FieldName:
		ours, table = old.Name, &next.Name
	case FieldLegalForm:
		ours, table = old.LegalForm, &next.LegalForm
	case FieldTaxID:
		ours, table = string(old.TaxID), (*string)(&next.TaxID)
	case FieldKPP:
		ours, table = old.KPP, &next.KPP
	default: // address and signatory are not in the table
		return nil
	}
	if *table == ours {
		return nil
	}
	k := KeptField{Line: line, ExternalID: old.ExternalID, Field: field, Ours: ours, Table: *table}
	*table = ours
	return []KeptField{k}
}

func insertAccounts(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c Catalog, rows []AccountRow, ids map[string]AccountID) error {
	accountIDs, err := postgres.NextIDs(ctx, tx, "accounts", len(rows))
	if err != nil {
		return err
	}
	subIDs, err := postgres.NextIDs(ctx, tx, "subscriptions", len(rows))
	if err != nil {
		return err
	}
	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"accounts"}, []string{"id", "external_id", "seller_id", "payment_code", "name", "legal_form", "country", "tax_id", "kpp",
		"address", "email", "phone", "bank_account", "bank_bic", "language", "created_at"}, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		a := &rows[i].Account
		ids[a.ExternalID] = AccountID(accountIDs[i])
		return []any{accountIDs[i], a.ExternalID, int64(a.SellerID), string(a.PaymentCode), a.Name, a.LegalForm, string(a.Country), string(a.TaxID), a.KPP,
			a.Address, a.Email, a.Phone, a.BankAccount, a.BankBIC, a.Language, tx.Now}, nil
	}))
	if err != nil {
		return err
	}
	subs := make([]Subscription, len(rows))
	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"subscriptions"}, []string{"id", "account_id", "seller_id", "plan_id", "currency", "price_minor", "period_count", "period_unit",
		"anchor_day", "paid_through", "invoiced_to", "renew_on", "suspend_on", "dunning_on", "created_at", "seats"}, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		row := &rows[i]
		plan, _ := c.PlanByKey(row.PlanKey)
		next := row.PaidThrough.AddDays(1)
		sub := Subscription{ID: SubscriptionID(subIDs[i]), AccountID: AccountID(accountIDs[i]), Term: row.Term, AnchorDay: next.Day(), PaidThrough: row.PaidThrough, InvoicedTo: next}
		sub.SuspendOn = sub.movedSuspension(plan)
		subs[i] = sub
		var price *int64
		if row.Price.Currency() != "" {
			minor := row.Price.Minor()
			price = &minor
		}
		return []any{subIDs[i], accountIDs[i], int64(plan.SellerID), int64(plan.ID), string(row.currency), price, row.Term.Count, string(row.Term.Unit),
			sub.AnchorDay, row.PaidThrough, next, sub.RenewOn(plan.Lead), sub.SuspendOn, sub.FirstDunning(plan), tx.Now, max(row.Seats, 1)}, nil
	}))
	if err != nil {
		return err
	}
	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"extensions"}, []string{"account_id", "subscription_id", "cause", "cause_id", "through_after", "anchor_day", "actor", "created_at"},
		pgx.CopyFromSlice(len(subs), func(i int) ([]any, error) {
			return []any{int64(subs[i].AccountID), int64(subs[i].ID), string(ExtendedByImport), int64(subs[i].ID), subs[i].PaidThrough, int32(subs[i].AnchorDay), actor.String(), tx.Now}, nil
		}))
	if err != nil {
		return err
	}
	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"access_feed"}, []string{"account_id", "paid_through", "grace_days", "cause", "created_at"},
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			plan, _ := c.PlanByKey(rows[i].PlanKey)
			return []any{accountIDs[i], rows[i].PaidThrough, plan.GraceDays, string(ExtendedByImport), tx.Now}, nil
		}))
	return err
}

func updateAccounts(ctx context.Context, tx postgres.Tx, accounts []Account) error {
	batch := &pgx.Batch{}
	for _, a := range accounts {
		batch.Queue(`UPDATE accounts SET name=$2, legal_form=$3, country=$4, tax_id=$5, kpp=$6, email=$7, phone=$8, bank_account=$9, bank_bic=$10 WHERE id=$1`,
			int64(a.ID), a.Name, a.LegalForm, string(a.Country), string(a.TaxID), a.KPP, a.Email, a.Phone, a.BankAccount, a.BankBIC)
	}
	return tx.Pgx.SendBatch(ctx, batch).Close()
}

// codeBook draws payment codes that differ from every existing one in more than one digit,
// so that a single typing error never makes one client's code into another's.
type codeBook struct {
	rng   *rand.Rand
	count int                 // of the codes there are
	taken map[string]struct{} // each code with one core digit masked
}

func newCodeBook(ctx context.Context, tx postgres.Tx) (*codeBook, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT payment_code FROM accounts`)
	if err != nil {
		return nil, err
	}
	existing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	b := &codeBook{rng: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), taken: make(map[string]struct{}, 8*len(existing))} //nolint:gosec // sparse, not secret
	for _, code := range existing {
		b.take(code)
	}
	return b, nil
}

// draw takes a code. Short ones would run out, also in the middle of a table: no more than 50,000
// differ from each other so much.
func (b *codeBook) draw() prolong.PaymentCode {
	digits := prolong.PaymentCodeDigits
	if b.count >= longCodesFrom {
		digits = prolong.PaymentCodeDigitsLong
	}
	for {
		code := prolong.RandomPaymentCode(b.rng, digits)
		if b.free(string(code)) {
			b.take(string(code))
			return code
		}
	}
}

// free says whether no existing code has the same core but for one digit. The check digits
// rule out the other single errors (matching.md 4.3).
func (b *codeBook) free(code string) bool {
	for i := range len(code) - 2 {
		if _, hit := b.taken[mask(code, i)]; hit {
			return false
		}
	}
	return true
}

func (b *codeBook) take(code string) {
	b.count++
	for i := range len(code) - 2 {
		b.taken[mask(code, i)] = struct{}{}
	}
}

func mask(code string, i int) string {
	core := []byte(code[:len(code)-2])
	core[i] = '*'
	return string(core)
}

// sniffComma drops a byte order mark and finds the separator in the first line.
func sniffComma(r io.Reader) (io.Reader, rune, error) {
	const headMax = 4096
	b := bufio.NewReaderSize(r, headMax)
	if bom, err := b.Peek(3); err == nil && string(bom) == "\ufeff" {
		if _, err := b.Discard(3); err != nil {
			return nil, 0, err
		}
	}
	head, err := b.Peek(headMax)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	first, _, _ := strings.Cut(string(head), "\n")
	if strings.Count(first, ";") > strings.Count(first, ",") {
		return b, ';', nil
	}
	return b, ',', nil
}
