package billing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

var oneMonth = prolong.Term{Count: 1, Unit: prolong.Months}

func day(s string) prolong.Date { return prolong.MustDate(s) }

// paidTo is a monthly subscription that is paid through the day and whose next periods follow
// from it.
func paidTo(through string, anchor int) Subscription {
	d := day(through)
	return Subscription{ID: 1, Term: oneMonth, AnchorDay: anchor, PaidThrough: d, InvoicedTo: d.AddDays(1)}
}

func withGrace(days int, resume Resume) Plan { return Plan{GraceDays: days, Resume: resume} }

func TestPaymentBuysThePeriodThatItsDateSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		through string
		anchor  int
		grace   int
		resume  Resume
		valueOn string
		want    string
	}{
		"early, the day before":                         {"2026-03-31", 1, 3, ResumeLatest, "2026-03-31", "2026-04-01..2026-04-30"},
		"a month ahead":                                 {"2026-03-31", 1, 3, ResumeLatest, "2026-02-27", "2026-04-01..2026-04-30"},
		"case 13: ten days late inside grace":           {"2026-03-31", 1, 14, ResumeLatest, "2026-04-10", "2026-04-01..2026-04-30"},
		"case 13: on the last day of grace":             {"2026-03-31", 1, 3, ResumeLatest, "2026-04-03", "2026-04-01..2026-04-30"},
		"case 14: on the first day of the suspension":   {"2026-03-31", 1, 3, ResumeLatest, "2026-04-04", "2026-04-04..2026-05-03"},
		"case 14: ten days after, from the payment":     {"2026-03-31", 1, 0, ResumePayment, "2026-04-10", "2026-04-10..2026-05-09"},
		"case 14: ten days after, the later of the two": {"2026-03-31", 1, 0, ResumeLatest, "2026-04-10", "2026-04-10..2026-05-09"},
		"case 14: ten days after, from the old end":     {"2026-03-31", 1, 0, ResumeExpiry, "2026-04-10", "2026-04-01..2026-04-30"},
		"no grace, paid on the first unpaid day":        {"2026-02-27", 31, 0, ResumePayment, "2026-02-28", "2026-02-28..2026-03-30"},
		"late on the 31st: short months follow":         {"2026-01-10", 11, 0, ResumeLatest, "2026-01-31", "2026-01-31..2026-02-27"},
	} {
		sub := paidTo(c.through, c.anchor)
		got := sub.Renew(sub.NextPeriod(), day(c.valueOn), withGrace(c.grace, c.resume))
		require.Equal(t, c.want, got.Period.String(), name)
	}
}

// billing.md case 14: with the anchor the days that follow move, and keep to the new day.
func TestLatePaymentMovesTheAnchorAndAPunctualOneNever(t *testing.T) {
	t.Parallel()
	sub := paidTo("2026-01-10", 11)
	late := sub.Renew(sub.NextPeriod(), day("2026-01-31"), withGrace(0, ResumeLatest))
	require.Equal(t, 31, late.AnchorDay)
	next := Subscription{Term: oneMonth, AnchorDay: 31, PaidThrough: late.Period.Last(), InvoicedTo: late.Period.To}
	require.Equal(t, "2026-02-28..2026-03-30", next.NextPeriod().String())

	first := paidTo("2026-02-27", 31)
	for _, resume := range []Resume{ResumeExpiry, ResumePayment, ResumeLatest} {
		r := first.Renew(first.NextPeriod(), day("2026-02-28"), withGrace(0, resume))
		require.Equal(t, 31, r.AnchorDay, "the first unpaid day is the old end itself")
	}
}

// billing.md case 24: bcgov/entity #22625. The day on which we saw the line plays no part.
func TestMoneySentInTimeAndPostedLaterIsNotLate(t *testing.T) {
	t.Parallel()
	sub, plan := paidTo("2026-03-31", 1), withGrace(0, ResumePayment)
	require.Equal(t, "2026-04-01..2026-04-30", sub.Renew(sub.NextPeriod(), day("2026-03-31"), plan).Period.String())
}

// billing.md case 16: twelve periods paid at once step through the ends of the months.
func TestTwelvePaymentsOfOneDayBuyAYearThroughTheMonthEnds(t *testing.T) {
	t.Parallel()
	sub, plan := paidTo("2025-12-30", 31), withGrace(3, ResumeLatest)
	var ends []string
	for range 12 {
		r := sub.Renew(sub.NextPeriod(), day("2025-12-20"), plan)
		sub.PaidThrough, sub.InvoicedTo, sub.AnchorDay = r.Period.Last(), r.Period.To, r.AnchorDay
		ends = append(ends, r.Period.To.String())
	}
	require.Equal(t, []string{
		"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31",
		"2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31",
	}, ends)
}

// A person who gives days moves the end off the anchor; the next period is a month all the same.
func TestPeriodAfterGivenDaysIsOneTermLong(t *testing.T) {
	t.Parallel()
	sub := paidTo("2026-04-10", 31)
	require.Equal(t, "2026-04-11..2026-05-10", sub.NextPeriod().String())
}

// billing.md case 40: UCRM #139. Unpaid periods do not pile up while the service is suspended.
func TestNoRenewalFallsDueWhileThePeriodBeforeIsUnpaid(t *testing.T) {
	t.Parallel()
	sub := paidTo("2026-03-31", 1)
	require.Equal(t, day("2026-03-01"), sub.RenewOn(oneMonth))
	sub.InvoicedTo = sub.NextPeriod().To
	require.True(t, sub.RenewOn(oneMonth).IsZero())
	sub.PaidThrough = day("2026-04-30")
	require.Equal(t, day("2026-04-01"), sub.RenewOn(oneMonth))
	sub.EndedOn = day("2026-04-15")
	require.True(t, sub.RenewOn(oneMonth).IsZero())
}

// billing.md case 39: erpnext test_subscription.py. Missed runs are caught up one period after
// the other, and the fifth run of four quarters finds nothing.
func TestMissedRenewalsAreCaughtUpOnce(t *testing.T) {
	t.Parallel()
	quarter := prolong.Term{Count: 3, Unit: prolong.Months}
	sub, plan := Subscription{Term: quarter, AnchorDay: 1, PaidThrough: day("2017-12-31"), InvoicedTo: day("2018-01-01")}, withGrace(3, ResumeExpiry)
	var got []string
	for !sub.InvoicedTo.After(day("2018-12-31")) {
		p := sub.NextPeriod()
		got = append(got, p.String())
		r := sub.Renew(p, p.From, plan)
		sub.PaidThrough, sub.InvoicedTo = r.Period.Last(), r.Period.To
	}
	require.Equal(t, []string{"2018-01-01..2018-03-31", "2018-04-01..2018-06-30", "2018-07-01..2018-09-30", "2018-10-01..2018-12-31"}, got)
}

func TestAccessTurnsAtLocalMidnight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, through, active, grace string }{
		"case 8: Moscow is ahead of UTC":         {"Europe/Moscow", "2012-07-16", "2012-07-16T20:00:00Z", "2012-07-19T20:00:00Z"}, // +04 that summer
		"case 10: Kyiv loses an hour on the day": {"Europe/Kyiv", "2026-03-29", "2026-03-29T21:00:00Z", "2026-04-01T21:00:00Z"},
		"case 11: Almaty before the law":         {"Asia/Almaty", "2024-01-31", "2024-01-31T18:00:00Z", "2024-02-03T18:00:00Z"},
		"case 11: Almaty on the day of the law":  {"Asia/Almaty", "2024-02-29", "2024-02-29T19:00:00Z", "2024-03-03T19:00:00Z"},
		"case 11: Almaty after the law":          {"Asia/Almaty", "2024-03-31", "2024-03-31T19:00:00Z", "2024-04-03T19:00:00Z"},
		"case 11: Almaty, grace over the change": {"Asia/Almaty", "2024-02-28", "2024-02-28T18:00:00Z", "2024-03-02T19:00:00Z"},
		"case 11: Qyzylorda has not moved":       {"Asia/Qyzylorda", "2024-02-29", "2024-02-29T19:00:00Z", "2024-03-03T19:00:00Z"},
	} {
		loc, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		terms := AccessTerms{PaidThrough: day(c.through), GraceDays: 3, Location: loc}
		activeUntil, err := time.Parse(time.RFC3339, c.active)
		require.NoError(t, err)
		graceUntil, err := time.Parse(time.RFC3339, c.grace)
		require.NoError(t, err)
		require.Equal(t, AccessActive, terms.At(activeUntil.Add(-time.Nanosecond)).State, name)
		require.Equal(t, AccessGrace, terms.At(activeUntil).State, name)
		require.Equal(t, AccessGrace, terms.At(graceUntil.Add(-time.Nanosecond)).State, name)
		require.Equal(t, AccessSuspended, terms.At(graceUntil).State, name)
		require.True(t, terms.At(activeUntil.Add(-time.Hour)).Until.Equal(activeUntil), name)
	}
}

// FOSSBilling #997 blocks the instant the term expires; grace is the plan's own number of days.
func TestAccessWithoutGraceClosesAtTheEndOfTheLastPaidDay(t *testing.T) {
	t.Parallel()
	terms := AccessTerms{PaidThrough: day("2026-03-31"), Location: time.UTC}
	require.Equal(t, AccessActive, terms.At(time.Date(2026, 3, 31, 23, 59, 59, 0, time.UTC)).State)
	require.Equal(t, AccessSuspended, terms.At(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)).State)
}

var drawTerm = rapid.Custom(func(t *rapid.T) prolong.Term {
	if rapid.Bool().Draw(t, "in days") {
		return prolong.Term{Count: rapid.IntRange(1, 400).Draw(t, "days"), Unit: prolong.Days}
	}
	return prolong.Term{Count: rapid.SampledFrom([]int{1, 3, 6, 12}).Draw(t, "months"), Unit: prolong.Months}
})

func drawDay(t *rapid.T, label string) prolong.Date {
	return day("2023-01-01").AddDays(rapid.IntRange(0, 1500).Draw(t, label))
}

// What was bought tiles the time line: periods never overlap, never leave a gap but the days of
// a suspension, and are as long as their term.
func TestBoughtPeriodsTileTheTimeLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		term := drawTerm.Draw(t, "term")
		start := drawDay(t, "start")
		sub := Subscription{ID: 1, Term: term, AnchorDay: start.Day(), PaidThrough: start.AddDays(-1), InvoicedTo: start}
		plan := withGrace(rapid.IntRange(0, 10).Draw(t, "grace"), rapid.SampledFrom([]Resume{ResumeExpiry, ResumePayment, ResumeLatest}).Draw(t, "resume"))
		for range rapid.IntRange(1, 12).Draw(t, "payments") {
			before, invoiced := sub, sub.NextPeriod()
			valueOn := sub.PaidThrough.AddDays(rapid.IntRange(-60, 60).Draw(t, "late"))
			r := sub.Renew(invoiced, valueOn, plan)
			require.False(t, r.Period.From.Before(before.PaidThrough.AddDays(1)), "overlap")
			if gap := r.Period.From.DaysSince(before.PaidThrough) - 1; gap > 0 {
				require.NotEqual(t, ResumeExpiry, plan.Resume)
				require.GreaterOrEqual(t, gap, plan.GraceDays)
				require.Equal(t, valueOn, r.Period.From)
			}
			if term.Unit == prolong.Days {
				require.Equal(t, term.Count, r.Period.Days())
			} else {
				require.Equal(t, term.After(r.Period.From, r.AnchorDay), r.Period.To)
			}
			sub.PaidThrough, sub.InvoicedTo, sub.AnchorDay = r.Period.Last(), r.Period.To, r.AnchorDay
		}
	})
}
