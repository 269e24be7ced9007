package jobs

import (
	"context"
	"fmt"
	"time"
)

const (
	// presencePrefix and a client's id make the name of the advisory lock that the client
	// holds while it works.
	presencePrefix = "prolong.jobs.client:"
	tendEvery      = 2 * time.Second
	rescueEvery    = 15 * time.Second
	// orphanAge is how long a job must have run before a missing worker is believed, so that a
	// process whose connection broke has time to announce itself again.
	orphanAge = 10 * time.Second
)

// tend keeps this client announced and rescues the jobs of processes that died.
func (c *Client) tend(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	for tick := time.Duration(0); ; tick += tendEvery {
		held, err := c.presence.hold(ctx)
		if err != nil && ctx.Err() == nil {
			c.log.WarnContext(ctx, "jobs: this process is not announced; its running jobs may be started twice", "error", err)
		}
		if held && tick%rescueEvery < tendEvery {
			if n, err := c.Rescue(ctx, orphanAge); err != nil && ctx.Err() == nil {
				c.log.WarnContext(ctx, "jobs: rescue of orphaned jobs failed", "error", err)
			} else if n > 0 {
				c.log.WarnContext(ctx, "jobs: took over the jobs of a process that died", "count", n)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tendEvery):
		}
	}
}

// Rescue makes jobs available again that have been running for at least age in a process that
// no longer exists (kill -9, power). The queue's own rescue waits an hour, because it cannot
// tell a dead worker from a slow one; we can, by the lock that every living client holds. A job
// that has used up its attempts is discarded, so that one that kills its process does not do
// so for ever. It returns how many jobs it touched.
func (c *Client) Rescue(ctx context.Context, age time.Duration) (int, error) {
	tag, err := c.db.Pool.Exec(ctx, `
WITH held AS (
    SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
UPDATE river_job
SET state = CASE WHEN attempt >= max_attempts THEN 'discarded' ELSE 'available' END::river_job_state,
    finalized_at = CASE WHEN attempt >= max_attempts THEN now() END,
    scheduled_at = now(),
    errors = array_append(errors, jsonb_build_object('at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'attempt', attempt, 'error', 'the process that worked on it died', 'trace', ''))
WHERE state = 'running' AND attempted_at <= now() - make_interval(secs => $2)
  AND attempted_by[array_length(attempted_by, 1)] <> $3
  AND hashtextextended($1 || attempted_by[array_length(attempted_by, 1)], 0) NOT IN (SELECT key FROM held)`,
		presencePrefix, age.Seconds(), c.river.ID())
	if err != nil {
		return 0, fmt.Errorf("jobs.Rescue: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
