package cabinet_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/cabinet"
	"prolong/identity"
	"prolong/internal/web"
)

var systemActor = prolong.System("test")

func moscowDay(h *house) prolong.Date { return prolong.DateOf(h.clock.Now(), moscow) }

var parameter = regexp.MustCompile(`:([a-z_]+)`)

// objects are the ids that the routes name, of one client each.
type objects map[string]string

// fill puts ids into the pattern of a route; what is not known is 1.
func (o objects) fill(pattern string) string {
	return parameter.ReplaceAllStringFunc(pattern, func(name string) string {
		if id, ok := o[name[1:]]; ok {
			return id
		}
		return "1"
	})
}

// objectsOf makes a client have one of everything.
func (h *house) objectsOf(t *testing.T, client int) objects {
	t.Helper()
	h.pay(t, client, 2_000_00)
	h.clock.Advance(48 * 3600 * 1e9)
	_, err := h.Invoices.CloseDue(t.Context(), systemActor, moscowDay(h))
	require.NoError(t, err)
	documents, _, err := h.Invoices.DocumentsOf(t.Context(), h.accounts[client], 1, 0)
	require.NoError(t, err)
	require.Len(t, documents, 1)
	owner := fmt.Sprintf("owner%d@example.test", client)
	page := h.file(t, owner, client, fmt.Sprintf("Вопрос от «Пример %d»", client), upload{"file.txt", "text"})
	file := regexp.MustCompile(`/files/(\d+)`).FindStringSubmatch(h.get(t, owner, page).Body.String())
	require.NotNil(t, file)
	extra := fmt.Sprintf("extra%d@example.test", client)
	h.invite(t, extra, h.accounts[client], identity.MemberEmployee)
	h.sessions = map[string]string{} // the walk begins with fresh proofs
	return objects{
		"ticket": page[strings.LastIndexByte(page, '/')+1:], "file": file[1], "member": fmt.Sprint(h.member(t, client, extra).ID),
		"session": "none", "account": fmt.Sprint(h.accounts[client]), "invoice": fmt.Sprint(h.invoice(t, client).ID), "document": fmt.Sprint(documents[0].ID),
	}
}

// TestRouteByRoleByForeignObject walks every route of the room with nobody and with each role:
// on his own client's objects, on another client, and on another client's objects below his
// own address.
func TestRouteByRoleByForeignObject(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	own, foreign := h.objectsOf(t, 0), h.objectsOf(t, 1)
	for _, route := range h.room.Routes() {
		name := route.Method + " " + route.Path
		call := func(email string, ids objects) (int, string, string) {
			b := &browser{house: h, cookies: map[string]string{"session": h.as(t, email)}}
			rec := b.call(t, route.Method, ids.fill(route.Path), formBody(route.Method), "Content-Type", "application/x-www-form-urlencoded")
			return rec.Code, rec.Header().Get("Location"), rec.Body.String()
		}
		if route.Right == web.Public {
			status, _, _ := call("", own)
			require.NotContains(t, []int{403, 404, 500}, status, name)
			continue
		}
		status, location, _ := call("", own)
		require.Equal(t, http.StatusSeeOther, status, name)
		require.True(t, strings.HasPrefix(location, cabinet.LoginPath), "%s leads to %s", name, location)

		for _, role := range identity.MemberRoles() {
			email := string(role) + "0@example.test"
			allowed := route.Right == web.Right(identity.RightCabinetSelf) || identity.MemberMay(role, identity.Right(route.Right))
			status, _, body := call(email, own)
			if !allowed {
				require.Equal(t, http.StatusForbidden, status, "%s as %s", name, role)
			} else {
				require.NotContains(t, []int{401, 403, 404, 500}, status, "%s as %s: %s", name, role, body)
			}
			if !strings.Contains(route.Path, ":account") {
				continue
			}
			status, _, body = call(email, foreign)
			require.Equal(t, http.StatusNotFound, status, "%s as %s on another client", name, role)
			require.NotContains(t, body, "Пример 1", name)

			mixed := objects{}
			for k, v := range foreign {
				mixed[k] = v
			}
			mixed["account"] = own["account"]
			if !allowed || mixed.fill(route.Path) == own.fill(route.Path) {
				continue
			}
			status, _, body = call(email, mixed)
			require.Equal(t, http.StatusNotFound, status, "%s as %s on another client's object", name, role)
			require.NotContains(t, body, "Пример 1", name)
		}
	}
}

func formBody(method string) *strings.Reader {
	if method != http.MethodPost {
		return strings.NewReader("")
	}
	return strings.NewReader(url.Values{}.Encode())
}

func TestEveryRightOfRoutesIsKnown(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, route := range h.room.Routes() {
		switch route.Right {
		case web.Public, web.Right(identity.RightCabinetSelf):
			require.NotContains(t, route.Path, ":account", "what lies below an account asks for a right in it")
		default:
			require.True(t, identity.MemberMay(identity.MemberOwner, identity.Right(route.Right)), "%s asks for %q, which not even an owner has", route.Path, route.Right)
			require.Contains(t, route.Path, ":account")
		}
	}
}

func TestWhoWasTakenOutIsOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.Equal(t, http.StatusOK, h.get(t, "accountant0@example.test", h.path(0, "/invoices")).Code)
	m := h.people["accountant0@example.test"]
	_, err := h.Identity.ChangeRole(t.Context(), systemActor, m.Membership.ID, identity.MemberEmployee)
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, h.get(t, "accountant0@example.test", h.path(0, "/invoices")).Code)
	require.Equal(t, http.StatusOK, h.get(t, "accountant0@example.test", h.path(0, "")).Code)

	h.invite(t, "both@example.test", h.accounts[0], identity.MemberOwner)
	h.invite(t, "both@example.test", h.accounts[1], identity.MemberOwner)
	require.Equal(t, http.StatusOK, h.get(t, "both@example.test", h.path(1, "")).Code)
	require.NoError(t, h.Identity.EndMembership(t.Context(), systemActor, h.people["both@example.test"].Membership.ID))
	require.Equal(t, http.StatusNotFound, h.get(t, "both@example.test", h.path(1, "")).Code)
	require.Equal(t, http.StatusOK, h.get(t, "both@example.test", h.path(0, "")).Code)
}
