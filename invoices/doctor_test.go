package invoices_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// lived is a house in which everything has happened once that the invariants speak of.
func lived(t *testing.T) *house {
	t.Helper()
	ctx := context.Background()
	h := newHouse(t)
	h.partners(t)
	h.pack(t, "ten", 600, 6)
	h.accounts(t, 3, "2026-03-20", "")
	ids := h.family(t)
	require.NoError(t, h.invoices.AttributeAccount(ctx, tester, ids[0], "agent", prolong.MustDate("2026-02-01")))
	h.issue(t)
	first, second := h.receive(t, ids[0], 200000, "2026-03-01"), h.receive(t, ids[2], 250000, "2026-03-01")
	h.buy(t, ids[1], "ten")
	h.use(t, ids[1], 60, "ticket")
	_, err := h.invoices.Transfer(ctx, tester, ids[2], ids[1], rub(20000), "письмо клиента")
	require.NoError(t, err)
	_, err = h.invoices.Refund(ctx, tester, invoices.Refund{Payment: second.ID, Amount: rub(1000), On: prolong.MustDate("2026-03-01"), Reason: "по заявлению"})
	require.NoError(t, err)
	h.clock.Advance(48 * time.Hour)
	_, err = h.invoices.CloseDue(ctx, tester, prolong.Date{})
	require.NoError(t, err)
	paid := h.find(t, invoices.StatusPaid)
	_, err = h.invoices.Credit(ctx, tester, paid[0].ID, rub(10000), "простой")
	require.NoError(t, err)
	_, err = h.invoices.AccrueCommissions(ctx)
	require.NoError(t, err)
	_, err = h.invoices.Chargeback(ctx, tester, first.ID, prolong.MustDate("2026-03-03"), "возврат банка")
	require.NoError(t, err)
	h.receive(t, ids[0], 200000, "2026-03-03")
	_, err = h.invoices.AccrueCommissions(ctx)
	require.NoError(t, err)
	h.rentPlan(t, billing.RoundHourUp)
	_, err = h.billing.OpenRent(ctx, tester, ids[0], "rent", prolong.MustDate("2026-02-01"), "k")
	require.NoError(t, err)
	h.up(t, "2026-02-01T00:00:00+03:00 2026-02-10T00:00:00+03:00 up")
	require.Len(t, h.bill(t, "2026-03-04"), 1)
	_, _, _, err = h.invoices.Attachment(ctx, invoices.AttachInvoice, int64(paid[0].ID))
	require.NoError(t, err)
	h.sound(t)
	return h
}

// Every invariant of the doctor finds what it is about: the data is broken under it, past triggers
// and constraints, and it must say so. A check that finds nothing would be worse than none, because
// every other test relies on it. DESIGN section 5; the ledger's sum of zero is left out: a posting is one
// row with both sides, so there is no way to write it otherwise.
func TestTheDoctorFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	h := lived(t)
	ctx := context.Background()
	const anInvoice = `(SELECT id FROM invoices WHERE status = 'paid' AND kind = 'period' ORDER BY id LIMIT 1)`
	const aPayment = `(SELECT max(id) FROM payments WHERE channel = 'correction' AND state = 'matched')`
	tampers := map[string][]string{
		"doctor.balance_is_ledger":         {`UPDATE balances SET amount_minor = amount_minor + 1`},
		"doctor.balance_not_negative":      {`UPDATE balances SET amount_minor = -1`},
		"doctor.balance_is_rests":          {`UPDATE payments SET allocated_minor = allocated_minor - 1 WHERE id = ` + aPayment},
		"doctor.money_is_somewhere":        {`UPDATE payments SET state = 'review' WHERE id = ` + aPayment},
		"doctor.split_sums":                {`UPDATE payments SET state = 'split' WHERE id = ` + aPayment},
		"doctor.void_is_empty":             {`UPDATE payments SET state = 'void' WHERE id = ` + aPayment},
		"doctor.received_is_bank":          {`UPDATE payments SET amount_minor = amount_minor + 1 WHERE id = ` + aPayment},
		"doctor.transfers_arrive":          {`UPDATE transfers SET amount_minor = amount_minor + 1`},
		"doctor.refund_is_recorded":        {`DELETE FROM refunds`},
		"doctor.paid_through_is_replay":    {`UPDATE subscriptions SET paid_through = paid_through + 1`},
		"doctor.extensions_chain":          {`UPDATE extensions SET through_before = through_before - 1`},
		"doctor.renewal_not_forgotten":     {`UPDATE subscriptions SET renew_on = CASE WHEN renew_on IS NULL THEN paid_through ELSE NULL END`},
		"doctor.prepaid_is_journal":        {`UPDATE prepaid_lots SET left_minutes = left_minutes + 1`},
		"doctor.prepaid_use_is_journal":    {`DELETE FROM prepaid_entries WHERE use_id IS NOT NULL`},
		"doctor.paid_is_allocated":         {`UPDATE invoices SET paid_minor = paid_minor - 1 WHERE id = ` + anInvoice},
		"doctor.payment_is_allocated":      {`UPDATE payments SET allocated_minor = 0 WHERE id = ` + aPayment},
		"doctor.allocation_in_one_account": {`UPDATE allocations SET account_id = account_id + 1`},
		"doctor.allocation_in_ledger":      {`DELETE FROM ledger_postings WHERE cause = 'allocation'`},
		"doctor.paid_invoice_extended":     {`DELETE FROM extensions WHERE cause = 'allocation'`},
		"doctor.period_once":               {`DROP INDEX invoices_period_once`, `UPDATE invoices SET subscription_id = (SELECT subscription_id FROM invoices WHERE id = ` + anInvoice + `), status = 'open' WHERE kind = 'period'`},
		"doctor.numbers_without_gaps":      {`UPDATE document_counters SET last = last + 1`},
		"doctor.credited_is_noted":         {`DELETE FROM credit_notes`},
		"doctor.paper_is_the_same":         {`UPDATE paper_hashes SET differs_at = drawn_at`},
		"doctor.advance_has_its_payment": {`UPDATE documents SET kind = 'sf', status = 'issued', payment_id = p.id, account_id = p.account_id, total_minor = p.amount_minor + 1
			FROM payments p WHERE p.id = ` + aPayment + ` AND documents.id = (SELECT min(id) FROM documents)`},
		"doctor.document_in_ledger":       {`UPDATE documents SET total_minor = total_minor + 1`},
		"doctor.renewal_rests_on_invoice": {`UPDATE subscriptions SET renew_on = NULL`, `UPDATE invoices SET status = 'paid'`},
		"doctor.invoice_numbers_run":      {`UPDATE invoice_counters SET last = last + 1`},
		"doctor.prepaid_is_paid":          {`UPDATE prepaid_lots SET withdrawn = true`},
		"doctor.commission_is_reversed":   {`UPDATE commissions SET amount_minor = amount_minor - 1 WHERE reverses_id IS NOT NULL`},
		"doctor.meter_counts_to_the_end":  {`UPDATE meters SET bill_on = NULL`},
		"doctor.hours_asked_once":         {`UPDATE subscriptions SET ends_on = '2026-01-01' WHERE metered`},
		"doctor.commission_of_money":      {`UPDATE commissions SET amount_minor = 1000000`},
	}
	h.unguard(t)
	for _, inv := range append(billing.Invariants(), invoices.Invariants()...) {
		if inv.Key == "doctor.ledger_zero" {
			continue
		}
		require.NotEmpty(t, tampers[inv.Key], "nothing breaks %s", inv.Key)
		tx, err := h.db.Pool.Begin(ctx)
		require.NoError(t, err)
		_, err = tx.Exec(ctx, `SET LOCAL session_replication_role = replica`) // no triggers, no foreign keys
		require.NoError(t, err)
		for _, sql := range tampers[inv.Key] {
			tag, err := tx.Exec(ctx, sql)
			require.NoError(t, err, inv.Key)
			if !tag.Update() && !tag.Delete() {
				continue
			}
			require.Positive(t, tag.RowsAffected(), "%s: nothing to break", inv.Key)
		}
		var found int
		require.NoError(t, tx.QueryRow(ctx, `SELECT count(*) FROM (`+inv.SQL+`) AS broken`).Scan(&found), inv.Key)
		require.Positive(t, found, "%s does not see it", inv.Key)
		require.NoError(t, tx.Rollback(ctx))
	}
	h.sound(t)

	// And the doctor names what it has found.
	h.exec(t, `UPDATE balances SET amount_minor = amount_minor + 1`)
	broken, err := postgres.Verify(ctx, h.db, append(billing.Invariants(), invoices.Invariants()...))
	require.NoError(t, err)
	var keys []string
	for _, b := range broken {
		require.NotEmpty(t, b.Details)
		keys = append(keys, b.Key)
	}
	require.Equal(t, []string{"doctor.balance_is_ledger", "doctor.balance_is_rests"}, keys)
}

// unguard takes the checks away that would keep data from being broken; the database is the test's own.
func (h *house) unguard(t *testing.T) {
	t.Helper()
	h.exec(t, `DO $$ DECLARE c record; BEGIN
		FOR c IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint WHERE contype = 'c'
			AND conrelid IN ('balances'::regclass, 'commissions'::regclass, 'documents'::regclass, 'invoices'::regclass, 'payments'::regclass, 'prepaid_lots'::regclass, 'subscriptions'::regclass) LOOP
			EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.tab, c.conname);
		END LOOP;
	END $$`)
}

// DESIGN section 5, invariant 1 and 4: what is written stays, whoever asks; and what the constraints
// say is not for the program alone.
func TestTheDatabaseRefusesToForget(t *testing.T) {
	t.Parallel()
	h := lived(t)
	ctx := context.Background()
	for name, sql := range map[string]string{
		"a posting changed":                  `UPDATE ledger_postings SET amount_minor = amount_minor + 1`,
		"a posting deleted":                  `DELETE FROM ledger_postings WHERE id = (SELECT min(id) FROM ledger_postings)`,
		"all postings gone":                  `TRUNCATE ledger_postings CASCADE`,
		"a posting of nothing":               `INSERT INTO ledger_postings (seller_id, account_id, booked_on, debit, credit, currency, amount_minor, cause, cause_id, created_at) SELECT seller_id, account_id, booked_on, debit, credit, currency, 0, cause, -cause_id, created_at FROM ledger_postings LIMIT 1`,
		"a posting of less than nothing":     `INSERT INTO ledger_postings (seller_id, account_id, booked_on, debit, credit, currency, amount_minor, cause, cause_id, created_at) SELECT seller_id, account_id, booked_on, debit, credit, currency, -1, cause, -cause_id, created_at FROM ledger_postings LIMIT 1`,
		"a posting with one side":            `INSERT INTO ledger_postings (seller_id, account_id, booked_on, debit, credit, currency, amount_minor, cause, cause_id, created_at) SELECT seller_id, account_id, booked_on, debit, debit, currency, amount_minor, cause, -cause_id, created_at FROM ledger_postings LIMIT 1`,
		"a posting of a cause twice":         `INSERT INTO ledger_postings (seller_id, account_id, booked_on, debit, credit, currency, amount_minor, cause, cause_id, created_at) SELECT seller_id, account_id, booked_on, debit, credit, currency, amount_minor, cause, cause_id, created_at FROM ledger_postings LIMIT 1`,
		"a posting to an account of no name": `INSERT INTO ledger_postings (seller_id, account_id, booked_on, debit, credit, currency, amount_minor, cause, cause_id, created_at) SELECT seller_id, account_id, booked_on, 'pocket', credit, currency, amount_minor, cause, -cause_id, created_at FROM ledger_postings LIMIT 1`,
		"an extension changed":               `UPDATE extensions SET through_after = through_after + 30`,
		"an extension deleted":               `DELETE FROM extensions`,
		"one cause extends twice":            `INSERT INTO extensions (account_id, subscription_id, cause, cause_id, through_before, through_after, bought_from, anchor_day, actor, created_at) SELECT account_id, subscription_id, cause, cause_id, through_before, through_after, bought_from, anchor_day, actor, created_at FROM extensions WHERE cause = 'allocation'`,
		"an allocation changed":              `UPDATE allocations SET amount_minor = amount_minor - 1`,
		"an allocation deleted":              `DELETE FROM allocations`,
		"an allocation taken back twice":     `INSERT INTO allocations (account_id, payment_id, invoice_id, amount_minor, reverses_id, actor, created_at) SELECT account_id, payment_id, invoice_id, amount_minor, reverses_id, actor, created_at FROM allocations WHERE reverses_id IS NOT NULL`,
		"more allocated than received":       `UPDATE payments SET allocated_minor = amount_minor + 1 WHERE allocated_minor > 0`,
		"more paid than asked":               `UPDATE invoices SET paid_minor = total_minor + 1`,
		"paid without money":                 `UPDATE invoices SET status = 'paid' WHERE status = 'open'`,
		"a second invoice of a period":       `UPDATE invoices SET subscription_id = (SELECT min(subscription_id) FROM invoices), status = 'open', paid_minor = 0, paid_on = NULL WHERE kind = 'period'`,
		"a receipt twice":                    `UPDATE payments SET channel_ref = (SELECT max(channel_ref) FROM payments WHERE channel = 'correction') WHERE channel = 'correction'`,
		"a letter twice":                     `UPDATE messages SET subject_id = 1, purpose = 'invoice.issued', recipient = 'c0@example.test', copy = 0, subject_kind = 'invoice'`,
		"the trail of people forgotten":      `DELETE FROM audit_entries`,
	} {
		_, err := h.db.Pool.Exec(ctx, sql)
		var refusal *pgconn.PgError
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, "23", refusal.Code[:2], "%s: %v", name, err) // violations of integrity
	}
	h.sound(t)
}
