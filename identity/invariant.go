package identity

import "prolong/internal/postgres"

// Invariants are the rules of the room that "prolong doctor" checks on live data, beyond those
// that the database's own constraints keep.
func Invariants() []postgres.Invariant {
	return []postgres.Invariant{
		{Key: "doctor.shut_out_has_no_session", SQL: `
			SELECT s.kind || ' ' || coalesce(s.contact_id, s.staff_id) FROM sessions s
			LEFT JOIN contacts c ON c.id = s.contact_id LEFT JOIN staff t ON t.id = s.staff_id
			WHERE c.disabled_at IS NOT NULL OR t.locked_at IS NOT NULL`},
		{Key: "doctor.shut_out_has_no_membership", SQL: `
			SELECT 'contact ' || c.id || ', account ' || m.account_id FROM contacts c JOIN memberships m ON m.contact_id = c.id
			WHERE c.disabled_at IS NOT NULL AND m.valid_to IS NULL`},
		{Key: "doctor.an_administrator", SQL: `
			SELECT 'staff ' || count(*) FROM staff HAVING count(*) > 0 AND count(*) FILTER (WHERE role = 'administrator' AND locked_at IS NULL) = 0`},
	}
}
