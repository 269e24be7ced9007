package invoices

import "prolong/internal/postgres"

// Invariants returns what must hold of invoices, allocations and documents at every moment
// (DESIGN section 5).
func Invariants() []postgres.Invariant {
	return []postgres.Invariant{
		{Key: "doctor.paid_is_allocated", SQL: `
			SELECT i.number || ': ' || i.paid_minor || ' <> ' || coalesce(a.sum, 0) FROM invoices i
			LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS sum FROM allocations GROUP BY 1) a ON a.invoice_id = i.id
			WHERE i.paid_minor <> coalesce(a.sum, 0)`},
		{Key: "doctor.payment_is_allocated", SQL: `
			SELECT 'payment ' || p.id || ': ' || p.allocated_minor || ' <> ' || coalesce(a.sum, 0) FROM payments p
			LEFT JOIN (SELECT payment_id, sum(amount_minor) AS sum FROM allocations GROUP BY 1) a ON a.payment_id = p.id
			WHERE p.allocated_minor <> coalesce(a.sum, 0)`},
		{Key: "doctor.allocation_in_one_account", SQL: `
			SELECT 'allocation ' || l.id FROM allocations l JOIN payments p ON p.id = l.payment_id JOIN invoices i ON i.id = l.invoice_id
			WHERE i.account_id <> l.account_id OR (l.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM allocations r WHERE r.reverses_id = l.id) AND p.account_id IS DISTINCT FROM l.account_id)`},
		{Key: "doctor.allocation_in_ledger", SQL: `
			SELECT 'allocation ' || l.id FROM allocations l LEFT JOIN ledger_postings g ON g.cause = 'allocation' AND g.cause_id = l.id
			GROUP BY l.id, l.amount_minor HAVING abs(l.amount_minor) <> coalesce(sum(g.amount_minor), 0)`},
		{Key: "doctor.paid_invoice_extended", SQL: `
			SELECT i.number FROM invoices i WHERE i.status = 'paid' AND i.subscription_id IS NOT NULL AND i.kind = 'period' AND i.total_minor > 0
			AND NOT EXISTS (SELECT 1 FROM extensions e WHERE e.subscription_id = i.subscription_id AND e.cause = 'invoice' AND e.cause_id = i.id)
			AND NOT EXISTS (SELECT 1 FROM allocations l JOIN extensions e ON e.cause = 'allocation' AND e.cause_id = l.id WHERE l.invoice_id = i.id)`},
		{Key: "doctor.period_once", SQL: `
			SELECT 'subscription ' || subscription_id || ' ' || period_from FROM invoices WHERE status <> 'void' AND kind = 'period' GROUP BY subscription_id, period_from HAVING count(*) > 1`},
		{Key: "doctor.numbers_without_gaps", SQL: `
			SELECT s.key || '/' || c.kind || '/' || c.year || ': ' || n
			FROM document_counters c JOIN sellers s ON s.id = c.seller_id CROSS JOIN LATERAL generate_series(1, c.last) AS n
			LEFT JOIN (SELECT id, seller_id, kind, year, running FROM documents WHERE revision = 0 UNION ALL SELECT id, seller_id, 'credit_note', year, running FROM credit_notes) d
				ON d.seller_id = c.seller_id AND d.kind = c.kind AND d.year = c.year AND d.running = n WHERE d.id IS NULL`},
		{Key: "doctor.paper_is_the_same", SQL: `SELECT kind || ' ' || paper_id || ': ' || differs_at FROM paper_hashes WHERE differs_at IS NOT NULL`},
		{Key: "doctor.credited_is_noted", SQL: `
			SELECT i.number || ': ' || i.credited_minor || ' <> ' || coalesce(c.sum, 0) FROM invoices i
			LEFT JOIN (SELECT invoice_id, sum(total_minor) AS sum FROM credit_notes GROUP BY 1) c ON c.invoice_id = i.id
			WHERE i.credited_minor <> coalesce(c.sum, 0)`},
		{Key: "doctor.advance_has_its_payment", SQL: `
			SELECT d.number FROM documents d JOIN payments p ON p.id = d.payment_id
			WHERE d.kind = 'sf' AND d.status = 'issued' AND p.state = 'matched' AND d.account_id IS NOT DISTINCT FROM p.account_id AND d.total_minor > p.amount_minor`},
		{Key: "doctor.document_in_ledger", SQL: `
			SELECT 'document ' || d.id FROM documents d LEFT JOIN ledger_postings g ON g.cause = 'document' AND g.cause_id = d.id
			WHERE d.status IN ('issued', 'corrected') AND d.kind <> 'sf' AND d.payment_id IS NULL AND d.revision = 0 AND NOT (d.kind = 'storno' AND d.snapshot->>'kind' = 'sf') GROUP BY d.id, d.total_minor HAVING d.total_minor <> coalesce(sum(g.amount_minor), 0)`},
		{Key: "doctor.renewal_rests_on_invoice", SQL: `
			SELECT 'subscription ' || s.id FROM subscriptions s WHERE s.ended_on IS NULL AND NOT s.metered AND s.renew_on IS NULL AND NOT coalesce(s.invoiced_to > s.ends_on, false)
			AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.subscription_id = s.id AND i.status = 'open' AND (i.kind = 'period' OR i.period_to > s.paid_through + 1))
			AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.subscription_id = s.id AND i.status = 'void' AND i.kind = 'period' AND NOT EXISTS (SELECT 1 FROM invoices n WHERE n.replaces_id = i.id))`},
		{Key: "doctor.hours_asked_once", SQL: `
			SELECT i.number FROM metered_invoices h JOIN invoices i ON i.id = h.invoice_id JOIN subscriptions s ON s.id = i.subscription_id
			WHERE i.status <> 'void' AND (i.period_to > s.ends_on + 1 OR EXISTS (SELECT 1 FROM invoices o WHERE o.subscription_id = i.subscription_id AND o.id < i.id
				AND o.status <> 'void' AND o.period_from < i.period_to AND o.period_to > i.period_from))`},
		{Key: "doctor.invoice_numbers_run", SQL: `
			SELECT a.external_id FROM accounts a LEFT JOIN invoice_counters c ON c.account_id = a.id
			LEFT JOIN (SELECT account_id, count(*) AS count FROM invoices GROUP BY 1) i ON i.account_id = a.id WHERE coalesce(c.last, 0) <> coalesce(i.count, 0)`},
		{Key: "doctor.prepaid_is_paid", SQL: `
			SELECT i.number FROM prepaid_orders o JOIN invoices i ON i.id = o.invoice_id LEFT JOIN prepaid_lots l ON l.cause = 'invoice' AND l.cause_id = i.id
			WHERE (i.status = 'paid') <> (l.id IS NOT NULL AND NOT l.withdrawn) OR l.granted_minutes > o.minutes`},
		{Key: "doctor.commission_is_reversed", SQL: `
			SELECT 'commission ' || n.id FROM commissions n JOIN commissions c ON c.id = n.reverses_id JOIN allocations l ON l.id = n.allocation_id
			WHERE n.amount_minor <> -c.amount_minor OR n.partner_id <> c.partner_id OR l.reverses_id IS DISTINCT FROM c.allocation_id`},
		{Key: "doctor.commission_of_money", SQL: `
			SELECT 'allocation ' || l.id || ': ' || sum(c.amount_minor) FROM commissions c JOIN allocations l ON l.id = c.allocation_id
			GROUP BY l.id, l.amount_minor HAVING abs(sum(c.amount_minor)) > abs(l.amount_minor)`},
	}
}
