package backoffice_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/backoffice"
	"prolong/identity"
	"prolong/internal/web"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	o := open(t)
	login := func(email, password, code, next string) (status int, location, body, session string) {
		rec := o.call(t, http.MethodPost, backoffice.LoginPath, url.Values{"email": {email}, "password": {password}, "code": {code}, "next": {next}}, "")
		for _, cookie := range rec.Result().Cookies() { //nolint:bodyclose // the recorder's body is a buffer
			if cookie.Name == "session" {
				session = cookie.Value
			}
		}
		return rec.Code, rec.Header().Get("Location"), rec.Body.String(), session
	}

	page := o.get(t, "", backoffice.LoginPath)
	require.Equal(t, http.StatusOK, page.Code)
	require.Contains(t, page.Body.String(), `name="password"`)

	status, _, body, session := login("accountant@example.test", "wrong horse battery", o.code(t), "")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Contains(t, body, `value="accountant@example.test"`, "what was typed stays")
	require.NotContains(t, body, "wrong horse")
	require.Empty(t, session)
	status, _, unknown, _ := login("nobody@example.test", testPassword, "", "")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, problemOf(body), problemOf(unknown), "the answer does not tell who works here")
	status, _, _, session = login("accountant@example.test", testPassword, "000000", "")
	require.Equal(t, http.StatusUnauthorized, status, "a wrong code of the second factor")
	require.Empty(t, session)
	status, _, _, _ = login("", "", "", "")
	require.Equal(t, http.StatusUnprocessableEntity, status)

	status, location, _, session := login("Accountant@Example.test", testPassword, o.code(t), "/office?x=1")
	require.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, "/office?x=1", location)
	require.NotEmpty(t, session)
	rec := o.call(t, http.MethodGet, "/office", nil, session)
	require.Equal(t, http.StatusOK, rec.Code)
	require.Contains(t, rec.Body.String(), "Пример accountant")

	require.Equal(t, "/office", o.call(t, http.MethodGet, backoffice.LoginPath+"?next=//evil.test/", nil, session).Header().Get("Location"), "who is in is not asked again, and not sent to strangers")
	require.Equal(t, http.StatusSeeOther, o.call(t, http.MethodPost, "/office/logout", url.Values{}, session).Code)
	require.Equal(t, http.StatusSeeOther, o.call(t, http.MethodGet, "/office", nil, session).Code, "the session is gone on our side, not only in the browser")
}

var problem = regexp.MustCompile(`(?s)<div class="flash flash-bad" role="alert">.*?</div>`)

func problemOf(page string) string { return problem.FindString(page) }

func TestNobodyIsLedToTheLogin(t *testing.T) {
	t.Parallel()
	o := open(t)
	rec := o.get(t, "", "/office?day=2026-03-02")
	require.Equal(t, http.StatusSeeOther, rec.Code)
	require.Equal(t, "/office/login?next=%2Foffice%3Fday%3D2026-03-02", rec.Header().Get("Location"))
	require.Equal(t, http.StatusSeeOther, o.call(t, http.MethodGet, "/office", nil, "planted.session").Code)
}

func TestEveryRightOfRoutesIsKnown(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, route := range o.room.Routes() {
		if route.Right != web.Public {
			require.True(t, identity.StaffMay(identity.RoleAdministrator, identity.Right(route.Right)), "%s asks for %q, which not even an administrator has", route.Path, route.Right)
		}
	}
}

func TestStatusPage(t *testing.T) {
	t.Parallel()
	o := open(t)
	empty := o.get(t, identity.RoleSupport, "/office")
	require.Equal(t, http.StatusOK, empty.Code)

	list := o.clients(t, 3)
	o.bank(t, prolong.MustDate("2026-03-02"), exact(0, list[0]), credit{no: "7", name: "ООО «Чужой пример»", taxID: "7713699602", purpose: "За столы по накладной 15", minor: 123456})
	_, err := o.Banksync.Pull(t.Context(), prolong.System("test"))
	require.NoError(t, err)
	shows(t, o.get(t, identity.RoleAccountant, "/office"),
		"Счета на продление", "3 счёта",
		"3 активны, 0 на отсрочке, 0 приостановлены",
		"4\u00a0000,00\u00a0₽", // two invoices are open
		"3\u00a0234,56\u00a0₽", // received
		"50,0\u00a0%",
		"1\u00a0234,56\u00a0₽, старейший от 02.03.2026",
		"Код абонента и его ИНН", list[0].number,
		"За столы по накладной 15", "на разборе",
		"ПАО «Пример Банк»",
	)
}

func TestSecondFactorIsSetUpAtTheFirstLogin(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, err := o.Identity.ApplyStaff(t.Context(), prolong.System("test"), []identity.StaffSpec{{Email: "new@example.test", Name: "Новый", Role: identity.RoleSupport, Password: testPassword}})
	require.NoError(t, err)
	session, err := o.Identity.LoginStaff(t.Context(), identity.StaffLogin{Email: "new@example.test", Password: testPassword}, identity.Origin{IP: "192.0.2.1"})
	require.NoError(t, err)
	require.Equal(t, "/office/second-factor", o.call(t, http.MethodGet, "/office", nil, session).Header().Get("Location"))
	require.Contains(t, o.call(t, http.MethodGet, "/office/second-factor", nil, session).Body.String(), "Начать")

	drawn := o.call(t, http.MethodPost, "/office/second-factor", url.Values{}, session).Body.String()
	secret := regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`).FindStringSubmatch(drawn)
	require.Len(t, secret, 2)
	require.Contains(t, drawn, "data:image/png;base64,")
	wrong := o.call(t, http.MethodPost, "/office/second-factor/confirm", url.Values{"secret": {secret[1]}, "url": {"otpauth://totp/x"}, "code": {"000000"}}, session)
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	require.Contains(t, wrong.Body.String(), secret[1], "the secret that is in the telephone already stays")

	right := o.call(t, http.MethodPost, "/office/second-factor/confirm", url.Values{"secret": {secret[1]}, "url": {"otpauth://totp/x"}, "code": {codeOf(t, secret[1], o)}}, session)
	require.Equal(t, http.StatusOK, right.Code)
	require.Equal(t, 10, strings.Count(right.Body.String(), `<li class="code">`))
	var rotated string
	for _, cookie := range right.Result().Cookies() { //nolint:bodyclose // the recorder's body is a buffer
		if cookie.Name == "session" {
			rotated = cookie.Value
		}
	}
	require.NotEmpty(t, rotated)
	require.Equal(t, http.StatusOK, o.call(t, http.MethodGet, "/office", nil, rotated).Code)
	require.Equal(t, http.StatusSeeOther, o.call(t, http.MethodGet, "/office", nil, session).Code, "the session from before the second factor is void")
}

func TestPasswordIsSetByALinkOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	setups, err := o.Identity.ApplyStaff(t.Context(), prolong.System("test"), []identity.StaffSpec{{Email: "new@example.test", Name: "Новый Пример", Role: identity.RoleSupport}})
	require.NoError(t, err)
	require.Len(t, setups, 1)
	link := "/office/setup/" + setups[0].Token
	require.Contains(t, o.get(t, "", link).Body.String(), "Новый Пример")
	require.Equal(t, http.StatusNotFound, o.get(t, "", "/office/setup/other").Code)

	for _, form := range []url.Values{
		{"password": {"short"}, "again": {"short"}},
		{"password": {testPassword}, "again": {"another horse battery"}},
		{"password": {""}, "again": {""}},
	} {
		rec := o.post(t, "", link, form)
		require.Equal(t, http.StatusUnprocessableEntity, rec.Code)
		require.Contains(t, rec.Body.String(), "field-wrong")
		require.NotContains(t, rec.Body.String(), "horse")
	}
	require.Equal(t, backoffice.LoginPath, o.post(t, "", link, url.Values{"password": {testPassword}, "again": {testPassword}}).Header().Get("Location"))
	require.Equal(t, http.StatusNotFound, o.post(t, "", link, url.Values{"password": {testPassword}, "again": {testPassword}}).Code, "a link works once")
}
