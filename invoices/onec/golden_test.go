package onec

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/invoices/render"
)

var update = flag.Bool("update", false, "write the golden files anew")

// guid is a GUID that a reader of the golden files can tell from the others.
func guid(what string) string {
	return map[string]string{
		"seller": "22222222-2222-5222-8222-222222222222", "buyer": "33333333-3333-5333-8333-333333333333", "contract": "55555555-5555-5555-8555-555555555555",
		"invoice": "44444444-4444-5444-8444-444444444444", "document": "66666666-6666-5666-8666-666666666666", "tax invoice": "77777777-7777-5777-8777-777777777777",
		"supply": "88888888-8888-5888-8888-888888888888", "plan": "99999999-9999-5999-8999-999999999999", "seats": "aaaaaaaa-aaaa-5aaa-8aaa-aaaaaaaaaaaa",
	}[what]
}

// refs are those of a document that closes an invoice; its lines are services of two kinds.
func refs(d render.Document) Refs {
	r := Refs{
		Document: guid("document"), TaxInvoice: guid("tax invoice"), Organisation: guid("seller"), Partner: guid("buyer"), Contract: guid("contract"),
		Service: func(l *render.Line) string {
			if l.Name == d.Lines[0].Name {
				return guid("plan")
			}
			return guid("seats")
		},
		ContractNumber: "58291375", ContractDate: prolong.MustDate("2026-01-15"),
	}
	switch d.Kind {
	case render.KindInvoiceRU, render.KindInvoiceUA, render.KindInvoiceKZ, render.KindInvoiceEN:
		return r
	case render.KindTaxInvoice:
		if !d.ForAdvance {
			r.Supply, r.SupplyNumber, r.SupplyDate = guid("supply"), "260045126", prolong.MustDate("2026-12-31")
		}
	case render.KindActRU, render.KindActUA, render.KindActKZ, render.KindActEN, render.KindUPD, render.KindCreditNote, render.KindReconciliation:
	}
	r.Invoice, r.InvoiceNumber, r.InvoiceDate = guid("invoice"), "58291375-12", prolong.MustDate("2026-11-21")
	return r
}

func options() Options {
	return Options{CreatedAt: time.Date(2027, 1, 1, 9, 30, 5, 0, time.UTC)}
}

// file writes a file and reads it with a parser that is not ours.
func file(t *testing.T, o Options, write func(w *Writer)) (string, Counts) {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, o)
	require.NoError(t, err)
	write(w)
	counts, err := w.Close()
	require.NoError(t, err)
	decoder := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff")))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return out.String(), counts
		} else if err != nil {
			require.NoError(t, err)
		}
	}
}

// golden holds a file against what was looked at; `make golden UPDATE=1` rewrites it, on purpose.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".xml")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// Every kind of paper that the format has an object for, element by element.
func TestGoldenObjectOfEveryKind(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Counts{
		"invoice_ru":        {Invoices: 1},
		"invoice_ru_exempt": {Invoices: 1},
		"invoice_ua":        {Invoices: 1},
		"act_ru_discount":   {Acts: 1},
		"act_kz":            {Acts: 1},
		"act_ru_storno":     {Reversals: 1},
		"upd_1":             {Acts: 1, TaxInvoices: 1},
		"upd_2":             {Acts: 1},
		"upd_1_storno":      {Reversals: 1},
		"sf":                {TaxInvoices: 1},
		"sf_advance":        {TaxInvoices: 1},
		"sf_storno":         {Reversals: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, known := render.Samples()[name]
			require.True(t, known)
			text, counts := file(t, options(), func(w *Writer) { require.NoError(t, w.Document(&d, refs(d))) })
			want.Skipped = []string{}
			require.Equal(t, want, counts)
			golden(t, name, text)
		})
	}
}

// Money for an invoice, money that lies on the balance, and money of which nobody knows whose it is.
func TestGoldenReceipt(t *testing.T) {
	t.Parallel()
	seller, payer := render.Samples()["invoice_ru"].Seller, render.Samples()["invoice_ru"].Buyer
	payer.Account = render.BankAccount{Number: "40702810000000000001", BIC: "044525225", Bank: "ПАО СБЕРБАНК", CorrAccount: "30101810400000000225"}
	text, counts := file(t, options(), func(w *Writer) {
		require.NoError(t, w.Receipt(Receipt{
			ID: guid("document"), Number: "17", Date: prolong.MustDate("2026-11-25"), BookedOn: prolong.MustDate("2026-11-26"), Amount: prolong.NewMoney(15_000_00, prolong.RUB),
			Purpose: "Оплата & <счёта>\x01", Seller: seller, SellerID: guid("seller"), Payer: payer, PayerID: guid("buyer"),
			Parts: []Part{
				{
					Amount: prolong.NewMoney(14_900_00, prolong.RUB), Invoice: guid("invoice"), InvoiceNumber: "58291375-12", InvoiceDate: prolong.MustDate("2026-11-21"),
					Contract: guid("contract"), ContractNumber: "58291375", ContractDate: prolong.MustDate("2026-01-15"),
				},
				{Amount: prolong.NewMoney(60_00, prolong.RUB), Contract: guid("contract"), ContractNumber: "58291375", ContractDate: prolong.MustDate("2026-01-15")},
				{Amount: prolong.NewMoney(40_00, prolong.RUB)},
			},
		}))
	})
	require.Equal(t, Counts{Receipts: 1, Skipped: []string{}}, counts)
	golden(t, "receipt", text)
}

// Partners, contracts and services stand before the first document that names them, and once.
func TestCatalogueEntriesAreWrittenOnce(t *testing.T) {
	t.Parallel()
	invoice, act := render.Samples()["invoice_ru"], render.Samples()["act_ru"]
	text, counts := file(t, options(), func(w *Writer) {
		require.NoError(t, w.Document(&invoice, refs(invoice)))
		require.NoError(t, w.Document(&act, refs(act)))
		require.NoError(t, w.Receipt(Receipt{ID: guid("supply"), PayerID: guid("buyer"), Payer: invoice.Buyer}))
	})
	require.Equal(t, Counts{Invoices: 1, Acts: 1, Receipts: 1, Skipped: []string{}}, counts)
	for object, want := range map[string]int{"Справочник.Контрагенты": 1, "Справочник.Договоры": 1, "Справочник.Номенклатура": 2} {
		require.Equal(t, want, strings.Count(text, "<"+object+">"), object)
		require.Less(t, strings.LastIndex(text, "</"+object+">"), strings.Index(text, "<Документ."), object)
	}
}

// A credit note on a supply is an agreed change of it, line by line, before and after.
func TestGoldenCorrection(t *testing.T) {
	t.Parallel()
	note, act := render.Samples()["credit_note_ru_two_rates"], render.Samples()["act_ru_two_rates"]
	r := refs(note)
	r.Supply, r.SupplyNumber, r.SupplyDate = guid("supply"), act.Number, act.Date
	after := slices.Clone(act.Lines)
	for i := range after {
		after[i].Gross, after[i].Tax = after[i].Gross+note.Lines[i].Gross, after[i].Tax+note.Lines[i].Tax
	}
	text, counts := file(t, options(), func(w *Writer) { require.NoError(t, w.Correction(&note, act.Lines, after, note.Notes[0], r)) })
	require.Equal(t, Counts{Corrections: 1, Skipped: []string{}}, counts)
	golden(t, "correction", text)
}

// What the format has no object for is named, never dropped in silence.
func TestWhatHasNoObjectIsNamed(t *testing.T) {
	t.Parallel()
	sheet, invoice := render.Samples()["reconciliation_ru"], render.Samples()["invoice_ru"]
	sheet.Number = "6"
	storno := invoice.Reversal("7", prolong.MustDate("2026-12-01"))
	text, counts := file(t, options(), func(w *Writer) {
		require.NoError(t, w.Document(&sheet, refs(sheet)))
		require.NoError(t, w.Document(&storno, refs(storno)))
	})
	require.Equal(t, Counts{Skipped: []string{"6", "7"}}, counts)
	require.NotContains(t, text, "<Документ.")
}

func TestBaseNamesItsVersionAndItsRates(t *testing.T) {
	t.Parallel()
	act, advance := render.Samples()["act_ru"], render.Samples()["sf_advance"]
	text, _ := file(t, Options{Version: "1.10", Rates: map[int]string{2200: "НДС22_Новая"}}, func(w *Writer) {
		require.NoError(t, w.Document(&act, refs(act)))
		require.NoError(t, w.Document(&advance, refs(advance)))
	})
	require.Contains(t, text, "<msg:Format>http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.10</msg:Format>")
	require.Contains(t, text, "<msg:AvailableVersion>1.10</msg:AvailableVersion>")
	require.Contains(t, text, `<Body xmlns="http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.10">`)
	require.Contains(t, text, "<СтавкаНДС>НДС22_Новая</СтавкаНДС>")
	require.NotContains(t, text, "<СтавкаНДС>НДС22</СтавкаНДС>")
	require.Contains(t, text, "<СтавкаНДС>НДС22_122</СтавкаНДС>", "the name of a rate is not that of its estimate")
	require.Contains(t, strings.Join(strings.Fields(text), ""), "<Валюта><ДанныеКлассификатора><Код>643</Код><Наименование>руб.</Наименование></ДанныеКлассификатора></Валюта>")
	for _, version := range []string{"2.0", "1.6.1", "latest", "1.100"} {
		_, err := NewWriter(io.Discard, Options{Version: version})
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), version)
	}
}

// A disk that is full is an error of the file, whenever it shows.
func TestFailureToWriteIsTheFailureOfTheFile(t *testing.T) {
	t.Parallel()
	for room := 0; room < 40_000; room += 4_000 {
		w, err := NewWriter(&full{room: room}, options())
		act := render.Samples()["act_ru_long"]
		if err == nil {
			_ = w.Document(&act, refs(act))
			_, err = w.Close()
		}
		require.ErrorIs(t, err, errFull, "room for %d", room)
	}
}

var errFull = errors.New("full")

type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}
