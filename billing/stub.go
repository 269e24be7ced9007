package billing

import (
	"prolong"
)

// align lets the periods of a subscription that is opened begin whole terms away from the anchor.
// Its first one then ends on the first of those days behind its beginning: cut short, unless it
// begins on one of them itself. Systems of the field disagree on a yearly term whose anchor lies in
// a later month, first coming one or the one after (billing.md case 7): here it is the first coming
// one, so that no first period is longer than the term.
func (s *Subscription) align(anchor prolong.Date) {
	before, end := around(s.FirstFrom, anchor, s.Term)
	if s.Term.Unit == prolong.Months {
		s.AnchorDay = anchor.Day()
	}
	if before != s.FirstFrom {
		s.FirstTo, s.FirstPeriods = end, 1
	}
}

// around returns the days that lie whole terms away from the anchor, the last one that is not
// behind a day and the first one that is.
func around(day, anchor prolong.Date, term prolong.Term) (last, next prolong.Date) {
	at := func(n int) prolong.Date {
		if term.Unit == prolong.Months {
			return anchor.AddMonths(n*term.Count, anchor.Day())
		}
		return anchor.AddDays(n * term.Count)
	}
	distance := day.DaysSince(anchor)
	if term.Unit == prolong.Months {
		ay, am, _ := anchor.YMD()
		dy, dm, _ := day.YMD()
		distance = (dy-ay)*12 + int(dm) - int(am)
	}
	n := distance/term.Count - 2 // the division rounds towards zero; this is surely before the day
	for !at(n + 1).After(day) {
		n++
	}
	return at(n), at(n + 1)
}

// CutShort says whether a period, as its invoice names it, is the first one that is shorter than
// its term.
func (s Subscription) CutShort(p prolong.Period) bool {
	return !s.FirstTo.IsZero() && p.From == s.FirstFrom && p.To == s.FirstTo
}

// wholeOf returns the period whose price counts for p: p itself or, where the first one is cut
// short, the one of full length that ends with it (billing.md case 30: the days that are left do not
// make it dearer).
func (s Subscription) wholeOf(p prolong.Period) prolong.Period {
	if !s.CutShort(p) {
		return p
	}
	if s.Term.Unit == prolong.Months {
		return prolong.Period{From: p.To.AddMonths(-s.Term.Count, anchorAt(p.To, s.AnchorDay)), To: p.To}
	}
	return prolong.Period{From: p.To.AddDays(-s.Term.Count), To: p.To}
}
