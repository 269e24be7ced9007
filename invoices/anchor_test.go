package invoices_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// aDay is a lead of one day: the invoice comes on the eve of its period.
var aDay = prolong.Term{Count: 1, Unit: prolong.Days}

// inZone moves the seller of the house to another time zone, as `prolong apply` would.
func (h *house) inZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc := mustZone(name)
	catalog, err := h.billing.Catalog(context.Background())
	require.NoError(t, err)
	seller, ok := catalog.SellerByKey("main")
	require.True(t, ok)
	seller.Location = loc
	_, err = h.billing.Apply(context.Background(), []billing.SellerSpec{{Seller: seller}}, nil)
	require.NoError(t, err)
	return loc
}

// sweepAt runs the renewals at an instant.
func (h *house) sweepAt(t testing.TB, at string) invoices.Issued {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, at)
	require.NoError(t, err)
	h.clock.Set(instant)
	done, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	return done
}

// periods returns the days of all invoices that are not void, the oldest first.
func (h *house) periods(t testing.TB) []string {
	t.Helper()
	var list []string
	for _, inv := range h.find(t, "") {
		if inv.Status != invoices.StatusVoid {
			list = append(list, inv.Period.String())
		}
	}
	return list
}

// billing.md cases 1 and 2 (Lago, scenarios/subscriptions/billing_spec.rb "with anniversary on a
// 31st"; FOSSBilling, Invoice Ninja and ERPNext drift), 3 (the same file; Flexprice,
// types/date_test.go), 4 (Lago, billing_boundaries_spec.rb) and 5 (Flexprice, types/date_test.go), by
// the sweep itself: nothing on the day before, one invoice on the eve of each period, none again on
// the same day; and what they buy follows each other without gap and overlap.
func TestRenewalsKeepTheAnchorThroughShortMonths(t *testing.T) {
	t.Parallel()
	months := func(n int) prolong.Term { return prolong.Term{Count: n, Unit: prolong.Months} }
	for name, c := range map[string]struct {
		term    prolong.Term
		through string // paid already
		first   int    // which of the periods are compared
		want    []string
	}{
		"case 1: the 31st": {months(1), "2022-12-30", 0, []string{"2022-12-31", "2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31", "2023-06-30", "2023-07-31", "2023-08-31",
			"2023-09-30", "2023-10-31", "2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31"}},
		"case 2: the 30th":             {months(1), "2022-12-29", 0, []string{"2022-12-30", "2023-01-30", "2023-02-28", "2023-03-30"}},
		"case 2: the 30th, leap year":  {months(1), "2023-12-29", 0, []string{"2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30"}},
		"case 3: the 28th of February": {months(1), "2022-02-27", 11, []string{"2023-01-28", "2023-02-28", "2023-03-28"}},
		"case 3: a year":               {months(12), "2023-02-27", 0, []string{"2023-02-28", "2024-02-28", "2025-02-28"}},
		"case 5: two months":           {months(2), "2023-12-30", 0, []string{"2023-12-31", "2024-02-29", "2024-04-30", "2024-06-30", "2024-08-31", "2024-10-31", "2024-12-31", "2025-02-28"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.standard(t, func(p *billing.Plan) { p.Period, p.Lead = c.term, aDay })
			h.clock.Set(prolong.MustDate(c.through).Start(moscow))
			h.accounts(t, 1, c.through, "")
			h.receive(t, h.account(t, "c00000"), 100*200000, c.through)
			h.sweepAt(t, prolong.MustDate(c.through).Start(moscow).Format(time.RFC3339)) // the first one
			for i := 1; i < c.first+len(c.want); i++ {
				eve := prolong.MustDate(h.paidThrough(t, "c00000"))
				if i >= c.first {
					require.Equal(t, c.want[i-c.first], eve.AddDays(1).String())
				}
				require.Zero(t, h.sweepAt(t, eve.Start(moscow).Add(-time.Second).Format(time.RFC3339)), "the day before")
				require.Equal(t, invoices.Issued{Invoices: 1, Settled: 1}, h.sweepAt(t, eve.Start(moscow).Format(time.RFC3339)))
				require.Zero(t, h.sweepAt(t, eve.AddDays(1).Start(moscow).Add(-time.Second).Format(time.RFC3339)), "once")
			}
			end := prolong.MustDate(c.through)
			for i, inv := range h.find(t, invoices.StatusPaid) {
				require.Equal(t, end.AddDays(1), inv.Period.From, "neither gap nor overlap")
				end = inv.Period.Last()
				if i >= c.first {
					require.Equal(t, c.want[i-c.first], inv.Period.From.String())
				}
			}
			require.Equal(t, end.String(), h.paidThrough(t, "c00000"))
			h.sound(t)
		})
	}
}

// billing.md case 4: Lago, billing_boundaries_spec.rb (regression of its PR 1567), with the bounds as
// the invoices print them.
func TestInvoicesOfTheLastDayOfTheMonthLeaveNoGap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.Lead = aDay })
	h.clock.Set(time.Date(2024, 1, 30, 9, 0, 0, 0, moscow))
	h.accounts(t, 1, "2024-01-30", "")
	h.receive(t, h.account(t, "c00000"), 3*200000, "2024-01-30")
	for _, day := range []string{"2024-01-30", "2024-02-28", "2024-03-30"} {
		h.sweepAt(t, day+"T09:00:00+03:00")
	}
	require.Equal(t, []string{"2024-01-31..2024-02-28", "2024-02-29..2024-03-30", "2024-03-31..2024-04-29"}, h.periods(t))
	h.sound(t)
}

// open opens a subscription of a plan for the only account and returns its id.
func (h *house) open(t testing.TB, o billing.Opening) (billing.Subscription, error) {
	t.Helper()
	o.AccountID, o.Currency = h.account(t, "c00000"), prolong.RUB
	return h.invoices.OpenSubscription(context.Background(), tester, o)
}

// billing.md case 6 (OpenMeter, syncbillinganchor_test.go): a start on 2025-07-10 with an older anchor
// of 2025-01-31. Case 7, where sources disagree: a yearly term of 2024-01-15 with the anchor 15 June
// runs to 2024-06-15, the first coming one. What is cut short costs its days of the whole period; an
// undo and a re-issue find the same again.
func TestAFirstPeriodIsCutShortToEndOnAnAnchor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plan, start, anchor string
		minor               int64 // of the whole period
		want                []string
		first               int64 // what the days cost
	}{
		"case 6: an older anchor": {"month", "2025-07-10", "2025-01-31", 31000, []string{"2025-07-10..2025-07-30", "2025-07-31..2025-08-30", "2025-08-31..2025-09-29"}, 21 * 1000},
		"case 7: a later month":   {"year", "2024-01-15", "2024-06-15", 36600, []string{"2024-01-15..2024-06-14", "2024-06-15..2025-06-14", "2025-06-15..2026-06-14"}, 152 * 100},
		"an anchor long ago":      {"year", "2024-01-15", "2017-06-15", 36600, []string{"2024-01-15..2024-06-14", "2024-06-15..2025-06-14"}, 152 * 100},
		"a far anchor ahead":      {"month", "2025-07-10", "2030-03-31", 31000, []string{"2025-07-10..2025-07-30", "2025-07-31..2025-08-30"}, 21 * 1000},
		"into a short month":      {"month", "2025-02-10", "2025-01-30", 29000, []string{"2025-02-10..2025-02-27", "2025-02-28..2025-03-29", "2025-03-30..2025-04-29"}, 18 * 1000},
		"on the anchor already":   {"month", "2025-02-28", "2025-01-31", 28000, []string{"2025-02-28..2025-03-30", "2025-03-31..2025-04-29"}, 28000},
		"days":                    {"thirty", "2025-07-10", "2025-07-20", 30000, []string{"2025-07-10..2025-07-19", "2025-07-20..2025-08-18"}, 10 * 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.clock.Set(prolong.MustDate(c.start).Start(moscow).Add(9 * time.Hour))
			term := map[string]prolong.Term{"month": month, "year": {Count: 12, Unit: prolong.Months}, "thirty": {Count: 30, Unit: prolong.Days}}[c.plan]
			h.flat(t, c.plan, term, c.minor)
			h.accounts(t, 1, "2040-12-31", "")
			account := h.account(t, "c00000")
			sub, err := h.open(t, billing.Opening{PlanKey: c.plan, Anchor: prolong.MustDate(c.anchor)})
			require.NoError(t, err)
			s := subscriber{house: h, account: account, sub: sub.ID}
			first := h.find(t, invoices.StatusOpen)[0]
			require.Equal(t, c.first, first.Total.Minor())
			again, err := h.invoices.Reissue(context.Background(), tester, first.ID, "опечатка")
			require.NoError(t, err)
			require.Equal(t, []string{c.want[0]}, h.periods(t))
			require.Equal(t, first.Total, again.New.Total)

			payment := h.receive(t, account, c.first, c.start)
			_, err = h.invoices.Chargeback(context.Background(), tester, payment.ID, prolong.MustDate(c.start), "банк вернул")
			require.NoError(t, err)
			h.receive(t, account, c.first, c.start)
			require.Equal(t, again.New.Period.Last().String(), s.through(t))
			h.receive(t, account, 3*c.minor, c.start)
			for range len(c.want) - 1 {
				h.sweepAt(t, prolong.MustDate(s.through(t)).Start(moscow).Format(time.RFC3339))
			}
			require.Equal(t, c.want, h.periods(t)[:len(c.want)])
			for _, inv := range h.find(t, invoices.StatusPaid)[1:] {
				require.Equal(t, c.minor, inv.Total.Minor(), "a whole price for a whole period")
			}
			h.sound(t)
		})
	}
}

// billing.md case 30, its second half (Lago, upgrade_proration_spec.rb): a quarter of 91000, 04-15 to
// 07-14, begun on 2024-05-20 and left on 06-20: 32 of 91 days are worth 32000, by the whole quarter and
// not by the days that were left of it.
func TestDaysOfAFirstPeriodThatIsCutShortCostTheirPartOfTheWholeOne(t *testing.T) {
	t.Parallel()
	quarter := prolong.Term{Count: 3, Unit: prolong.Months}
	h := newHouse(t)
	h.clock.Set(time.Date(2024, 5, 20, 9, 0, 0, 0, moscow))
	h.flat(t, "quarter", quarter, 91000)
	h.flat(t, "nothing", quarter, 0)
	h.accounts(t, 1, "2030-12-31", "")
	account := h.account(t, "c00000")
	sub, err := h.open(t, billing.Opening{PlanKey: "quarter", Anchor: prolong.MustDate("2024-04-15")})
	require.NoError(t, err)
	s := subscriber{house: h, account: account, sub: sub.ID}
	require.Equal(t, "2024-05-20..2024-07-14", h.periods(t)[0])
	require.Equal(t, int64(56000), h.find(t, invoices.StatusOpen)[0].Total.Minor())
	h.receive(t, account, 56000, "2024-05-20")

	// More of the same costs by the same days, and gone on the day after the 32nd it gives back the
	// days that are left.
	h.clock.Set(time.Date(2024, 6, 21, 9, 0, 0, 0, moscow))
	quote, err := h.invoices.QuoteTerms(context.Background(), tester, sub.ID, invoices.Change{Seats: 2, AtOnce: true})
	require.NoError(t, err)
	require.Equal(t, int64(24000), quote.Net().Minor(), "24 of 91 days of another 91000")
	done := s.change(t, invoices.Change{PlanKey: "nothing", AtOnce: true})
	require.Equal(t, int64(-24000), done.Net().Minor())
	require.Equal(t, int64(32000), h.find(t, invoices.StatusPaid)[0].Owed().Minor(), "is what 32 days cost")
	require.Equal(t, 24000, s.balance(t))
	h.sound(t)
}

// Paid late, the short period begins on the payment's day and stays as short, also in what a change
// of it costs; the next one follows it for a whole term. An end can be announced with it.
func TestAFirstPeriodThatIsCutShortMovesWithALatePayment(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.clock.Set(time.Date(2024, 3, 11, 9, 0, 0, 0, moscow))
	h.flat(t, "ten", month, 3100)
	h.accounts(t, 1, "2030-12-31", "")
	account := h.account(t, "c00000")
	sub, err := h.open(t, billing.Opening{PlanKey: "ten", Anchor: prolong.MustDate("2024-04-01")})
	require.NoError(t, err)
	s := subscriber{house: h, account: account, sub: sub.ID}
	require.Equal(t, int64(2100), h.find(t, invoices.StatusOpen)[0].Total.Minor())
	_, err = h.invoices.AnnounceEnd(ctx, tester, sub.ID, prolong.MustDate("2024-04-10"), "по заявлению")
	require.ErrorContains(t, err, "error.end_inside_period")
	ending, err := h.invoices.AnnounceEnd(ctx, tester, sub.ID, prolong.MustDate("2024-03-31"), "по заявлению")
	require.NoError(t, err)
	require.Equal(t, "2024-03-31", ending.EndsOn.String())
	_, err = h.invoices.KeepOn(ctx, tester, sub.ID, "передумал")
	require.NoError(t, err)

	h.clock.Set(time.Date(2024, 3, 20, 9, 0, 0, 0, moscow))
	h.receive(t, account, 2100, "2024-03-20") // the plan's grace of three days is over
	require.Equal(t, "2024-04-09", s.through(t), "21 days")
	done := s.change(t, invoices.Change{Seats: 2, AtOnce: true})
	require.Equal(t, int64(2100), done.Net().Minor(), "another seat for the same days")
	h.receive(t, account, 2100, "2024-03-20")
	h.clock.Set(time.Date(2024, 4, 9, 9, 0, 0, 0, moscow))
	require.Equal(t, "2024-04-10..2024-05-09", h.issue(t)[0].Period.String())
	h.sound(t)
}

func TestAnAnchorThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.flat(t, "ten", month, 3100)
	h.accounts(t, 1, "2030-12-31", "")
	_, err := h.open(t, billing.Opening{PlanKey: "ten", Anchor: prolong.MustDate("2026-03-10"), FirstPeriods: 3})
	codeOf(t, err, "error.anchor_first_periods")
	_, err = h.billing.Apply(context.Background(), nil, []billing.PlanSpec{{Seller: "main", Prices: []prolong.Money{rub(100)}, Meter: &billing.Meter{PayDays: 10, Rounding: billing.RoundHourUp},
		Plan: billing.Plan{Key: "hours", Name: "Часы", Period: month, Lead: aDay, GraceDays: 3, Resume: billing.ResumeLatest}}})
	require.NoError(t, err)
	_, err = h.open(t, billing.Opening{PlanKey: "hours", Anchor: prolong.MustDate("2026-03-10")})
	codeOf(t, err, "error.rent_anchor")
	require.Zero(t, h.count(t, `SELECT count(*) FROM invoices`))
}

// billing.md case 8 (Kill Bill, TestBillCycleDayCalculator): 2012-07-16T21:17:03Z is the 16th in UTC
// and Paris, and the 17th in Moscow and Tokyo; so begins what is opened then.
func TestASubscriptionBeginsOnTheSellersDayOfTheInstant(t *testing.T) {
	t.Parallel()
	at := time.Date(2012, 7, 16, 21, 17, 3, 0, time.UTC)
	for zone, want := range map[string]string{
		"UTC": "2012-07-16..2012-08-15", "Europe/Paris": "2012-07-16..2012-08-15", "Europe/Moscow": "2012-07-17..2012-08-16", "Asia/Tokyo": "2012-07-17..2012-08-16",
	} {
		t.Run(strings.ReplaceAll(zone, "/", " "), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.clock.Set(at)
			h.inZone(t, zone)
			h.flat(t, "ten", month, 1000)
			h.accounts(t, 1, "2030-12-31", "")
			sub, err := h.open(t, billing.Opening{PlanKey: "ten"})
			require.NoError(t, err)
			require.Equal(t, []string{want}, h.periods(t))
			require.Equal(t, prolong.MustDate(want[:10]).Day(), sub.AnchorDay)
			require.Equal(t, want[:10], h.find(t, "")[0].IssuedOn.String())
		})
	}
}

// billing.md case 9: Lago, scenarios/subscriptions/billing_spec.rb. Asia/Kolkata, due on 1 March 2023
// of the local calendar, by the instants at which the sweep runs.
func TestAnHourlySweepInvoicesTheLocalMonthOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Set(time.Date(2023, 2, 20, 0, 0, 0, 0, time.UTC))
	h.inZone(t, "Asia/Kolkata")
	h.standard(t, func(p *billing.Plan) { p.Lead = aDay })
	h.accounts(t, 1, "2023-03-01", "") // the next period begins on the 2nd, so its invoice comes on the 1st
	for _, run := range []struct {
		at   string
		made int
	}{
		{"2023-02-28T18:00:00Z", 0}, // 23:30
		{"2023-02-28T19:00:00Z", 1}, // 00:30 of the 1st
		{"2023-03-01T00:00:00Z", 0},
		{"2023-03-01T18:00:00Z", 0},
		{"2023-03-01T19:00:00Z", 0}, // the 2nd
	} {
		require.Equal(t, run.made, h.sweepAt(t, run.at).Invoices, run.at)
	}
	require.Equal(t, "2023-03-01", h.find(t, "")[0].IssuedOn.String())
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'invoice.issued'`))
}

// billing.md case 10 (Kill Bill, TestWithTimeZones.testReferenceTimeInDSTGap): the clock of the seller
// leaves 02:00 out on the first day, in Kyiv 03:00. Every sweep of the day works, and the periods go
// through the same day of the following months.
func TestADayWithoutAnHourIsADayLikeAnyOther(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, through, at, end string // end is the instant at which the paid day is over
		want                   []string
	}{
		{"America/Los_Angeles", "2015-03-07", "2015-03-08T10:00:00Z", "2015-03-08T08:00:00Z", []string{"2015-03-08..2015-04-07", "2015-04-08..2015-05-07", "2015-05-08..2015-06-07"}},
		{"Europe/Kyiv", "2026-03-29", "2026-03-29T01:00:00Z", "2026-03-29T21:00:00Z", []string{"2026-03-30..2026-04-29", "2026-04-30..2026-05-29", "2026-05-30..2026-06-29"}},
	} {
		t.Run(strings.ReplaceAll(c.zone, "/", " "), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.clock.Set(prolong.MustDate(c.through).AddDays(-3).Start(time.UTC))
			h.inZone(t, c.zone)
			h.standard(t, func(p *billing.Plan) { p.Lead, p.GraceDays = aDay, 0 })
			h.accounts(t, 1, c.through, "")
			end, err := time.Parse(time.RFC3339, c.end)
			require.NoError(t, err)
			h.clock.Set(end.Add(-time.Second))
			require.Equal(t, billing.AccessActive, h.access(t, "c00000").State)
			h.clock.Set(end)
			require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
			require.Equal(t, 1, h.sweepAt(t, c.at).Invoices, "in the gap")
			h.receive(t, h.account(t, "c00000"), 3*200000, c.through)
			for range 2 {
				h.sweepAt(t, prolong.MustDate(h.paidThrough(t, "c00000")).Start(mustZone(c.zone)).Format(time.RFC3339))
			}
			require.Equal(t, c.want, h.periods(t))
			h.sound(t)
		})
	}
}

// billing.md case 11: Almaty went from +06 to +05 on 2024-03-01, so the local midnights before 1
// February, 1 March and 1 April are 18:00, 19:00 and 19:00 UTC; Qyzylorda had +05 all along. Access
// ends and invoices come by them. An offset that was kept would be an hour early.
func TestAnOffsetThatALawChangesMovesTheMidnights(t *testing.T) {
	t.Parallel()
	for zone, midnights := range map[string][]string{
		"Asia/Almaty":    {"2024-01-31T18:00:00Z", "2024-02-29T19:00:00Z", "2024-03-31T19:00:00Z"},
		"Asia/Qyzylorda": {"2024-01-31T19:00:00Z", "2024-02-29T19:00:00Z", "2024-03-31T19:00:00Z"},
	} {
		t.Run(strings.ReplaceAll(zone, "/", " "), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.clock.Set(time.Date(2024, 1, 20, 0, 0, 0, 0, time.UTC))
			h.inZone(t, zone)
			h.standard(t, func(p *billing.Plan) { p.Lead, p.GraceDays = prolong.Term{Unit: prolong.Days}, 0 })
			h.accounts(t, 1, "2024-01-31", "")
			for _, at := range midnights {
				midnight, err := time.Parse(time.RFC3339, at)
				require.NoError(t, err)
				require.Zero(t, h.sweepAt(t, midnight.Add(-time.Second).Format(time.RFC3339)).Invoices, at)
				require.Equal(t, billing.AccessActive, h.access(t, "c00000").State)
				require.Equal(t, 1, h.sweepAt(t, at).Invoices, at)
				require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
				open := h.find(t, invoices.StatusOpen)[0]
				h.receive(t, open.AccountID, 200000, open.Period.From.AddDays(-1).String())
			}
			require.Equal(t, []string{"2024-02-01..2024-02-29", "2024-03-01..2024-03-31", "2024-04-01..2024-04-30"}, h.periods(t))
			h.sound(t)
		})
	}
}

// billing.md case 12: Lago, services/subscriptions/dates/monthly_service_spec.rb. Between two invoices
// the zone changes, to the east and to the west: the next period begins where the last one ended.
func TestAChangedZoneLeavesNoGapBetweenInvoices(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Pacific/Kiritimati", "America/Los_Angeles", "Asia/Almaty", "Europe/Kaliningrad"} {
		t.Run(strings.ReplaceAll(zone, "/", " "), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.clock.Set(time.Date(2021, 12, 31, 9, 0, 0, 0, moscow))
			h.standard(t, func(p *billing.Plan) { p.Lead = aDay })
			h.accounts(t, 1, "2021-12-31", "")
			h.issue(t)
			h.receive(t, h.account(t, "c00000"), 2*200000, "2021-12-31")
			require.Equal(t, []string{"2022-01-01..2022-01-31"}, h.periods(t))
			h.clock.Set(time.Date(2022, 1, 30, 20, 0, 0, 0, moscow))
			loc := h.inZone(t, zone)
			for hour := range 60 { // over both midnights of every zone
				h.sweepAt(t, time.Date(2022, 1, 30, 20+hour, 30, 0, 0, moscow).Format(time.RFC3339))
			}
			require.Equal(t, []string{"2022-01-01..2022-01-31", "2022-02-01..2022-02-28"}, h.periods(t))
			border := prolong.MustDate("2022-02-01").Start(loc)
			for _, at := range []time.Time{border.Add(-time.Second), border} {
				h.clock.Set(at)
				require.Equal(t, billing.AccessActive, h.access(t, "c00000").State)
			}
			h.sound(t)
		})
	}
}
