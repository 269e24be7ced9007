package invoices_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/invoices"
	"prolong/invoices/render"
)

// A Kazakh client who is written to in Kazakh gets his papers in both languages of the country
// (documents.md 2.7); one who is not, and a Kazakh-speaking one of a Russian seller, those of the
// seller's country.
func TestPapersOfAKazakhClientHaveBothLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		seller         prolong.Country
		language, want string
		line, unit     string
		basis, status  string
		purpose        string
	}{
		{prolong.Kazakhstan, "kk", "kk", "«Стандарт» сервисіне қолжетімділік / Доступ к сервису «Стандарт»", "қызм.", "Шот / Счёт",
			"ҚҚС төлеуші емес / Не является плательщиком НДС", "Оплата по счету № "},
		{prolong.Kazakhstan, "ru", "ru", "Доступ к сервису «Стандарт»", "ед", "Счёт", "Не является плательщиком НДС", "Оплата по счету № "},
		{prolong.Russia, "kk", "ru", "Доступ к сервису «Стандарт»", "ед", "Счёт", "НДС не облагается", "Оплата по счету № "},
		{prolong.Ukraine, "ru", "uk", "Доступ до сервісу «Стандарт»", "посл.", "Рахунок", "не є платником ПДВ", "Оплата за послуги згідно з рахунком № "},
		{"LT", "ru", "en", "Access to the service “Стандарт”", "service", "Invoice", "", "Payment of invoice "},
	} {
		h := newHouse(t)
		h.accounts(t, 1, "2026-03-31", "2000.00")
		h.exec(t, `UPDATE sellers SET country = '`+string(c.seller)+`', vat_regime = 'none'`)
		h.exec(t, `UPDATE accounts SET language = '`+c.language+`'`)
		inv := h.issue(t)[0]
		h.receive(t, inv.AccountID, 200000, "2026-03-02")
		h.clock.Advance(3 * 24 * time.Hour)
		_, err := h.invoices.CloseDue(t.Context(), tester, prolong.Date{})
		require.NoError(t, err)
		paper, err := h.invoices.InvoiceOf(t.Context(), inv.AccountID, inv.ID)
		require.NoError(t, err)
		act := h.papers(t, "kind = 'act'")[0]
		for _, d := range []render.Document{paper.Paper, act} {
			require.Equal(t, c.want, d.Language)
			require.Equal(t, []string{c.line, c.unit, c.status}, []string{d.Lines[0].Name, d.Lines[0].Unit, d.Seller.TaxStatus})
		}
		require.Equal(t, c.basis, act.Basis.Title)
		require.Contains(t, paper.Paper.PaymentPurpose, c.purpose+inv.Number, "a Kazakh bank reads Russian")
		_, _, _, err = h.invoices.Attachment(t.Context(), invoices.AttachInvoice, int64(inv.ID))
		require.NoError(t, err)
	}
}
