package cabinet_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/cabinet"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
	"prolong/internal/web"
	"prolong/internal/web/webtest"
	"prolong/invoices"
	"prolong/invoices/render"
	"prolong/notify"
)

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

var moscow = mustZone("Europe/Moscow")

// lateQueue closes the circle of wiring, as cmd/prolong does.
type lateQueue struct{ jobs.Enqueuer }

// house is the cabinet on a database of its own, with two clients and their people: client 0
// and client 1 each have an owner, an accountant and an employee.
type house struct {
	cabinet.Deps
	db       *postgres.DB
	clock    *prolong.ManualClock
	queue    *jobs.Client
	mail     string // the folder that letters go to
	outbox   *outbox
	room     *cabinet.Room
	accounts []billing.AccountID
	people   map[string]identity.Member // "owner0@example.test"
	sessions map[string]string
	asked    asked
}

// start is a Monday morning; the clients of the tests are paid through the 20th.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, moscow)

func open(t *testing.T) *house {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	h := &house{people: map[string]identity.Member{}, sessions: map[string]string{}, mail: t.TempDir()}
	h.db, h.clock = testdb.NewAt(t, start)
	queue := &lateQueue{}
	transport, err := notify.NewFolderTransport(h.mail)
	require.NoError(t, err)
	outbox, err := notify.New(h.db, queue, transport, nil, notify.Config{From: "billing@example.test", Letterhead: notify.Letterhead{Brand: "Prolong"}}, log)
	require.NoError(t, err)
	h.Billing = billing.New(h.db, log)
	papers, err := render.Embedded()
	require.NoError(t, err)
	h.Invoices = invoices.New(h.db, outbox, papers, log)
	h.Letters, h.Questions = outbox, banksync.New(h.db, h.Billing, h.Invoices, t.TempDir(), log)
	h.Questions.AskThrough(&h.asked)
	h.Identity = identity.New(h.db, queue, outbox, identity.Config{Location: moscow})
	h.Site = h.newSite(t)
	workers := river.NewWorkers()
	identity.Register(workers, h.Identity)
	notify.Register(workers, outbox)
	h.queue, err = jobs.NewClient(h.db, jobs.Config{Workers: workers, Logger: log})
	require.NoError(t, err)
	queue.Enqueuer = h.queue
	h.addSupport(t, h.queue, log)
	h.room, err = cabinet.New(h.Deps)
	require.NoError(t, err)
	h.Site.Mount(h.room.Routes(), h.room.Authorizer())
	h.populate(t)
	return h
}

// newSite is a site that no room has mounted its routes on yet.
func (h *house) newSite(t *testing.T) *web.Site {
	t.Helper()
	return webtest.Site(t, h.clock, moscow, slog.New(slog.DiscardHandler), cabinet.Pages(), web.LoginDoor{Prefix: cabinet.Prefix, Path: cabinet.LoginPath})
}

func (h *house) populate(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	_, err := h.Billing.Apply(ctx, []billing.SellerSpec{{
		Seller: billing.Seller{Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: moscow,
			VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО «Пример Банк»", CorrAccount: "30101810400000000225", Currency: prolong.RUB}},
	}}, []billing.PlanSpec{{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead,
			GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(2000_00, prolong.RUB)},
	}})
	require.NoError(t, err)
	var csv strings.Builder
	csv.WriteString("external_id,name,legal_form,country,tax_id,kpp,email,plan,currency,paid_through\n")
	for i := range 2 {
		fmt.Fprintf(&csv, "c%d,«Пример %d»,ООО,RU,7713699602,771301001,company%d@example.test,standard,RUB,2026-03-20\n", i, i, i)
	}
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(csv.String()))
	require.NoError(t, err)
	done, err := h.Billing.ImportAccounts(ctx, prolong.System("test"), rows, bad, "main", true)
	require.NoError(t, err)
	h.accounts = done.Accounts
	require.Len(t, h.accounts, 2)
	for i, account := range h.accounts {
		for _, role := range identity.MemberRoles() {
			h.invite(t, fmt.Sprintf("%s%d@example.test", role, i), account, role)
		}
	}
}

func (h *house) invite(t *testing.T, email string, account billing.AccountID, role identity.MemberRole) {
	t.Helper()
	m, err := h.Identity.Invite(t.Context(), prolong.System("test"), account, identity.Invitation{Email: email, Name: "Имя " + string(role), Role: role, AccountName: "ООО «Пример»"})
	require.NoError(t, err)
	h.people[email] = m
}

// issue draws up what is due today.
func (h *house) issue(t *testing.T) {
	t.Helper()
	_, err := h.Invoices.IssueDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
}

// invoice returns the newest invoice of a client.
func (h *house) invoice(t *testing.T, client int) invoices.Invoice {
	t.Helper()
	list, _, err := h.Invoices.InvoicesOf(t.Context(), h.accounts[client], 1, 0)
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// pay receives an amount for a client and puts it on his open invoice.
func (h *house) pay(t *testing.T, client int, minor int64) {
	t.Helper()
	payOpen(t, h, h.accounts[client], minor)
}

// as returns the session cookie of a person, logged in once through the pages.
func (h *house) as(t *testing.T, email string) string {
	t.Helper()
	if email == "" {
		return ""
	}
	if h.sessions[email] == "" {
		h.sessions[email] = h.login(t, email)
	}
	return h.sessions[email]
}

// login asks for a code, reads it out of the letter and enters it.
func (h *house) login(t *testing.T, email string) (session string) {
	t.Helper()
	browser := &browser{house: h}
	require.Equal(t, http.StatusSeeOther, browser.post(t, "/login", url.Values{"email": {email}}).Code)
	code := h.mailedCode(t)
	require.NotEmpty(t, code)
	require.Equal(t, http.StatusSeeOther, browser.post(t, "/login/code", url.Values{"code": {code}}).Code)
	require.NotEmpty(t, browser.cookies["session"])
	return browser.cookies["session"]
}

var codeInLetter = regexp.MustCompile(`(?m)^\s*(\d{3}) ?(\d{3})\s*$`)

// letters works the jobs and returns the letters that left since the last call.
func (h *house) letters(t *testing.T) (letters []string) {
	t.Helper()
	require.NoError(t, h.queue.Drain(t.Context()))
	files, err := filepath.Glob(filepath.Join(h.mail, "*.eml"))
	require.NoError(t, err)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		letters = append(letters, readable(t, data))
		require.NoError(t, os.Remove(name))
	}
	return letters
}

// mailedCode returns the code of the one letter that left; "" if none did.
func (h *house) mailedCode(t *testing.T) string {
	t.Helper()
	for _, l := range h.letters(t) {
		if m := codeInLetter.FindStringSubmatch(l); m != nil {
			return m[1] + m[2]
		}
	}
	return ""
}

func (h *house) get(t *testing.T, email, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	b := &browser{house: h, cookies: map[string]string{"session": h.as(t, email)}}
	return b.call(t, http.MethodGet, path, nil, headers...)
}

func (h *house) post(t *testing.T, email, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	b := &browser{house: h, cookies: map[string]string{"session": h.as(t, email)}}
	return b.post(t, path, form)
}

// path returns an address below a client.
func (h *house) path(client int, rest string) string {
	return fmt.Sprintf("/cabinet/%d%s", h.accounts[client], rest)
}

// browser keeps cookies as one does.
type browser struct {
	*house
	cookies map[string]string
}

func (b *browser) post(t *testing.T, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return b.call(t, http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

func (b *browser) call(t *testing.T, method, path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, body)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range b.cookies {
		if value != "" {
			req.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
	rec := httptest.NewRecorder()
	b.Site.Handler().ServeHTTP(rec, req)
	for _, cookie := range rec.Result().Cookies() { //nolint:bodyclose // the recorder's body is a buffer
		if b.cookies == nil {
			b.cookies = map[string]string{}
		}
		b.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		}
	}
	return rec
}
