package cabinet_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/cabinet"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
)

var systemActor = prolong.System("test")

func moscowDay(h *house) prolong.Date { return prolong.DateOf(h.clock.Now(), moscow) }

var parameter = regexp.MustCompile(`:([a-z_]+)`)

// objects are the ids that the routes name, of one client each.
type objects map[string]string

// fill puts ids into the pattern of a route. A parameter that is not known fails the test: a
// route with a new kind of object needs one of it here, or nobody would try a foreign one.
func (o objects) fill(t *testing.T, pattern string) string {
	t.Helper()
	return parameter.ReplaceAllStringFunc(pattern, func(name string) string {
		require.Contains(t, o, name[1:], "%s: put an object of this kind into objectsOf", pattern)
		return o[name[1:]]
	})
}

// with returns the objects with some of another client's in their place.
func (o objects) with(foreign objects, names ...string) objects {
	mixed := maps.Clone(o)
	for _, name := range names {
		mixed[name] = foreign[name]
	}
	return mixed
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
	note, err := h.Invoices.Credit(t.Context(), systemActor, h.invoice(t, client).ID, prolong.NewMoney(100, prolong.RUB), "простой сервиса")
	require.NoError(t, err)
	owner := fmt.Sprintf("owner%d@example.test", client)
	h.seesNote(t, owner, client, note)
	page := h.file(t, owner, client, fmt.Sprintf("Вопрос от «Пример %d»", client), upload{"file.txt", "text"})
	file := regexp.MustCompile(`/files/(\d+)`).FindStringSubmatch(h.get(t, owner, page).Body.String())
	require.NotNil(t, file)
	letter, _, _ := strings.Cut(h.written(t).MessageID, "@")
	extra := fmt.Sprintf("extra%d@example.test", client)
	h.invite(t, extra, h.accounts[client], identity.MemberEmployee)
	h.call(t, client, h.agent(t), "inbound", "answered", 61+client, time.Hour)
	h.login(t, owner) // stays logged in elsewhere
	sessions, err := h.Identity.Sessions(t.Context(), prolong.Actor{Kind: prolong.ActorContact, ID: h.member(t, client, owner).ContactID})
	require.NoError(t, err)
	require.NotEmpty(t, sessions)
	_, err = h.db.Pool.Exec(t.Context(), `INSERT INTO edo_documents (account_id, seller_id, document_id, operator, operation_id, state, remote_id, created_at, changed_at, signed_name, signed_body)
		SELECT account_id, seller_id, id, 'diadoc', gen_random_uuid(), 'signed', 'm/e', created_at, created_at, 'signed.pdf', '%PDF' FROM documents WHERE id = $1`, int64(documents[0].ID))
	require.NoError(t, err)
	h.sessions = map[string]string{} // the walk begins with fresh proofs
	return objects{
		"token": h.ask(t, client), "letter": letter,
		"ticket": page[strings.LastIndexByte(page, '/')+1:], "file": file[1], "member": fmt.Sprint(h.member(t, client, extra).ID),
		"subscription": fmt.Sprint(h.subscription(t, client).ID),
		"session":      sessions[0].ID, "account": fmt.Sprint(h.accounts[client]), "invoice": fmt.Sprint(h.invoice(t, client).ID), "document": fmt.Sprint(documents[0].ID),
		"note": fmt.Sprint(int64(note.ID)),
	}
}

// seesNote says that the page of the invoice that a credit note lowers leads to it.
func (h *house) seesNote(t *testing.T, owner string, client int, note invoices.CreditNote) {
	t.Helper()
	page := h.get(t, owner, fmt.Sprintf("/cabinet/%d/invoices/%d", h.accounts[client], note.InvoiceID)).Body.String()
	require.Contains(t, page, fmt.Sprintf("/cabinet/%d/credit-notes/%d/pdf", h.accounts[client], note.ID))
	require.Contains(t, page, "Кредит-нота "+note.Number)
}

// rowsOf is a digest of every row of the database that belongs to a client, and of the people
// who belong to nobody else.
func (h *house) rowsOf(t *testing.T, client int) map[string]string {
	t.Helper()
	ctx := t.Context()
	rows, err := h.db.Pool.Query(ctx, `SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND c.column_name = 'account_id' AND t.table_type = 'BASE TABLE'`)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Greater(t, len(tables), 15)
	digests := map[string]string{}
	digest := func(name, from string) {
		var sum string
		require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT md5(coalesce(string_agg(x::text, E'\n' ORDER BY x::text), '')) FROM `+from, int64(h.accounts[client])).Scan(&sum))
		digests[name] = sum
	}
	for _, table := range tables {
		if table == "messages" { // the jobs of this test send them meanwhile
			digest(table, `(SELECT id, account_id, purpose, payload FROM messages) x WHERE x.account_id = $1`)
			continue
		}
		digest(table, pgx.Identifier{table}.Sanitize()+` x WHERE x.account_id = $1`)
	}
	digest("accounts", `accounts x WHERE x.id = $1`)
	digest("sessions", `sessions x WHERE x.contact_id IN (SELECT contact_id FROM memberships WHERE account_id = $1)`)
	digest("contacts", `contacts x WHERE x.id IN (SELECT contact_id FROM memberships WHERE account_id = $1)`)
	return digests
}

// TestRouteByRoleByForeignObject walks every route of the room with nobody and with each role:
// on his own client's objects, on another client, and on another client's objects below his
// own address, all of them and each among his own. No answer holds anything of the other client,
// and nothing of his changes.
func TestRouteByRoleByForeignObject(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	own, foreign := h.objectsOf(t, 0), h.objectsOf(t, 1)
	for name, id := range own {
		require.NotEqual(t, id, foreign[name], name)
	}
	marks := []string{"«Пример 1»", "Пример 1", h.invoice(t, 1).Number, "owner1@example.test", "extra1@example.test", "1 мин 2 с"}
	shown := h.get(t, "owner1@example.test", h.path(1, "")).Body.String() + h.get(t, "owner1@example.test", h.path(1, "/people")).Body.String() +
		h.get(t, "owner1@example.test", h.path(1, "/company")).Body.String() + h.get(t, "owner1@example.test", h.path(1, "/invoices")).Body.String()
	for _, mark := range marks {
		require.Contains(t, shown, mark, "his own people see it, so its absence says something")
	}
	h.sessions = map[string]string{}
	before := h.rowsOf(t, 1)
	for _, route := range h.room.Routes() {
		name := route.Method + " " + route.Path
		call := func(email string, ids objects) (int, string) {
			b := &browser{house: h, cookies: map[string]string{"session": h.as(t, email)}}
			rec := b.call(t, route.Method, ids.fill(t, route.Path), formBody(route.Method), "Content-Type", "application/x-www-form-urlencoded")
			for _, mark := range marks {
				require.NotContains(t, rec.Body.String(), mark, "%s as %s shows what is another client's", name, email)
			}
			return rec.Code, rec.Header().Get("Location")
		}
		if route.Right == web.Public {
			status, _ := call("", own)
			require.NotContains(t, []int{403, 404, 500}, status, name)
			continue
		}
		status, location := call("", own)
		require.Equal(t, http.StatusSeeOther, status, name)
		require.True(t, strings.HasPrefix(location, cabinet.LoginPath), "%s leads to %s", name, location)

		params := parameter.FindAllStringSubmatch(route.Path, -1)
		for _, role := range identity.MemberRoles() {
			email := string(role) + "0@example.test"
			allowed := route.Right == web.Right(identity.RightCabinetSelf) || identity.MemberMay(role, identity.Right(route.Right))
			status, _ := call(email, own)
			if !allowed {
				require.Equal(t, http.StatusForbidden, status, "%s as %s", name, role)
			} else {
				require.NotContains(t, []int{401, 403, 404, 500}, status, "%s as %s", name, role)
			}
			all := []string{}
			for _, p := range params {
				refused := http.StatusNotFound
				switch {
				case p[1] == "session":
					refused = http.StatusSeeOther // one that has ended already was to end, too: it says nothing of others
				case p[1] != "account" && !allowed:
					refused = http.StatusForbidden
				case p[1] != "account":
					all = append(all, p[1])
				}
				status, _ = call(email, own.with(foreign, p[1]))
				require.Equal(t, refused, status, "%s as %s on another client's %s", name, role, p[1])
			}
			if len(all) > 1 && allowed {
				status, _ = call(email, own.with(foreign, all...))
				require.Equal(t, http.StatusNotFound, status, "%s as %s on another client's objects", name, role)
			}
			if strings.Contains(route.Path, ":account") {
				status, _ = call(email, foreign)
				require.Equal(t, http.StatusNotFound, status, "%s as %s on another client", name, role)
			}
		}
	}
	require.Equal(t, before, h.rowsOf(t, 1), "nothing of the other client has changed")
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
