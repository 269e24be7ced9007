package telephony

import (
	"context"

	"prolong"
	"prolong/internal/postgres"
)

// PlayRecording opens the recording of a call and relays it: links to recordings open for
// whoever has them, so they are fetched anew each time and never stored, logged or handed out.
// Every play is written down first. rangeHeader is the browser's, for seeking. Staff only.
// Returns CodeNotFound if there is no recording, CodeUnavailable if it is not ready yet or the
// exchange does not answer. The caller closes the body.
func (s *Service) PlayRecording(ctx context.Context, actor prolong.Actor, callID int64, rangeHeader string) (*Recording, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("PlayRecording", err)
	}
	c, err := s.FindCall(ctx, actor, callID)
	if err != nil {
		return nil, err
	}
	if !c.Recording {
		return nil, trace("PlayRecording", prolong.NewError(prolong.CodeNotFound, "error.recording_none", nil))
	}
	var lineKey, uuid string
	if err := s.inTx(ctx, "PlayRecording", func(ctx context.Context, tx postgres.Tx) error {
		if err := tx.Pgx.QueryRow(ctx, `SELECT line, uuid FROM calls WHERE id = $1`, callID).Scan(&lineKey, &uuid); err != nil {
			return err
		}
		if _, err := tx.Pgx.Exec(ctx, `INSERT INTO recording_plays (call_id, actor, at) VALUES ($1, $2, $3)`, callID, actor.String(), tx.Now); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "recording.play", "call", callID, c.AccountID)
	}); err != nil {
		return nil, err
	}
	line, err := s.line(lineKey)
	if err != nil {
		return nil, trace("PlayRecording", err)
	}
	r, err := line.PBX.Recording(ctx, uuid, rangeHeader)
	return r, trace("PlayRecording", err)
}
