package invoices_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// A credit note on a supply goes to 1С as an agreed change of it, with its lines before and after;
// the next one goes on from there. The same note has the same GUID in every file.
func TestCreditNotesGoTo1CAsCorrectionsOfTheSupply(t *testing.T) {
	t.Parallel()
	h, ctx := newHouse(t), t.Context()
	h.taxSeller(t, billing.ClosingUPD, "")
	h.accounts(t, 1, "2026-03-31", "2000.00")
	inv := h.issue(t)[0]
	h.receive(t, inv.AccountID, 2000_00, "2026-03-01")
	_, err := h.invoices.Credit(ctx, tester, inv.ID, rub(200_00), "до акта")
	require.NoError(t, err)
	h.at(2026, 3, 2)
	_, err = h.invoices.CloseDue(ctx, tester, prolong.Date{})
	require.NoError(t, err)
	for _, minor := range []int64{300_00, 500_00} {
		_, err = h.invoices.Credit(ctx, tester, inv.ID, rub(minor), "простой")
		require.NoError(t, err)
	}
	var files [2]bytes.Buffer
	for i := range files {
		counts, err := h.invoices.ExportOneC(ctx, &files[i], march, nil)
		require.NoError(t, err)
		require.Equal(t, 2, counts.Corrections, "the note before the act has lowered it")
		require.Empty(t, counts.Skipped)
	}
	require.Equal(t, files[0].String(), files[1].String())
	objects := regexp.MustCompile(`(?s)<Документ.КорректировкаРеализацииТоваров>.*?</Документ.КорректировкаРеализацииТоваров>`).FindAllString(files[0].String(), -1)
	require.Len(t, objects, 2)
	for i, said := range [][]string{
		{"<Сумма>1500.00</Сумма>", "<СуммаДоИзменения>1800.00</СуммаДоИзменения>", "<СуммаНДС>270.50</СуммаНДС>", "<СуммаНДСДоИзменения>324.59</СуммаНДСДоИзменения>"},
		{"<Сумма>1000.00</Сумма>", "<СуммаДоИзменения>1500.00</СуммаДоИзменения>", "<СуммаНДС>180.33</СуммаНДС>", "<СуммаНДСДоИзменения>270.50</СуммаНДСДоИзменения>"},
	} {
		for _, s := range said {
			require.Contains(t, objects[i], s)
		}
		sale := regexp.MustCompile(`(?s)<Документ.РеализацияТоваровУслуг>.*?<Ссылка>([^<]+)`).FindStringSubmatch(files[0].String())[1]
		require.Equal(t, 2, strings.Count(objects[i], "<Ссылка>"+sale+"</Ссылка>"), "on its supply")
	}
	later := invoices.Interval{From: prolong.MustDate("2026-04-01"), To: prolong.MustDate("2026-04-30")}
	counts, err := h.invoices.ExportOneC(ctx, &bytes.Buffer{}, later, nil)
	require.NoError(t, err)
	require.Zero(t, counts.Corrections)
}
