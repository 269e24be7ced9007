package invoices_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// rent declares a plan of 12.50 an hour in a zone and opens it for the house's first client.
func (h *house) rent(t testing.TB, zone string, rounding billing.HourRounding, from string) (billing.AccountID, billing.SubscriptionID) {
	t.Helper()
	ctx := context.Background()
	_, err := h.db.Pool.Exec(ctx, `UPDATE sellers SET time_zone = $1`, zone)
	require.NoError(t, err)
	h.rentPlan(t, rounding)
	client := h.client(t)
	id, err := h.billing.OpenRent(ctx, tester, client, "rent", prolong.MustDate(from), "k")
	require.NoError(t, err)
	again, err := h.billing.OpenRent(ctx, tester, client, "rent", prolong.MustDate(from), "k")
	require.NoError(t, err)
	require.Equal(t, id, again)
	return client, id
}

// rentPlan declares the plan.
func (h *house) rentPlan(t testing.TB, rounding billing.HourRounding) {
	t.Helper()
	_, err := h.billing.Apply(context.Background(), nil, []billing.PlanSpec{{Seller: "main", Prices: []prolong.Money{prolong.NewMoney(1250, prolong.RUB)},
		Plan:  billing.Plan{Key: "rent", Name: "Стойка", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, GraceDays: 3, Resume: billing.ResumeExpiry},
		Meter: &billing.Meter{Rounding: rounding, PayDays: 10}}})
	require.NoError(t, err)
}

// up imports lines "from to state" of availability.
func (h *house) up(t testing.TB, lines ...string) int {
	t.Helper()
	file := "account_external_id,plan,from,to,state\n"
	for _, l := range lines {
		file += "c00000,rent," + strings.Join(strings.Fields(l), ",") + "\n"
	}
	n, bad, err := h.billing.ImportAvailability(context.Background(), tester, strings.NewReader(file))
	require.NoError(t, err)
	require.Empty(t, bad)
	return n
}

// bill runs the sweep at nine of a day and returns the invoices of hours, the latest first.
func (h *house) bill(t testing.TB, day string) []invoices.Invoice {
	t.Helper()
	h.clock.Set(prolong.MustDate(day).Start(moscow).Add(9 * time.Hour))
	_, err := h.invoices.BillHours(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	rows, err := h.db.Pool.Query(context.Background(), `SELECT invoice_id FROM metered_invoices ORDER BY invoice_id DESC`)
	require.NoError(t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	require.NoError(t, err)
	list := make([]invoices.Invoice, len(ids))
	for i, id := range ids {
		list[i], err = h.invoices.FindInvoice(context.Background(), invoices.InvoiceID(id))
		require.NoError(t, err)
	}
	return list
}

// Days of 23 and 25 hours are counted as long as they were: March 2026 has 743 hours in Kyiv,
// October 745, and Moscow knows no change.
func TestHoursOfAMonthAreCountedByInstants(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone, from, to string
		hours, total   int64 // thousandths; kopecks at 12.50
	}{
		"spring in Kyiv":   {"Europe/Kyiv", "2026-03-01", "2026-04-01", 743_000, 928_750},
		"autumn in Kyiv":   {"Europe/Kyiv", "2026-10-01", "2026-11-01", 745_000, 931_250},
		"March in Moscow":  {"Europe/Moscow", "2026-03-01", "2026-04-01", 744_000, 930_000},
		"March in Almaty":  {"Asia/Almaty", "2026-03-01", "2026-04-01", 744_000, 930_000},
		"February, Moscow": {"Europe/Moscow", "2026-02-01", "2026-03-01", 672_000, 840_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.rent(t, c.zone, billing.RoundHundredth, c.from)
			require.Equal(t, 1, h.up(t, "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z up"))
			h.bill(t, prolong.MustDate(c.to).AddDays(1).String())
			require.Equal(t, []int64{c.hours, c.total}, h.hoursOf(t, c.from))
			h.sound(t)
		})
	}
}

// hoursOf returns the counted hours and the amount of the period that begins on a day.
func (h *house) hoursOf(t testing.TB, from string) []int64 {
	t.Helper()
	out := make([]int64, 2)
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT m.hours_milli, i.total_minor FROM metered_invoices m JOIN invoices i ON i.id = m.invoice_id
		WHERE i.period_from = $1 AND i.status <> 'void'`, prolong.MustDate(from)).Scan(&out[0], &out[1]))
	return out
}

func TestOverlappingIntervalsCountOnceAndOutagesAreTakenOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rent(t, "Europe/Moscow", billing.RoundHundredth, "2026-03-01")
	lines := []string{
		"2026-02-28T12:00:00+03:00 2026-03-01T10:00:00+03:00 up", // ten hours lie inside
		"2026-03-01T08:00:00+03:00 2026-03-01T12:00:00+03:00 up", // two more
		"2026-03-01T09:00:00+03:00 2026-03-01T09:30:00+03:00 up", // none
		"2026-03-01T11:00:00+03:00 2026-03-01T11:15:00+03:00 down",
		"2026-03-05T00:00:00+03:00 2026-03-05T00:20:00+03:00 up", // a third of an hour
	}
	require.Equal(t, len(lines), h.up(t, lines...))
	require.Zero(t, h.up(t, lines...), "a file imported again changes nothing")
	h.bill(t, "2026-04-01")
	require.Equal(t, []int64{12_080, 15_100}, h.hoursOf(t, "2026-03-01"), "12 h 05 min are 12.08 hours at 12.50")
	h.bill(t, "2026-04-02")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM metered_invoices`), "a period is invoiced once")
	h.sound(t)
}

func TestRoundingOfHours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of                  time.Duration
		hundredth, down, up int64
	}{
		{0, 0, 0, 0}, {time.Second, 0, 0, 1000}, {18 * time.Second, 10, 0, 1000}, {59 * time.Minute, 980, 0, 1000},
		{time.Hour, 1000, 1000, 1000}, {90 * time.Minute, 1500, 1000, 2000}, {743 * time.Hour, 743_000, 743_000, 743_000},
	} {
		require.Equal(t, []int64{c.hundredth, c.down, c.up},
			[]int64{billing.RoundHundredth.Milli(c.of), billing.RoundHourDown.Milli(c.of), billing.RoundHourUp.Milli(c.of)}, c.of)
	}
}

// The service goes on until the invoice of the past period is due, and each paid one carries it
// to the day on which the next is due.
func TestRentIsPaidAfterThePeriodAndTheServiceGoesOnUntilItIsDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, sub := h.rent(t, "Europe/Moscow", billing.RoundHourDown, "2026-03-01")
	through := func() string {
		var day prolong.Date
		require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT paid_through FROM subscriptions WHERE id = $1`, int64(sub)).Scan(&day))
		return day.String()
	}
	require.Equal(t, "2026-04-10", through())
	h.up(t, "2026-03-01T00:00:00+03:00 2026-06-01T00:00:00+03:00 up")
	march := h.bill(t, "2026-04-01")[0]
	require.Equal(t, prolong.MustDate("2026-04-10"), march.DueOn)
	require.Equal(t, int64(930000), march.Total.Minor())
	april := h.bill(t, "2026-05-01")
	require.Len(t, april, 2, "the hours of April were delivered, whether March is paid or not")
	h.receiveFor(t, march)
	require.Equal(t, "2026-05-10", through())
	_, err := h.invoices.CloseDue(context.Background(), tester, prolong.MustDate("2026-05-03"))
	require.NoError(t, err)

	// A correction of availability reaches the invoice that is drawn up again.
	require.Equal(t, 1, h.up(t, "2026-04-10T00:00:00+03:00 2026-04-11T00:00:00+03:00 down"))
	out, err := h.invoices.Reissue(context.Background(), tester, april[0].ID, "сбой 10 апреля")
	require.NoError(t, err)
	require.Equal(t, int64(696*1250), out.New.Total.Minor())
	require.Equal(t, april[0].Period, out.New.Period)
	h.receiveFor(t, out.New)
	require.Equal(t, "2026-06-10", through())
	_, err = h.invoices.ChangePlan(context.Background(), tester, sub, "standard", prolong.Money{})
	codeOf(t, err, "error.plan_meter_change")
	h.sound(t)
	require.Len(t, h.bill(t, "2026-06-01"), 4)
	h.sound(t)
}

func TestBadLinesOfAvailabilityAreNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rent(t, "Europe/Moscow", billing.RoundHourDown, "2026-03-01")
	file := "account_external_id,plan,from,to,state\n" +
		"c00000,rent,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,up\n" +
		"nobody,rent,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,up\n" +
		"c00000,rent,01.03.2026,2026-03-02T00:00:00Z,up\n" +
		"c00000,rent,2026-03-02T00:00:00Z,2026-03-01T00:00:00Z,up\n" +
		"c00000,rent,2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,maybe\n"
	n, bad, err := h.billing.ImportAvailability(context.Background(), tester, strings.NewReader(file))
	require.NoError(t, err)
	require.Zero(t, n, "none of a file with bad lines")
	var lines []int
	for _, b := range bad {
		lines = append(lines, b.Line)
	}
	require.Equal(t, []int{3, 4, 5, 6}, lines)
	_, _, err = h.billing.ImportAvailability(context.Background(), tester, strings.NewReader("a,b\n"))
	codeOf(t, err, "error.csv_header")
}
