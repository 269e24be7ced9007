package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"prolong"
)

// Count says how many jobs of a kind are in a state.
type Count struct {
	Kind   string
	State  rivertype.JobState
	Count  int
	Oldest time.Time // when the oldest of them was enqueued, on the machine's clock
}

// Counts lists the queue's content by kind and state, for the jobs page and the alarms.
func (c *Client) Counts(ctx context.Context) ([]Count, error) {
	rows, err := c.db.Pool.Query(ctx, "SELECT kind, state, count(*)::int, min(created_at) FROM river_job GROUP BY 1, 2 ORDER BY 1, 2")
	if err != nil {
		return nil, fmt.Errorf("jobs.Counts: %w", err)
	}
	counts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Count])
	if err != nil {
		return nil, fmt.Errorf("jobs.Counts: %w", err)
	}
	return counts, nil
}

// Failed lists the jobs that will not be tried again by themselves, the latest first.
func (c *Client) Failed(ctx context.Context, limit int) ([]*rivertype.JobRow, error) {
	list, err := c.river.JobList(ctx, river.NewJobListParams().First(limit).
		States(rivertype.JobStateDiscarded, rivertype.JobStateCancelled).
		OrderBy(river.JobListOrderByID, river.SortOrderDesc))
	if err != nil {
		return nil, fmt.Errorf("jobs.Failed: %w", err)
	}
	return list.Jobs, nil
}

// Retry makes a failed or waiting job available at once. Returns CodeNotFound if the queue has
// already forgotten it.
func (c *Client) Retry(ctx context.Context, id int64) error {
	if _, err := c.river.JobRetry(ctx, id); err != nil {
		if errors.Is(err, rivertype.ErrNotFound) {
			return prolong.NewError(prolong.CodeNotFound, "error.job_not_found", prolong.Args{"ID": id}).Because(err)
		}
		return fmt.Errorf("jobs.Retry: %w", err)
	}
	return nil
}
