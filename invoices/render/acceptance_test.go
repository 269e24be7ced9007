package render

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// textOf is what a person reads on all pages, line ends as spaces.
func textOf(t *testing.T, doc Document) string {
	t.Helper()
	pdf, err := drawnBy(t, doc)
	require.NoError(t, err)
	return strings.Join(strings.Fields(strings.ReplaceAll(string(pdfText(t, pdf)), "\u00a0", " ")), " ")
}

// The days of acceptance of the seller stand on every paper that closes a service: on statutory forms
// where they let the parties write (line 14 of a УПД, below the lines of form Р-1).
func TestDaysOfAcceptanceStandOnEveryClosingPaper(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		doc       Document
		days      int
		want, not string
	}{
		{sampleActRU(), 5, "Услуги считаются принятыми, если в течение 5 рабочих дней после получения акта", ""},
		{sampleActRU(), 1, "в течение 1 рабочего дня после", "рабочих дней"},
		{sampleActRU(), 21, "в течение 21 рабочего дня после", "рабочих дней"},
		{sampleActRU(), 11, "в течение 11 рабочих дней после", "рабочего дня"},
		{sampleActRU(), 0, "Акт", "считаются принятыми"},
		{sampleActUA(), 1, "протягом 1 робочого дня після отримання акта", "робочих днів"},
		{sampleActUA(), 30, "протягом 30 робочих днів після отримання акта", ""},
		{sampleActEN(), 1, "within 1 working day after receiving", "days"},
		{sampleActKZ(), 7, "Работы (услуги) считаются принятыми, если в течение 7 рабочих дней после получения акта", "жұмыс күні"},
		{sampleActKZKazakh(), 7, "кейін 7 жұмыс күні ішінде дәлелді қарсылық жібермесе, жұмыстар (қызметтер) қабылданды деп есептеледі. Работы (услуги) считаются принятыми", ""},
		{sampleUPD(), 5, "Услуги оказаны. Услуги считаются принятыми, если в течение 5 рабочих дней после", ""},
		{sampleUPDExempt(), 5, "Услуги оказаны. Услуги считаются принятыми, если в течение 5 рабочих дней после", ""},
		{sampleUPD(), 0, "Услуги оказаны", "считаются принятыми"},
	} {
		c.doc.AcceptanceDays = c.days
		text := textOf(t, c.doc)
		require.Contains(t, text, c.want, "%s, %d days", c.doc.Kind, c.days)
		if c.not != "" {
			require.NotContains(t, text, c.not, "%s, %d days", c.doc.Kind, c.days)
		}
	}
}

// An act that the buyer does not sign does not speak for him either.
func TestOneSidedActSaysNothingForTheBuyer(t *testing.T) {
	t.Parallel()
	one, both := sampleActUAOneSided(), sampleActUA()
	text := textOf(t, one)
	require.Contains(t, text, "Акт складено й підписано Виконавцем в односторонньому порядку")
	for _, no := range []string{"претензій", "Від Замовника", "ЗАТВЕРДЖУЮ", "Ґанок"} {
		require.NotContains(t, text, no)
		require.Contains(t, textOf(t, both), no)
	}
	russian := sampleActRU()
	russian.OneSided = true
	require.NotContains(t, textOf(t, russian), "претензий")
	require.NotContains(t, textOf(t, russian), "ЗАКАЗЧИК")
}

// Amounts of a reconciliation are never broken at the end of a cell: tenge run into millions.
func TestAmountsOfReconciliationStayWhole(t *testing.T) {
	t.Parallel()
	doc := withLines(sampleReconciliationKZ(), 3)
	r := doc.Reconciliation
	for i := range r.Rows {
		r.Rows[i].Debit = 123_456_789_00
	}
	r.Closing = r.Opening + 3*123_456_789_00
	require.Contains(t, drawnPages(t, doc)[1], "370\u00a0370\u00a0367,00")
	doc.Renderer = "3"
	require.NotContains(t, drawnPages(t, doc)[1], "370\u00a0370\u00a0367,00", "the column had one width then")
}

// A sole trader who signs for himself is named once: his name says what he is.
func TestSoleTraderIsNamedOnce(t *testing.T) {
	t.Parallel()
	text := textOf(t, sampleActUASole())
	require.Contains(t, text, "представник Виконавця ФОП Зразковий Зразок Зразкович, з іншого боку")
	require.NotContains(t, text, "підприємець ФОП")
	settled := sampleReconciliation()
	settled.Seller = sampleInvoiceRUExempt().Seller
	require.Contains(t, textOf(t, settled), "нижеподписавшиеся, ИП Образцов О. О., с одной стороны, и директор ООО «Образец Торг» Покупателев П. П.,")
}

// A reconciliation for a client who is written to in Kazakh has both languages, sums in words too.
func TestReconciliationInKazakhHasBothLanguages(t *testing.T) {
	t.Parallel()
	text := textOf(t, sampleReconciliationKZKazakh())
	for _, want := range []string{
		"Өзара есеп айырысуларды салыстыру актісі", "Акт сверки взаимных расчётов", "ТОО «Үлгі Софт» деректері бойынша / По данным ТОО «Үлгі",
		"Бастапқы сальдо / Сальдо", "күніне ТОО «Үлгі Софт» пайдасына берешек: 120 000,00 KZT (Жүз жиырма мың теңге 00 тиын)",
		"задолженность в пользу ТОО «Үлгі Софт» 120 000,00 KZT (Сто двадцать тысяч тенге 00 тиын)", "ТОО «Мысал Сауда» атынан / От ТОО «Мысал",
	} {
		require.Contains(t, text, want)
	}
	old := sampleReconciliationKZKazakh()
	old.Renderer = "3"
	require.NotContains(t, textOf(t, old), "салыстыру")
}
