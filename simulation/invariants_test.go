package simulation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/notify"
	"prolong/simulation"
)

// offenders are queries for rows that must not be (DESIGN section 5).
var offenders = map[string]string{
	"a ledger that does not sum to zero": `SELECT currency FROM ledger_entries GROUP BY currency HAVING sum(amount_minor) <> 0`,

	"a balance that is not the sum of its entries": `
		SELECT account_id, currency FROM balances b FULL JOIN
			(SELECT account_id, currency, -sum(amount_minor) AS entries FROM ledger_entries WHERE ledger_account = 'advances' GROUP BY 1, 2) e USING (account_id, currency)
		WHERE coalesce(b.amount_minor, 0) <> coalesce(e.entries, 0)`,
	"a balance that is not the unallocated rest of payments": `
		SELECT account_id FROM balances b FULL JOIN
			(SELECT account_id, sum(amount_minor - allocated_minor) AS rest FROM payments WHERE state = 'matched' GROUP BY 1) p USING (account_id)
		WHERE coalesce(b.amount_minor, 0) <> coalesce(p.rest, 0)`,
	"a negative balance": `SELECT account_id FROM balances WHERE amount_minor < 0`,

	"a booked credit without its one payment": `
		SELECT l.id FROM bank_lines l LEFT JOIN payments p ON p.channel = 'bank' AND p.channel_ref = l.id AND p.amount_minor = l.amount_minor AND p.currency = l.currency
		WHERE l.direction = 'credit' AND l.status = 'booked' GROUP BY l.id HAVING count(p.id) <> 1`,
	"a payment that no bank line brought": `SELECT p.id FROM payments p LEFT JOIN bank_lines l ON l.id = p.channel_ref AND l.direction = 'credit' WHERE p.channel = 'bank' AND l.id IS NULL`,
	"a split payment that is not the sum of its parts": `
		SELECT p.id FROM payments p LEFT JOIN payments q ON q.channel = 'split' AND q.channel_ref = p.id
		WHERE p.state = 'split' GROUP BY p.id HAVING p.amount_minor <> coalesce(sum(q.amount_minor), 0)`,
	"a payment without a decision":                 `SELECT p.id FROM payments p LEFT JOIN match_decisions d ON d.payment_id = p.id WHERE p.channel = 'bank' GROUP BY p.id HAVING count(d.id) = 0`,
	"a payment whose allocations are not its sum":  `SELECT p.id FROM payments p LEFT JOIN allocations a ON a.payment_id = p.id GROUP BY p.id HAVING p.allocated_minor <> coalesce(sum(a.amount_minor), 0)`,
	"an allocation across accounts":                `SELECT x.id FROM allocations x JOIN payments p ON p.id = x.payment_id JOIN invoices i ON i.id = x.invoice_id WHERE p.account_id <> i.account_id OR x.account_id <> i.account_id`,
	"money on suspense that no review explains":    ledgerIs("suspense", `SELECT sum(amount_minor) FROM payments WHERE state = 'review'`),
	"money not ours that is not marked so":         ledgerIs("not_ours", `SELECT sum(amount_minor) FROM payments WHERE state = 'ignored'`),
	"money in the bank that is not what it sent":   ledgerIs("bank", `SELECT -sum(amount_minor) FROM bank_lines WHERE direction = 'credit'`),
	"deferred money that is not paid and unclosed": ledgerIs("deferred", `SELECT sum(i.paid_minor) FROM invoices i LEFT JOIN documents d ON d.invoice_id = i.id WHERE d.id IS NULL`),
	"revenue and VAT that are not the documents'":  ledgerIs("revenue', 'vat", `SELECT sum(total_minor) FROM documents WHERE status = 'issued'`),

	"an invoice whose payments are not its allocations": `
		SELECT i.id FROM invoices i LEFT JOIN allocations a ON a.invoice_id = i.id GROUP BY i.id HAVING i.paid_minor <> coalesce(sum(a.amount_minor), 0)`,
	"an invoice with a wrong status":                  `SELECT id FROM invoices WHERE (status = 'paid') <> (paid_minor = total_minor)`,
	"a period invoiced twice":                         `SELECT a.id FROM invoices a JOIN invoices b ON a.subscription_id = b.subscription_id AND a.id < b.id AND a.status <> 'void' AND b.status <> 'void' AND a.period_from < b.period_to AND b.period_from < a.period_to`,
	"an account with a gap in its invoices":           `SELECT a.id FROM accounts a LEFT JOIN invoices i ON i.account_id = a.id LEFT JOIN invoice_counters c ON c.account_id = a.id GROUP BY a.id, c.last HAVING count(i.id) <> coalesce(c.last, 0)`,
	"two unpaid renewal invoices of one subscription": `SELECT subscription_id FROM invoices WHERE status = 'open' GROUP BY 1 HAVING count(*) > 1`,
	"a due renewal without an invoice":                `SELECT id FROM subscriptions WHERE renew_on <= DATE '2026-11-21'`,

	"a term that is not its last extension": `
		SELECT s.id FROM subscriptions s LEFT JOIN LATERAL (SELECT through_after FROM extensions e WHERE e.subscription_id = s.id ORDER BY id DESC LIMIT 1) e ON true
		WHERE s.paid_through IS DISTINCT FROM e.through_after`,
	"an extension that does not follow the one before": `
		SELECT id FROM (SELECT id, through_before, lag(through_after) OVER (PARTITION BY subscription_id ORDER BY id) AS was FROM extensions) e WHERE through_before IS DISTINCT FROM was`,
	"a paid invoice without its one extension": `
		SELECT i.id FROM invoices i JOIN allocations a ON a.invoice_id = i.id LEFT JOIN extensions e ON e.cause = 'allocation' AND e.cause_id = a.id
		WHERE i.status = 'paid' GROUP BY i.id HAVING count(e.id) <> 1`,
	"an extension without a paid invoice": `
		SELECT e.id FROM extensions e LEFT JOIN allocations a ON a.id = e.cause_id LEFT JOIN invoices i ON i.id = a.invoice_id
		WHERE e.cause = 'allocation' AND i.status IS DISTINCT FROM 'paid'`,
	"an access feed behind the term": `
		SELECT s.id FROM subscriptions s LEFT JOIN LATERAL (SELECT paid_through FROM access_feed f WHERE f.account_id = s.account_id ORDER BY seq DESC LIMIT 1) f ON true
		WHERE f.paid_through IS DISTINCT FROM s.paid_through`,

	"a paid invoice without its closing document": `
		SELECT i.id FROM invoices i LEFT JOIN documents d ON d.invoice_id = i.id WHERE i.status = 'paid' AND i.paid_on < DATE '2026-11-21' GROUP BY i.id HAVING count(d.id) <> 1`,
	"a closing document before its day or with another sum": `
		SELECT d.id FROM documents d JOIN invoices i ON i.id = d.invoice_id WHERE d.issued_on <= i.paid_on OR d.total_minor <> i.total_minor OR d.tax_minor <> i.tax_minor OR i.status <> 'paid'`,
	"a gap in the numbers of documents": `SELECT 1 FROM documents GROUP BY seller_id, kind, year HAVING max(running) <> count(*)`,

	"a letter that did not leave": `SELECT id FROM messages WHERE state <> 'sent'`,
	"an invoice that was not mailed once": `
		SELECT i.id FROM invoices i LEFT JOIN messages m ON m.subject_kind = 'invoice' AND m.subject_id = i.id AND m.purpose = 'invoice.issued' GROUP BY i.id HAVING count(m.id) <> 1`,
	"a document that was not mailed once": `
		SELECT d.id FROM documents d LEFT JOIN messages m ON m.subject_kind = 'document' AND m.subject_id = d.id GROUP BY d.id HAVING count(m.id) <> 1`,
	"a payment whose client was not told once": `
		SELECT p.id FROM payments p LEFT JOIN messages m ON m.subject_kind = 'payment' AND m.subject_id = p.id WHERE p.state = 'matched' GROUP BY p.id HAVING count(m.id) <> 1`,
	"a letter from the future or out of time": `SELECT id FROM messages WHERE sent_at < queued_at OR sent_at > TIMESTAMPTZ '2026-11-22T14:00:00+03:00'`,
	"a reminder of a paid invoice": `
		SELECT m.id FROM messages m JOIN invoices i ON i.id = m.subject_id WHERE m.subject_kind = 'invoice' AND m.purpose = 'invoice.reminder' AND i.paid_on < (m.queued_at AT TIME ZONE 'Europe/Moscow')::date`,

	"a statement whose balance is wrong": `SELECT 1 FROM bank_balances WHERE balance_ok IS NOT TRUE`,
	"a statement whose closing is not the sum of the lines": `
		SELECT b.bank_account_id FROM bank_balances b JOIN (SELECT bank_account_id, max(period_to) AS period_to FROM bank_balances GROUP BY 1) latest USING (bank_account_id, period_to)
		JOIN bank_balances f ON f.bank_account_id = b.bank_account_id AND f.period_from = (SELECT min(period_from) FROM bank_balances)
		WHERE b.closing_minor <> f.opening_minor + (SELECT sum(CASE direction WHEN 'credit' THEN amount_minor ELSE -amount_minor END) FROM bank_lines l WHERE l.bank_account_id = b.bank_account_id)`,
	"a pull that failed": `SELECT id FROM bank_pulls WHERE outcome <> 'done'`,
}

// ledgerIs words a query that finds something if what is credited to ledger accounts differs
// from a sum.
func ledgerIs(accounts, sum string) string {
	return `SELECT 1 WHERE coalesce((SELECT -sum(amount_minor) FROM ledger_entries WHERE ledger_account IN ('` + accounts + `')), 0) <> coalesce((` + sum + `), 0)`
}

// checkInvariants looks for everything that must never be, after a history.
func checkInvariants(t *testing.T, p simulation.Product, s simulation.Summary) {
	t.Helper()
	count := func(query string) (n int64) {
		require.NoError(t, p.DB.Pool.QueryRow(t.Context(), query).Scan(&n), query)
		return n
	}
	for what, query := range offenders {
		require.Zero(t, count(`SELECT count(*) FROM (`+query+`) AS offenders`), what)
	}

	// No kopeck is lost: what came is on invoices, on balances, in review or not ours.
	var sent int64
	for _, pay := range s.Truth {
		sent += pay.Amount.Minor()
	}
	onInvoices, onBalances := count(`SELECT sum(amount_minor) FROM allocations`), count(`SELECT coalesce(sum(amount_minor), 0) FROM balances`)
	waiting, notOurs := count(`SELECT coalesce(sum(amount_minor), 0) FROM payments WHERE state = 'review'`), count(`SELECT coalesce(sum(amount_minor), 0) FROM payments WHERE state = 'ignored'`)
	require.Equal(t, sent, onInvoices+onBalances+waiting+notOurs)
	require.Equal(t, int64(len(s.Truth)), count(`SELECT count(*) FROM bank_lines WHERE direction = 'credit'`))

	// What was reported is what is there.
	require.Equal(t, int64(s.Invoices), count(`SELECT count(*) FROM invoices`))
	require.Equal(t, int64(s.Documents), count(`SELECT count(*) FROM documents`))
	require.Equal(t, int64(s.Letters), count(`SELECT count(*) FROM messages`))
	require.Equal(t, int64(s.Reminders), count(`SELECT count(*) FROM messages WHERE purpose = 'invoice.reminder' OR purpose LIKE 'service.%'`))
	require.Equal(t, int64(s.NewLines), count(`SELECT count(*) FROM bank_lines`))
	require.Equal(t, int64(s.Waiting), count(`SELECT count(*) FROM payments WHERE state = 'review'`))
	require.Equal(t, int64(s.ByHand), count(`SELECT count(DISTINCT payment_id) FROM match_decisions WHERE ruleset = 'manual'`))
	require.Equal(t, s.Waiting+s.ByHand, s.Review+s.Strangers-s.StrangersIgnored, "what needed a person was decided or waits")

	// And what every room says of itself, as prolong doctor asks it.
	broken, err := postgres.Verify(t.Context(), p.DB, slices.Concat(billing.Invariants(), invoices.Invariants(), banksync.Invariants(), notify.Invariants()))
	require.NoError(t, err)
	require.Empty(t, broken)
}

// plain stands in for the translator.
func plain(key string, args ...any) string {
	text := []string{key}
	for i := 0; i+1 < len(args); i += 2 {
		text = append(text, fmt.Sprint(args[i], "=", args[i+1]))
	}
	return strings.Join(text, " ")
}
