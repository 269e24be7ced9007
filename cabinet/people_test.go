package cabinet_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
)

// member returns the open membership of a person in a client.
func (h *house) member(t *testing.T, client int, email string) identity.Membership {
	t.Helper()
	members, err := h.Identity.Members(t.Context(), h.accounts[client], false)
	require.NoError(t, err)
	i := slices.IndexFunc(members, func(m identity.Member) bool { return m.Contact.Email == email })
	require.GreaterOrEqual(t, i, 0, email)
	return members[i].Membership
}

func (h *house) personPath(t *testing.T, client int, email, verb string) string {
	t.Helper()
	return h.path(client, fmt.Sprintf("/people/%d/%s", h.member(t, client, email).ID, verb))
}

func TestOwnerInvitesChangesAndEnds(t *testing.T) {
	t.Parallel()
	h := open(t)
	const owner = "owner0@example.test"
	people := h.path(0, "/people")
	h.as(t, owner)
	h.play(t, map[string]scene{"list": {as: owner, path: people, status: 200, want: []string{"accountant0@example.test", "employee0@example.test", "Бухгалтер", "(вы)", "с 02.03.2026", `name="role"`}, not: []string{"accountant1@example.test"}}})

	for name, form := range map[string]url.Values{
		"no address":  {"email": {""}, "role": {"accountant"}},
		"bad address": {"email": {"x"}, "role": {"accountant"}},
		"no role":     {"email": {"new@example.test"}},
		"made up":     {"email": {"new@example.test"}, "role": {"boss"}},
	} {
		rec := h.post(t, owner, people, form)
		require.Equal(t, http.StatusUnprocessableEntity, rec.Code, name)
		require.Contains(t, rec.Body.String(), "field-wrong", name)
	}
	require.Empty(t, h.letters(t))
	rec := h.post(t, owner, people, url.Values{"email": {"accountant0@example.test"}, "role": {"owner"}})
	require.Equal(t, http.StatusConflict, rec.Code)
	require.Contains(t, rec.Body.String(), "уже есть среди людей компании")

	rec = h.post(t, owner, people, url.Values{"email": {"New@example.test"}, "name": {"Новый Человек"}, "role": {"accountant"}})
	require.Equal(t, people, rec.Header().Get("Location"))
	letters := h.letters(t)
	require.Len(t, letters, 1)
	require.Contains(t, letters[0], "new@example.test")
	require.Contains(t, letters[0], "ООО «Пример 0»")
	require.Equal(t, http.StatusOK, h.get(t, "new@example.test", h.path(0, "/invoices")).Code, "the invited one gets in by a code")

	rec = h.post(t, owner, h.personPath(t, 0, "new@example.test", "receives"), url.Values{"invoices": {"1"}})
	require.Equal(t, http.StatusSeeOther, rec.Code)
	require.Equal(t, identity.Receives{Invoices: true}, h.member(t, 0, "new@example.test").Receives)

	rec = h.post(t, owner, h.personPath(t, 0, "new@example.test", "role"), url.Values{"role": {"employee"}})
	require.Equal(t, http.StatusSeeOther, rec.Code)
	require.Equal(t, http.StatusForbidden, h.get(t, "new@example.test", h.path(0, "/invoices")).Code)
	require.Equal(t, http.StatusUnprocessableEntity, h.post(t, owner, h.personPath(t, 0, "new@example.test", "role"), url.Values{"role": {"boss"}}).Code)

	end := h.personPath(t, 0, "new@example.test", "end")
	require.Equal(t, http.StatusSeeOther, h.post(t, owner, end, nil).Code)
	require.Equal(t, http.StatusSeeOther, h.get(t, "new@example.test", h.path(0, "")).Code, "his sessions ended with his last company")
	require.Equal(t, http.StatusNotFound, h.post(t, owner, end, nil).Code)
	require.Contains(t, h.get(t, owner, people).Body.String(), "Кто был раньше")

	last := h.post(t, owner, h.personPath(t, 0, owner, "end"), nil)
	require.Equal(t, http.StatusConflict, last.Code)
	require.Contains(t, last.Body.String(), "единственный владелец")
	require.Contains(t, last.Body.String(), "accountant0@example.test", "the page stays")

	entries, err := h.Identity.FindAudit(t.Context(), identity.AuditFilter{AccountID: h.accounts[0], Actor: prolong.Actor{Kind: prolong.ActorContact, ID: h.people[owner].Contact.ID}})
	require.NoError(t, err)
	var actions []string
	for _, e := range entries {
		actions = append(actions, e.Action)
	}
	require.Equal(t, []string{"member.end", "member.role", "member.receives", "member.invite"}, actions)
}

func TestMembersOfAnotherCompanyDoNotExistHere(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.invite(t, "owner0@example.test", h.accounts[1], identity.MemberOwner)
	foreign := h.member(t, 1, "employee1@example.test")
	for _, verb := range []string{"role", "receives", "end"} {
		rec := h.post(t, "owner0@example.test", h.path(0, fmt.Sprintf("/people/%d/%s", foreign.ID, verb)), url.Values{"role": {"owner"}})
		require.Equal(t, http.StatusNotFound, rec.Code, "he owns both companies, but the address names the other one: %s", verb)
	}
	require.Equal(t, foreign, h.member(t, 1, "employee1@example.test"))
}

func TestChangesNeedAFreshProof(t *testing.T) {
	t.Parallel()
	h := open(t)
	const owner = "owner0@example.test"
	h.letters(t)
	b := &browser{house: h, cookies: map[string]string{"session": h.as(t, owner)}}
	h.clock.Advance(13 * time.Hour)
	people, company := h.path(0, "/people"), h.path(0, "/company")
	for path, form := range map[string]url.Values{
		people: {"email": {"new@example.test"}, "role": {"owner"}},
		h.personPath(t, 0, "accountant0@example.test", "end"): {},
		company: {"email": {"new@example.test"}},
	} {
		require.Equal(t, http.StatusSeeOther, b.post(t, path, form).Code, path)
	}
	require.Empty(t, h.letters(t))
	h.member(t, 0, "accountant0@example.test")
	page := b.call(t, http.MethodGet, people, nil).Body.String()
	require.Contains(t, page, "Подтвердите, что это вы")
	require.Contains(t, page, "Ничего не изменено")
	require.NotContains(t, page, `name="role"`)
	require.NotContains(t, b.call(t, http.MethodGet, company, nil).Body.String(), `name="bank_account"`)

	old := b.cookies["session"]
	asked := b.post(t, "/cabinet/confirm", url.Values{"next": {people}})
	require.Equal(t, "/login/code?next="+url.QueryEscape(people), asked.Header().Get("Location"))
	confirmed := b.post(t, "/login/code", url.Values{"code": {h.mailedCode(t)}, "next": {people}})
	require.Equal(t, people, confirmed.Header().Get("Location"))
	require.NotEqual(t, old, b.cookies["session"], "a proof gives the session a new secret")
	require.Equal(t, http.StatusSeeOther, (&browser{house: h, cookies: map[string]string{"session": old}}).call(t, http.MethodGet, people, nil).Code)
	require.Equal(t, people, b.post(t, people, url.Values{"email": {"new@example.test"}, "role": {"accountant"}}).Header().Get("Location"))
	require.Len(t, h.letters(t), 1)
}

func TestProfileAndSessions(t *testing.T) {
	t.Parallel()
	h := open(t)
	const employee = "employee0@example.test"
	first := h.login(t, employee)
	second := h.as(t, employee)
	page := h.get(t, employee, "/cabinet/profile").Body.String()
	require.Equal(t, 2, strings.Count(page, "Неизвестное устройство</b>"))
	require.Contains(t, page, "это устройство")
	require.NotContains(t, page, second[strings.Index(second, ".")+1:], "the secret of a session is on no page")
	require.NotContains(t, page, `name="invoices"`, "an employee cannot subscribe to invoices")

	rec := h.post(t, employee, "/cabinet/profile", url.Values{"name": {"Пётр Примеров"}, "phone": {"12"}, "language": {"ru"}})
	require.Equal(t, http.StatusUnprocessableEntity, rec.Code)
	require.Contains(t, rec.Body.String(), `value="Пётр Примеров"`)
	rec = h.post(t, employee, "/cabinet/profile", url.Values{"name": {"Пётр Примеров"}, "phone": {"8 (916) 123-45-67"}, "language": {"en"}})
	require.Equal(t, "/cabinet/profile", rec.Header().Get("Location"))
	contact, err := h.Identity.FindContactByEmail(t.Context(), employee)
	require.NoError(t, err)
	require.Equal(t, prolong.Phone("+79161234567"), contact.Phone)
	require.Equal(t, "Пётр Примеров", contact.Name)
	require.Contains(t, h.get(t, employee, h.path(0, "")).Body.String(), "Paid through", "pages follow the language of letters")

	require.Equal(t, http.StatusSeeOther, h.post(t, employee, h.path(0, "/receives"), url.Values{"invoices": {"1"}, "documents": {"1"}}).Code)
	require.Equal(t, identity.Receives{}, h.member(t, 0, employee).Receives, "what his role does not show he is not sent either")

	end := regexp.MustCompile(`/cabinet/sessions/[a-z0-9]+/end`).FindAllString(page, -1)
	require.Len(t, end, 2)
	other := end[0]
	if strings.Contains(other, second[:strings.Index(second, ".")]) {
		other = end[1]
	}
	require.Equal(t, http.StatusSeeOther, h.post(t, "employee1@example.test", other, nil).Code, "somebody else's click ends nothing")
	old := &browser{house: h, cookies: map[string]string{"session": first}}
	require.Equal(t, http.StatusOK, old.call(t, http.MethodGet, h.path(0, ""), nil).Code)
	require.Equal(t, "/cabinet/profile", h.post(t, employee, other, nil).Header().Get("Location"))
	require.Equal(t, http.StatusSeeOther, old.call(t, http.MethodGet, h.path(0, ""), nil).Code)

	third := &browser{house: h, cookies: map[string]string{"session": h.login(t, employee)}}
	require.Equal(t, http.StatusSeeOther, h.post(t, employee, "/cabinet/sessions/end-others", nil).Code)
	require.Equal(t, http.StatusSeeOther, third.call(t, http.MethodGet, h.path(0, ""), nil).Code)
	require.Equal(t, http.StatusOK, h.get(t, employee, h.path(0, "")).Code)
}

func TestRequisitesAreChangedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	h := open(t)
	const accountant = "accountant0@example.test"
	company := h.path(0, "/company")
	code, err := h.Billing.FindAccountByID(t.Context(), h.accounts[0])
	require.NoError(t, err)
	h.play(t, map[string]scene{"page": {as: accountant, path: company, status: 200, want: []string{"ООО «Пример 0»", "7713699602", "771301001", code.PaymentCode.Grouped(), `value="company0@example.test"`}}})
	bad := h.post(t, accountant, company, url.Values{"address": {"Москва"}, "email": {"new@example.test"}, "bank_account": {"40702810138000000001"}, "bank_bic": {"044525225"}, "phone": {"7"}})
	require.Equal(t, http.StatusUnprocessableEntity, bad.Code)
	require.Equal(t, 2, strings.Count(bad.Body.String(), "field-wrong"), "account and telephone are both told at once")
	require.Contains(t, bad.Body.String(), `value="40702810138000000001"`)

	good := h.post(t, accountant, company, url.Values{"address": {"101000, Москва, ул. Примерная, д. 1"}, "email": {"New@example.test"}, "bank_account": {"4070 2810 9380 0000 0001"}, "bank_bic": {"044525225"}, "phone": {"+7 495 000-00-00"},
		"tax_id": {"7701001238"}, "name": {"Чужая"}})
	require.Equal(t, company, good.Header().Get("Location"))
	a, err := h.Billing.FindAccountByID(t.Context(), h.accounts[0])
	require.NoError(t, err)
	require.Equal(t, "101000, Москва, ул. Примерная, д. 1", a.Address)
	require.Equal(t, "new@example.test", a.Email)
	require.Equal(t, "40702810938000000001", a.BankAccount)
	require.Equal(t, "+74950000000", a.Phone)
	require.Equal(t, prolong.TaxID("7713699602"), a.TaxID, "what is not offered is not changed")
	require.Equal(t, "«Пример 0»", a.Name)
	entries, err := h.Identity.FindAudit(t.Context(), identity.AuditFilter{AccountID: h.accounts[0], Action: "account.requisites"})
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Contains(t, string(entries[0].Before), "company0@example.test")

	h.issue(t)
	h.play(t, map[string]scene{"the next invoice": {as: accountant, path: h.path(0, fmt.Sprintf("/invoices/%d", h.invoice(t, 0).ID)), status: 200, want: []string{"ООО «Пример 0»"}}})
}
