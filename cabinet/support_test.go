package cabinet_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/tickets"
)

// upload is a file of a form.
type upload struct{ name, body string }

// send posts a form with files.
func (h *house) send(t *testing.T, email, path string, fields map[string]string, files ...upload) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		require.NoError(t, w.WriteField(name, value))
	}
	for _, f := range files {
		part, err := w.CreateFormFile("files", f.name)
		require.NoError(t, err)
		_, err = part.Write([]byte(f.body))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	b := &browser{house: h, cookies: map[string]string{"session": h.as(t, email)}}
	return b.call(t, http.MethodPost, path, &body, "Content-Type", w.FormDataContentType())
}

// file files a ticket for a client and returns the address of its page.
func (h *house) file(t *testing.T, email string, client int, text string, files ...upload) string {
	t.Helper()
	rec := h.send(t, email, h.path(client, "/tickets"), map[string]string{"text": text}, files...)
	require.Equal(t, http.StatusSeeOther, rec.Code, rec.Body)
	return rec.Header().Get("Location")
}

func TestTicketFromFilingToTheEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	const asker = "employee0@example.test"
	agent := h.agent(t)
	h.play(t, map[string]scene{
		"none":     {as: asker, path: h.path(0, "/tickets"), status: 200, want: []string{"Открытых обращений нет", h.path(0, "/tickets/new")}},
		"new":      {as: asker, path: h.path(0, "/tickets/new?subject=%D0%A2%D0%B5%D0%BC%D0%B0"), status: 200, want: []string{`value="Тема"`, `enctype="multipart/form-data"`, `type="file" multiple`}},
		"home":     {as: asker, path: h.path(0, ""), status: 200, want: []string{"Открытых обращений нет"}},
		"no such":  {as: asker, path: h.path(0, "/tickets/1"), status: 404},
		"no calls": {as: asker, path: h.path(0, "/calls"), status: 200, want: []string{"Здесь будут звонки"}},
	})

	for name, s := range map[string]struct {
		fields map[string]string
		files  []upload
		want   string
	}{
		"empty":   {map[string]string{"subject": "Касса"}, nil, "Напишите, что случилось"},
		"program": {map[string]string{"text": "вот"}, []upload{{"run.exe", "MZ"}}, "run.exe"},
		"nothing": {map[string]string{"text": "вот"}, []upload{{"empty.txt", ""}}, "пуст"},
		"film":    {map[string]string{"text": "как это было"}, []upload{{"видео.mp4", strings.Repeat("x", tickets.UploadsBytesMax+1)}}, "можно приложить до 20 МБ вместе. Уменьшите «видео.mp4»"},
	} {
		rec := h.send(t, asker, h.path(0, "/tickets"), s.fields, s.files...)
		require.Equal(t, http.StatusUnprocessableEntity, rec.Code, name)
		require.Contains(t, rec.Body.String(), s.want, name)
		require.Contains(t, rec.Body.String(), "field-wrong", name)
		require.Contains(t, rec.Body.String(), s.fields["text"], "what was typed stays")
	}

	fields := map[string]string{"subject": "Касса № 2", "text": "Смена не открывается\r\nВторой час", "high": "1", "key": "K1"}
	first := h.send(t, asker, h.path(0, "/tickets"), fields, upload{"снимок.png", "\x89PNG picture"})
	page := first.Header().Get("Location")
	require.Regexp(t, `/tickets/\d+$`, page)
	require.Equal(t, page, h.send(t, asker, h.path(0, "/tickets"), fields, upload{"снимок.png", "\x89PNG picture"}).Header().Get("Location"), "the form sent twice files one ticket")
	h.play(t, map[string]scene{
		"page":       {as: asker, path: page, status: 200, want: []string{"Касса № 2", "Смена не открывается\nВторой час", "Новое", "Ответим до 02.03.2026, 11:00", "Осталось 2 ч рабочего времени", "снимок.png, 1 КБ", "Вопрос решён"}},
		"list":       {as: "owner0@example.test", path: h.path(0, "/tickets"), status: 200, want: []string{"Касса № 2", "Ответим до 02.03.2026, 11:00"}},
		"home":       {as: "owner0@example.test", path: h.path(0, ""), status: 200, want: []string{"Касса № 2", "Осталось 2 ч рабочего времени"}},
		"other":      {as: "owner1@example.test", path: h.path(1, "/tickets"), status: 200, not: []string{"Касса"}},
		"other home": {as: "owner1@example.test", path: h.path(1, ""), status: 200, not: []string{"Касса"}},
	})
	h.clock.Advance(95 * time.Minute)
	h.play(t, map[string]scene{"later": {as: asker, path: page, status: 200, want: []string{"Осталось 25 мин рабочего времени"}}})

	file := regexp.MustCompile(`/cabinet/\d+/tickets/\d+/files/\d+`).FindString(h.get(t, asker, page).Body.String())
	require.NotEmpty(t, file)
	got := h.get(t, "owner0@example.test", file)
	require.Equal(t, "\x89PNG picture", got.Body.String())
	require.Equal(t, "application/octet-stream", got.Header().Get("Content-Type"))
	require.Contains(t, got.Header().Get("Content-Disposition"), "attachment")
	require.Equal(t, http.StatusNotFound, h.get(t, "owner1@example.test", file).Code)

	id := h.ticketID(t, page)
	_, err := h.Tickets.Note(t.Context(), agent, id, tickets.Reply{Text: "тайная заметка"})
	require.NoError(t, err)
	_, err = h.Tickets.Reply(t.Context(), agent, id, tickets.Reply{Text: "Закройте смену вручную"})
	require.NoError(t, err)
	require.Len(t, h.outbox.letters, 1, "the answer leaves by mail, too")
	h.play(t, map[string]scene{"answered": {as: asker, path: page, status: 200,
		want: []string{"Закройте смену вручную", "Мария Примерова", "Ждём вашего ответа", "отсчёт остановлен", "Состояние: Ждём вашего ответа"}, not: []string{"тайная заметка", "agent@vendor.example"}}})

	require.Equal(t, http.StatusUnprocessableEntity, h.send(t, asker, page+"/reply", map[string]string{"text": " "}).Code)
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(h.get(t, asker, page).Body.String())[1]
	for range 2 {
		rec := h.send(t, asker, page+"/reply", map[string]string{"text": "Не помогло", "key": key}, upload{"журнал.txt", "строки"})
		require.Equal(t, page+"#last", rec.Header().Get("Location"))
	}
	body := h.get(t, asker, page).Body.String()
	require.Equal(t, 1, strings.Count(body, "Не помогло"), "the form sent twice writes one answer")
	require.Contains(t, body, "В работе")
	require.Contains(t, body, "журнал.txt")

	require.Equal(t, page, h.post(t, asker, page+"/resolve", nil).Header().Get("Location"))
	h.play(t, map[string]scene{
		"solved":      {as: asker, path: page, status: 200, want: []string{"Решено"}, not: []string{"Вопрос решён"}},
		"not open":    {as: asker, path: h.path(0, "/tickets"), status: 200, not: []string{"Касса № 2"}},
		"among done":  {as: asker, path: h.path(0, "/tickets?status=done"), status: 200, want: []string{"Касса № 2"}},
		"not at home": {as: asker, path: h.path(0, ""), status: 200, not: []string{"Касса № 2"}},
	})
	require.Equal(t, http.StatusSeeOther, h.post(t, asker, page+"/resolve", nil).Code, "said twice is said once")

	require.NoError(t, h.Tickets.SetStatus(t.Context(), agent, id, tickets.StatusClosed))
	h.play(t, map[string]scene{"closed": {as: asker, path: page, status: 200, want: []string{"Обращение закрыто", h.path(0, "/tickets/new")}, not: []string{`name="text"`}}})
	closed := h.send(t, asker, page+"/reply", map[string]string{"text": "И ещё одно"})
	require.Equal(t, http.StatusConflict, closed.Code)
	for _, want := range []string{"Напишите новое", "И ещё одно", `value="Касса № 2"`, `action="` + h.path(0, "/tickets") + `"`} {
		require.Contains(t, closed.Body.String(), want, "what was typed goes on in a new ticket")
	}
	require.Equal(t, http.StatusConflict, h.post(t, asker, page+"/resolve", nil).Code)
}

// ticketID reads the ticket out of the address of its page.
func (h *house) ticketID(t *testing.T, page string) int64 {
	t.Helper()
	id, err := strconv.ParseInt(page[strings.LastIndexByte(page, '/')+1:], 10, 64)
	require.NoError(t, err)
	return id
}

func TestLatePromiseSaysSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	page := h.file(t, "owner0@example.test", 0, "Вопрос")
	h.clock.Set(time.Date(2026, 3, 2, 19, 0, 0, 0, moscow))
	late := h.get(t, "owner0@example.test", page).Body.String()
	require.Contains(t, late, "Отвечаем дольше обещанного")
	require.Contains(t, late, "promise-late")

	h.clock.Set(time.Date(2026, 3, 6, 17, 20, 0, 0, moscow)) // Friday
	friday := h.file(t, "owner0@example.test", 0, "Пятница")
	h.clock.Set(time.Date(2026, 3, 6, 20, 0, 0, 0, moscow))
	require.Contains(t, h.get(t, "owner0@example.test", friday).Body.String(), "осталось 3 ч 20 мин рабочего времени, сейчас нерабочее", "on a Friday evening the count stands")
}

func TestTicketOfTheOtherCompanyIsNotUnderThisOne(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.invite(t, "owner0@example.test", h.accounts[1], identity.MemberOwner)
	second := h.file(t, "owner0@example.test", 1, "Вопрос второй компании", upload{"a.txt", "text"})
	require.True(t, strings.HasPrefix(second, h.path(1, "/tickets/")))
	crossed := strings.Replace(second, h.path(1, ""), h.path(0, ""), 1)
	require.Equal(t, http.StatusOK, h.get(t, "owner0@example.test", second).Code)
	require.Equal(t, http.StatusNotFound, h.get(t, "owner0@example.test", crossed).Code)
	require.Equal(t, http.StatusNotFound, h.send(t, "owner0@example.test", crossed+"/reply", map[string]string{"text": "x"}).Code)
	require.Equal(t, http.StatusNotFound, h.post(t, "owner0@example.test", crossed+"/resolve", url.Values{}).Code)
	first := h.file(t, "owner0@example.test", 0, "Вопрос первой", upload{"b.txt", "text"})
	files := regexp.MustCompile(`/files/\d+`)
	foreign := files.FindString(h.get(t, "owner0@example.test", second).Body.String())
	require.Equal(t, http.StatusNotFound, h.get(t, "owner0@example.test", first+foreign).Code, "a file is only found under its own ticket")
}

func TestCallsOfTheCompany(t *testing.T) {
	t.Parallel()
	h := open(t)
	agent := h.agent(t)
	h.call(t, 0, agent, "inbound", "answered", 254, 2*time.Hour)
	h.call(t, 0, agent, "inbound", "gave_up", 0, 3*time.Hour)
	h.call(t, 0, agent, "outbound", "no_answer", 0, 4*time.Hour)
	h.call(t, 1, agent, "inbound", "answered", 61, time.Hour)
	h.play(t, map[string]scene{
		"list": {as: "employee0@example.test", path: h.path(0, "/calls"), status: 200,
			want: []string{"Вы звонили нам", "Мы звонили вам", "4 мин 14 с", "оператор Мария", "не дозвонились", "02.03.2026, 07:00"}, not: []string{"Примерова", "1 мин 1 с", "101"}},
		"home":  {as: "owner0@example.test", path: h.path(0, ""), status: 200, want: []string{"Последние звонки", "4 мин 14 с"}},
		"other": {as: "owner1@example.test", path: h.path(1, "/calls"), status: 200, want: []string{"1 мин 1 с"}, not: []string{"4 мин 14 с"}},
	})
}

// call writes a call into the ledger as the exchange's history would.
func (h *house) call(t *testing.T, client int, agent prolong.Actor, direction, outcome string, talk int, ago time.Duration) {
	t.Helper()
	ctx := t.Context()
	_, err := h.db.Pool.Exec(ctx, `INSERT INTO phone_lines (key) VALUES ('main') ON CONFLICT DO NOTHING`)
	require.NoError(t, err)
	at := h.clock.Now().Add(-ago)
	_, err = h.db.Pool.Exec(ctx, `INSERT INTO calls (line, uuid, direction, state, outcome, account_id, client_phone, extension, agent_id, started_at, ended_at, talk_seconds, final, created_at, updated_at)
		VALUES ('main', $1, $2, 'ended', $3, $4, '+79161234567', '101', $5, $6, $6, $7, true, $6, $6)`,
		fmt.Sprintf("%d-%s-%s", client, direction, ago), direction, outcome, int64(h.accounts[client]), agent.ID, at, talk)
	require.NoError(t, err)
}
