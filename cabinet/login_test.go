package cabinet_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
)

func TestLoginByCode(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.letters(t) // the invitations
	b := &browser{house: h}
	page := b.call(t, http.MethodGet, "/login?next="+url.QueryEscape(h.path(0, "/invoices")), nil)
	require.Equal(t, http.StatusOK, page.Code)
	require.Contains(t, page.Body.String(), `value="`+h.path(0, "/invoices")+`"`)

	asked := b.post(t, "/login", url.Values{"email": {"Owner0@Example.test"}, "next": {h.path(0, "/invoices")}})
	require.Equal(t, http.StatusSeeOther, asked.Code)
	require.Equal(t, "/login/code?next="+url.QueryEscape(h.path(0, "/invoices")), asked.Header().Get("Location"))
	require.Contains(t, b.call(t, http.MethodGet, "/login/code", nil).Body.String(), "owner0@example.test")
	code := h.mailedCode(t)
	require.Len(t, code, 6)

	stranger := &browser{house: h}
	require.Equal(t, "/login", stranger.post(t, "/login/code", url.Values{"code": {code}}).Header().Get("Location"), "a code works in the browser that asked for it")
	require.Empty(t, stranger.cookies["session"])
	require.NotEqual(t, http.StatusSeeOther, b.call(t, http.MethodGet, "/login/code?code="+code, nil).Code, "a GET never logs in")
	require.Empty(t, b.cookies["session"])

	wrong := b.post(t, "/login/code", url.Values{"code": {"000000"}})
	require.Equal(t, http.StatusUnauthorized, wrong.Code)
	require.Contains(t, wrong.Body.String(), "Код не подошёл")
	require.Empty(t, b.cookies["session"])
	empty := b.post(t, "/login/code", url.Values{"code": {""}})
	require.Equal(t, http.StatusUnprocessableEntity, empty.Code)

	right := b.post(t, "/login/code", url.Values{"code": {code[:3] + " " + code[3:]}, "next": {h.path(0, "/invoices")}})
	require.Equal(t, http.StatusSeeOther, right.Code)
	require.Equal(t, h.path(0, "/invoices"), right.Header().Get("Location"))
	require.NotEmpty(t, b.cookies["session"])
	require.Empty(t, b.cookies["login"])
	require.Equal(t, http.StatusOK, b.call(t, http.MethodGet, h.path(0, "/invoices"), nil).Code)
	require.Equal(t, "/cabinet", b.call(t, http.MethodGet, "/login?next=//evil.test", nil).Header().Get("Location"), "who is in is not asked again, and not sent to strangers")

	old := b.cookies["session"]
	require.Equal(t, "/login", b.post(t, "/cabinet/logout", nil).Header().Get("Location"))
	require.Empty(t, b.cookies["session"])
	b.cookies["session"] = old
	require.Equal(t, http.StatusSeeOther, b.call(t, http.MethodGet, h.path(0, ""), nil).Code, "the session is gone on our side, not only in the browser")
}

func TestUnknownAddressesGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.letters(t)
	known, unknown := &browser{house: h}, &browser{house: h}
	a := known.post(t, "/login", url.Values{"email": {"owner0@example.test"}})
	b := unknown.post(t, "/login", url.Values{"email": {"nobody@example.test"}})
	require.Equal(t, a.Code, b.Code)
	require.Equal(t, a.Header().Get("Location"), b.Header().Get("Location"))
	require.Equal(t,
		strings.ReplaceAll(known.call(t, http.MethodGet, "/login/code", nil).Body.String(), "owner0@", "nobody@"),
		unknown.call(t, http.MethodGet, "/login/code", nil).Body.String())
	letters := h.letters(t)
	require.Len(t, letters, 1)
	require.Contains(t, letters[0], "owner0@example.test")
	require.Equal(t, http.StatusUnauthorized, unknown.post(t, "/login/code", url.Values{"code": {"123456"}}).Code)

	for _, bad := range []string{"", "no address", "a@b", "two@example.test, other@example.test"} {
		rec := known.post(t, "/login", url.Values{"email": {bad}})
		require.Equal(t, http.StatusUnprocessableEntity, rec.Code, bad)
		require.Contains(t, rec.Body.String(), "field-wrong", bad)
	}
}

func TestLoginIsThrottled(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := &browser{house: h}
	last := http.StatusSeeOther
	for range 40 {
		if last = b.post(t, "/login", url.Values{"email": {"owner0@example.test"}}).Code; last != http.StatusSeeOther {
			break
		}
	}
	require.Equal(t, http.StatusTooManyRequests, last)
	h.clock.Advance(2 * time.Hour)
	require.Equal(t, http.StatusSeeOther, b.post(t, "/login", url.Values{"email": {"owner0@example.test"}}).Code)
}

func TestSessionsOfStaffOpenNoCabinet(t *testing.T) {
	t.Parallel()
	h := open(t)
	const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	_, err := h.Identity.ApplyStaff(t.Context(), prolong.System("test"), []identity.StaffSpec{{Email: "a@example.test", Name: "Пример", Role: identity.RoleAdministrator, Password: "correct horse battery"}})
	require.NoError(t, err)
	token, err := h.Identity.LoginStaff(t.Context(), identity.StaffLogin{Email: "a@example.test", Password: "correct horse battery"}, identity.Origin{IP: "192.0.2.1"})
	require.NoError(t, err, secret)
	b := &browser{house: h, cookies: map[string]string{"session": token}}
	require.Equal(t, "/login?next="+url.QueryEscape(h.path(0, "")), b.call(t, http.MethodGet, h.path(0, ""), nil).Header().Get("Location"))
	require.Equal(t, http.StatusOK, b.call(t, http.MethodGet, "/login", nil).Code)
}

func TestOneCompanyIsOpenedAtOnceAndSeveralAreChosenFrom(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.Equal(t, h.path(0, ""), h.get(t, "owner0@example.test", "/cabinet").Header().Get("Location"))
	require.NotContains(t, h.get(t, "owner0@example.test", h.path(0, "")).Body.String(), "Пример 1")

	h.invite(t, "owner0@example.test", h.accounts[1], identity.MemberEmployee)
	page := h.get(t, "owner0@example.test", "/cabinet")
	require.Equal(t, http.StatusOK, page.Code)
	for _, want := range []string{"ООО «Пример 0»", "ООО «Пример 1»", h.path(0, ""), h.path(1, ""), "Оплачено по 20.03.2026"} {
		require.Contains(t, page.Body.String(), want)
	}
	inside := h.get(t, "owner0@example.test", h.path(1, "")).Body.String()
	require.Contains(t, inside, `popovertarget="accounts"`)
	require.NotContains(t, inside, h.path(1, "/invoices"), "an employee of the second company sees none of its invoices")
	require.Contains(t, h.get(t, "owner0@example.test", h.path(0, "")).Body.String(), h.path(0, "/invoices"))
}

func TestPagesSpeakTheLanguageOfTheReader(t *testing.T) {
	t.Parallel()
	h := open(t)
	tests := map[string]string{"ru": "Оплачено по 20.03.2026", "uk": "Сплачено по 20.03.2026", "kk": "20.03.2026 қоса төленген", "en": "Paid through 20\u00a0Mar\u00a02026"}
	for lang, want := range tests {
		b := &browser{house: h, cookies: map[string]string{"session": h.as(t, "owner0@example.test")}}
		require.Equal(t, h.path(0, ""), b.post(t, "/language", url.Values{"lang": {lang}, "next": {h.path(0, "")}}).Header().Get("Location"))
		page := b.call(t, http.MethodGet, h.path(0, ""), nil).Body.String()
		require.Contains(t, page, want)
		require.Contains(t, page, `<html lang="`+lang+`">`)
		require.NotContains(t, page, "⟦")
	}
}
