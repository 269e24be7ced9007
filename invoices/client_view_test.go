package invoices_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
	"prolong/invoices/render"
)

func TestClientSeesHisOwnPapersOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.accounts(t, 2, "2026-03-20", "")
	_, err := h.invoices.IssueDue(ctx, prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	var ids [2]billing.AccountID
	require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT min(id), max(id) FROM accounts`).Scan((*int64)(&ids[0]), (*int64)(&ids[1])))

	open, err := h.invoices.ToPay(ctx, ids[0])
	require.NoError(t, err)
	require.Len(t, open, 1)
	mine := open[0]
	require.Equal(t, ids[0], mine.AccountID)
	require.Equal(t, mine.Number, mine.Paper.Number)
	_, paid, err := h.invoices.LastPaid(ctx, ids[0])
	require.NoError(t, err)
	require.False(t, paid)
	h.pay(t)
	_, err = h.invoices.CloseDue(ctx, prolong.System("test"), prolong.MustDate("2026-03-10"))
	require.NoError(t, err)

	last, paid, err := h.invoices.LastPaid(ctx, ids[0])
	require.NoError(t, err)
	require.True(t, paid)
	require.Equal(t, mine.Number, last.Number)
	whole, err := h.invoices.InvoiceOf(ctx, ids[0], mine.ID)
	require.NoError(t, err)
	require.Len(t, whole.Payments, 1)
	require.Equal(t, prolong.MustDate("2026-03-01"), whole.Payments[0].ValueOn)
	require.Equal(t, mine.Total, whole.Payments[0].Amount)
	require.Len(t, whole.Documents, 1)
	list, total, err := h.invoices.InvoicesOf(ctx, ids[0], 10, 0, invoices.StatusPaid)
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Equal(t, mine.ID, list[0].ID)
	documents, total, err := h.invoices.DocumentsOf(ctx, ids[0], 10, 0)
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Equal(t, whole.Documents, documents)

	file, err := h.invoices.FileOf(ctx, ids[0], invoices.AttachDocument, int64(documents[0].ID))
	require.NoError(t, err)
	_, _, mailed, err := h.invoices.Attachment(ctx, invoices.AttachDocument, int64(documents[0].ID))
	require.NoError(t, err)
	require.Equal(t, mailed, file.Body, "the page and the letter carry the same bytes")

	for name, read := range map[string]func() error{
		"invoice": func() error { _, err := h.invoices.InvoiceOf(ctx, ids[1], mine.ID); return err },
		"its PDF": func() error {
			_, err := h.invoices.FileOf(ctx, ids[1], invoices.AttachInvoice, int64(mine.ID))
			return err
		},
		"document": func() error {
			_, err := h.invoices.FileOf(ctx, ids[1], invoices.AttachDocument, int64(documents[0].ID))
			return err
		},
	} {
		require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(read()), name)
	}
}

func TestPayableIsWhatIsLeft(t *testing.T) {
	t.Parallel()
	invoice := func(paid int64, line render.Line) invoices.ClientInvoice {
		return invoices.ClientInvoice{
			Invoice: invoices.Invoice{Total: prolong.NewMoney(2000_00, prolong.RUB), Paid: prolong.NewMoney(paid, prolong.RUB)},
			Paper: render.Document{Country: prolong.Russia, Currency: prolong.RUB, Number: "58291375-12", Date: prolong.MustDate("2026-03-01"), Lines: []render.Line{line},
				Totals: render.Totals{Net: 1639_34, Tax: 360_66, Gross: 2000_00}, PaymentPurpose: "как в счёте"},
		}
	}
	rate, exempt := render.Line{TaxKind: render.TaxRate, TaxRateBP: 2200, Gross: 2000_00}, render.Line{TaxKind: render.TaxExempt, Gross: 2000_00}
	tests := map[string]struct {
		inv     invoices.ClientInvoice
		gross   int64
		purpose string
	}{
		"nothing is paid": {invoice(0, rate), 2000_00, "как в счёте"},
		"a part is paid":  {invoice(500_00, rate), 1500_00, "Оплата по счету № 58291375-12 от 01.03.2026. В т.ч. НДС 22% 270,49"},
		"without VAT":     {invoice(1999_99, exempt), 1, "Оплата по счету № 58291375-12 от 01.03.2026. НДС не облагается"},
		"all is paid":     {invoice(2000_00, rate), 2000_00, "как в счёте"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := tt.inv.Payable()
			require.Equal(t, tt.gross, doc.Totals.Gross)
			require.Equal(t, doc.Totals.Gross, doc.Totals.Net+doc.Totals.Tax)
			require.Equal(t, tt.purpose, doc.PaymentPurpose)
		})
	}
}
