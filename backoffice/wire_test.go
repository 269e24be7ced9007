package backoffice_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/backoffice"
	"prolong/banksync"
	"prolong/billing"
	"prolong/billing/lookup"
	"prolong/billing/lookup/dadata/dadatasim"
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

// office is the room on a database of its own, with the vendor's people.
type office struct {
	backoffice.Deps
	db       *postgres.DB
	clock    *prolong.ManualClock
	exchange *exchange
	outbox   *outbox
	room     *backoffice.Room
	people   map[identity.Role]identity.Staff
	sessions map[identity.Role]string
}

const (
	ownAccount   = "40702810938000000001"
	testPassword = "correct horse battery"
	testSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

var moscow = mustZone("Europe/Moscow")

func open(t *testing.T) *office {
	t.Helper()
	return openWith(t, nil)
}

// openWith opens the room with registers of companies.
func openWith(t *testing.T, registers func(*testing.T, *office) (*lookup.Service, *dadatasim.Server)) *office {
	t.Helper()
	ctx := t.Context()
	log := slog.New(slog.DiscardHandler)
	o := &office{people: map[identity.Role]identity.Staff{}, sessions: map[identity.Role]string{}}
	o.db, o.clock = testdb.NewAt(t, time.Date(2026, 3, 2, 9, 0, 0, 0, moscow))
	queue, err := jobs.NewClient(o.db, jobs.Config{})
	require.NoError(t, err)
	mail, err := notify.NewFolderTransport(t.TempDir())
	require.NoError(t, err)
	o.Notify, err = notify.New(o.db, queue, mail, nil, notify.Config{From: "billing@example.test", Letterhead: notify.Letterhead{Brand: "Prolong"}}, log)
	require.NoError(t, err)
	o.Billing = billing.New(o.db, log)
	papers, err := render.Embedded()
	require.NoError(t, err)
	o.Invoices = invoices.New(o.db, o.Notify, papers, log)
	o.Banksync = banksync.New(o.db, o.Billing, o.Invoices, t.TempDir(), log)
	o.Identity = identity.New(o.db, queue, o.Notify, identity.Config{Location: moscow})
	o.Schedules = jobs.NewScheduler(o.db, jobs.SchedulerConfig{Logger: log})
	require.NoError(t, o.Schedules.Add(jobs.Schedule{Name: "renewals", Every: time.Minute, Sweep: func(ctx context.Context) (jobs.Counts, error) {
		done, err := o.Invoices.IssueDue(ctx, prolong.System("renewals"), prolong.Date{})
		return jobs.Counts{"invoices": done.Invoices}, err
	}}))
	require.NoError(t, o.Schedules.Add(jobs.Schedule{Name: "bank_pull", Every: 15 * time.Minute, Sweep: func(context.Context) (jobs.Counts, error) { return nil, nil }}))
	o.Queue = queue
	o.wireSupport(t, queue)
	o.Site = webtest.Site(t, o.clock, moscow, log, backoffice.Pages(), web.LoginDoor{Prefix: backoffice.Prefix, Path: backoffice.LoginPath})
	if registers != nil {
		o.Companies, _ = registers(t, o)
	}
	o.room, err = backoffice.New(o.Deps)
	require.NoError(t, err)
	o.Site.Mount(o.room.Routes(), o.room.Authorizer())
	o.apply(ctx, t)
	return o
}

// apply declares the seller, a plan and a person for each role.
func (o *office) apply(ctx context.Context, t *testing.T) {
	t.Helper()
	_, err := o.Billing.Apply(ctx, []billing.SellerSpec{{
		Seller: billing.Seller{Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: moscow,
			VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: ownAccount, BIC: "044525225", Bank: "ПАО «Пример Банк»", CorrAccount: "30101810400000000225", Currency: prolong.RUB,
			SourceKind: banksync.SourceFolder, SourcePath: t.TempDir()}},
	}}, []billing.PlanSpec{{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead,
			GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)},
	}})
	require.NoError(t, err)
	var specs []identity.StaffSpec
	for _, role := range identity.Roles() {
		specs = append(specs, identity.StaffSpec{Email: string(role) + "@example.test", Name: "Пример " + string(role), Role: role, SecondFactor: testSecret})
	}
	_, err = o.Identity.ApplyStaff(ctx, prolong.System("test"), specs)
	require.NoError(t, err)
	// A hash that costs little: the tests log in a hundred times.
	hash, err := argon2id.CreateHash(testPassword, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	require.NoError(t, err)
	_, err = o.db.Pool.Exec(ctx, "UPDATE staff SET password_hash = $1", hash)
	require.NoError(t, err)
	staff, err := o.Identity.FindStaff(ctx)
	require.NoError(t, err)
	for _, p := range staff {
		o.people[p.Role] = p
	}
}

// code is what the authenticator of the tests' people shows now.
func (o *office) code(t *testing.T) string {
	t.Helper()
	return codeOf(t, testSecret, o)
}

func codeOf(t *testing.T, secret string, o *office) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, o.clock.Now())
	require.NoError(t, err)
	return code
}

// as returns the session cookie of a role, logged in once.
func (o *office) as(t *testing.T, role identity.Role) string {
	t.Helper()
	if role == "" {
		return ""
	}
	if o.sessions[role] == "" {
		token, err := o.Identity.LoginStaff(t.Context(), identity.StaffLogin{Email: o.people[role].Email, Password: testPassword, Code: o.code(t)}, identity.Origin{IP: "192.0.2.1"})
		require.NoError(t, err)
		o.sessions[role] = token
	}
	return o.sessions[role]
}

func (o *office) get(t *testing.T, role identity.Role, path string) *httptest.ResponseRecorder {
	t.Helper()
	return o.call(t, http.MethodGet, path, nil, o.as(t, role))
}

func (o *office) post(t *testing.T, role identity.Role, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return o.call(t, http.MethodPost, path, form, o.as(t, role))
}

func (o *office) call(t *testing.T, method, path string, form url.Values, session string) *httptest.ResponseRecorder {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequestWithContext(t.Context(), method, path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if session != "" {
		req.AddCookie(&http.Cookie{Name: "session", Value: session})
	}
	rec := httptest.NewRecorder()
	o.Site.Handler().ServeHTTP(rec, req)
	return rec
}

// openInvoice is what a client of the tests has to pay.
type openInvoice struct {
	externalID, number, taxID, name string
	minor                           int64
}

// clients imports n clients, paid through 2026-03-20, and issues their invoices.
func (o *office) clients(t *testing.T, n int) []openInvoice {
	t.Helper()
	ctx := t.Context()
	var csv strings.Builder
	csv.WriteString("external_id,name,legal_form,country,tax_id,email,plan,currency,paid_through\n")
	for i := range n {
		fmt.Fprintf(&csv, "c%04d,«Пример %d»,ООО,RU,%s,c%d@example.test,standard,RUB,2026-03-20\n", i, i, inn(i), i)
	}
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(csv.String()))
	require.NoError(t, err)
	_, err = o.Billing.ImportAccounts(ctx, prolong.System("test"), rows, bad, "main", true)
	require.NoError(t, err)
	require.NoError(t, o.Schedules.Run(ctx, "renewals"))
	found, err := o.db.Pool.Query(ctx, `SELECT a.external_id, i.number, a.tax_id, a.name, i.total_minor - i.paid_minor FROM invoices i JOIN accounts a ON a.id = i.account_id WHERE i.status = 'open' ORDER BY a.external_id`)
	require.NoError(t, err)
	defer found.Close()
	var list []openInvoice
	for found.Next() {
		var x openInvoice
		require.NoError(t, found.Scan(&x.externalID, &x.number, &x.taxID, &x.name, &x.minor))
		list = append(list, x)
	}
	require.NoError(t, found.Err())
	require.Len(t, list, n)
	return list
}

// inn returns the i-th valid ИНН of a company.
func inn(i int) string {
	core := fmt.Sprintf("77%07d", 5000000+i)
	sum := 0
	for k, w := range []int{2, 4, 10, 3, 5, 9, 4, 6, 8} {
		sum += w * int(core[k]-'0')
	}
	return fmt.Sprintf("%s%d", core, sum%11%10)
}

// credit is a line of a statement.
type credit struct {
	no, name, taxID, purpose string
	minor                    int64
}

func exact(i int, x openInvoice) credit {
	return credit{no: fmt.Sprint(100 + i), name: "ООО " + x.name, taxID: x.taxID, purpose: "Оплата по счету № " + x.number + " от 02.03.2026", minor: x.minor}
}

// bank imports a day of the bank in the exchange format of 1C.
func (o *office) bank(t *testing.T, day prolong.Date, credits ...credit) banksync.Report {
	t.Helper()
	var b strings.Builder
	d := day.Time().Format("02.01.2006")
	var sum int64
	for _, c := range credits {
		sum += c.minor
	}
	money := func(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }
	fmt.Fprintf(&b, "1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\nДатаНачала=%s\r\nДатаКонца=%s\r\nРасчСчет=%s\r\n", d, d, ownAccount)
	fmt.Fprintf(&b, "СекцияРасчСчет\r\nДатаНачала=%s\r\nДатаКонца=%s\r\nРасчСчет=%s\r\nНачальныйОстаток=0.00\r\nВсегоПоступило=%s\r\nВсегоСписано=0.00\r\nКонечныйОстаток=%s\r\nКонецРасчСчет\r\n", d, d, ownAccount, money(sum), money(sum))
	for i, c := range credits {
		fmt.Fprintf(&b, "СекцияДокумент=Платежное поручение\r\nНомер=%s\r\nДата=%s\r\nСумма=%s\r\nПлательщикСчет=407028104000000%05d\r\nПлательщикИНН=%s\r\nПлательщик1=%s\r\nПолучательСчет=%s\r\nДатаПоступило=%s\r\nНазначениеПлатежа=%s\r\nКонецДокумента\r\n",
			c.no, d, money(c.minor), i, c.taxID, c.name, ownAccount, d, c.purpose)
	}
	b.WriteString("КонецФайла\r\n")
	report, err := o.Banksync.Import(t.Context(), prolong.System("test"), "command", "test.txt", strings.NewReader(b.String()))
	require.NoError(t, err)
	return report
}

// text is what a reader of a page sees: without the frame, tags and runs of space.
func text(page string) string {
	_, page, _ = strings.Cut(page, "<main")
	page = regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(html.UnescapeString(page)), " ")
}

// shows fails the test if a page does not show every text.
func shows(t *testing.T, rec *httptest.ResponseRecorder, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(rec.Body.String(), want) && !strings.Contains(text(rec.Body.String()), want) {
			t.Errorf("status %d: the page does not show %q:\n%s", rec.Code, want, text(rec.Body.String()))
		}
	}
	if strings.Contains(rec.Body.String(), "⟦") {
		t.Errorf("a text is missing:\n%s", text(rec.Body.String()))
	}
}

// hides fails the test if a page holds one of the texts, seen or not.
func hides(t *testing.T, rec *httptest.ResponseRecorder, unwanted ...string) {
	t.Helper()
	for _, text := range unwanted {
		if strings.Contains(rec.Body.String(), text) {
			t.Errorf("status %d: the page holds %q", rec.Code, text)
		}
	}
}
