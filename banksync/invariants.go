package banksync

import "prolong/internal/postgres"

// Invariants returns what must hold of bank lines and decisions at every moment (DESIGN
// section 5).
func Invariants() []postgres.Invariant {
	return []postgres.Invariant{
		{Key: "doctor.credit_is_payment", SQL: `
			SELECT 'line ' || l.id FROM bank_lines l LEFT JOIN payments p ON p.channel = 'bank' AND p.channel_ref = l.id
			WHERE l.direction = 'credit' AND l.status = 'booked' AND l.amount_minor > 0 GROUP BY l.id, l.amount_minor HAVING count(p.id) <> 1 OR max(p.amount_minor) <> l.amount_minor`},
		{Key: "doctor.reversed_is_returned", SQL: `
			SELECT 'line ' || l.id FROM bank_lines l JOIN payments p ON p.channel = 'bank' AND p.channel_ref = l.id
			WHERE l.status = 'reversed' AND (CASE WHEN p.state = 'split' THEN (SELECT sum(s.refunded_minor) FROM payments s WHERE s.channel = 'split' AND s.channel_ref = p.id) ELSE p.refunded_minor END) <> p.amount_minor`},
		{Key: "doctor.debit_is_no_payment", SQL: `
			SELECT 'line ' || l.id FROM bank_lines l JOIN payments p ON p.channel = 'bank' AND p.channel_ref = l.id WHERE l.direction <> 'credit'`},
		{Key: "doctor.payment_is_decided", SQL: `
			SELECT 'payment ' || p.id FROM payments p WHERE p.channel = 'bank' AND NOT EXISTS (SELECT 1 FROM match_decisions d WHERE d.payment_id = p.id)`},
	}
}
