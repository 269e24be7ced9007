package billing

import (
	"context"

	"prolong"
	"prolong/internal/postgres"
)

// Stretch is a run of paid days with what bought them.
type Stretch struct {
	Extension int64 // id of its row
	Cause     ExtensionCause
	CauseID   int64
	// Period is what was bought, whole; Until is where another stretch took its days over, or
	// its end.
	Period prolong.Period
	Until  prolong.Date
}

// Left returns the days of the stretch from a day on.
func (s Stretch) Left(from prolong.Date) prolong.Period {
	p := prolong.Period{From: s.Period.From, To: s.Until}
	if from.After(p.From) {
		p.From = from
	}
	return p
}

// StretchesFrom returns what bought the days of a locked subscription from a day on, the earliest
// first: the trail replayed. The days before an import are taken for one period of the
// subscription's term.
func StretchesFrom(ctx context.Context, tx postgres.Tx, sub *Subscription, from prolong.Date) ([]Stretch, error) {
	trail, err := readTrail(ctx, tx, sub.ID)
	if err != nil {
		return nil, prolong.Wrap("billing.StretchesFrom", err)
	}
	var left []Stretch
	for _, s := range stretches(trail, *sub) {
		if p := s.Left(from); p.From.Before(p.To) {
			left = append(left, s)
		}
	}
	return left, nil
}

// stretches replays a trail into the runs of days that are in force; it moves them as
// replayWithout does.
func stretches(trail []trailRow, sub Subscription) []Stretch {
	undone := map[int64]bool{}
	for _, e := range trail {
		if e.Cause == ExtendedByUndo {
			undone[e.CauseID] = true
		}
	}
	var list []Stretch
	var through prolong.Date
	anchor, moved := 0, false
	for _, e := range trail {
		var p prolong.Period
		switch {
		case e.Cause == ExtendedByUndo:
			continue
		case undone[e.id]:
			moved = true
			continue
		case through.IsZero():
			p = prolong.Period{From: sub.Term.Before(e.After.AddDays(1)), To: e.After.AddDays(1)}
			anchor = e.AnchorDay
		case !moved || e.From.IsZero():
			p = prolong.Period{From: through.AddDays(1), To: e.After.AddDays(1)}
			if !e.From.IsZero() {
				p.From = e.From
			}
			anchor = e.AnchorDay
		default:
			from, bought := through.AddDays(1), prolong.Period{From: e.From, To: e.After.AddDays(1)}
			if late := e.From.After(e.Before.AddDays(1)); late && e.From.After(from) {
				from = e.From
			}
			p = prolong.Period{From: from, To: e.After.AddDays(1)}
			if from != e.From {
				anchor = anchorAt(from, anchor)
				p = sub.sameLength(bought, from, anchor)
			} else {
				anchor = e.AnchorDay
			}
		}
		through = p.Last()
		for i := range list {
			if p.From.Before(list[i].Until) {
				list[i].Until = p.From
			}
		}
		list = append(list, Stretch{Extension: e.id, Cause: e.Cause, CauseID: e.CauseID, Period: p, Until: p.To})
	}
	return list
}

// PeriodsIn says how many terms a stretch is long: more than one only where it is so many times
// the term exactly.
func (s Subscription) PeriodsIn(p prolong.Period) int {
	for n := 2; n <= 120; n++ {
		term := s.Term
		term.Count *= n
		end := term.After(p.From, p.From.Day())
		if end.After(p.To) {
			return 1
		}
		if end == p.To || term.After(p.From, s.AnchorDay) == p.To {
			return n
		}
	}
	return 1
}
