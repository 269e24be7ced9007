package banksync_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
	"prolong/invoices"
)

// house is the way of the money, wired on a test database.
type house struct {
	db       *postgres.DB
	clock    *prolong.ManualClock
	billing  *billing.Service
	invoices *invoices.Service
	banksync *banksync.Service
	inbox    string
}

var moscow = mustZone("Europe/Moscow")

func mustZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

const ownAccount = "40702810938000000001"

func newHouse(t testing.TB) *house {
	t.Helper()
	db, clock := testdb.NewAt(t, time.Date(2026, 3, 1, 9, 0, 0, 0, moscow))
	h := wire(t, db, clock)
	_, err := h.billing.Apply(context.Background(), []billing.SellerSpec{{
		Seller: billing.Seller{Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: moscow,
			VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: ownAccount, BIC: "044525225", Bank: "ПАО Сбербанк", CorrAccount: "30101810400000000225", Currency: prolong.RUB,
			SourceKind: banksync.SourceFolder, SourcePath: h.inbox}},
	}}, []billing.PlanSpec{{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead,
			GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)},
	}})
	require.NoError(t, err)
	return h
}

// accounts imports n clients, paid through 2026-03-20, and issues their invoices.
func (h *house) accounts(t testing.TB, n int) []openInvoice {
	t.Helper()
	return h.accountsOf(t, n, inn)
}

// network makes n outlets with one tax id and issues their first invoices.
func (h *house) network(t testing.TB, n int) []openInvoice {
	t.Helper()
	return h.accountsOf(t, n, func(int) string { return inn(0) })
}

// openNumber returns the number of the account's oldest open invoice.
func (h *house) openNumber(t testing.TB, id billing.AccountID) (number string) {
	t.Helper()
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT number FROM invoices WHERE account_id = $1 AND status = 'open' ORDER BY id LIMIT 1`, int64(id)).Scan(&number))
	return number
}

func (h *house) accountsOf(t testing.TB, n int, taxID func(i int) string) []openInvoice {
	t.Helper()
	var csv strings.Builder
	csv.WriteString("external_id,name,legal_form,country,tax_id,email,plan,currency,paid_through\n")
	for i := range n {
		fmt.Fprintf(&csv, "c%04d,«Пример %d»,ООО,RU,%s,c%d@example.test,standard,RUB,2026-03-20\n", i, i, taxID(i), i)
	}
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(csv.String()))
	require.NoError(t, err)
	done, err := h.billing.ImportAccounts(context.Background(), prolong.System("test"), rows, bad, "main", true)
	require.NoError(t, err)
	require.Equal(t, n, done.Created)
	issued, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, n, issued.Invoices)
	return h.open(t)
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

type openInvoice struct {
	externalID, number, taxID, name string
	minor                           int64
}

func (h *house) open(t testing.TB) []openInvoice {
	t.Helper()
	rows, err := h.db.Pool.Query(context.Background(), `SELECT a.external_id, i.number, a.tax_id, a.name, i.total_minor - i.paid_minor FROM invoices i JOIN accounts a ON a.id = i.account_id WHERE i.status = 'open' ORDER BY a.external_id`)
	require.NoError(t, err)
	defer rows.Close()
	var out []openInvoice
	for rows.Next() {
		var o openInvoice
		require.NoError(t, rows.Scan(&o.externalID, &o.number, &o.taxID, &o.name, &o.minor))
		out = append(out, o)
	}
	require.NoError(t, rows.Err())
	return out
}

// credit is a line of a statement.
type credit struct {
	no, name, taxID, purpose string
	minor                    int64
}

func exact(i int, o openInvoice) credit {
	return credit{no: fmt.Sprint(100 + i), name: "ООО " + o.name, taxID: o.taxID, purpose: "Оплата по счету № " + o.number + " от 01.03.2026", minor: o.minor}
}

// statementFile words a day of the bank in the exchange format of 1C.
func statementFile(day prolong.Date, credits ...credit) string {
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
	return b.String()
}

func (h *house) bank(t testing.TB, file string) banksync.Report {
	t.Helper()
	report, err := h.banksync.Import(context.Background(), prolong.System("test"), "command", "test.txt", strings.NewReader(file))
	require.NoError(t, err)
	return report
}

func TestExactPaymentExtendsTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	open := h.accounts(t, 3)
	file := statementFile(prolong.MustDate("2026-03-02"), exact(0, open[0]), credit{no: "7", name: "ООО Чужой", taxID: "7713699602", purpose: "За столы по накладной 15", minor: 123456})

	report := h.bank(t, file)
	require.Equal(t, 2, report.New)
	require.Equal(t, 1, report.Matched)
	require.Equal(t, 1, report.Review)
	require.Equal(t, 1, report.Paid)
	access, _, err := h.billing.AccessOf(context.Background(), open[0].externalID)
	require.NoError(t, err)
	require.Equal(t, prolong.MustDate("2026-04-20"), access.PaidThrough)

	again := h.bank(t, file)
	require.Zero(t, again.New)
	require.Zero(t, again.Credits)
	h.sound(t)
}

// billing.md case 21: the same line in overlapping statements is one payment, two real equal
// payments of one day are two.
func TestTwoEqualRealPaymentsAreBothKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	open := h.accounts(t, 1)
	twin := exact(0, open[0])
	report := h.bank(t, statementFile(prolong.MustDate("2026-03-02"), twin, twin))
	require.Equal(t, 2, report.Matched)
	require.Equal(t, 1, report.Paid)
	again := h.bank(t, statementFile(prolong.MustDate("2026-03-02"), twin, twin, credit{no: "7", name: "ООО Чужой", taxID: "7713699602", purpose: "За столы по накладной 15", minor: 123456}))
	require.Equal(t, 1, again.New, "what both statements hold is there once")
	require.Zero(t, again.Matched)
	var balance int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT amount_minor FROM balances`).Scan(&balance))
	require.Equal(t, int64(200000), balance)
	h.sound(t)
}

// sound fails the test if an invariant of the house is broken.
func (h *house) sound(t testing.TB) {
	t.Helper()
	broken, err := postgres.Verify(context.Background(), h.db, slices.Concat(billing.Invariants(), invoices.Invariants(), banksync.Invariants()))
	require.NoError(t, err)
	require.Empty(t, broken)
}

func (h *house) inReview(t testing.TB) banksync.Received {
	t.Helper()
	list, err := h.banksync.FindReceived(context.Background(), banksync.ReviewFilter{State: billing.PaymentReview})
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

func (h *house) account(t testing.TB, externalID string) billing.Account {
	t.Helper()
	a, err := h.billing.FindAccountByExternalID(context.Background(), externalID)
	require.NoError(t, err)
	return a
}

var accountant = prolong.Actor{Kind: prolong.ActorStaff, ID: 7, Name: "accountant@example.test"}

func TestAPersonAssignsAndTakesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), credit{no: "7", name: "ООО Третье Лицо", taxID: "7713699602", purpose: "Оплата за партнёра", minor: 250000}))
	waiting := h.inReview(t)
	a := h.account(t, open[0].externalID)
	var invoiceID int64
	require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT id FROM invoices WHERE account_id = $1`, int64(a.ID)).Scan(&invoiceID))

	require.NoError(t, h.banksync.Assign(ctx, accountant, waiting.ID, []banksync.Share{{AccountID: a.ID, Invoices: []invoices.InvoiceID{invoices.InvoiceID(invoiceID)}}}, "письмо от клиента"))
	h.sound(t)
	access, _, err := h.billing.AccessOf(ctx, a.ExternalID)
	require.NoError(t, err)
	require.Equal(t, prolong.MustDate("2026-04-20"), access.PaidThrough)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(h.banksync.Assign(ctx, accountant, waiting.ID, []banksync.Share{{AccountID: a.ID}}, "")), "assigned twice")

	h.clock.Advance(24 * time.Hour)
	closed, err := h.invoices.CloseDue(ctx, prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, 1, closed.Documents)
	h.sound(t)

	preview, err := h.banksync.PreviewUndo(ctx, accountant, waiting.ID)
	require.NoError(t, err)
	require.Len(t, preview.Cancelled, 1)
	require.False(t, preview.Automatic)
	h.sound(t)
	done, err := h.banksync.Undo(ctx, accountant, waiting.ID, "ошибка")
	require.NoError(t, err)
	require.Equal(t, preview, done)
	h.sound(t)
	access, _, err = h.billing.AccessOf(ctx, a.ExternalID)
	require.NoError(t, err)
	require.Equal(t, prolong.MustDate("2026-03-20"), access.PaidThrough)
	require.Equal(t, waiting.ID, h.inReview(t).ID)

	b := h.account(t, open[1].externalID)
	share := func(account billing.AccountID, minor int64) banksync.Share {
		return banksync.Share{AccountID: account, Amount: prolong.NewMoney(minor, prolong.RUB)}
	}
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(h.banksync.Assign(ctx, accountant, waiting.ID, []banksync.Share{share(a.ID, 200000), share(b.ID, 40000)}, "")), "shares must sum")
	require.NoError(t, h.banksync.Assign(ctx, accountant, waiting.ID, []banksync.Share{share(a.ID, 200000), share(b.ID, 50000)}, ""))
	h.sound(t)
}
