package backoffice_test

import (
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/invoices"
)

var agreedField = regexp.MustCompile(`name="agreed" value="([^"]*)"`)

// decide does something in two steps as a person does: asks what it comes to, ticks the box and
// presses the second button.
func (o *office) decide(t *testing.T, role identity.Role, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	form = maps.Clone(form)
	form.Set("do", "quote")
	quoted := o.post(t, role, path, form)
	require.Equal(t, http.StatusOK, quoted.Code, text(quoted.Body.String()))
	found := agreedField.FindStringSubmatch(quoted.Body.String())
	require.NotNil(t, found, text(quoted.Body.String()))
	form.Set("do", "apply")
	form.Set("agreed", html.UnescapeString(found[1]))
	form.Set("sure", "1")
	return o.post(t, role, path, form)
}

func (o *office) invoiceByNumber(t *testing.T, number string) invoices.Invoice {
	t.Helper()
	list, err := o.Invoices.FindInvoices(t.Context(), invoices.Filter{Number: number})
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

func invoicePath(inv invoices.Invoice) string {
	return "/office/invoices/" + strconv.FormatInt(int64(inv.ID), 10)
}

func (o *office) balance(t *testing.T, account billing.AccountID) int64 {
	t.Helper()
	list, err := o.Billing.BalancesOf(t.Context(), account)
	require.NoError(t, err)
	if len(list) == 0 {
		return 0
	}
	return list[0].Minor()
}

// A paid and closed invoice is cancelled: the page says before that what will be, the act is
// cancelled, the money lies on the balance, and the successor takes both up.
func TestPaidInvoiceIsCancelledAndDrawnUpAgainInTheOffice(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx, accountant := t.Context(), identity.RoleAccountant
	list := o.clients(t, 1)
	o.bank(t, march2, exact(0, list[0]))
	o.clock.Advance(26 * time.Hour)
	_, err := o.Invoices.CloseDue(ctx, prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	inv := o.invoiceByNumber(t, list[0].number)
	path := invoicePath(inv)

	shows(t, o.get(t, accountant, path), "Перевыставить", "Аннулировать", path+"/remedy/void")
	asked := o.get(t, accountant, path+"/remedy/void")
	shows(t, asked, "Что изменится", "отменён", "2\u00a0000,00\u00a0₽", "20.04.2026", "20.03.2026", "сторно", "Да, аннулировать счёт "+inv.Number)
	require.Equal(t, invoices.StatusPaid, o.invoiceByNumber(t, list[0].number).Status, "a question changes nothing")
	agreed := html.UnescapeString(agreedField.FindStringSubmatch(asked.Body.String())[1])

	unsure := o.post(t, accountant, path+"/remedy/void", url.Values{"do": {"apply"}, "agreed": {agreed}, "reason": {"ошибка"}})
	require.Equal(t, http.StatusUnprocessableEntity, unsure.Code)
	shows(t, unsure, "поставьте отметку", "ошибка")
	mute := o.post(t, accountant, path+"/remedy/void", url.Values{"do": {"apply"}, "agreed": {agreed}, "sure": {"1"}})
	require.Equal(t, http.StatusUnprocessableEntity, mute.Code)
	shows(t, mute, "Что изменится")
	stale := o.post(t, accountant, path+"/remedy/void", url.Values{"do": {"apply"}, "agreed": {"void;somethingelse"}, "sure": {"1"}, "reason": {"ошибка"}})
	require.Equal(t, http.StatusConflict, stale.Code)
	shows(t, stale, "Ничего не сделано", "ошибка")
	require.Equal(t, invoices.StatusPaid, o.invoiceByNumber(t, list[0].number).Status, "nothing of that was done")

	require.Equal(t, path, o.decide(t, accountant, path+"/remedy/void", url.Values{"reason": {"выставлен по ошибке"}}).Header().Get("Location"))
	require.Equal(t, invoices.StatusVoid, o.invoiceByNumber(t, list[0].number).Status)
	require.Equal(t, int64(200000), o.balance(t, inv.AccountID))
	shown := o.get(t, accountant, path)
	shows(t, shown, "выставлен по ошибке", "Перевыставить")
	hides(t, shown, path+"/remedy/void", path+"/remedy/credit")

	next := o.decide(t, accountant, path+"/remedy/reissue", url.Values{"reason": {"по просьбе клиента"}}).Header().Get("Location")
	successor, err := o.Invoices.FindInvoices(ctx, invoices.Filter{AccountID: inv.AccountID, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, invoicePath(successor[0]), next)
	require.Equal(t, invoices.StatusPaid, successor[0].Status, "the balance pays it")
	require.Zero(t, o.balance(t, inv.AccountID))
	shows(t, o.get(t, accountant, next), "Вместо счёта", inv.Number)
	shows(t, o.get(t, accountant, path), "Вместо него", successor[0].Number)
	again := o.get(t, accountant, path+"/remedy/reissue")
	require.Equal(t, http.StatusConflict, again.Code)

	trail, err := o.Identity.FindAudit(ctx, identity.AuditFilter{AccountID: inv.AccountID, Limit: 10})
	require.NoError(t, err)
	actions := map[string]int{}
	for _, e := range trail {
		if e.Actor.Kind == prolong.ActorStaff {
			actions[e.Action]++
		}
	}
	require.Equal(t, map[string]int{"invoice.void": 1, "invoice.reissue": 1}, actions)
	shows(t, o.get(t, identity.RoleAdministrator, "/office/audit"), "Аннулировал счёт", "Перевыставил счёт")
}

// Money goes back from an invoice with a credit note, from an invoice that then waits to be paid
// again, and from the balance.
func TestPaymentIsPaidBackInTheOffice(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx, accountant := t.Context(), identity.RoleAccountant
	list := o.clients(t, 1)
	list[0].minor += 50000 // 500 more than is asked for
	o.bank(t, march2, exact(0, list[0]))
	inv := o.invoiceByNumber(t, list[0].number)
	payments, err := o.Banksync.FindReceived(ctx, banksync.ReviewFilter{AccountID: inv.AccountID})
	require.NoError(t, err)
	require.Len(t, payments, 1)
	payment := "/office/payments/" + strconv.FormatInt(int64(payments[0].ID), 10)
	refund, from := payment+"/refund", strconv.FormatInt(int64(inv.ID), 10)

	shows(t, o.get(t, accountant, payment), "Вернуть деньги")
	hides(t, o.get(t, identity.RoleSupport, payment), "Вернуть деньги")
	shows(t, o.get(t, accountant, invoicePath(inv)), refund+"?invoice="+from)
	shows(t, o.get(t, accountant, refund), "с баланса: 500,00\u00a0₽", "со счёта "+inv.Number+": 2\u00a0000,00\u00a0₽", `value="500.00"`)
	shows(t, o.get(t, accountant, refund+"?invoice="+from), `value="2000.00"`)

	form := func(from, amount, then string) url.Values {
		return url.Values{"from": {from}, "amount": {amount}, "then": {then}, "on": {"2026-03-02"}, "reason": {"лишнее"}}
	}
	much := o.post(t, accountant, refund, form("0", "500,01", "adjust"))
	require.Equal(t, http.StatusUnprocessableEntity, much.Code)
	shows(t, much, "лежит 500,00", "500,01")
	late := form("0", "1", "adjust")
	late.Set("on", "2026-03-03")
	shows(t, o.post(t, accountant, refund, late), "ещё не наступил")
	late.Set("from", "77")
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, accountant, refund, late).Code, "an invoice of somebody else")

	require.Equal(t, payment, o.decide(t, accountant, refund, form("0", "500", "adjust")).Header().Get("Location"))
	require.Zero(t, o.balance(t, inv.AccountID))
	shows(t, o.get(t, accountant, payment), "Возвращено клиенту, 02.03.2026", "500,00\u00a0₽", "лишнее")

	require.Equal(t, payment, o.decide(t, accountant, refund, form(from, "300", "adjust")).Header().Get("Location"))
	inv = o.invoiceByNumber(t, list[0].number)
	require.Equal(t, invoices.StatusPaid, inv.Status)
	require.Equal(t, prolong.NewMoney(30000, prolong.RUB), inv.Credited)

	quoted := o.post(t, accountant, refund, form(from, "1700", "reopen"))
	shows(t, quoted, "снова будет ждать оплаты: 1\u00a0700,00\u00a0₽", "20.04.2026", "20.03.2026")
	require.Equal(t, payment, o.decide(t, accountant, refund, form(from, "1700", "reopen")).Header().Get("Location"))
	require.Equal(t, invoices.StatusOpen, o.invoiceByNumber(t, list[0].number).Status)
	require.Equal(t, http.StatusConflict, o.get(t, accountant, refund).Code, "nothing is left of it")
	trail, err := o.Identity.FindAudit(ctx, identity.AuditFilter{AccountID: inv.AccountID, Action: "payment.refund", Limit: 10})
	require.NoError(t, err)
	require.Len(t, trail, 3)
	o.sound(t)
}
