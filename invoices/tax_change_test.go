package invoices_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
	"prolong/invoices/render"
	"prolong/invoices/upd"
)

// regimes gives the seller changes of its regime of VAT, "2026-07-01 usn_5", after a first one.
func (h *house) regimes(t testing.TB, first billing.VATRegime, changes ...string) {
	t.Helper()
	ctx := context.Background()
	_, err := h.db.Pool.Exec(ctx, `UPDATE sellers SET vat_regime = $1`, string(first))
	require.NoError(t, err)
	_, err = h.db.Pool.Exec(ctx, `DELETE FROM seller_vat_changes`)
	require.NoError(t, err)
	for _, c := range changes {
		day, regime, _ := strings.Cut(c, " ")
		_, err = h.db.Pool.Exec(ctx, `INSERT INTO seller_vat_changes (seller_id, valid_from, regime) SELECT id, $1, $2 FROM sellers`, prolong.MustDate(day), regime)
		require.NoError(t, err)
	}
}

// taxedLines words the lines of a paper: days, rate, tax of gross.
func taxedLines(d render.Document) (list []string) {
	for _, l := range d.Lines {
		rate := "exempt"
		if l.TaxKind != render.TaxExempt {
			rate = fmt.Sprintf("%d%%", l.TaxRateBP/100)
		}
		list = append(list, fmt.Sprintf("%s %s %d of %d", l.Period, rate, l.Tax, l.Gross))
	}
	return list
}

// bought opens a subscription of a year from a day on and returns its first invoice.
func (h *house) bought(t testing.TB, from string, seats int, minor int64) invoices.ClientInvoice {
	t.Helper()
	h.flat(t, "year", prolong.Term{Count: 12, Unit: prolong.Months}, minor)
	h.accounts(t, 1, "2030-12-31", "")
	account := h.account(t, "c00000")
	_, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: account, PlanKey: "year", Currency: prolong.RUB, Seats: seats, From: prolong.MustDate(from)})
	require.NoError(t, err)
	_, err = h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	open := h.find(t, invoices.StatusOpen)
	require.Len(t, open, 1)
	inv, err := h.invoices.InvoiceOf(context.Background(), account, open[0].ID)
	require.NoError(t, err)
	require.NoError(t, inv.Paper.Validate())
	return inv
}

// documents.md section 1: «A period crossing a rate change is split in two lines», by days of the price
// with the tax in it (gross fixed). A year bought in December of 2025 has 17 days at 20 % and 348 at
// 22 %; every paper of it says both, to the end.
func TestAYearAcrossTheChangeOfTheRateHasBothRatesOnEveryPaper(t *testing.T) {
	t.Parallel()
	h, ctx := newHouse(t), t.Context()
	h.taxSeller(t, billing.ClosingUPD, "")
	h.exec(t, `UPDATE sellers SET address = '101000, Москва', director = 'Примеров П. П.'`)
	h.at(2025, time.December, 14)
	inv := h.bought(t, "2025-12-15", 1, 24000_00)
	h.exec(t, `UPDATE accounts SET address = '127000, Москва', tax_id = '7702001230', kpp = '770201001'`)
	both := []string{"2025-12-15..2025-12-31 20% 18630 of 111781", "2026-01-01..2026-12-14 22% 412630 of 2288219"}
	require.Equal(t, both, taxedLines(inv.Paper))
	require.Equal(t, []int64{24000_00, 4312_60}, []int64{inv.Total.Minor(), inv.Tax.Minor()})
	require.Equal(t, "Оплата по счету № "+inv.Number+" от 14.12.2025. В т.ч. НДС 20% 186,30, НДС 22% 4126,30", inv.Paper.PaymentPurpose)

	// Partly paid, what is left is of both rates, too.
	h.receive(t, inv.AccountID, 12000_00, "2025-12-14")
	part, err := h.invoices.InvoiceOf(ctx, inv.AccountID, inv.ID)
	require.NoError(t, err)
	left := part.Payable()
	require.Equal(t, render.Totals{Gross: 12000_00, Tax: 93_15 + 2063_15, Net: 12000_00 - 93_15 - 2063_15}, left.Totals)
	require.Contains(t, left.PaymentPurpose, "В т.ч. НДС 20% 93,15, НДС 22% 2063,15")

	h.receive(t, inv.AccountID, 12000_00, "2025-12-14")
	h.at(2025, time.December, 16)
	_, err = h.invoices.CloseDue(ctx, tester, prolong.Date{})
	require.NoError(t, err)
	papers := h.papers(t, `kind = 'upd'`)
	require.Len(t, papers, 1)
	require.Equal(t, both, taxedLines(papers[0]))
	require.Equal(t, 1, papers[0].UPDStatus)
	document := h.document(t, 0)
	h.exec(t, `UPDATE documents SET snapshot = jsonb_set(jsonb_set(snapshot, '{buyer,tax_id}', '"7702001230"'), '{buyer,kpp}', '"770201001"') || jsonb_build_object('buyer', snapshot->'buyer' || '{"tax_id": "7702001230", "kpp": "770201001", "address": "127000, Москва"}')`)
	file, err := h.invoices.UPDFile(ctx, 0, document)
	require.NoError(t, err)
	require.Empty(t, upd.Check(file.Name, file.Body))
	for _, said := range []string{`="20%"`, `="22%"`, `>186.30<`, `>4126.30<`, `>4312.60<`, `="931.51"`, `="18755.89"`} {
		require.Contains(t, string(file.Body), said)
	}
	var onec bytes.Buffer
	december := invoices.Interval{From: prolong.MustDate("2025-12-01"), To: prolong.MustDate("2025-12-31")}
	_, err = h.invoices.ExportOneC(ctx, &onec, december, nil)
	require.NoError(t, err)
	for _, said := range []string{"<СтавкаНДС>НДС20</СтавкаНДС>", "<СтавкаНДС>НДС22</СтавкаНДС>", "<СуммаНДС>186.30</СуммаНДС>", "<СуммаНДС>4126.30</СуммаНДС>"} {
		require.GreaterOrEqual(t, strings.Count(onec.String(), said), 2, "%s of order and sale", said)
	}
	for name, rows := range map[string][]string{
		invoices.RegisterSales:     {",20%,931.51,186.30,1117.81,", ",22%,18755.89,4126.30,22882.19,"},
		invoices.RegisterSalesBook: {"20%,1117.81,931.51,186.30", "22%,22882.19,18755.89,4126.30"},
	} {
		text := h.registerIn(t, name, december)
		for _, row := range rows {
			require.Contains(t, text, row, name)
		}
	}

	// What is taken off is taken off both, with the tax of each; a correction and a storno keep them.
	note, err := h.invoices.Credit(ctx, tester, inv.ID, rub(1000_00), "простой")
	require.NoError(t, err)
	require.Equal(t, int64(7_76+171_93), note.Tax.Minor())
	corrected, err := h.invoices.Correct(ctx, tester, document, "адрес")
	require.NoError(t, err)
	require.Equal(t, both, taxedLines(h.papers(t, fmt.Sprintf("id = %d", corrected))[0]))
	_, err = h.invoices.CancelDocument(ctx, tester, corrected, "ошибка", true)
	require.NoError(t, err)
	require.Equal(t, []string{"2025-12-15..2025-12-31 20% -18630 of -111781", "2026-01-01..2026-12-14 22% -412630 of -2288219"}, taxedLines(h.papers(t, `kind = 'storno'`)[0]))
	_, err = h.invoices.CloseDue(ctx, tester, prolong.Date{})
	require.NoError(t, err)
	again := h.papers(t, `kind = 'upd' AND status = 'issued'`)[0]
	require.Equal(t, []string{"2025-12-15..2025-12-31 20% 17854 of 107124", "2026-01-01..2026-12-14 22% 395437 of 2192876"}, taxedLines(again), "the closing document is less the credit note")
	h.sound(t)
}

// documents.md section 1: УСН «без НДС» until the threshold is crossed, VAT from the 1st of the next
// month: a month from the 20th is 11 days without and 19 with 5 %, and its УПД is a счёт-фактура. What was
// supplied before the day stays without, whenever it is invoiced.
func TestASellerWhoCrossesTheThresholdPaysFromTheFirstOfTheNextMonth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.taxSeller(t, billing.ClosingUPD, "")
	h.regimes(t, billing.VATUSNExempt, "2026-07-01 usn_5", "2027-01-01 usn_7")
	h.accounts(t, 1, "2026-05-19", "")
	account := h.account(t, "c00000")
	type paper struct {
		lines   []string
		purpose string
		status  string
		upd     int
	}
	var got []paper
	for _, day := range []string{"2026-05-10", "2026-06-10", "2026-07-10", "2026-08-10", "2026-09-10", "2026-10-10", "2026-11-10", "2026-12-10"} {
		h.clock.Set(prolong.MustDate(day).Start(moscow).Add(9 * time.Hour))
		for _, inv := range h.issue(t) {
			full, err := h.invoices.InvoiceOf(t.Context(), account, inv.ID)
			require.NoError(t, err)
			require.NoError(t, full.Paper.Validate())
			_, purpose, _ := strings.Cut(full.Paper.PaymentPurpose, ". ")
			got = append(got, paper{taxedLines(full.Paper), purpose, full.Paper.Seller.TaxStatus, 0})
			h.receive(t, account, inv.Total.Minor(), day)
		}
		h.clock.Advance(24 * time.Hour)
		_, err := h.invoices.CloseDue(t.Context(), tester, prolong.Date{})
		require.NoError(t, err)
	}
	for i, d := range h.papers(t, `kind = 'upd'`) {
		got[i].upd = d.UPDStatus
		require.Equal(t, got[i].lines, taxedLines(d))
		require.Equal(t, got[i].status, d.Seller.TaxStatus)
	}
	require.Equal(t, []paper{
		{[]string{"2026-05-20..2026-06-19 exempt 0 of 200000"}, "НДС не облагается", "НДС не облагается (ст. 145 НК РФ)", 2},
		{[]string{"2026-06-20..2026-06-30 exempt 0 of 73333", "2026-07-01..2026-07-19 5% 6032 of 126667"}, "В т.ч. НДС 5% 60,32, НДС не облагается 733,33", "НДС не облагается (ст. 145 НК РФ): 20.06.2026–30.06.2026", 1},
		{[]string{"2026-07-20..2026-08-19 5% 9524 of 200000"}, "В т.ч. НДС 5% 95,24", "", 1},
	}, got[:3])
	require.Equal(t, []string{"2026-12-20..2026-12-31 5% 3687 of 77419", "2027-01-01..2027-01-19 7% 8019 of 122581"}, got[len(got)-1].lines)
	h.sound(t)
}

// Kazakhstan: 12 % until the end of 2025, 16 % after it (НК 214-VIII), with the total as agreed.
func TestAKazakhYearAcrossTheNewCodeHasBothRates(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.exec(t, `UPDATE sellers SET country = 'KZ'`)
	h.at(2025, time.December, 14)
	inv := h.bought(t, "2025-12-15", 3, 12000_00)
	require.Equal(t, []string{"2025-12-15..2025-12-31 12% 17965 of 167671", "2026-01-01..2026-12-14 16% 473425 of 3432329"}, taxedLines(inv.Paper))
	require.Contains(t, inv.Paper.PaymentPurpose, "В т.ч. НДС 12% 179,65, НДС 16% 4734,25")
}

// Hours of rent before and after the day are counted apart, not divided by days: two hours of
// December bear 20 %, three of January 22 %.
func TestHoursOnBothSidesOfAChangeAreCountedApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Set(time.Date(2025, 12, 15, 9, 0, 0, 0, moscow))
	account, _ := h.rent(t, "Europe/Moscow", billing.RoundHundredth, "2025-12-15")
	h.up(t, "2025-12-31T22:00:00+03:00 2026-01-01T03:00:00+03:00 up")
	list := h.bill(t, "2026-01-16")
	require.NotEmpty(t, list)
	inv, err := h.invoices.InvoiceOf(t.Context(), account, list[0].ID)
	require.NoError(t, err)
	require.NoError(t, inv.Paper.Validate())
	require.Equal(t, []string{"2025-12-15..2025-12-31 20% 417 of 2500", "2026-01-01..2026-01-14 22% 676 of 3750"}, taxedLines(inv.Paper))
	require.Equal(t, []int64{2000, 3000}, []int64{inv.Paper.Lines[0].QuantityMilli, inv.Paper.Lines[1].QuantityMilli})
}

// A change of plan inside a period that crosses the day credits and asks for days on both sides of
// it, each at its own rate.
func TestAPlanChangedInsideAPeriodThatCrossesTheDayAsksAtBothRates(t *testing.T) {
	t.Parallel()
	s := subscribe(t, "ten", 31000, 1, "2025-12-20", "2025-12-25", func(h *house) { h.flat(t, "twenty", month, 62000) })
	done, err := s.invoices.ChangeTerms(t.Context(), tester, s.sub, invoices.Change{PlanKey: "twenty", AtOnce: true, Reason: "test"})
	require.NoError(t, err)
	inv, err := s.invoices.InvoiceOf(t.Context(), s.account, done.Invoice.ID)
	require.NoError(t, err)
	require.NoError(t, inv.Paper.Validate())
	require.Equal(t, []string{"2025-12-25..2025-12-31 20% 1167 of 7000", "2026-01-01..2026-01-19 22% 3426 of 19000"}, taxedLines(inv.Paper))
	require.Equal(t, int64(26000), inv.Total.Minor())
	s.sound(t)
}

// A fee is of no period: it is supplied on the first day of what it comes with, on an invoice of its
// own on the day of that. An advance goes by the day of the money.
func TestWhatIsOfNoPeriodGoesByItsDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.at(2025, time.December, 30)
	h.accounts(t, 1, "2030-12-31", "")
	h.offer(t, "team", 310000, nil)
	account := h.account(t, "c00000")
	sub, err := h.invoices.OpenSubscription(t.Context(), tester, billing.Opening{AccountID: account, PlanKey: "team", Currency: prolong.RUB, From: prolong.MustDate("2026-01-01")})
	require.NoError(t, err)
	first := h.find(t, invoices.StatusOpen)[0]
	paper, err := h.invoices.InvoiceOf(t.Context(), account, first.ID)
	require.NoError(t, err)
	rates := []int{}
	for _, l := range paper.Paper.Lines {
		rates = append(rates, l.TaxRateBP)
	}
	require.Equal(t, []int{2200, 2200}, rates)
	ordered, err := h.invoices.OrderFee(t.Context(), tester, sub.ID, invoices.FeeOrder{Key: "setup", Quantity: 1, Own: true, Reason: "test"})
	require.NoError(t, err)
	own, err := h.invoices.InvoiceOf(t.Context(), account, ordered.Invoice.ID)
	require.NoError(t, err)
	require.Equal(t, 2000, own.Paper.Lines[0].TaxRateBP)
}

// Whatever the sum, the discount, the number of seats and the days, the lines of a divided period sum
// to the undivided one, the tax is that of each line, and the purpose fits into a payment order.
func TestTheLinesOfADividedPeriodSumToItsPrice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.regimes(t, billing.VATGeneral, "2026-03-01 usn_7", "2026-04-01 usn_exempt", "2026-05-01 usn_5", "2026-06-01 general")
	h.at(2025, time.December, 1)
	h.flat(t, "year", prolong.Term{Count: 12, Unit: prolong.Months}, 0)
	h.accounts(t, 40, "2030-12-31", "")
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		account := h.account(t, fmt.Sprintf("c%05d", i))
		price := rub(1 + rng.Int64N(100_000_00))
		if i%4 == 0 {
			price = rub(1 + rng.Int64N(9)) // kopecks
		}
		o := invoices.NewSubscription{Opening: billing.Opening{AccountID: account, PlanKey: "year", Currency: prolong.RUB, Seats: 1 + rng.IntN(7), Price: price,
			From: prolong.MustDate("2025-12-01").AddDays(rng.IntN(90))}}
		if i%3 == 0 {
			o.Discount = &billing.Discount{PercentBP: 1 + rng.IntN(9999), Reason: "test"}
		}
		opened, err := h.invoices.Open(t.Context(), tester, o)
		require.NoError(t, err)
		h.clock.Set(opened.Subscription.FirstFrom.Start(moscow).Add(9 * time.Hour))
		h.issue(t)
		list, _, err := h.invoices.InvoicesOf(t.Context(), account, 10, 0)
		require.NoError(t, err)
		require.Len(t, list, 1)
		inv, err := h.invoices.InvoiceOf(t.Context(), account, list[0].ID)
		require.NoError(t, err)
		require.NoError(t, inv.Paper.Validate())
		require.GreaterOrEqual(t, len(inv.Paper.Lines), 5)
		require.Equal(t, opened.Charge.Total, inv.Total)
		require.Equal(t, opened.Tax, inv.Tax, "the quote says what comes")
		sum := render.Totals{}
		day := inv.Period.From
		for _, l := range inv.Paper.Lines {
			require.Equal(t, day, l.Period.From, "the parts follow each other")
			day = l.Period.To
			sum.Gross, sum.Tax, sum.Discount = sum.Gross+l.Gross, sum.Tax+l.Tax, sum.Discount+l.Discount
			require.GreaterOrEqual(t, l.Gross, int64(0))
		}
		require.Equal(t, inv.Period.To, day)
		require.Equal(t, []int64{inv.Total.Minor(), inv.Tax.Minor(), opened.Charge.Discount.Minor()}, []int64{sum.Gross, sum.Tax, sum.Discount})
		require.LessOrEqual(t, utf8.RuneCountInString(inv.Paper.PaymentPurpose), 160, inv.Paper.PaymentPurpose)
	}
	require.True(t, slices.ContainsFunc(h.find(t, invoices.StatusOpen), func(i invoices.Invoice) bool { return i.Total.Minor() > 0 }))
}

// documents.md section 1: the threshold is crossed in June, when July has been invoiced without VAT
// already, and a part of it has been credited. The act of July has 5 % inside of the same price, so has
// what is credited after it, and the books end with nothing when everything is credited.
func TestWhatWasInvoicedBeforeTheThresholdWasCrossedIsClosedWithTheTaxOfItsDays(t *testing.T) {
	t.Parallel()
	h, ctx := newHouse(t), t.Context()
	h.taxSeller(t, billing.ClosingUPD, "")
	h.exec(t, `UPDATE sellers SET closing_policy = 'end_of_period'`)
	h.regimes(t, billing.VATUSNExempt)
	h.accounts(t, 1, "2026-06-19", "")
	h.at(2026, time.June, 1)
	inv := h.issue(t)[0]
	require.Zero(t, inv.Tax.Minor())
	h.receive(t, inv.AccountID, inv.Total.Minor(), "2026-06-10")
	_, err := h.invoices.Credit(ctx, tester, inv.ID, rub(333_33), "простой")
	require.NoError(t, err)
	h.regimes(t, billing.VATUSNExempt, "2026-07-01 usn_5")
	h.at(2026, time.July, 20)
	_, err = h.invoices.CloseDue(ctx, tester, prolong.Date{})
	require.NoError(t, err)
	upd := h.papers(t, `kind = 'upd'`)[0]
	require.Equal(t, []string{"2026-06-20..2026-06-30 exempt 0 of 61111", "2026-07-01..2026-07-19 5% 5027 of 105556"}, taxedLines(upd))
	require.Equal(t, 1, upd.UPDStatus)
	require.Equal(t, "НДС не облагается (ст. 145 НК РФ): 20.06.2026–30.06.2026", upd.Seller.TaxStatus)
	require.Equal(t, -50_27, h.ledger(t, billing.LedgerVAT))
	for _, minor := range []int64{100, 600_01, 1000_00, 65_66} {
		note, err := h.invoices.Credit(ctx, tester, inv.ID, rub(minor), "простой")
		require.NoError(t, err)
		require.Equal(t, minor, note.Total.Minor())
	}
	require.Zero(t, h.ledger(t, billing.LedgerVAT))
	require.Zero(t, h.ledger(t, billing.LedgerRevenue))
	h.sound(t)
}

// A first regime that is declared otherwise, without a day, reaches nothing that is issued; a law that
// came after the invoice does.
func TestOnlyWhatHasADayReachesWhatIsInvoiced(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		issuedAs billing.VATRegime
		now      billing.VATRegime
		frozen   int
		want     []string
	}{
		{billing.VATUSNExempt, billing.VATUSN5, 0, []string{"2026-03-20..2026-04-19 exempt 0 of 200000"}},
		{billing.VATUSN5, billing.VATGeneral, 500, []string{"2026-03-20..2026-04-19 5% 9524 of 200000"}},
		{billing.VATGeneral, billing.VATGeneral, 2000, []string{"2026-03-20..2026-04-19 22% 36066 of 200000"}}, // by a program that did not know the law
	} {
		h := newHouse(t)
		h.regimes(t, c.issuedAs)
		h.accounts(t, 1, "2026-03-19", "")
		inv := h.issue(t)[0]
		if c.frozen == 2000 {
			h.exec(t, `UPDATE invoices SET tax_minor = 33333, snapshot = jsonb_set(jsonb_set(jsonb_set(jsonb_set(jsonb_set(snapshot, '{lines,0,tax_rate_bp}', '2000'), '{lines,0,tax}', '33333'), '{lines,0,net}', '166667'), '{totals,tax}', '33333'), '{totals,net}', '166667')`)
		}
		h.receive(t, inv.AccountID, inv.Total.Minor(), "2026-03-10")
		h.regimes(t, c.now)
		h.at(2026, time.March, 11)
		_, err := h.invoices.CloseDue(t.Context(), tester, prolong.Date{})
		require.NoError(t, err)
		require.Equal(t, c.want, taxedLines(h.papers(t, `kind = 'act'`)[0]))
		h.sound(t)
	}
}
