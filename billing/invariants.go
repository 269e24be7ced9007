package billing

import "prolong/internal/postgres"

// Invariants returns what must hold of money and terms at every moment (DESIGN section 5).
func Invariants() []postgres.Invariant {
	return []postgres.Invariant{
		{Key: "doctor.ledger_zero", SQL: `
			SELECT cause || ' ' || cause_id || ' ' || currency || ': ' || sum(amount_minor) FROM ledger_entries GROUP BY cause, cause_id, currency HAVING sum(amount_minor) <> 0`},
		{Key: "doctor.balance_is_ledger", SQL: `
			SELECT 'account ' || coalesce(b.account_id, l.account_id) || ' ' || coalesce(b.currency, l.currency) || ': ' || coalesce(b.amount_minor, 0) || ' <> ' || coalesce(l.sum, 0)
			FROM balances b FULL JOIN (SELECT account_id, currency, -sum(amount_minor) AS sum FROM ledger_entries WHERE ledger_account = 'advances' GROUP BY account_id, currency) l
				ON l.account_id = b.account_id AND l.currency = b.currency
			WHERE coalesce(b.amount_minor, 0) <> coalesce(l.sum, 0)`},
		{Key: "doctor.balance_not_negative", SQL: `
			SELECT 'account ' || account_id || ' ' || currency || ': ' || amount_minor FROM balances WHERE amount_minor < 0`},
		{Key: "doctor.balance_is_rests", SQL: `
			SELECT 'account ' || coalesce(b.account_id, p.account_id) || ': ' || coalesce(b.amount_minor, 0) || ' <> ' || coalesce(p.rest, 0)
			FROM (SELECT * FROM balances WHERE amount_minor <> 0) b
			FULL JOIN (SELECT account_id, currency, sum(amount_minor - allocated_minor - refunded_minor) AS rest FROM payments WHERE state = 'matched' GROUP BY account_id, currency HAVING sum(amount_minor - allocated_minor - refunded_minor) <> 0) p
				ON p.account_id = b.account_id AND p.currency = b.currency
			WHERE coalesce(b.amount_minor, 0) <> coalesce(p.rest, 0)`},
		{Key: "doctor.money_is_somewhere", SQL: `
			SELECT ledger_account || ' ' || currency || ': ' || coalesce(l.sum, 0) || ' <> ' || coalesce(p.sum, 0)
			FROM (SELECT ledger_account, currency, -sum(amount_minor) AS sum FROM ledger_entries WHERE ledger_account IN ('suspense', 'not_ours') GROUP BY 1, 2) l
			FULL JOIN (SELECT CASE state WHEN 'review' THEN 'suspense' ELSE 'not_ours' END AS ledger_account, currency, sum(amount_minor - refunded_minor) AS sum
				FROM payments WHERE state IN ('review', 'ignored') GROUP BY 1, 2) p USING (ledger_account, currency)
			WHERE coalesce(l.sum, 0) <> coalesce(p.sum, 0)`},
		{Key: "doctor.split_sums", SQL: `
			SELECT 'payment ' || w.id FROM payments w LEFT JOIN payments p ON p.channel = 'split' AND p.channel_ref = w.id AND p.state <> 'void'
			WHERE w.state = 'split' GROUP BY w.id, w.amount_minor HAVING w.amount_minor - w.refunded_minor <> coalesce(sum(p.amount_minor), 0)`},
		{Key: "doctor.void_is_empty", SQL: `
			SELECT 'payment ' || p.id FROM payments p WHERE p.state = 'void' AND (p.channel <> 'split' OR p.allocated_minor <> 0 OR p.refunded_minor <> 0)`},
		{Key: "doctor.received_is_bank", SQL: `
			SELECT coalesce(l.currency, p.currency) || ': ' || coalesce(l.sum, 0) || ' <> ' || coalesce(p.sum, 0)
			FROM (SELECT currency, sum(amount_minor) AS sum FROM ledger_entries WHERE ledger_account = 'bank' GROUP BY 1) l
			FULL JOIN (SELECT currency, sum(amount_minor) AS sum FROM (
				SELECT currency, amount_minor FROM payments WHERE channel NOT IN ('split', 'transfer', 'write_off')
				UNION ALL SELECT currency, -amount_minor FROM refunds WHERE kind NOT IN ('transfer', 'write_off')) m GROUP BY 1) p USING (currency)
			WHERE coalesce(l.sum, 0) <> coalesce(p.sum, 0)`},
		{Key: "doctor.transfers_arrive", SQL: `
			SELECT currency || ': ' || sum(amount_minor) FROM ledger_entries WHERE ledger_account = 'transfer' GROUP BY currency HAVING sum(amount_minor) <> 0
			UNION ALL SELECT 'transfer ' || t.id || ': ' || t.amount_minor || ' <> ' || coalesce(sum(p.amount_minor), 0)
			FROM transfers t LEFT JOIN payments p ON p.channel = 'transfer' AND p.channel_ref = t.id GROUP BY t.id, t.amount_minor HAVING t.amount_minor <> coalesce(sum(p.amount_minor), 0)`},
		{Key: "doctor.refund_is_recorded", SQL: `
			SELECT 'payment ' || p.id || ': ' || p.refunded_minor || ' <> ' || coalesce(r.sum, 0) FROM payments p
			LEFT JOIN (SELECT payment_id, sum(amount_minor) AS sum FROM refunds GROUP BY 1) r ON r.payment_id = p.id
			WHERE p.refunded_minor <> coalesce(r.sum, 0)`},
		{Key: "doctor.paid_through_is_replay", SQL: `
			SELECT 'subscription ' || s.id || ': ' || s.paid_through || ' <> ' || coalesce(e.through_after::text, '-')
			FROM subscriptions s LEFT JOIN LATERAL (SELECT through_after FROM extensions e WHERE e.subscription_id = s.id ORDER BY id DESC LIMIT 1) e ON true
			WHERE s.paid_through IS DISTINCT FROM e.through_after`},
		{Key: "doctor.extensions_chain", SQL: `
			SELECT 'extension ' || id FROM (
				SELECT id, through_before, lag(through_after) OVER (PARTITION BY subscription_id ORDER BY id) AS before FROM extensions) x
			WHERE through_before IS DISTINCT FROM before`},
		{Key: "doctor.renewal_not_forgotten", SQL: `
			SELECT 'subscription ' || id FROM subscriptions
			WHERE ended_on IS NULL AND NOT metered AND ((renew_on IS NULL) <> (invoiced_to > paid_through + 1 OR coalesce(invoiced_to > ends_on, false)))`},
		{Key: "doctor.meter_counts_to_the_end", SQL: `
			SELECT 'subscription ' || s.id FROM subscriptions s JOIN meters m ON m.subscription_id = s.id
			CROSS JOIN LATERAL (SELECT least(s.ends_on, s.ended_on - 1) AS last) e
			WHERE m.bill_on > e.last + 1 OR m.bill_on IS NOT NULL AND m.period_from > e.last
				OR m.bill_on IS NULL AND s.ended_on IS NULL AND (e.last IS NULL OR m.period_from <= e.last)`},
		{Key: "doctor.prepaid_is_journal", SQL: `
			SELECT 'lot ' || l.id || ': ' || l.left_minutes || ' <> ' || coalesce(e.sum, 0) FROM prepaid_lots l
			LEFT JOIN (SELECT lot_id, sum(minutes) AS sum FROM prepaid_entries GROUP BY 1) e ON e.lot_id = l.id WHERE l.left_minutes <> coalesce(e.sum, 0)`},
		{Key: "doctor.prepaid_use_is_journal", SQL: `
			SELECT 'use ' || u.id || ': ' || u.minutes || ' <> ' || coalesce(e.sum, 0) FROM prepaid_uses u
			LEFT JOIN (SELECT use_id, -sum(minutes) AS sum FROM prepaid_entries WHERE use_id IS NOT NULL GROUP BY 1) e ON e.use_id = u.id WHERE u.minutes <> coalesce(e.sum, 0)`},
	}
}
