package tickets

import "prolong/internal/postgres"

// Invariants are the rules of the room that "prolong doctor" checks on live data, beyond those
// that the database's own constraints keep.
func Invariants() []postgres.Invariant {
	return []postgres.Invariant{
		// what a client may see is decided by the account of the row: parts never lag behind the whole
		{Key: "doctor.ticket_parts_are_its_clients", SQL: `
			SELECT 'ticket ' || t.number || ', ' || p.part || ' ' || p.id FROM (
				SELECT ticket_id, account_id, 'message' AS part, id FROM ticket_messages
				UNION ALL SELECT ticket_id, account_id, 'attachment', id FROM ticket_attachments
				UNION ALL SELECT ticket_id, account_id, 'clock', id FROM ticket_clocks
				UNION ALL SELECT ticket_id, account_id, 'letter', id FROM ticket_mails WHERE state = 'filed') p
			JOIN tickets t ON t.id = p.ticket_id WHERE p.account_id IS DISTINCT FROM t.account_id`},
		{Key: "doctor.ticket_due_is_its_clocks", SQL: `
			SELECT 'ticket ' || t.number || ': ' || coalesce(t.due_at::text, '-') || ' <> ' || coalesce(c.due_at::text, '-')
			FROM tickets t LEFT JOIN (
				SELECT ticket_id, min(due_at) FILTER (WHERE state = 'running') AS due_at, bool_or(breached_at IS NOT NULL) AS breached
				FROM ticket_clocks GROUP BY ticket_id) c ON c.ticket_id = t.id
			WHERE t.due_at IS DISTINCT FROM c.due_at OR t.breached <> coalesce(c.breached, false)`},
		{Key: "doctor.ticket_done_counts_nothing", SQL: `
			SELECT 'ticket ' || t.number || ', ' || c.metric || ' ' || c.state FROM tickets t JOIN ticket_clocks c ON c.ticket_id = t.id
			WHERE t.status IN ('resolved', 'closed') AND c.state IN ('running', 'paused')`},
		{Key: "doctor.ticket_breach_is_in_its_trail", SQL: `
			SELECT 'ticket ' || t.number || ', ' || c.metric || ' ' || c.cycle FROM ticket_clocks c JOIN tickets t ON t.id = c.ticket_id
			WHERE c.breached_at IS NOT NULL AND NOT EXISTS (SELECT FROM ticket_clock_events e WHERE e.clock_id = c.id AND e.type = 'breach' AND e.at = c.breached_at)`},
		{Key: "doctor.letter_is_in_its_ticket", SQL: `
			SELECT 'letter ' || l.id FROM ticket_mails l
			WHERE l.state = 'filed' AND NOT EXISTS (SELECT FROM ticket_messages m WHERE m.mail_id = l.id AND m.ticket_id = l.ticket_id)`},
		{Key: "doctor.attachment_has_its_bytes", SQL: `
			SELECT 'attachment ' || a.id FROM ticket_attachments a
			WHERE NOT a.blocked AND NOT EXISTS (SELECT FROM ticket_files f WHERE f.sha256 = a.sha256)`},
	}
}
