package backoffice_test

import (
	"bufio"
	"bytes"
	"context"
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
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
	"prolong/tickets"
)

// olga is the owner of the first client of a test.
func (o *office) olga(t *testing.T, x openInvoice) prolong.Actor {
	t.Helper()
	m, err := o.Identity.Invite(t.Context(), prolong.System("test"), o.account(t, x.externalID).ID, identity.Invitation{
		Email: "olga@example.test", Name: "Ольга Примерова", Phone: "+79161234567", Role: identity.MemberOwner, AccountName: "Пример"})
	require.NoError(t, err)
	return prolong.Actor{Kind: prolong.ActorContact, ID: m.Contact.ID, Name: m.Contact.Email}
}

func (o *office) filed(t *testing.T, by prolong.Actor, account int64, subject, text string) tickets.Ticket {
	t.Helper()
	ticket, err := o.Tickets.FileTicket(t.Context(), by, tickets.NewTicket{AccountID: account, Subject: subject, Text: text})
	require.NoError(t, err)
	return ticket
}

// upload posts a form with a file.
func (o *office) upload(t *testing.T, role identity.Role, path string, fields map[string]string, name, content string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		require.NoError(t, w.WriteField(k, v))
	}
	if name != "" {
		part, err := w.CreateFormFile("files", name)
		require.NoError(t, err)
		_, err = part.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, &body)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.AddCookie(&http.Cookie{Name: "session", Value: o.as(t, role)})
	rec := httptest.NewRecorder()
	o.Site.Handler().ServeHTTP(rec, req)
	return rec
}

func TestAgentAnswersATicket(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	olga, account := o.olga(t, list[0]), o.account(t, list[0].externalID)
	ticket := o.filed(t, olga, int64(account.ID), "Не приходит акт", "Добрый день! <b>Пришлите</b> акт.")
	path := "/office/tickets/" + strconv.FormatInt(ticket.ID, 10)
	page := o.get(t, identity.RoleSupport, path)
	shows(t, page, "Не приходит акт", "Ольга Примерова", "ООО «Пример 0»", "Оплачено по 20.03.2026", "Первый ответ", "рабочего времени", "Пример support", "Оплата")
	hides(t, page, "<b>Пришлите</b>")
	o.walk(t, map[string]scenario{
		"waits":    {role: identity.RoleSupport, path: "/office/tickets", shows: []string{"Не приходит акт", "ООО «Пример 0»"}},
		"mine":     {role: identity.RoleSupport, path: "/office/tickets?view=mine", shows: []string{"Обращений здесь нет"}},
		"free":     {role: identity.RoleSupport, path: "/office/tickets?view=free", shows: []string{"Не приходит акт"}},
		"done":     {role: identity.RoleSupport, path: "/office/tickets?view=done", hides: []string{"Не приходит акт"}},
		"client":   {role: identity.RoleSupport, path: "/office/tickets?client=" + idOf(account.ID), shows: []string{"Не приходит акт"}},
		"stranger": {role: identity.RoleSupport, path: "/office/tickets?client=" + idOf(o.account(t, list[1].externalID).ID), hides: []string{"Не приходит акт"}},
		"search":   {role: identity.RoleSupport, path: "/office/tickets?view=open&q=" + url.QueryEscape("акт"), shows: []string{"Не приходит акт"}},
		"by all":   {path: "/office/search?q=" + url.QueryEscape("приходит"), shows: []string{"Не приходит акт"}},
		"card":     {path: "/office/clients/" + idOf(account.ID), shows: []string{"Обращение № " + strconv.FormatInt(ticket.Number, 10)}},
		"none":     {path: "/office/tickets/999", status: http.StatusNotFound},
	})

	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(page.Body.String())[1]
	seen := regexp.MustCompile(`name="seen" value="([^"]+)"`).FindStringSubmatch(page.Body.String())[1]
	fields := map[string]string{"text": "Отправили ещё раз.", "kind": "reply", "key": key, "seen": seen}
	before := o.outbox.queued()
	require.Equal(t, path, o.upload(t, identity.RoleSupport, path+"/reply", fields, "акт.pdf", "%PDF-1.4 test").Header().Get("Location"))
	require.Equal(t, before+1, o.outbox.queued(), "the answer leaves by mail")
	require.Equal(t, path, o.upload(t, identity.RoleSupport, path+"/reply", fields, "", "").Header().Get("Location"), "the same page sent twice")
	require.Equal(t, before+1, o.outbox.queued(), "writes once")
	answered := o.get(t, identity.RoleSupport, path)
	shows(t, answered, "Отправили ещё раз.", "Ждём клиента", "акт.pdf", "Обещание выполнено")
	file := regexp.MustCompile(path + `/files/\d+`).FindString(answered.Body.String())
	download := o.get(t, identity.RoleAccountant, file)
	require.Equal(t, "%PDF-1.4 test", download.Body.String())
	require.Contains(t, download.Header().Get("Content-Disposition"), "attachment")

	_, err := o.Tickets.Reply(t.Context(), olga, ticket.ID, tickets.Reply{Text: "Не пришёл"})
	require.NoError(t, err)
	late := o.upload(t, identity.RoleSupport, path+"/reply", map[string]string{"text": "Мимо", "kind": "reply", "key": "other", "seen": seen}, "", "")
	require.Equal(t, http.StatusConflict, late.Code, "the client has written meanwhile")
	shows(t, late, "Мимо", "Пока вы писали", "Не пришёл")
	require.Equal(t, http.StatusUnprocessableEntity, o.upload(t, identity.RoleSupport, path+"/reply", map[string]string{"kind": "reply", "key": "k"}, "", "").Code, "nothing is written")

	require.Equal(t, path, o.upload(t, identity.RoleSupport, path+"/reply", map[string]string{"text": "Звонили ему", "kind": "note", "key": "note"}, "", "").Header().Get("Location"))
	shows(t, o.get(t, identity.RoleAccountant, path), "Звонили ему", "заметка, клиент не видит")
	require.Equal(t, before+1, o.outbox.queued(), "a note leaves nowhere")

	for _, form := range []url.Values{
		{"what": {"me"}}, {"what": {"priority"}, "priority": {"urgent"}}, {"what": {"tag"}, "tag": {"payment"}}, {"what": {"status"}, "status": {"resolved"}}, {"what": {"subject"}, "subject": {"Акт за март"}},
		{"what": {"client"}, "client": {idOf(o.account(t, list[1].externalID).ID)}},
	} {
		require.Equal(t, path, o.post(t, identity.RoleSupport, path, form).Header().Get("Location"), form)
	}
	shows(t, o.get(t, identity.RoleSupport, path), "Акт за март", "Решено", "ООО «Пример 1»", `aria-pressed="true"`)
	shows(t, o.get(t, identity.RoleSupport, "/office/tickets?view=done&tag=payment"), "Акт за март", "Срочная")
	for _, form := range []url.Values{{}, {"what": {"x"}}, {"what": {"assignee"}, "assignee": {"x"}}, {"what": {"status"}, "status": {"x"}}, {"what": {"tag"}, "tag": {"нет такой"}}} {
		code := o.post(t, identity.RoleSupport, path, form).Code
		require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusConflict, http.StatusNotFound}, code, form)
	}
}

func TestAgentFilesWhatAClientSaid(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.clients(t, 2)
	shows(t, o.get(t, identity.RoleSupport, "/office/tickets/new"), "Новое обращение", "Телефон")
	wrong := o.upload(t, identity.RoleSupport, "/office/tickets", map[string]string{"who": "нет такого", "email": "x@", "subject": "Тема", "channel": "phone", "priority": "normal", "key": "k"}, "", "")
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	shows(t, wrong, "не найден", "не адрес электронной почты", "Заполните это поле", `value="Тема"`)
	rec := o.upload(t, identity.RoleSupport, "/office/tickets", map[string]string{"who": "c0001", "name": "Пётр", "text": "Просил счёт на три месяца", "channel": "phone", "priority": "high", "key": "k2"}, "", "")
	require.Equal(t, http.StatusSeeOther, rec.Code)
	shows(t, o.get(t, identity.RoleSupport, rec.Header().Get("Location")), "Просил счёт на три месяца", "ООО «Пример 1»", "Пётр", "Телефон")
}

func TestLettersThatBecameNoTicket(t *testing.T) {
	t.Parallel()
	o := open(t)
	raw := "From: robot <noreply@example.test>\r\nTo: support@example.test\r\nSubject: Auto reply\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <a1@example.test>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0300\r\n\r\nI am away.\r\n"
	id, err := o.Tickets.TakeLetter(t.Context(), prolong.System("test"), "support", o.clock.Now(), []byte(raw))
	require.NoError(t, err)
	require.NoError(t, o.Tickets.ReadLetter(t.Context(), id))
	letter := "/office/mails/" + strconv.FormatInt(id, 10)
	shows(t, o.get(t, identity.RoleSupport, "/office/mails"), "Таких писем нет")
	shows(t, o.get(t, identity.RoleSupport, "/office/mails?state=ignored"), "Auto reply", "noreply@example.test")
	require.Equal(t, raw, o.get(t, identity.RoleSupport, letter+"/raw").Body.String())
	filed := o.post(t, identity.RoleSupport, letter+"/file", url.Values{})
	require.Equal(t, http.StatusSeeOther, filed.Code, filed.Body)
	shows(t, o.get(t, identity.RoleSupport, filed.Header().Get("Location")), "I am away.", "Чьё обращение, ещё не известно")
	require.Equal(t, http.StatusConflict, o.post(t, identity.RoleSupport, letter+"/file", url.Values{}).Code)
}

func TestCallsAndThoseToCallBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.olga(t, list[0])
	agent := o.people[identity.RoleSupport]
	require.NoError(t, o.Telephony.ApplyExtensions(t.Context(), prolong.System("test"), "main", []telephony.ExtensionSeat{{Extension: "101", StaffID: agent.ID}}))
	o.exchange.Place(pbxsim.Script{Direction: "inbound", Client: "79161234567", Extension: "101", Ring: 5 * time.Second, Talk: time.Minute})
	o.hear(t)
	o.clock.Advance(3 * time.Minute)
	o.hear(t)
	o.exchange.Place(pbxsim.Script{Direction: "inbound", Client: "79250000002", Ring: 20 * time.Second})
	o.clock.Advance(5 * time.Minute)
	o.hear(t)
	_, err := o.Telephony.PullHistory(t.Context(), "main")
	require.NoError(t, err)
	_, err = o.Telephony.SweepCallbacks(t.Context())
	require.NoError(t, err)
	calls, _, err := o.Telephony.ListCalls(t.Context(), prolong.System("test"), telephony.Filter{})
	require.NoError(t, err)
	require.Len(t, calls, 2)
	missed, spoken := "/office/calls/"+strconv.FormatInt(calls[0].ID, 10), "/office/calls/"+strconv.FormatInt(calls[1].ID, 10)

	o.walk(t, map[string]scenario{
		"all":      {role: identity.RoleSupport, path: "/office/calls", shows: []string{"ООО «Пример 0»", "Поговорили", "Пропущен", "Перезвонить", "+7 925 000-00-02", "Пример support"}},
		"missed":   {role: identity.RoleSupport, path: "/office/calls?view=missed", shows: []string{"+7 925 000-00-02"}, hides: []string{"ООО «Пример 0»"}},
		"untagged": {role: identity.RoleSupport, path: "/office/calls?view=untagged", shows: []string{"ООО «Пример 0»"}},
		"unknown":  {role: identity.RoleSupport, path: "/office/calls?view=unknown", hides: []string{"ООО «Пример 0»"}},
		"mine":     {role: identity.RoleSupport, path: "/office/calls?view=mine", shows: []string{"ООО «Пример 0»"}},
		"search":   {role: identity.RoleSupport, path: "/office/calls?q=" + url.QueryEscape("916 123"), shows: []string{"ООО «Пример 0»"}},
		"by all":   {path: "/office/search?q=" + url.QueryEscape("8 925 000-00-02"), shows: []string{"+7 925 000-00-02"}},
		"one":      {role: identity.RoleSupport, path: spoken, shows: []string{"+7 916 123-45-67", "Оплачено по 20.03.2026", "К оплате 2\u00a0000,00\u00a0₽", "1 мин", "Запись"}},
		"looker":   {role: identity.RoleAccountant, path: spoken, shows: []string{"+7 916 123-45-67"}, hides: []string{"/recording", "name=\"note\""}},
		"stranger": {role: identity.RoleSupport, path: missed, shows: []string{"не принадлежит", "1 пропущенный"}},
		"none":     {role: identity.RoleSupport, path: "/office/calls/999", status: http.StatusNotFound},
	})
	for _, form := range []url.Values{{"what": {"tag"}, "tag": {"payment"}}, {"what": {"note"}, "note": {"Просила счёт"}}} {
		require.Equal(t, spoken, o.post(t, identity.RoleSupport, spoken, form).Header().Get("Location"), form)
	}
	require.Equal(t, http.StatusForbidden, o.post(t, identity.RoleAccountant, spoken, url.Values{"what": {"note"}, "note": {"x"}}).Code)
	shows(t, o.get(t, identity.RoleSupport, "/office/calls"), "Просила счёт", "Оплата")
	require.Equal(t, missed, o.post(t, identity.RoleSupport, missed, url.Values{"what": {"client"}, "who": {"c0001"}, "remember": {"1"}}).Header().Get("Location"))
	shows(t, o.get(t, identity.RoleSupport, missed), "ООО «Пример 1»")
	ticket := o.post(t, identity.RoleSupport, spoken, url.Values{"what": {"ticket"}, "subject": {"Счёт на три месяца"}, "text": {"Просила счёт"}}).Header().Get("Location")
	require.True(t, strings.HasPrefix(ticket, "/office/tickets/"), ticket)
	shows(t, o.get(t, identity.RoleSupport, spoken), ticket)

	sound := o.get(t, identity.RoleSupport, spoken+"/recording")
	require.Equal(t, http.StatusOK, sound.Code)
	require.NotEmpty(t, sound.Body.Bytes())
	require.Equal(t, http.StatusForbidden, o.get(t, identity.RoleAccountant, spoken+"/recording").Code)
	require.Equal(t, http.StatusNotFound, o.get(t, identity.RoleSupport, missed+"/recording").Code)

	callbacks, err := o.Telephony.ListCallbacks(t.Context(), prolong.System("test"), 0, false)
	require.NoError(t, err)
	require.Len(t, callbacks, 1)
	task := "/office/callbacks/" + strconv.FormatInt(callbacks[0].ID, 10)
	require.Equal(t, "/office/calls", o.post(t, identity.RoleSupport, task, url.Values{"what": {"take"}}).Header().Get("Location"))
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, identity.RoleSupport, task, url.Values{"what": {"drop"}}).Code, "a reason is asked for")
	require.Equal(t, "/office/calls", o.post(t, identity.RoleSupport, task, url.Values{"what": {"drop"}, "reason": {"написал в чат"}}).Header().Get("Location"))
	require.Equal(t, http.StatusNotFound, o.post(t, identity.RoleSupport, task, url.Values{"what": {"take"}}).Code)
}

func TestRingingCallReachesTheOpenPage(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	o.olga(t, list[0])
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- o.Telephony.Listen(ctx) }()
	server := httptest.NewServer(o.Site.Handler())
	defer server.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/office/calls/live", nil)
	require.NoError(t, err)
	req.AddCookie(&http.Cookie{Name: "session", Value: o.as(t, identity.RoleSupport)})
	answer, err := server.Client().Do(req)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Contains(t, answer.Header.Get("Content-Type"), "text/event-stream")

	o.exchange.Place(pbxsim.Script{Direction: "inbound", Client: "79161234567", Extension: "101", Ring: time.Hour})
	o.hear(t)
	id := ""
	for lines := bufio.NewScanner(answer.Body); id == "" && lines.Scan(); {
		id = strings.TrimPrefix(lines.Text(), "data: ")
		if id == lines.Text() {
			id = ""
		}
	}
	require.NotEmpty(t, id)
	card := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/office/calls/"+id+"/ringing", nil)
	card.Header.Set("HX-Request", "true")
	card.Header.Set("HX-Request-Type", "partial")
	card.AddCookie(&http.Cookie{Name: "session", Value: o.as(t, identity.RoleSupport)})
	rec := httptest.NewRecorder()
	o.Site.Handler().ServeHTTP(rec, card)
	require.Equal(t, http.StatusOK, rec.Code)
	for _, want := range []string{`data-call="` + id + `"`, "ООО «Пример 0»", "Оплачено по 20.03.2026"} {
		require.Contains(t, rec.Body.String(), want)
	}
	require.NotContains(t, rec.Body.String(), "<html")
	cancel()
	require.NoError(t, <-ended)
}

// TestTicketShowsWhatTheClientOwesAndAsksBesides: whoever answers sees both beside the ticket.
func TestTicketShowsWhatTheClientOwesAndAsksBesides(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	olga, account := o.olga(t, list[0]), o.account(t, list[0].externalID)
	ticket := o.filed(t, olga, int64(account.ID), "Не приходит акт", "Пришлите акт.")
	path := "/office/tickets/" + strconv.FormatInt(ticket.ID, 10)
	rec := o.get(t, identity.RoleSupport, path)
	shows(t, rec, "К оплате 2\u00a0000,00\u00a0₽")
	hides(t, rec, fmt.Sprintf("№ %d Не приходит акт", ticket.Number))
	other := o.filed(t, olga, int64(account.ID), "Касса молчит", "Не печатает.")
	o.bank(t, march2, exact(0, list[0]))
	rec = o.get(t, identity.RoleSupport, path)
	shows(t, rec, fmt.Sprintf("№ %d Касса молчит", other.Number))
	hides(t, rec, "К оплате 2")
}
