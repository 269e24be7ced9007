package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// trailRow is an extension in a subscription's trail.
type trailRow struct {
	id      int64
	cause   ExtensionCause
	causeID int64
	before  prolong.Date
	after   prolong.Date
}

// Undo takes back what an event extended: the subscription is paid through the day that
// follows from its other extensions, as if this one had never been. Returns false if the
// event extended nothing, or was taken back already. The account is locked, sub comes from
// SubscriptionsForUpdate.
func (j *Journal) Undo(ctx context.Context, sub *Subscription, plan Plan, cause ExtensionCause, causeID int64) (bool, error) {
	trail, err := readTrail(ctx, j.tx, sub.ID)
	if err != nil {
		return false, prolong.Wrap("billing.Undo", err)
	}
	through, target := replayWithout(trail, *sub, cause, causeID)
	if target == 0 {
		return false, nil
	}
	j.move(sub, plan, through, sub.AnchorDay, ExtendedByUndo, target)
	return true, nil
}

// replayWithout returns the last paid day after all extensions but the one of the given
// cause, and that one's id; 0 if there is none. Extensions that come after it keep their
// lengths and move up.
func replayWithout(trail []trailRow, sub Subscription, cause ExtensionCause, causeID int64) (through prolong.Date, target int64) {
	undone := map[int64]bool{}
	for _, e := range trail {
		if e.cause == ExtendedByUndo {
			undone[e.causeID] = true
		}
	}
	for _, e := range trail {
		if e.cause == cause && e.causeID == causeID && !undone[e.id] {
			target = e.id
		}
	}
	moved := false
	for _, e := range trail {
		switch {
		case e.cause == ExtendedByUndo || undone[e.id]:
			moved = moved || undone[e.id]
		case e.id == target:
			moved = true
		case through.IsZero() || !moved || e.cause == ExtendedByManual:
			through = e.after
		default:
			through = sub.Term.After(through.AddDays(1), sub.AnchorDay).AddDays(-1)
		}
	}
	return through, target
}

func readTrail(ctx context.Context, tx postgres.Tx, id SubscriptionID) ([]trailRow, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, cause, cause_id, through_before, through_after FROM extensions WHERE subscription_id = $1 ORDER BY id`, int64(id))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e trailRow, err error) {
		err = row.Scan(&e.id, (*string)(&e.cause), &e.causeID, &e.before, &e.after)
		return e, err
	})
}
