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
	"prolong/backoffice"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
	"prolong/tickets"
)

var parameter = regexp.MustCompile(`[:*][a-z_]+`)

// objects are what the routes name: for each parameter of a route, by the path up to and with
// it, an id that exists.
type objects map[string]string

// fill puts ids into the pattern of a route. A parameter that is not known fails the test: a
// route with a new kind of object needs one of it in objectsOf, or nobody would try it.
func (x objects) fill(t *testing.T, pattern string) string {
	t.Helper()
	path, key := "", ""
	for _, part := range strings.Split(pattern, "/")[1:] {
		key += "/" + part
		if parameter.MatchString(part) {
			require.Contains(t, x, key, "put an object for %s into objectsOf", pattern)
			part = x[key]
		}
		path += "/" + part
	}
	return path
}

// objectsOf makes one of everything that the routes name, all of the first client.
func (o *office) objectsOf(t *testing.T, list []openInvoice) (objects, tickets.Ticket) {
	t.Helper()
	ctx := t.Context()
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	olga, account := o.olga(t, list[0]), o.account(t, list[0].externalID)
	more := exact(1, list[1])
	more.minor += 500_00
	o.bank(t, march2, exact(0, list[0]), more, stranger("9", "за столы", 123456))
	sibling := o.account(t, list[1].externalID)
	_, err := o.db.Pool.Exec(ctx, `UPDATE accounts SET tax_id = $2 WHERE id = $1`, int64(sibling.ID), string(account.TaxID))
	require.NoError(t, err)
	transfer, err := o.Invoices.Transfer(ctx, prolong.System("test"), sibling.ID, account.ID, prolong.NewMoney(100_00, prolong.RUB), "тест")
	require.NoError(t, err)
	o.clock.Advance(26 * time.Hour)
	_, err = o.Invoices.CloseDue(ctx, prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	documents, err := o.Invoices.FindDocuments(ctx, invoices.DocumentFilter{AccountID: account.ID})
	require.NoError(t, err)
	_, err = o.db.Pool.Exec(ctx, `INSERT INTO edo_documents (account_id, seller_id, document_id, operator, operation_id, state, remote_id, created_at, changed_at, signed_name, signed_body)
		SELECT account_id, seller_id, id, 'diadoc', gen_random_uuid(), 'signed', 'm/e', created_at, created_at, 'signed.pdf', '%PDF' FROM documents WHERE id = $1`, int64(documents[0].ID))
	require.NoError(t, err)
	issued, err := o.Invoices.FindInvoices(ctx, invoices.Filter{AccountID: account.ID})
	require.NoError(t, err)
	letters, err := o.Notify.FindMessages(ctx, notify.MessageFilter{Purpose: notify.PurposeInvoiceIssued})
	require.NoError(t, err)

	take := func(raw string) int64 {
		id, err := o.Tickets.TakeLetter(ctx, prolong.System("test"), "support", o.clock.Now(), []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
		require.NoError(t, err)
		require.NoError(t, o.Tickets.ReadLetter(ctx, id))
		return id
	}
	const head = "To: support@example.test\nDate: Mon, 2 Mar 2026 09:00:00 +0300\nMIME-Version: 1.0\n"
	take("From: Olga <olga@example.test>\nSubject: =?utf-8?q?=D0=9D=D0=B5_=D0=BF=D1=80=D0=B8=D1=85=D0=BE=D0=B4=D0=B8=D1=82_=D0=B0=D0=BA=D1=82?=\nMessage-ID: <a0@example.test>\n" + head +
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>Пришлите акт</p>\n--b\n" +
		"Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nBytes of a file\n--b--\n")
	mail := take("From: robot <noreply@example.test>\nSubject: Auto reply\nAuto-Submitted: auto-replied\nMessage-ID: <a1@example.test>\n" + head + "\nI am away.\n")
	cards, _, err := o.Tickets.ListTickets(ctx, prolong.System("test"), tickets.Filter{})
	require.NoError(t, err)
	require.Len(t, cards, 1)
	ticket := cards[0].Ticket
	require.NoError(t, o.Tickets.SetAccount(ctx, prolong.Actor{Kind: prolong.ActorStaff, ID: o.people[identity.RoleSupport].ID}, ticket.ID, int64(account.ID), false))
	thread, err := o.Tickets.Thread(ctx, prolong.System("test"), ticket.ID)
	require.NoError(t, err)
	require.Len(t, thread.Messages[0].Attachments, 1)
	other := o.filed(t, olga, int64(account.ID), "Второе обращение", "Текст")

	o.exchange.Place(pbxsim.Script{Direction: "inbound", Client: "79161234567", Extension: "101", Ring: 5 * time.Second, Talk: time.Minute})
	o.hear(t)
	o.clock.Advance(3 * time.Minute)
	o.exchange.Place(pbxsim.Script{Direction: "inbound", Client: "79250000002", Ring: 20 * time.Second})
	o.clock.Advance(5 * time.Minute)
	o.hear(t)
	_, err = o.Telephony.PullHistory(ctx, "main")
	require.NoError(t, err)
	_, err = o.Telephony.SweepCallbacks(ctx)
	require.NoError(t, err)
	calls, _, err := o.Telephony.ListCalls(ctx, prolong.System("test"), telephony.Filter{AccountID: int64(account.ID)})
	require.NoError(t, err)
	require.Len(t, calls, 1)
	callbacks, err := o.Telephony.ListCallbacks(ctx, prolong.System("test"), 0, false)
	require.NoError(t, err)
	require.Len(t, callbacks, 1)
	var job int64
	require.NoError(t, o.db.Pool.QueryRow(ctx, `UPDATE river_job SET state = 'discarded', finalized_at = now(), attempt = 3 WHERE id = (SELECT min(id) FROM river_job) RETURNING id`).Scan(&job))
	member, err := o.Identity.Members(ctx, account.ID, true)
	require.NoError(t, err)
	subs, err := o.Billing.SubscriptionsOf(ctx, account.ID)
	require.NoError(t, err)
	discount, err := o.Invoices.GiveDiscount(ctx, prolong.System("test"), subs[0].ID, billing.Discount{PercentBP: 100, From: prolong.MustDate("2026-03-01"), Reason: "тест"})
	require.NoError(t, err)
	fee := o.feeObject(t, subs[0].ID)
	note, err := o.Invoices.Credit(ctx, prolong.System("test"), issued[len(issued)-1].ID, prolong.NewMoney(100, prolong.RUB), "тест")
	require.NoError(t, err)
	var stamp string
	require.NoError(t, o.db.Pool.QueryRow(ctx, `INSERT INTO seller_images (sha256, png, created_at) SELECT encode(sha256(png), 'hex'), png, now() FROM (SELECT $1::bytea AS png) i RETURNING sha256`,
		[]byte("\x89PNG\r\n\x1a\n")).Scan(&stamp))
	return objects{
		"/office/sellers/images/:sha":                        stamp,
		"/office/clients/:id/transfers/:transfer":            text(int64(transfer)),
		"/office/credit-notes/:id":                           text(int64(note.ID)),
		"/office/clients/:id/people/:member":                 text(member[0].Membership.ID),
		"/office/subscriptions/:id":                          text(int64(subs[0].ID)),
		"/office/subscriptions/:id/discounts/:discount":      text(int64(discount.ID)),
		"/office/subscriptions/:id/fees/:fee":                text(fee),
		"/office/callbacks/:id":                              text(callbacks[0].ID),
		"/office/calls/:id":                                  text(calls[0].ID),
		"/office/clients/:id":                                idOf(account.ID),
		"/office/documents/:id":                              text(int64(documents[0].ID)),
		"/office/invoices/:id":                               text(int64(issued[0].ID)),
		"/office/invoices/:id/remedy/:remedy":                "credit",
		"/office/jobs/:name":                                 "renewals",
		"/office/jobs/queue/:id":                             text(job),
		"/office/letters/:id":                                text(letters[0].ID),
		"/office/mails/:id":                                  text(mail),
		"/office/payments/:id":                               text(int64(o.waiting(t)[0].ID)),
		"/office/setup/:token":                               "none",
		"/office/staff/:id":                                  text(o.people[identity.RoleSupport].ID),
		"/office/tickets/:id":                                text(ticket.ID),
		"/office/tickets/:id/files/:file":                    text(thread.Messages[0].Attachments[0].ID),
		"/office/tickets/:id/messages/:message":              text(thread.Messages[0].ID),
		"/office/exchange/:register":                         "sales",
		"/office/exchange/:register/:format":                 "csv",
		"/office/payments/payers/:id":                        text(o.payerObject(t)),
		"/office/payments/returns/:id":                       text(o.returnObject(t)),
		"/office/payments/statements/:id":                    text(o.statementObject(t)),
		"/office/reports/:report":                            "ageing",
		"/office/letter-settings/hours/:id":                  "1",
		"/office/letter-settings/wording/:purpose":           "invoice.issued",
		"/office/letter-settings/wording/:purpose/:language": "ru",
	}, other
}

// client returns a session of a client's person, as the cabinet would have opened it.
func (o *office) client(t *testing.T, email string) string {
	t.Helper()
	token, err := o.Identity.LoginStaff(t.Context(), identity.StaffLogin{Email: o.people[identity.RoleSupport].Email, Password: testPassword, Code: o.code(t)}, identity.Origin{IP: "192.0.2.9"})
	require.NoError(t, err)
	tag, err := o.db.Pool.Exec(t.Context(), `UPDATE sessions SET kind = 'contact', staff_id = NULL, contact_id = (SELECT id FROM contacts WHERE email = $1) WHERE ip = '192.0.2.9'`, email)
	require.NoError(t, err)
	require.Equal(t, int64(1), tag.RowsAffected())
	o.clock.Advance(time.Minute) // a code is good for one login
	return token
}

// TestRouteByRoleByObject walks every route of the room, on objects that exist, with nobody, with
// a client's person, with each role and with a person who has no second factor yet. Who may not
// is told nothing of the client whose they are.
func TestRouteByRoleByObject(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	own, other := o.objectsOf(t, list)
	_, err := o.Identity.ApplyStaff(t.Context(), prolong.System("test"), []identity.StaffSpec{{Email: "new@example.test", Name: "Новый", Role: identity.RoleAdministrator, Password: testPassword}})
	require.NoError(t, err)
	fresh, err := o.Identity.LoginStaff(t.Context(), identity.StaffLogin{Email: "new@example.test", Password: testPassword}, identity.Origin{IP: "192.0.2.1"})
	require.NoError(t, err)
	client := o.client(t, "olga@example.test")
	marks := []string{"«Пример 0»", list[0].number, list[0].taxID, "Не приходит акт", "Пришлите акт", "olga@example.test", "+79161234567", "I am away", "Bytes of a file"}
	for _, route := range o.room.Routes() {
		name, path := route.Method+" "+route.Path, own.fill(t, route.Path)
		if path == "/office/logout" || path == "/office/calls/live" {
			continue // the one would end the sessions of this test, the other does not end
		}
		var form url.Values
		if route.Method == http.MethodPost {
			form = url.Values{}
		}
		if route.Right == web.Public {
			require.NotEqual(t, http.StatusForbidden, o.call(t, route.Method, path, form, "").Code, name)
			continue
		}
		for who, session := range map[string]string{"nobody": "", "a client": client} {
			rec := o.call(t, route.Method, path, form, session)
			require.Equal(t, http.StatusSeeOther, rec.Code, "%s as %s", name, who)
			require.True(t, strings.HasPrefix(rec.Header().Get("Location"), backoffice.LoginPath), "%s as %s", name, who)
			hides(t, rec, marks...)
		}
		for _, role := range identity.Roles() {
			rec := o.call(t, route.Method, path, form, o.as(t, role))
			if identity.StaffMay(role, identity.Right(route.Right)) {
				require.NotContains(t, []int{http.StatusForbidden, http.StatusUnauthorized, http.StatusNotFound, http.StatusInternalServerError}, rec.Code, "%s as %s: %s", name, role, rec.Body)
			} else {
				require.Equal(t, http.StatusForbidden, rec.Code, "%s as %s", name, role)
				hides(t, rec, marks...)
			}
		}
		rec := o.call(t, route.Method, path, form, fresh)
		if route.Right == web.Right(identity.RightOfficeSelf) {
			require.NotEqual(t, http.StatusForbidden, rec.Code, name)
		} else {
			require.Equal(t, "/office/second-factor", rec.Header().Get("Location"), "%s without a second factor", name)
			hides(t, rec, marks...)
		}
		if strings.Count(path, "/") == 5 && strings.HasPrefix(path, "/office/tickets/") { // a part of another ticket
			crossed := strings.Replace(path, own["/office/tickets/:id"], strconv.FormatInt(other.ID, 10), 1)
			rec := o.call(t, route.Method, crossed, form, o.as(t, identity.RoleSupport))
			require.Equal(t, http.StatusNotFound, rec.Code, "%s below another ticket", name)
			hides(t, rec, marks...)
		}
		if parameter.MatchString(route.Path) { // what does not exist
			for _, id := range []string{"999999999", "0", "-1", "x", "99999999999999999999", "%00", "%ff"} {
				rec := o.call(t, route.Method, parameter.ReplaceAllString(route.Path, id), form, o.as(t, identity.RoleAdministrator))
				require.Contains(t, []int{http.StatusSeeOther, http.StatusNotFound, http.StatusForbidden, http.StatusUnprocessableEntity}, rec.Code, "%s with %s", name, id)
			}
		}
	}
}
