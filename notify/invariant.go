package notify

import "prolong/internal/postgres"

// Invariants are the rules of the outbox that "prolong doctor" checks on live data, beyond
// those that the database's own constraints keep.
func Invariants() []postgres.Invariant {
	return []postgres.Invariant{
		// what is queued will be sent: its job exists, or its hour has not come
		{Key: "doctor.message_has_job", SQL: `
			SELECT 'message ' || m.id FROM messages m WHERE m.state = 'queued' AND m.not_before IS NULL AND NOT EXISTS (
				SELECT FROM river_job j WHERE j.kind = 'message.send' AND j.state IN ('available', 'pending', 'retryable', 'running', 'scheduled')
					AND j.args @> jsonb_build_object('message_id', m.id))`},
	}
}
