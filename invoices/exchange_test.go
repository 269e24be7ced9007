package invoices_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
	"prolong/invoices/onec"
	"prolong/invoices/register"
	"prolong/invoices/render"
	"prolong/invoices/upd"
)

var march = invoices.Interval{From: prolong.MustDate("2026-03-01"), To: prolong.MustDate("2026-03-31")}

// closed is a house with two clients whose invoices are paid and closed by acts.
func closed(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.accounts(t, 2, "2026-03-10", "2000.00")
	_, err := h.db.Pool.Exec(t.Context(), `UPDATE accounts SET tax_id = '7702001230', kpp = '770201001', address = 'ул. Образцовая, д. 1'`)
	require.NoError(t, err)
	_, err = h.db.Pool.Exec(t.Context(), `UPDATE sellers SET director = 'Образцов О. О.', address = 'ул. Примерная, д. 1'`)
	require.NoError(t, err)
	_, err = h.invoices.IssueDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	h.pay(t)
	_, err = h.invoices.CloseDue(t.Context(), prolong.System("test"), prolong.MustDate("2026-03-02"))
	require.NoError(t, err)
	return h
}

// receipts is one payment of the bank.
func receipts(_ context.Context, _ billing.SellerID, _, _ prolong.Date, yield func(onec.Receipt) error) error {
	party := render.Party{Name: "ООО «Пример 0»", TaxID: "7702001230", KPP: "770201001", Account: render.BankAccount{Number: "40702810000000000001", BIC: "044525225"}}
	return yield(onec.Receipt{ID: "11111111-1111-5111-8111-111111111111", Number: "17", Date: march.From, BookedOn: march.From, Amount: prolong.NewMoney(200000, prolong.RUB), Purpose: "Оплата & <счёта>",
		Seller: party, SellerID: "22222222-2222-5222-8222-222222222222", Payer: party, PayerID: "33333333-3333-5333-8333-333333333333",
		Parts: []onec.Part{{Amount: prolong.NewMoney(200000, prolong.RUB), Invoice: "44444444-4444-5444-8444-444444444444", InvoiceNumber: "1", InvoiceDate: march.From, Contract: "55555555-5555-5555-8555-555555555555"}}})
}

func TestOneCExportIsWellFormedAndStable(t *testing.T) {
	t.Parallel()
	h := closed(t)
	export := func() string {
		var out bytes.Buffer
		counts, err := h.invoices.ExportOneC(t.Context(), &out, march, receipts)
		require.NoError(t, err)
		require.Equal(t, onec.Counts{Invoices: 2, Acts: 2, Receipts: 1, Skipped: []string{}}, counts)
		return out.String()
	}
	text := export()
	require.True(t, strings.HasPrefix(text, "\ufeff<?xml"), "1С wants the byte order mark")
	require.Contains(t, text, `<msg:Format>http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.6</msg:Format>`)
	for _, want := range []string{"<Документ.ЗаказКлиента>", "<Документ.РеализацияТоваровУслуг>", "<ВидОперации>РеализацияКлиенту</ВидОперации>", "<СтавкаНДС>НДС22</СтавкаНДС>", "<СуммаНДС>360.66</СуммаНДС>",
		"<Сумма>2000.00</Сумма>", "<ИНН>7702001230</ИНН>", "<Документ.ПБДСРасчетыСКонтрагентами>", "Оплата &amp; &lt;счёта&gt;", "<ВидДоговора>СПокупателем</ВидДоговора>"} {
		require.Contains(t, text, want)
	}
	decoder := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	for {
		_, err := decoder.Token()
		if err == io.EOF { //nolint:errorlint // the decoder gives it bare
			break
		}
		require.NoError(t, err)
	}
	ids := regexp.MustCompile(`<Документ[^>]*>\s*<КлючевыеСвойства>\s*<Ссылка>([0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})</Ссылка>`)
	first := ids.FindAllStringSubmatch(text, -1)
	require.Len(t, first, 5, "every document has a GUID of version 5")
	h.clock.Advance(1000)
	require.Equal(t, first, ids.FindAllStringSubmatch(export(), -1), "loading again updates, it does not double")
	require.Equal(t, 1, strings.Count(text, "<Справочник.Контрагенты>\n\t\t\t<КлючевыеСвойства>\n\t\t\t\t<Ссылка>"+partnerOf(text)), "two clients with one ИНН and КПП are one partner")

	// a part of the interval holds the same objects, and another one none
	var none bytes.Buffer
	counts, err := h.invoices.ExportOneC(t.Context(), &none, invoices.Interval{From: prolong.MustDate("2026-04-01"), To: prolong.MustDate("2026-04-30")}, nil)
	require.NoError(t, err)
	require.Zero(t, counts.Invoices+counts.Acts)
	_, err = h.invoices.ExportOneC(t.Context(), &none, invoices.Interval{From: march.To, To: march.From}, nil)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	_, err = h.invoices.ExportOneC(t.Context(), &none, invoices.Interval{Seller: "none", From: march.From, To: march.To}, nil)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}

func partnerOf(text string) string {
	m := regexp.MustCompile(`<Справочник.Контрагенты>\s*<КлючевыеСвойства>\s*<Ссылка>([^<]+)`).FindStringSubmatch(text)
	if m == nil {
		return "?"
	}
	return m[1]
}

func TestDeclaredExchangeChangesFiles(t *testing.T) {
	t.Parallel()
	h := closed(t)
	declare := func(x invoices.Exchange) error {
		return h.invoices.DeclareExchange(t.Context(), []invoices.ExchangeSpec{{Seller: "main", Exchange: x}})
	}
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(declare(invoices.Exchange{OneCVersion: "latest"})))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(declare(invoices.Exchange{UPDFunction: "СЧФ"})))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(declare(invoices.Exchange{Chart: invoices.Chart{Bank: "=1+1"}})))
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(h.invoices.DeclareExchange(t.Context(), []invoices.ExchangeSpec{{Seller: "other"}})))
	for range 2 {
		require.NoError(t, declare(invoices.Exchange{OneCVersion: "1.10", OneCRates: map[int]string{2200: "НДС22_Новая"}, UPDFunction: upd.Both, Chart: invoices.Chart{Advances: "62.22"}}))
	}
	var out bytes.Buffer
	_, err := h.invoices.ExportOneC(t.Context(), &out, march, nil)
	require.NoError(t, err)
	require.Contains(t, out.String(), "EnterpriseData/1.10<")
	require.Contains(t, out.String(), "<СтавкаНДС>НДС22_Новая</СтавкаНДС>")
	file, err := h.invoices.UPDFile(t.Context(), 0, h.document(t, 0))
	require.NoError(t, err)
	require.Empty(t, upd.Check(file.Name, file.Body))
	require.Contains(t, string(file.Body), "\xd1\xd7\xd4\xc4\xce\xcf", "СЧФДОП in windows-1251")
	require.Contains(t, h.register(t, invoices.RegisterEntries), "62.22,62.01")
}

func (h *house) document(t *testing.T, n int) invoices.DocumentID {
	t.Helper()
	list, err := h.invoices.FindDocuments(t.Context(), invoices.DocumentFilter{})
	require.NoError(t, err)
	require.Greater(t, len(list), n)
	return list[n].ID
}

func (h *house) register(t *testing.T, name string) string {
	t.Helper()
	return h.registerIn(t, name, march)
}

func (h *house) registerIn(t *testing.T, name string, i invoices.Interval) string {
	t.Helper()
	table, err := h.invoices.Register(t.Context(), name, i)
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = register.Write(t.Context(), &out, register.CSV, table, nil)
	require.NoError(t, err)
	return out.String()
}

func TestUPDFileIsFormedFromTheSnapshot(t *testing.T) {
	t.Parallel()
	h := closed(t)
	id := h.document(t, 0)
	first, err := h.invoices.UPDFile(t.Context(), 0, id)
	require.NoError(t, err)
	require.Empty(t, upd.Check(first.Name, first.Body))
	_, err = h.db.Pool.Exec(t.Context(), `UPDATE accounts SET name = 'Другое имя', tax_id = '7703001232'`)
	require.NoError(t, err)
	h.clock.Advance(24 * 3600 * 1e9)
	again, err := h.invoices.UPDFile(t.Context(), 0, id)
	require.NoError(t, err)
	require.Equal(t, first, again, "later changes of requisites never reach an issued document")
	_, err = h.invoices.UPDFile(t.Context(), 999_999, id)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err), "another client's document does not exist for him")
	files := 0
	require.NoError(t, h.invoices.EachUPD(t.Context(), march, func(_ string, _ invoices.File, err error) error {
		files++
		return err
	}))
	require.Equal(t, 2, files)
}

// The books have to agree with the ledger: what the entries put on each account is what our
// ledger has there.
func TestEntriesFollowTheLedger(t *testing.T) {
	t.Parallel()
	h := closed(t)
	rows, err := csv.NewReader(strings.NewReader(h.register(t, invoices.RegisterEntries))).ReadAll()
	require.NoError(t, err)
	balance := map[string]int64{}
	for _, row := range rows[1:] {
		amount, err := prolong.ParseMoney(row[3], prolong.RUB)
		require.NoError(t, err)
		balance[row[1]] += amount.Minor()
		balance[row[2]] -= amount.Minor()
	}
	require.Equal(t, map[string]int64{
		"51": 400000, "62.02": 0, "62.01": 0, "90.01.1": -400000, "90.03": 72132, "68.02": -72132,
	}, balance, "money is in the bank, the service is sold with its tax, nobody owes anything")
	require.Contains(t, h.register(t, invoices.RegisterEntries), "2026-03-02,62.01,90.01.1,2000.00,RUB,revenue,")
	require.Contains(t, h.register(t, invoices.RegisterEntries), "2026-03-02,90.03,68.02,360.66,RUB,vat,")
	require.Contains(t, h.register(t, invoices.RegisterEntries), "2026-03-02,62.02,62.01,2000.00,RUB,offset,")
}

func TestReversedDocumentsReverseTheirEntries(t *testing.T) {
	t.Parallel()
	h := closed(t)
	list, err := h.invoices.FindInvoices(t.Context(), invoices.Filter{})
	require.NoError(t, err)
	_, err = h.invoices.Void(t.Context(), prolong.System("test"), list[0].ID, "ошибка")
	require.NoError(t, err)
	entries := h.register(t, invoices.RegisterEntries)
	require.Contains(t, entries, "62.01,90.01.1,-2000.00,RUB,revenue,")
	require.Contains(t, entries, "90.03,68.02,-360.66,RUB,vat,")
	sales := h.register(t, invoices.RegisterSales)
	require.Contains(t, sales, ",22%,-1639.34,-360.66,-2000.00,RUB,")
	var out bytes.Buffer
	counts, err := h.invoices.ExportOneC(t.Context(), &out, march, nil)
	require.NoError(t, err)
	require.Equal(t, 1, counts.Reversals)
	require.Empty(t, counts.Skipped)
	require.Contains(t, out.String(), "<Количество>-1</Количество>")
	require.Contains(t, out.String(), "<Содержание>Сторно документа № ")
	require.Contains(t, out.String(), "<Сумма>-2000.00</Сумма>")
	first := regexp.MustCompile(`<Ссылка>[^<]+</Ссылка>`).FindAllString(out.String(), -1)
	out.Reset()
	_, err = h.invoices.ExportOneC(t.Context(), &out, march, nil)
	require.NoError(t, err)
	require.Equal(t, first, regexp.MustCompile(`<Ссылка>[^<]+</Ссылка>`).FindAllString(out.String(), -1), "a storno keeps its GUID too")
	require.Contains(t, h.register(t, invoices.RegisterInvoices), ",void")
}

// documents.md section 1: Kazakhstan charges the tax to the customer, Ukraine takes it from the
// revenue.
func TestEntriesByCountry(t *testing.T) {
	t.Parallel()
	vat := billing.Posting{Debit: billing.LedgerDeferred, Credit: billing.LedgerVAT, Amount: prolong.NewMoney(16, prolong.KZT)}
	require.Equal(t, []invoices.Entry{{"1210", "3130", 16, "vat"}, {"3510", "1210", 16, "offset"}}, invoices.EntriesOf(invoices.ChartOf(prolong.Kazakhstan, invoices.Chart{}), vat))
	require.Equal(t, []invoices.Entry{{"361", "703", 16, "revenue"}, {"703", "641", 16, "vat"}, {"681", "361", 16, "offset"}}, invoices.EntriesOf(invoices.ChartOf(prolong.Ukraine, invoices.Chart{}), vat))
	chart := invoices.ChartOf(prolong.Russia, invoices.Chart{RevenueVAT: "-"})
	require.Equal(t, []invoices.Entry{{"62.01", "68.02", 16, "vat"}, {"62.02", "62.01", 16, "offset"}}, invoices.EntriesOf(chart, vat))
	back := billing.Posting{Debit: billing.LedgerAdvances, Credit: billing.LedgerBank, Amount: prolong.NewMoney(5, prolong.RUB)}
	require.Equal(t, []invoices.Entry{{"62.02", "51", 5, "return"}}, invoices.EntriesOf(chart, back))
	inside := billing.Posting{Debit: billing.LedgerAdvances, Credit: billing.LedgerDeferred, Amount: prolong.NewMoney(5, prolong.RUB)}
	require.Empty(t, invoices.EntriesOf(chart, inside))
}

// What annulled a счёт-фактура is carried like the storno of an act: with a minus, under a GUID of
// its own that never changes, on the storno of its sale; that of an advance has no sale.
func TestAnnulledTaxInvoicesAreCarriedWithAMinus(t *testing.T) {
	t.Parallel()
	year := invoices.Interval{From: prolong.MustDate("2026-01-01"), To: prolong.MustDate("2026-12-31")}
	export := func(t *testing.T, h *house) (onec.Counts, string) {
		t.Helper()
		var first, again bytes.Buffer
		counts, err := h.invoices.ExportOneC(t.Context(), &first, year, nil)
		require.NoError(t, err)
		_, err = h.invoices.ExportOneC(t.Context(), &again, year, nil)
		require.NoError(t, err)
		require.Equal(t, first.String(), again.String())
		require.Empty(t, counts.Skipped)
		return counts, first.String()
	}
	// Series of several kinds have the same numbers: the sum tells a storno from what it cancels.
	object := func(text, name, number, sum string) string {
		for _, o := range regexp.MustCompile(`(?s)<`+name+`>.*?</`+name+`>`).FindAllString(text, -1) {
			if strings.Contains(o[:strings.Index(o, "<Организация>")], "<Номер>"+number+"</Номер>") && strings.Contains(o, "<Сумма>"+sum+"</Сумма>") {
				return o
			}
		}
		return ""
	}
	guid := func(object string) string {
		return regexp.MustCompile(`<Ссылка>([^<]+)</Ссылка>`).FindStringSubmatch(object)[1]
	}
	const sale, taxInvoice = "Документ.РеализацияТоваровУслуг", "Документ.СчетФактураВыданный"
	for _, closing := range []billing.ClosingDocument{billing.ClosingActSF, billing.ClosingUPD} {
		t.Run(string(closing), func(t *testing.T) {
			t.Parallel()
			h := closedHouse(t, closing)
			_, before := export(t, h)
			require.Equal(t, 1, strings.Count(before, "<"+taxInvoice+">"))
			_, err := h.invoices.CancelDocument(t.Context(), prolong.System("test"), h.closedDocument(t), "ошибочный", false)
			require.NoError(t, err)
			counts, text := export(t, h)
			require.Equal(t, 1, counts.TaxInvoices, "what was issued stays")
			stornos := h.papers(t, "kind = 'storno'")
			require.Equal(t, len(stornos), counts.Reversals)
			reversed := object(text, sale, stornos[0].Number, "-2000.00")
			last := stornos[len(stornos)-1]
			annulled := object(text, taxInvoice, last.Number, "-2000.00")
			require.Contains(t, annulled, "<СуммаНДС>-360.66</СуммаНДС>")
			require.Contains(t, annulled, "<ВидСчетаФактуры>НаРеализацию</ВидСчетаФактуры>")
			require.Contains(t, annulled[strings.Index(annulled, "<ДокументыОснования>"):], "<Ссылка>"+guid(reversed)+"</Ссылка>", "on the storno of its sale")
			standing := object(text, taxInvoice, last.Reverses.Number, "2000.00")
			require.Contains(t, standing[strings.Index(standing, "<ДокументыОснования>"):], "<Ссылка>"+guid(object(text, sale, stornos[0].Reverses.Number, "2000.00"))+"</Ссылка>")
			require.NotContains(t, before, guid(annulled))
		})
	}
	t.Run("advance", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.taxSeller(t, billing.ClosingActSF, "2026-01-01")
		h.accounts(t, 2, "2026-04-30", "2000.00")
		h.prepay(t, 0, "17", 1220_00)
		h.clock.Advance(5 * 24 * time.Hour)
		done, err := h.invoices.AdvanceDue(t.Context(), prolong.System("test"), prolong.Date{})
		require.NoError(t, err)
		require.Equal(t, 1, done.Documents)
		h.exec(t, `UPDATE documents SET account_id = (SELECT max(id) FROM accounts) WHERE payment_id IS NOT NULL`)
		_, err = h.invoices.AdvanceDue(t.Context(), prolong.System("test"), prolong.Date{})
		require.NoError(t, err)
		counts, text := export(t, h)
		require.Equal(t, 1, counts.Reversals)
		storno := h.papers(t, "kind = 'storno'")[0]
		annulled := object(text, taxInvoice, storno.Number, "-1220.00")
		require.Contains(t, annulled, "<ВидСчетаФактуры>НаАванс</ВидСчетаФактуры>")
		require.Contains(t, annulled, "<СуммаНДС>-220.00</СуммаНДС>")
		require.Contains(t, annulled, "<Содержание>Сторно документа № "+storno.Reverses.Number)
		require.NotContains(t, annulled, "<ДокументыОснования>")
	})
}
