package identity

import (
	"context"
	"time"

	"prolong"
)

// throttle is a limit of attempts per window. It is counted in the database, since an attacker
// may come through every node, and outside of the use case's transaction, since the count must
// stay although the use case fails.
type throttle struct {
	attemptsMax int
	window      time.Duration
}

// The limits. The limit of an account is wider than that of an address, so that a stranger
// who guesses from one place locks himself out and not the person.
var (
	throttleCodeByEmail  = throttle{attemptsMax: 10, window: time.Hour}        // codes mailed to one person
	throttleCodeByIP     = throttle{attemptsMax: 30, window: 15 * time.Minute} // an office behind one address
	throttleGuessByIP    = throttle{attemptsMax: 60, window: 15 * time.Minute} // codes typed
	throttleLoginByEmail = throttle{attemptsMax: 20, window: 15 * time.Minute}
	throttleLoginByIP    = throttle{attemptsMax: 30, window: 15 * time.Minute}
	throttleLoginByPair  = throttle{attemptsMax: 6, window: 15 * time.Minute} // one person from one place
)

// throttleWindowMax is the longest window; counters older than it mean nothing.
const throttleWindowMax = time.Hour

// attempt counts an attempt before it is made, so that many at once cannot all slip through.
// Returns CodeRateLimited if there were too many.
func (s *Service) attempt(ctx context.Context, limit throttle, subject string) error {
	const sql = `INSERT INTO login_throttles AS t (subject, attempts, window_start) VALUES ($1, 1, $2)
		ON CONFLICT (subject) DO UPDATE SET
			attempts = CASE WHEN t.window_start <= $3 THEN 1 ELSE t.attempts + 1 END,
			window_start = CASE WHEN t.window_start <= $3 THEN $2 ELSE t.window_start END
		RETURNING attempts, window_start`
	now := s.db.Now()
	var attempts int
	var start time.Time
	if err := s.db.Pool.QueryRow(ctx, sql, subject, now, now.Add(-limit.window)).Scan(&attempts, &start); err != nil {
		return err
	}
	if attempts > limit.attemptsMax {
		return prolong.NewError(prolong.CodeRateLimited, "error.rate_limited", prolong.Args{"Wait": start.Add(limit.window).Sub(now).Round(time.Second)})
	}
	return nil
}

// forgive takes back the attempts of a person who has proved to be himself: all of his own,
// and the one at the address that he shares with others.
func (s *Service) forgive(ctx context.Context, own []string, shared string) error {
	const sql = `UPDATE login_throttles SET attempts = CASE WHEN subject = $2 THEN greatest(attempts - 1, 0) ELSE 0 END
		WHERE subject = ANY($1) OR subject = $2`
	_, err := s.db.Pool.Exec(ctx, sql, own, shared)
	return err
}
