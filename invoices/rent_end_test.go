package invoices_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// lastDay lets rent end on a day; "" with the period that is counted now.
func (h *house) lastDay(t testing.TB, sub billing.SubscriptionID, on string) (invoices.Ending, error) {
	t.Helper()
	var day prolong.Date
	if on != "" {
		day = prolong.MustDate(on)
	}
	return h.invoices.AnnounceEnd(context.Background(), tester, sub, day, "по заявлению клиента")
}

// onlyRent is rent of a client who has nothing else.
func (h *house) onlyRent(t testing.TB, from string) billing.SubscriptionID {
	t.Helper()
	_, sub := h.rent(t, "Europe/Moscow", billing.RoundHourDown, from)
	h.exec(t, `UPDATE subscriptions SET ended_on = '2026-01-31', renew_on = NULL, dunning_on = NULL, suspend_on = NULL WHERE NOT metered`)
	return sub
}

// The last invoice of rent is for its hours up to the end of its last day, it may be paid as many
// days as ever, and nothing comes after it.
func TestRentEndsOnAnyDayAndItsLastHoursAreInvoiced(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	sub := h.onlyRent(t, "2026-03-01")
	h.up(t, "2026-03-01T00:00:00+03:00 2026-06-01T00:00:00+03:00 up")
	h.receiveFor(t, h.bill(t, "2026-04-01")[0])
	h.receiveFor(t, h.bill(t, "2026-05-01")[0])
	require.Equal(t, "2026-06-10", h.paidThrough(t, "c00000"))

	quoted, err := h.invoices.QuoteEnd(ctx, tester, invoices.End{Subscription: sub, On: prolong.MustDate("2026-05-15"), Reason: "?"})
	require.NoError(t, err)
	require.Equal(t, "2026-05-01..2026-05-15", quoted.Hours.String())
	require.Zero(t, h.count(t, `SELECT count(*) FROM subscriptions WHERE ends_on IS NOT NULL`), "a quote changes nothing")
	done, err := h.lastDay(t, sub, "2026-05-15")
	require.NoError(t, err)
	require.Equal(t, quoted.Agreement(), done.Agreement())
	h.sound(t)

	require.Len(t, h.bill(t, "2026-05-15"), 2)
	require.True(t, h.access(t, "c00000").Active())
	require.Equal(t, "access.ending", h.access(t, "c00000").Reason)
	h.clock.Set(prolong.MustDate("2026-05-16").Start(moscow))
	require.Equal(t, "access.closed", h.access(t, "c00000").Reason, "to the second, whatever was granted on credit")
	last := h.bill(t, "2026-05-16")
	require.Len(t, last, 3)
	require.Equal(t, "2026-05-01..2026-05-15", last[0].Period.String())
	require.Equal(t, int64(15*24*1250), last[0].Total.Minor())
	require.Equal(t, "2026-05-25", last[0].DueOn.String())
	require.Equal(t, []string{"2026-05-16 ended", "2026-05-16 closed on closing"}, h.run(t, "2026-05-20"))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'service.closed' AND payload->>'announced' = 'true' AND payload->'owed' IS NOT NULL`), "it says what is owed")
	h.sound(t)

	h.receiveFor(t, last[0])
	require.Equal(t, "access.closed", h.access(t, "c00000").Reason)
	require.Len(t, h.bill(t, "2026-09-01"), 3, "nothing is asked for behind the end")
	h.sound(t)

	// A correction of availability still reaches the last invoice.
	require.Equal(t, 1, h.up(t, "2026-05-10T00:00:00+03:00 2026-05-11T00:00:00+03:00 down"))
	again, err := h.invoices.Reissue(ctx, tester, last[0].ID, "сбой 10 мая")
	require.NoError(t, err)
	require.Equal(t, int64(14*24*1250), again.New.Total.Minor())
	h.sound(t)
}

// Rent ends with the period that is counted now, or with a later one; what was invoiced stays, and
// whoever asks for less is told what can be had.
func TestTheEndOfRentIsNotBeforeWhatWasInvoiced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sub := h.onlyRent(t, "2026-03-10")
	h.bill(t, "2026-04-10")
	_, err := h.lastDay(t, sub, "2026-04-08")
	codeOf(t, err, "error.end_before_counted")
	_, err = h.lastDay(t, sub, "2046-04-08")
	codeOf(t, err, "error.end_too_far")
	_, err = h.lastDay(t, sub, "2026-04-09")
	require.NoError(t, err, "the last day that was invoiced")
	require.Len(t, h.bill(t, "2026-07-10"), 1)
	require.Equal(t, "access.closed", h.access(t, "c00000").Reason)
	h.sound(t)

	other := newHouse(t)
	sub2 := other.onlyRent(t, "2026-03-31")
	done, err := other.lastDay(t, sub2, "")
	require.NoError(t, err)
	require.Equal(t, "2026-04-29", done.EndsOn.String(), "with the period that is counted now")
	require.Equal(t, "2026-03-31..2026-04-29", done.Hours.String())
	done, err = other.lastDay(t, sub2, "2026-06-03")
	require.NoError(t, err)
	require.Equal(t, "2026-05-31..2026-06-03", done.Hours.String(), "the anchor is kept through the short month")
	other.up(t, "2026-03-31T00:00:00+03:00 2026-07-01T00:00:00+03:00 up")
	list := other.bill(t, "2026-07-20")
	require.Len(t, list, 3, "a late run catches up with all periods, to the end")
	require.Equal(t, "2026-05-31..2026-06-03", list[0].Period.String())
	require.Equal(t, int64(4*24*1250), list[0].Total.Minor())
	other.sound(t)
}

// Taken back, the hours are counted on, in a shorter period up to the old anchor (billing.md case 6)
// if the last ones were invoiced meanwhile.
func TestRentGoesOnAfterItsEndWasTakenBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	sub := h.onlyRent(t, "2026-03-01")
	h.up(t, "2026-03-01T00:00:00+03:00 2026-06-01T00:00:00+03:00 up")
	_, err := h.lastDay(t, sub, "2026-03-15")
	require.NoError(t, err)
	h.clock.Set(prolong.MustDate("2026-03-10").Start(moscow))
	_, err = h.invoices.KeepOn(ctx, tester, sub, "передумал")
	require.NoError(t, err)
	h.sound(t)
	_, err = h.lastDay(t, sub, "2026-03-15")
	require.NoError(t, err)
	require.Equal(t, "2026-03-01..2026-03-15", h.bill(t, "2026-03-16")[0].Period.String())
	_, err = h.invoices.KeepOn(ctx, tester, sub, "передумал")
	require.NoError(t, err, "the sweep has not closed it yet")
	require.True(t, h.access(t, "c00000").Active())
	list := h.bill(t, "2026-05-01")
	require.Equal(t, "2026-04-01..2026-04-30", list[0].Period.String())
	require.Equal(t, "2026-03-16..2026-03-31", list[1].Period.String())
	h.sound(t)
}

// Rent that is closed because nobody pays is invoiced for its hours to that day; before, those of
// the period that had begun were asked for by nobody.
func TestClosedRentIsInvoicedForItsLastHours(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.onlyRent(t, "2026-03-01")
	h.exec(t, `UPDATE plans SET terminate_days = 5 WHERE key = 'rent'`)
	h.up(t, "2026-03-01T00:00:00+03:00 2026-04-14T00:00:00+03:00 up")
	h.bill(t, "2026-04-01")
	require.Equal(t, []string{
		"2026-04-10 reminder on end", "2026-04-13 suspending 1 day before suspension",
		"2026-04-14 suspended", "2026-04-14 suspended on suspension", "2026-04-19 closed on closing", "2026-04-19 closed",
	}, h.run(t, "2026-04-30"), "rent that was never paid is dunned like every other")
	list := h.bill(t, "2026-05-10")
	require.Len(t, list, 2)
	require.Equal(t, "2026-04-01..2026-04-18", list[0].Period.String())
	require.Equal(t, int64(13*24*1250), list[0].Total.Minor())
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM subscriptions WHERE ended_on = '2026-04-19'`))
	h.sound(t)
}

// What is to come of rent is expected once, and nothing behind its end.
func TestRentIsExpectedToItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sub := h.onlyRent(t, "2026-03-01")
	h.up(t, "2026-03-01T00:00:00+03:00 2026-04-01T00:00:00+03:00 up")
	h.bill(t, "2026-04-01")
	expected := func() []string {
		rows, err := h.db.Pool.Query(context.Background(), `SELECT kind || ' ' || expected_on FROM report_expected ORDER BY expected_on LIMIT 4`)
		require.NoError(t, err)
		defer rows.Close()
		var list []string
		for rows.Next() {
			var s string
			require.NoError(t, rows.Scan(&s))
			list = append(list, s)
		}
		require.NoError(t, rows.Err())
		return list
	}
	require.Equal(t, []string{"invoice 2026-04-10", "renewal 2026-05-10", "renewal 2026-06-10", "renewal 2026-07-10"}, expected())
	_, err := h.lastDay(t, sub, "2026-05-15")
	require.NoError(t, err)
	require.Equal(t, []string{"invoice 2026-04-10", "renewal 2026-05-10", "renewal 2026-05-25"}, expected())
	_, err = h.lastDay(t, sub, "2026-04-15")
	require.NoError(t, err)
	require.Equal(t, []string{"invoice 2026-04-10", "renewal 2026-04-25"}, expected())
}
