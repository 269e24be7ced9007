package jobs

import (
	"context"

	"github.com/riverqueue/river"

	"prolong/internal/postgres"
)

// Enqueuer inserts durable jobs in the caller's transaction: they exist if and only if the
// transaction commits. Queue, priority and attempts come from the arguments' InsertOpts.
// After an error the caller must let the transaction roll back.
type Enqueuer interface {
	Enqueue(ctx context.Context, tx postgres.Tx, args ...river.JobArgs) error
}
