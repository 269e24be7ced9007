package cabinet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// scene is what a reader sees at an address.
type scene struct {
	as, path string
	status   int
	want     []string
	not      []string
}

func (h *house) play(t *testing.T, scenes map[string]scene) {
	t.Helper()
	for name, s := range scenes {
		rec := h.get(t, s.as, s.path)
		require.Equal(t, s.status, rec.Code, "%s: %s", name, rec.Body)
		body := rec.Body.String()
		require.NotContains(t, body, "⟦", name)
		for _, want := range s.want {
			require.Contains(t, body, want, name)
		}
		for _, not := range s.not {
			require.NotContains(t, body, not, name)
		}
	}
}

func TestHomeTellsWhatToPay(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	inv, foreign := h.invoice(t, 0), h.invoice(t, 1)
	purpose := fmt.Sprintf("Оплата по счету № %s от 02.03.2026. В т.ч. НДС 22%% 360,66", inv.Number)
	h.play(t, map[string]scene{
		"owner": {as: "owner0@example.test", path: h.path(0, ""), status: 200, want: []string{
			"Оплачено по 20.03.2026", `<p class="term-left">осталось 18 дней</p>`, "«Стандарт», 2\u00a0000,00\u00a0₽ за 1 месяц",
			"К оплате: счёт " + inv.Number, "Оплатить до 20.03.2026, осталось 18 дней", "За 21.03.2026\u00a0– 20.04.2026",
			purpose, `data-copy="` + purpose + `"`, `data-copy="40702810938000000001"`, "4070 2810 9380 0000 0001", `data-copy="2000.00"`, "7701001238", "044525225",
			`<svg viewBox="0 0 `, `href="` + h.path(0, fmt.Sprintf("/invoices/%d/pdf", inv.ID)) + `"`,
		}, not: []string{foreign.Number, "Пример 1"}},
		"invoice counts the same days": {as: "owner0@example.test", path: h.path(0, fmt.Sprintf("/invoices/%d", inv.ID)), status: 200, want: []string{"Оплатить до 20.03.2026, осталось 18 дней"}},
		"accountant":                   {as: "accountant0@example.test", path: h.path(0, ""), status: 200, want: []string{purpose, "Бухгалтер"}},
		"employee": {as: "employee0@example.test", path: h.path(0, ""), status: 200, want: []string{"Оплачено по 20.03.2026", "«Стандарт»"},
			not: []string{"2\u00a0000,00", inv.Number, "40702810938000000001", "/invoices", "/documents", "Платить нечего"}},
	})

	h.pay(t, 0, 500_00)
	h.play(t, map[string]scene{"a part is paid": {as: "owner0@example.test", path: h.path(0, ""), status: 200, want: []string{
		"1\u00a0500,00\u00a0₽", "Всего по счёту 2\u00a0000,00\u00a0₽", `data-copy="1500.00"`, "В т.ч. НДС 22% 270,49",
	}}})

	h.pay(t, 0, 1_700_00)
	h.play(t, map[string]scene{
		"paid": {as: "owner0@example.test", path: h.path(0, ""), status: 200, want: []string{
			"Оплачено по 20.04.2026", "Последняя оплата: счёт " + inv.Number + " на 2\u00a0000,00\u00a0₽, 02.03.2026", "Платить нечего", "Следующий счёт придёт 21.03.2026", "На балансе 200,00\u00a0₽",
		}, not: []string{purpose}},
		"the other client": {as: "owner1@example.test", path: h.path(1, ""), status: 200, want: []string{"К оплате: счёт " + foreign.Number, "Оплачено по 20.03.2026"}, not: []string{inv.Number}},
	})
}

func TestHomeSaysThatTheServiceStops(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	h.clock.Set(time.Date(2026, 3, 22, 12, 0, 0, 0, moscow))
	h.play(t, map[string]scene{"grace": {as: "owner0@example.test", path: h.path(0, ""), status: 200, want: []string{
		"Пора оплатить", "льготный период по 23.03.2026 включительно", "просрочен на 2 дня", "term-warn", "Оплатите счёт ниже",
	}}})
	h.clock.Set(time.Date(2026, 3, 24, 0, 0, 1, 0, moscow))
	h.play(t, map[string]scene{"suspended": {as: "employee0@example.test", path: h.path(0, ""), status: 200, want: []string{"Сервис приостановлен", "term-bad", "попросите их оплатить"}}})
}

func TestInvoicesAndDocuments(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.play(t, map[string]scene{
		"no invoices":  {as: "owner0@example.test", path: h.path(0, "/invoices"), status: 200, want: []string{"Здесь будут ваши счета"}},
		"no documents": {as: "owner0@example.test", path: h.path(0, "/documents"), status: 200, want: []string{"Документов пока нет"}},
	})
	h.issue(t)
	first := h.invoice(t, 0)
	h.pay(t, 0, 2_000_00)
	h.clock.Set(time.Date(2026, 3, 25, 10, 0, 0, 0, moscow))
	_, err := h.Invoices.CloseDue(t.Context(), systemActor, moscowDay(h))
	require.NoError(t, err)
	h.issue(t)
	second := h.invoice(t, 0)
	require.NotEqual(t, first.Number, second.Number)
	one := h.path(0, fmt.Sprintf("/invoices/%d", first.ID))
	documents, total, err := h.Invoices.DocumentsOf(t.Context(), h.accounts[0], 10, 0)
	require.NoError(t, err)
	require.Equal(t, 1, total)
	act := documents[0]
	h.play(t, map[string]scene{
		"list":       {as: "accountant0@example.test", path: h.path(0, "/invoices"), status: 200, want: []string{first.Number, second.Number, "оплачен", "к оплате", "21.03.2026\u00a0– 20.04.2026"}},
		"open only":  {as: "accountant0@example.test", path: h.path(0, "/invoices?status=open"), status: 200, want: []string{second.Number}, not: []string{first.Number}},
		"paid only":  {as: "accountant0@example.test", path: h.path(0, "/invoices?status=paid"), status: 200, want: []string{first.Number}, not: []string{second.Number}},
		"nonsense":   {as: "accountant0@example.test", path: h.path(0, "/invoices?status=x&page=x"), status: 200, want: []string{first.Number, second.Number}},
		"paid":       {as: "accountant0@example.test", path: one, status: 200, want: []string{"Счёт " + first.Number, "02.03.2026", "в том числе НДС 360,66\u00a0₽", "Доступ к сервису «Стандарт»", "ООО «Пример 0»", "Платежи", "Акт " + act.Number}, not: []string{"<svg viewBox=\"0 0 6"}},
		"to pay":     {as: "accountant0@example.test", path: h.path(0, fmt.Sprintf("/invoices/%d", second.ID)), status: 200, want: []string{"Как оплатить", second.Number, "role=\"img\""}},
		"documents":  {as: "accountant0@example.test", path: h.path(0, "/documents"), status: 200, want: []string{"Акт " + act.Number, "2\u00a0000,00\u00a0₽", fmt.Sprintf("/documents/%d/pdf", act.ID)}},
		"home":       {as: "accountant0@example.test", path: h.path(0, ""), status: 200, want: []string{"Акт " + act.Number}},
		"paid code":  {as: "accountant0@example.test", path: one + "/qr", status: 409, want: []string{"Счёт " + first.Number + " не открыт"}},
		"no invoice": {as: "accountant0@example.test", path: h.path(0, "/invoices/999999"), status: 404},
		"no id":      {as: "accountant0@example.test", path: h.path(0, "/invoices/x"), status: 404},
		"twisted id": {as: "accountant0@example.test", path: h.path(0, fmt.Sprintf("/invoices/0%d", first.ID)), status: 404},
	})

	code := h.get(t, "accountant0@example.test", h.path(0, fmt.Sprintf("/invoices/%d/qr", second.ID)))
	require.Equal(t, http.StatusOK, code.Code)
	require.Equal(t, "image/png", code.Header().Get("Content-Type"))
	require.True(t, strings.HasPrefix(code.Body.String(), "\x89PNG"))

	for path, name := range map[string]string{one + "/pdf": "schet-" + first.Number + "-2026-03-02.pdf", h.path(0, fmt.Sprintf("/documents/%d/pdf", act.ID)): "akt-" + act.Number + "-"} {
		rec := h.get(t, "accountant0@example.test", path)
		require.Equal(t, http.StatusOK, rec.Code)
		require.Equal(t, "application/pdf", rec.Header().Get("Content-Type"))
		require.Contains(t, rec.Header().Get("Content-Disposition"), "attachment; filename=\""+name)
		require.Contains(t, rec.Header().Get("Content-Disposition"), "filename*=UTF-8''%D0%")
		require.Equal(t, "private, no-store", rec.Header().Get("Cache-Control"))
		require.True(t, strings.HasPrefix(rec.Body.String(), "%PDF-"), path)
	}
}

func TestPapersOfAYearInOneFile(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	h.pay(t, 0, 2_000_00)
	h.clock.Set(time.Date(2026, 3, 25, 10, 0, 0, 0, moscow))
	_, err := h.Invoices.CloseDue(t.Context(), systemActor, moscowDay(h))
	require.NoError(t, err)
	documents, _, err := h.Invoices.DocumentsOf(t.Context(), h.accounts[0], 10, 0)
	require.NoError(t, err)
	require.Len(t, documents, 1)
	papers := h.path(0, "/papers?year=2026")
	h.play(t, map[string]scene{
		"link":       {as: "accountant0@example.test", path: h.path(0, "/documents"), status: 200, want: []string{`href="` + papers + `"`, "Все за 2026 год, ZIP"}},
		"no papers":  {as: "owner1@example.test", path: h.path(1, "/documents"), status: 200, not: []string{"ZIP"}},
		"empty year": {as: "accountant0@example.test", path: h.path(0, "/papers?year=2025"), status: 404, want: []string{"За 2025 год документов нет. Выберите другой год."}},
		"employee":   {as: "employee0@example.test", path: papers, status: 403},
		"stranger":   {as: "owner1@example.test", path: papers, status: 404},
	})
	for _, address := range []string{papers, h.path(0, "/papers"), h.path(0, "/papers?year=last")} {
		rec := h.get(t, "accountant0@example.test", address)
		require.Equal(t, http.StatusOK, rec.Code, address)
		require.Equal(t, "application/zip", rec.Header().Get("Content-Type"))
		require.Contains(t, rec.Header().Get("Content-Disposition"), "documents-2026.zip")
		archive, err := zip.NewReader(bytes.NewReader(rec.Body.Bytes()), int64(rec.Body.Len()))
		require.NoError(t, err)
		require.Len(t, archive.File, 1)
		require.Contains(t, archive.File[0].Name, documents[0].Number)
		file, err := archive.File[0].Open()
		require.NoError(t, err)
		body, err := io.ReadAll(file)
		require.NoError(t, err)
		require.Equal(t, h.get(t, "accountant0@example.test", h.path(0, fmt.Sprintf("/documents/%d/pdf", documents[0].ID))).Body.String(), string(body), "the very paper that the page gives")
	}
}
