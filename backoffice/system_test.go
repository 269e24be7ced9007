package backoffice_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/identity"
	"prolong/tickets"
)

func TestFigures(t *testing.T) {
	t.Parallel()
	o := open(t)
	shows(t, o.get(t, identity.RoleSupport, "/office/dashboard"), "Платежей ещё не было", "Оплаченных подписок ещё нет")

	list := o.clients(t, 4)
	olga := o.olga(t, list[0])
	for i, tag := range []string{"payment", "payment", "error"} {
		account := o.account(t, list[i].externalID).ID
		ticket, err := o.Tickets.FileTicket(t.Context(), prolong.Actor{Kind: prolong.ActorStaff, ID: o.people[identity.RoleSupport].ID},
			tickets.NewTicket{AccountID: int64(account), Email: "c" + strconv.Itoa(i) + "@example.test", Subject: "Вопрос", Text: "Вопрос"})
		require.NoError(t, err)
		require.NoError(t, o.Tickets.Tag(t.Context(), prolong.Actor{Kind: prolong.ActorStaff, ID: o.people[identity.RoleSupport].ID}, ticket.ID, tag))
	}
	require.NotZero(t, olga.ID)
	o.bank(t, march2, exact(0, list[0]), exact(1, list[1]), stranger("8", "за столы", 123456))
	o.clock.Advance(20 * 24 * time.Hour) // within the period that was paid
	o.walk(t, map[string]scenario{
		"figures": {path: "/office/dashboard", shows: []string{
			"66,6\u00a0%", "2 из 3 платежей за 12 недель", // posted without a human
			"02.03: 66,6\u00a0%, 2 из 3", "02.03: 3 платежа",
			"4\u00a0000,00\u00a0₽", "Оплаченная подписка 2 клиентов", // revenue
			"Обращались с темой «Оплата»", "03.26: 500,0 на 1000: 2 из 4",
		}, hides: []string{"NaN"}},
		"other tag":   {path: "/office/dashboard?tag=error", shows: []string{"Обращались с темой «Ошибка»", "03.26: 250,0 на 1000: 1 из 4"}},
		"unknown tag": {path: "/office/dashboard?tag=x", shows: []string{"Обращались с темой «Оплата»"}},
	})
}

func TestJobs(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.clients(t, 1)
	admin := identity.RoleAdministrator
	var id int64
	require.NoError(t, o.db.Pool.QueryRow(t.Context(), `UPDATE river_job SET state = 'discarded', finalized_at = now(), attempt = 3,
		errors = array['{"at":"2026-03-02T06:00:00Z","attempt":3,"error":"550 нет такого ящика","trace":""}'::jsonb]
		WHERE id = (SELECT min(id) FROM river_job WHERE kind = 'message.send') RETURNING id`).Scan(&id))
	job := strconv.FormatInt(id, 10)
	o.walk(t, map[string]scenario{
		"board":    {role: admin, path: "/office/jobs", shows: []string{"Счета на продление", "1 счёт", "Отправка письма", "550 нет такого ящика", "/office/jobs/queue/" + job + "/retry"}},
		"runs":     {role: admin, path: "/office/jobs/renewals", shows: []string{"Счета на продление", "1 счёт", "готово"}},
		"no runs":  {role: admin, path: "/office/jobs/bank_pull", shows: []string{"Выписки банков"}},
		"no job":   {role: admin, path: "/office/jobs/other", status: http.StatusNotFound},
		"who else": {role: identity.RoleSupport, path: "/office", hides: []string{"/office/jobs"}},
	})
	require.Equal(t, http.StatusNotFound, o.post(t, admin, "/office/jobs/queue/999999/retry", url.Values{}).Code)
	require.Equal(t, http.StatusNotFound, o.post(t, admin, "/office/jobs/queue/x/retry", url.Values{}).Code)
	require.Equal(t, "/office/jobs", o.post(t, admin, "/office/jobs/queue/"+job+"/retry", url.Values{}).Header().Get("Location"))
	shows(t, o.get(t, admin, "/office/jobs"), "Все задания выполняются")
}

var setupLink = regexp.MustCompile(`http://example\.com(/office/setup/[^"<]+)"`)

func TestStaffIsAddedLockedAndGivenANewStart(t *testing.T) {
	t.Parallel()
	o := open(t)
	admin := identity.RoleAdministrator
	add := func(form url.Values) (status int, body, link string) {
		rec := o.post(t, admin, "/office/staff", form)
		if found := setupLink.FindStringSubmatch(rec.Body.String()); found != nil {
			link = found[1]
		}
		return rec.Code, rec.Body.String(), link
	}
	status, body, link := add(url.Values{"name": {"Вера Новая"}, "email": {"new@example.test"}, "role": {"accountant"}, "language": {"uk"}})
	require.Equal(t, http.StatusOK, status)
	require.NotEmpty(t, link, text(body))
	shows(t, o.get(t, "", link), "Вера Новая")
	hides(t, o.get(t, admin, "/office/staff"), link)
	shows(t, o.get(t, admin, "/office/staff"), "Вера Новая", "пароль не задан", "new@example.test")

	for name, form := range map[string]url.Values{
		"no name":    {"email": {"x@example.test"}, "role": {"support"}},
		"no address": {"name": {"Кто"}, "role": {"support"}},
		"bad":        {"name": {"Кто"}, "email": {"nobody"}, "role": {"support"}},
		"role":       {"name": {"Кто"}, "email": {"x@example.test"}, "role": {"king"}, "language": {"ru"}},
	} {
		status, body, link := add(form)
		require.Equal(t, http.StatusUnprocessableEntity, status, name)
		require.Empty(t, link, name)
		require.NotContains(t, body, "⟦", name)
	}
	// Who is here already is changed.
	rec := o.post(t, admin, "/office/staff", url.Values{"name": {"Вера Прежняя"}, "email": {"new@example.test"}, "role": {"support"}, "language": {"ru"}})
	require.Equal(t, http.StatusSeeOther, rec.Code)
	shows(t, o.get(t, admin, "/office/staff"), "Вера Прежняя")

	support := o.people[identity.RoleSupport]
	path := "/office/staff/" + strconv.FormatInt(support.ID, 10)
	require.Equal(t, http.StatusOK, o.get(t, identity.RoleSupport, "/office").Code)
	require.Equal(t, http.StatusSeeOther, o.post(t, admin, path, url.Values{"what": {"lock"}}).Code)
	require.Equal(t, http.StatusSeeOther, o.get(t, identity.RoleSupport, "/office").Code, "who is locked is out at once")
	shows(t, o.get(t, admin, "/office/staff"), "заблокирован")
	require.Equal(t, http.StatusSeeOther, o.post(t, admin, path, url.Values{"what": {"unlock"}}).Code)
	require.Equal(t, http.StatusSeeOther, o.post(t, admin, path, url.Values{"what": {"factor"}}).Code)
	staff, err := o.Identity.FindStaffByID(t.Context(), support.ID)
	require.NoError(t, err)
	require.False(t, staff.SecondFactor)
	reset := o.post(t, admin, path, url.Values{"what": {"reset"}})
	require.Equal(t, http.StatusOK, reset.Code)
	require.Regexp(t, setupLink, reset.Body.String())

	own := "/office/staff/" + strconv.FormatInt(o.people[admin].ID, 10)
	locked := o.post(t, admin, own, url.Values{"what": {"lock"}})
	require.Equal(t, http.StatusConflict, locked.Code)
	shows(t, locked, "Себя заблокировать нельзя")
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, admin, path, url.Values{"what": {"promote"}}).Code)
	require.Equal(t, http.StatusNotFound, o.post(t, admin, "/office/staff/999", url.Values{"what": {"lock"}}).Code)
	require.Equal(t, http.StatusNotFound, o.post(t, admin, "/office/staff/999", url.Values{"what": {"reset"}}).Code)
}

func TestAuditTrail(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, march2, stranger("8", "за столы", 123456))
	payment := o.waiting(t)[0]
	client := idOf(o.account(t, list[0].externalID).ID)
	path := "/office/payments/" + strconv.FormatInt(int64(payment.ID), 10)
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, path+"/assign", url.Values{"account": {client}, "to": {"balance"}}).Code)
	admin, accountant := identity.RoleAdministrator, o.people[identity.RoleAccountant]
	who := "/office/audit?who=" + strconv.FormatInt(accountant.ID, 10)
	o.walk(t, map[string]scenario{
		"all":       {role: admin, path: "/office/audit", shows: []string{"Вход сотрудника", "Добавлен сотрудник", accountant.Name, "192.0.2.1", `"role": "support"`}},
		"one":       {role: admin, path: who, shows: []string{"Вход сотрудника"}, hides: []string{"Добавлен сотрудник"}},
		"client":    {role: admin, path: "/office/audit?client=" + client, shows: []string{"Пример 0", "Таких действий не было"}},
		"action":    {role: admin, path: "/office/audit?action=staff.create", shows: []string{"Добавлен сотрудник"}, hides: []string{"Вход сотрудника"}},
		"nobody":    {role: admin, path: "/office/audit?who=999", shows: []string{"Таких действий не было"}},
		"nonsense":  {role: admin, path: "/office/audit?who=x&client=y&before=z", shows: []string{"Вход сотрудника"}},
		"payments":  {role: admin, path: "/office/audit?kind=payments", shows: []string{"Разнесён сотрудником", accountant.Name, `href="` + path + `"`}, hides: []string{"Вход сотрудника"}},
		"his":       {role: admin, path: who + "&kind=payments", shows: []string{"Разнесён сотрудником"}},
		"another's": {role: admin, path: "/office/audit?kind=payments&who=999", shows: []string{"Таких действий не было"}},
		"of client": {role: admin, path: "/office/audit?kind=payments&client=" + client, shows: []string{"Разнесён сотрудником"}},
		"of other":  {role: admin, path: "/office/audit?kind=payments&client=" + idOf(o.account(t, list[1].externalID).ID), shows: []string{"Таких действий не было"}},
	})
	for range 60 {
		o.login(t, identity.RoleAccountant, identity.Origin{IP: "192.0.2.1"})
	}
	page := o.get(t, admin, "/office/audit").Body.String()
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(page)
	require.Len(t, next, 2)
	shows(t, o.get(t, admin, strings.ReplaceAll(next[1], "&amp;", "&")), "Добавлен сотрудник")
}

func TestOwnPasswordAndLogins(t *testing.T) {
	t.Parallel()
	o := open(t)
	role := identity.RoleSupport
	other := o.login(t, role, identity.Origin{IP: "198.51.100.7", UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"})
	third := o.login(t, role, identity.Origin{IP: "198.51.100.8", UserAgent: "curl/8.0"})
	o.clock.Advance(time.Minute) // a code of the second factor works once
	page := o.get(t, role, "/office/me")
	shows(t, page, "Пример support", "Safari, iPhone", "198.51.100.7", "curl/8.0", "вы здесь", "Осталось 0 запасных кодов")

	lives := func(session string) bool {
		return o.call(t, http.MethodGet, "/office", nil, session).Code == http.StatusOK
	}
	ends := regexp.MustCompile(`(?s)198\.51\.100\.7 ·.*?name="session" value="([^"]+)"`).FindStringSubmatch(page.Body.String())
	require.Len(t, ends, 2)
	require.Equal(t, "/office/me", o.post(t, role, "/office/me/sessions", url.Values{"session": {ends[1]}}).Header().Get("Location"))
	require.False(t, lives(other))
	require.True(t, lives(third))
	require.Equal(t, http.StatusNotFound, o.post(t, identity.RoleAccountant, "/office/me/sessions", url.Values{"session": {sessionID(t, o, third)}}).Code, "another's login")
	require.True(t, lives(third))

	const fresh = "another horse battery"
	for name, form := range map[string]url.Values{
		"wrong old": {"old": {"wrong horse battery"}, "password": {fresh}, "again": {fresh}},
		"differs":   {"old": {testPassword}, "password": {fresh}, "again": {"a third horse battery"}},
		"short":     {"old": {testPassword}, "password": {"short"}, "again": {"short"}},
		"empty":     {},
	} {
		rec := o.post(t, role, "/office/me/password", form)
		require.Equal(t, http.StatusUnprocessableEntity, rec.Code, name)
		require.Contains(t, rec.Body.String(), "field-wrong", name)
		require.NotContains(t, rec.Body.String(), "horse", name)
	}
	require.True(t, lives(third))
	require.Equal(t, "/office/me", o.post(t, role, "/office/me/password", url.Values{"old": {testPassword}, "password": {fresh}, "again": {fresh}}).Header().Get("Location"))
	require.False(t, lives(third), "a new password ends the other logins")
	require.True(t, lives(o.as(t, role)))
	o.clock.Advance(time.Minute)
	_, err := o.Identity.LoginStaff(t.Context(), identity.StaffLogin{Email: o.people[role].Email, Password: fresh, Code: o.code(t)}, identity.Origin{IP: "192.0.2.1"})
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, o.post(t, role, "/office/me/sessions", url.Values{}).Code)
	shows(t, o.get(t, role, "/office/me"), "вы здесь")
	hides(t, o.get(t, role, "/office/me"), `name="session"`)
}

// login logs a role in once more.
func (o *office) login(t *testing.T, role identity.Role, from identity.Origin) string {
	t.Helper()
	o.clock.Advance(time.Minute) // a code of the second factor works once
	token, err := o.Identity.LoginStaff(t.Context(), identity.StaffLogin{Email: o.people[role].Email, Password: testPassword, Code: o.code(t)}, from)
	require.NoError(t, err)
	return token
}

// sessionID is the id by which a person names one of his logins.
func sessionID(t *testing.T, o *office, token string) string {
	t.Helper()
	s, err := o.Identity.FindSession(t.Context(), token)
	require.NoError(t, err)
	return s.ID
}

// TestStatusShowsMoneyFirstToWhoeverDoesNotRunJobs: an accountant begins with what came in, and
// sees the jobs only while one of them is broken.
func TestStatusShowsMoneyFirstToWhoeverDoesNotRunJobs(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.clients(t, 1)
	o.bank(t, march2, stranger("1", "за столы", 100_00))
	received, err := o.Banksync.FindReceived(t.Context(), banksync.ReviewFilter{})
	require.NoError(t, err)
	require.Len(t, received, 1)
	link := `<a href="/office/payments/` + strconv.FormatInt(int64(received[0].ID), 10) + `">`
	admin := o.get(t, identity.RoleAdministrator, "/office")
	shows(t, admin, "jobs-heading", "runs-heading", link)
	require.Less(t, strings.Index(admin.Body.String(), "jobs-heading"), strings.Index(admin.Body.String(), "payments-heading"))

	accountant := o.get(t, identity.RoleAccountant, "/office")
	shows(t, accountant, "payments-heading", "pulls-heading", link)
	hides(t, accountant, "runs-heading")
}
