package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// trailRow is an extension in a subscription's trail.
type trailRow struct {
	id int64
	Extension
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
	for _, e := range j.extensions { // of this transaction, not written yet
		if e.SubscriptionID == sub.ID {
			trail = append(trail, trailRow{Extension: e})
		}
	}
	through, anchor, target := replayWithout(trail, *sub, cause, causeID)
	if target == 0 {
		return false, nil
	}
	j.move(sub, plan, Extension{Cause: ExtendedByUndo, CauseID: target, After: through, AnchorDay: anchor})
	return true, nil
}

// Extended says whether an event has ever extended a subscription, taken back since or not: the
// same cause never extends twice. The account is locked.
func Extended(ctx context.Context, tx postgres.Tx, sub SubscriptionID, cause ExtensionCause, causeID int64) (extended bool, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM extensions WHERE subscription_id = $1 AND cause = $2 AND cause_id = $3)`, int64(sub), string(cause), causeID).Scan(&extended)
	return extended, prolong.Wrap("billing.Extended", err)
}

// replayWithout returns the last paid day and the anchor after all extensions but the one of
// the given cause, and that one's id; 0 if there is none. Extensions that come after it keep
// their lengths and move up; one that began on the day of a late payment stays where it is,
// since it was not the one before that held it there.
func replayWithout(trail []trailRow, sub Subscription, cause ExtensionCause, causeID int64) (through prolong.Date, anchor int, target int64) {
	undone := map[int64]bool{}
	for _, e := range trail {
		if e.Cause == ExtendedByUndo {
			undone[e.CauseID] = true
		}
	}
	for _, e := range trail {
		if e.id != 0 && e.Cause == cause && e.CauseID == causeID && !undone[e.id] {
			target = e.id
		}
	}
	moved := false
	for _, e := range trail {
		switch {
		case e.Cause == ExtendedByUndo:
		case undone[e.id] || (e.id != 0 && e.id == target):
			moved = true
		case through.IsZero() || !moved || e.From.IsZero() || e.Cause == ExtendedByChange:
			// A change of terms begins on its own day, whatever was paid before it.
			through, anchor = e.After, e.AnchorDay
		default:
			from, bought := through.AddDays(1), prolong.Period{From: e.From, To: e.After.AddDays(1)}
			if late := e.From.After(e.Before.AddDays(1)); late && e.From.After(from) {
				from = e.From
			}
			// What was bought among days that were paid already is charged for those days: it does not
			// come after what is still paid of them.
			if among := !e.From.After(e.Before); among && e.From.Before(from) {
				from = e.From
			}
			if from == e.From {
				through, anchor = e.After, e.AnchorDay
				continue
			}
			anchor = anchorAt(from, anchor)
			through = sub.sameLength(bought, from, anchor).Last()
		}
	}
	return through, anchor, target
}

func readTrail(ctx context.Context, tx postgres.Tx, id SubscriptionID) ([]trailRow, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, subscription_id, cause, cause_id, through_before, through_after, bought_from, anchor_day FROM extensions WHERE subscription_id = $1 ORDER BY id`, int64(id))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e trailRow, err error) {
		err = row.Scan(&e.id, (*int64)(&e.SubscriptionID), (*string)(&e.Cause), &e.CauseID, &e.Before, &e.After, &e.From, &e.AnchorDay)
		return e, err
	})
}
