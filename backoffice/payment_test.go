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
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices"
)

var march2 = prolong.MustDate("2026-03-02")

// stranger pays in the name of nobody we know.
func stranger(no, purpose string, minor int64) credit {
	return credit{no: no, name: "ООО «Чужой пример»", taxID: "7713699602", purpose: purpose, minor: minor}
}

// waiting lists what waits for a person, the oldest first.
func (o *office) waiting(t *testing.T) []banksync.Received {
	t.Helper()
	list, err := o.Banksync.FindQueue(t.Context(), banksync.QueueFilter{})
	require.NoError(t, err)
	return list
}

func (o *office) payment(t *testing.T, id billing.PaymentID) banksync.Received {
	t.Helper()
	p, err := o.Banksync.FindReceivedByID(t.Context(), id)
	require.NoError(t, err)
	return p
}

func (o *office) account(t *testing.T, externalID string) billing.Account {
	t.Helper()
	a, err := o.Billing.FindAccountByExternalID(t.Context(), externalID)
	require.NoError(t, err)
	return a
}

func (o *office) paidThrough(t *testing.T, externalID string) string {
	t.Helper()
	access, _, err := o.Billing.AccessOf(t.Context(), externalID)
	require.NoError(t, err)
	return access.PaidThrough.String()
}

// sound fails the test if an invariant of the house is broken.
func (o *office) sound(t *testing.T) {
	t.Helper()
	broken, err := postgres.Verify(t.Context(), o.db, append(append(billing.Invariants(), invoices.Invariants()...), banksync.Invariants()...))
	require.NoError(t, err)
	require.Empty(t, broken)
}

func href(id billing.PaymentID) string { return "/office/payments/" + strconv.FormatInt(int64(id), 10) }

func idOf(id billing.AccountID) string { return strconv.FormatInt(int64(id), 10) }

// invoiceOf returns the id of the box that ticks an invoice.
func invoiceOf(t *testing.T, page, number string) string {
	t.Helper()
	m := regexp.MustCompile(`value="(\d+)"[^>]*>\s*<span class="code">` + regexp.QuoteMeta(number)).FindStringSubmatch(page)
	require.Len(t, m, 2, "the invoice %s can be ticked", number)
	return m[1]
}

func TestQueueShowsReasonsAndCandidates(t *testing.T) {
	t.Parallel()
	o := open(t)
	shows(t, o.get(t, identity.RoleAccountant, "/office/payments"), "Разбирать нечего")
	list := o.clients(t, 2)
	o.bank(t, march2, exact(0, list[0]), stranger("8", "за столы", 123456), stranger("9", "Оплата по счету № "+list[1].number, 777))
	page := o.get(t, identity.RoleAccountant, "/office/payments")
	shows(t, page, "за столы", "«Пример 1»")
	hides(t, page, list[0].number)
	require.Equal(t, 2, strings.Count(page.Body.String(), "<tr data-row>"))

	reason := o.waiting(t)[0].Decision.Reason
	part := o.get(t, identity.RoleAccountant, "/office/payments?queue="+string(reason))
	require.Less(t, strings.Count(part.Body.String(), "<tr data-row>"), 3)
	shows(t, part, "queue="+string(reason)) // the part of the queue goes on from payment to payment
	posted := o.get(t, identity.RoleAccountant, "/office/payments?state=matched")
	shows(t, posted, list[0].number)
	hides(t, posted, "за столы")
	require.Equal(t, 3, strings.Count(o.get(t, identity.RoleAccountant, "/office/payments?state=any").Body.String(), "<tr data-row>"))
}

func TestAccountantPostsAPayment(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, march2, stranger("8", "Оплата по счету № "+list[1].number+" от 01.02.2020", 200000), stranger("9", "за столы", 123456))
	queue := o.waiting(t)
	require.Len(t, queue, 2)
	page := o.get(t, identity.RoleAccountant, href(queue[0].ID))
	shows(t, page, `<mark class="piece piece-reference"`, "1 из 2", "продлится до 20.04.2026 (сейчас до 20.03.2026)", "Счёт "+list[1].number+" будет оплачен",
		"Плательщик не связан с клиентом", "2\u00a0000,00\u00a0₽")
	hides(t, o.get(t, identity.RoleSupport, href(queue[0].ID)), "/assign", "/ignore", "/split") // support may look, not decide

	client := o.account(t, list[1].externalID)
	form := url.Values{"account": {idOf(client.ID)}, "invoice": {invoiceOf(t, page.Body.String(), list[1].number)}, "to": {"invoices"}, "note": {"по письму"}}
	require.Equal(t, http.StatusForbidden, o.post(t, identity.RoleSupport, href(queue[0].ID)+"/assign", form).Code)
	done := o.post(t, identity.RoleAccountant, href(queue[0].ID)+"/assign", form)
	require.Equal(t, http.StatusSeeOther, done.Code)
	require.Equal(t, href(queue[1].ID), done.Header().Get("Location"), "the next one that waits")
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[1].externalID))
	require.Equal(t, billing.PaymentMatched, o.payment(t, queue[0].ID).State)

	again := o.post(t, identity.RoleAccountant, href(queue[0].ID)+"/assign", form)
	require.Equal(t, http.StatusConflict, again.Code, "somebody was faster")
	shows(t, again, "уже разнесён")
	shows(t, o.get(t, identity.RoleAccountant, href(queue[0].ID)), "по письму", "Разнесён сотрудником: "+list[1].number, "Пример accountant", href(queue[0].ID)+"/undo")
	o.sound(t)
}

func TestMoneyGoesToTheBalanceOfAnotherClient(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 3)
	o.bank(t, march2, stranger("8", "за столы", 123456))
	p := o.waiting(t)[0]
	client := o.account(t, list[2].externalID)
	found := o.get(t, identity.RoleAccountant, href(p.ID)+"?q="+url.QueryEscape("пример C0002"))
	shows(t, found, "?account="+idOf(client.ID))
	hides(t, found, "?account="+idOf(o.account(t, list[1].externalID).ID))
	shows(t, o.get(t, identity.RoleAccountant, href(p.ID)+"?q="+url.QueryEscape("нет такого")), "Никто не нашёлся")
	chosen := o.get(t, identity.RoleAccountant, href(p.ID)+"?account="+idOf(client.ID))
	shows(t, chosen, "выбран вами")

	ticked := "ticked=1&account=" + idOf(client.ID)
	box := invoiceOf(t, chosen.Body.String(), list[2].number)
	shows(t, o.get(t, identity.RoleAccountant, href(p.ID)+"?"+ticked+"&invoice="+box), "будет оплачен частично")
	shows(t, o.get(t, identity.RoleAccountant, href(p.ID)+"?"+ticked), "На баланс: 1\u00a0234,56\u00a0₽")
	require.Equal(t, http.StatusSeeOther, o.get(t, identity.RoleAccountant, href(p.ID)+"/effect?"+ticked).Code, "without scripts the page itself shows it")

	for _, form := range []url.Values{{}, {"account": {"x"}}} {
		require.Equal(t, http.StatusUnprocessableEntity, o.post(t, identity.RoleAccountant, href(p.ID)+"/assign", form).Code)
	}
	rec := o.post(t, identity.RoleAccountant, href(p.ID)+"/assign", url.Values{"account": {idOf(client.ID)}, "to": {"balance"}, "invoice": {box}})
	require.Equal(t, "/office/payments", rec.Header().Get("Location"))
	require.Equal(t, "2026-03-20", o.paidThrough(t, list[2].externalID))
	shows(t, o.get(t, identity.RoleAccountant, href(p.ID)), "на балансе")
	o.sound(t)
}

func TestNotOursAndBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	o.bank(t, march2, stranger("8", "за столы", 200000))
	p := o.waiting(t)[0]
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, href(p.ID)+"/ignore", url.Values{"note": {"возврат поставщика"}}).Code)
	require.Equal(t, billing.PaymentIgnored, o.payment(t, p.ID).State)
	shows(t, o.get(t, identity.RoleAccountant, "/office/payments?state=ignored"), "за столы")
	require.Equal(t, http.StatusConflict, o.post(t, identity.RoleAccountant, href(p.ID)+"/ignore", url.Values{}).Code)

	client := o.account(t, list[0].externalID)
	page := o.get(t, identity.RoleAccountant, href(p.ID)+"?account="+idOf(client.ID))
	shows(t, page, "возврат поставщика")
	form := url.Values{"account": {idOf(client.ID)}, "invoice": {invoiceOf(t, page.Body.String(), list[0].number)}, "to": {"invoices"}}
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, href(p.ID)+"/assign", form).Code)
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[0].externalID))
	o.sound(t)
}

func TestUndoShowsItsConsequencesFirst(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	o.bank(t, march2, exact(0, list[0]))
	o.clock.Advance(26 * time.Hour)
	closed, err := o.Invoices.CloseDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, 1, closed.Documents)
	received, err := o.Banksync.FindReceived(t.Context(), banksync.ReviewFilter{})
	require.NoError(t, err)
	p := received[0]
	shows(t, o.get(t, identity.RoleAccountant, href(p.ID)+"/undo"), "Снова к оплате: "+list[0].number, "оплачено по 20.03.2026 вместо 20.04.2026", "сторно", "Разнесено было автоматически")
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[0].externalID), "looking changes nothing")
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, identity.RoleAccountant, href(p.ID)+"/undo", url.Values{}).Code, "a reason is asked for")
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[0].externalID))

	require.Equal(t, href(p.ID), o.post(t, identity.RoleAccountant, href(p.ID)+"/undo", url.Values{"note": {"не тот договор"}}).Header().Get("Location"))
	require.Equal(t, "2026-03-20", o.paidThrough(t, list[0].externalID))
	shows(t, o.get(t, identity.RoleAccountant, href(p.ID)), "не тот договор", list[0].name, "ИНН плательщика "+list[0].taxID) // the evidence of matching is still shown
	shows(t, o.get(t, identity.RoleAccountant, "/office/payments?queue=taken_back"), list[0].taxID)
	require.Equal(t, http.StatusConflict, o.get(t, identity.RoleAccountant, href(p.ID)+"/undo").Code)
	o.sound(t)
}

func TestSplitBetweenClients(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 3)
	o.bank(t, march2, stranger("8", "за столы", 300000))
	p := o.waiting(t)[0]
	shows(t, o.get(t, identity.RoleAccountant, href(p.ID)+"/split"), `name="client2"`)
	more := o.post(t, identity.RoleAccountant, href(p.ID)+"/split", url.Values{"more": {"1"}, "rows": {"2"}, "client1": {"c0001"}})
	require.Equal(t, http.StatusOK, more.Code)
	shows(t, more, `name="client3"`, `value="c0001"`)

	for name, form := range map[string]url.Values{
		"nobody":    {"client1": {"нетакого"}, "amount1": {"1000"}, "client2": {"c0001"}},
		"ambiguous": {"client1": {"пример"}, "amount1": {"1000"}, "client2": {"c0001"}},
		"sum":       {"client1": {"c0000"}, "amount1": {"1000"}, "client2": {"c0001"}, "amount2": {"1000"}},
		"negative":  {"client1": {"c0000"}, "amount1": {"5000"}, "client2": {"c0001"}},
		"twice":     {"client1": {"c0000"}, "amount1": {"1000"}, "client2": {"c0000"}},
		"amount":    {"client1": {"c0000"}, "amount1": {"много"}, "client2": {"c0001"}},
		"none":      {},
	} {
		rec := o.post(t, identity.RoleAccountant, href(p.ID)+"/split", form)
		require.Equal(t, http.StatusUnprocessableEntity, rec.Code, name)
		shows(t, rec)
		require.Len(t, o.waiting(t), 1, name)
	}
	rec := o.post(t, identity.RoleAccountant, href(p.ID)+"/split", url.Values{"client1": {list[0].number}, "amount1": {"2 000,00"}, "client2": {list[1].taxID}})
	require.Equal(t, http.StatusSeeOther, rec.Code, rec.Body)
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[0].externalID))
	require.Equal(t, "2026-03-20", o.paidThrough(t, list[1].externalID), "a thousand is on the invoice of two thousand")
	shows(t, o.get(t, identity.RoleAccountant, href(p.ID)), "ООО «Пример 0»", "1\u00a0000,00\u00a0₽")
	o.sound(t)
}

func TestPaymentsThatAreNot(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, path := range []string{"/office/payments/1", "/office/payments/x", "/office/payments/-1", "/office/payments/1/undo", "/office/payments/1/split", "/office/payments/99999999999999999999"} {
		require.Equal(t, http.StatusNotFound, o.get(t, identity.RoleAccountant, path).Code, path)
	}
}
