package telephony

import "prolong/internal/postgres"

// Invariants are the rules of the room that "prolong doctor" checks on live data, beyond those
// that the database's own constraints keep.
func Invariants() []postgres.Invariant {
	return []postgres.Invariant{
		{Key: "doctor.callback_was_not_spoken_to", SQL: `
			SELECT 'callback ' || b.id || ', call ' || c.id FROM callbacks b JOIN calls c ON c.client_phone = b.client_phone
			WHERE b.state = 'open' AND c.direction <> 'local' AND c.outcome = 'answered' AND c.started_at >= b.last_missed_at`},
		{Key: "doctor.callback_has_its_calls", SQL: `
			SELECT 'callback ' || b.id FROM callbacks b
			WHERE NOT EXISTS (SELECT FROM calls c WHERE c.client_phone = b.client_phone AND c.direction = 'inbound')`},
		// times as the exchange counts them: a call that lasted longer than it took is a mixed-up pair of records
		{Key: "doctor.call_times_in_order", SQL: `
			SELECT 'call ' || id FROM calls
			WHERE final AND (answered_at < started_at OR ended_at < started_at OR ended_at < answered_at OR talk_seconds > total_seconds)`},
		{Key: "doctor.call_contact_is_its_clients", SQL: `
			SELECT 'call ' || c.id || ', contact ' || c.contact_id FROM calls c
			WHERE c.contact_id IS NOT NULL AND NOT EXISTS (SELECT FROM memberships m WHERE m.contact_id = c.contact_id AND m.account_id = c.account_id)`},
	}
}
