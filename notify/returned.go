package notify

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// returnedActor is who acts when a letter comes back.
var returnedActor = prolong.System("bounce")

// SubjectOf returns what a message was about, by its Message-ID without brackets; false if no
// message of ours had it. tx is the caller's.
func (s *Service) SubjectOf(ctx context.Context, tx postgres.Tx, messageID string) (subject Subject, ours bool, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT subject_kind, subject_id FROM messages WHERE message_id = $1`, messageID).Scan(&subject.Kind, &subject.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return Subject{}, false, nil
	}
	return subject, err == nil, prolong.Wrap("notify.SubjectOf", err)
}

// NoteReturned writes down in the caller's transaction that a message which had left did not
// arrive: its reason stands beside it, and an address that will never take a letter (hard) gets
// none any more. Only an address that we did write to can be shut this way: a forged report
// about a stranger changes nothing. messageID may be empty where the report does not say.
func (s *Service) NoteReturned(ctx context.Context, tx postgres.Tx, messageID, address, reason string, hard bool) error {
	addr, err := ParseAddress(address)
	if err != nil {
		return nil //nolint:nilerr // a report about no address of ours says nothing
	}
	if r := []rune(reason); len(r) > suppressionReasonRunesMax {
		reason = string(r[:suppressionReasonRunesMax])
	}
	if messageID == "" { // then whoever reports may be anybody
		return nil
	}
	tag, err := tx.Pgx.Exec(ctx, `UPDATE messages SET last_error = $3, returned_at = $4, returned_hard = $5 WHERE message_id = $1 AND recipient = $2`, messageID, addr, reason, tx.Now, hard)
	if err != nil || tag.RowsAffected() == 0 || !hard {
		return prolong.Wrap("notify.NoteReturned", err)
	}
	_, err = tx.Pgx.Exec(ctx, `INSERT INTO suppressions (address, scope, reason, actor, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT suppressions_pkey DO UPDATE SET scope = excluded.scope, reason = excluded.reason, actor = excluded.actor, created_at = excluded.created_at
		WHERE suppressions.scope = 'marketing'`, addr, string(ScopeAll), reason, returnedActor.String(), tx.Now)
	return prolong.Wrap("notify.NoteReturned", err)
}
