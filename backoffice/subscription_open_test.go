package backoffice_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/invoices"
)

// sells declares a plan with a trial, an add-on and a fee.
func (o *office) sells(t *testing.T) {
	t.Helper()
	price := func(minor int64) []prolong.Money { return []prolong.Money{prolong.NewMoney(minor, prolong.RUB)} }
	_, err := o.Billing.Apply(t.Context(), nil, []billing.PlanSpec{{
		Plan: billing.Plan{Key: "team", Name: "Команда", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest,
			Trial: prolong.Term{Count: 14, Unit: prolong.Days}},
		Seller: "main", Prices: price(100000),
		Items: []billing.ItemSpec{{Key: "sms", Kind: billing.ItemAddon, Name: "СМС-пакет", Prices: price(30000)}, {Key: "setup", Kind: billing.ItemFee, Name: "Подключение", Prices: price(500000)}},
	}})
	require.NoError(t, err)
}

// feeObject lets a fee wait on a subscription, whatever its plan sells.
func (o *office) feeObject(t *testing.T, sub billing.SubscriptionID) (id int64) {
	t.Helper()
	require.NoError(t, o.db.Pool.QueryRow(t.Context(), `INSERT INTO one_off_charges (account_id, subscription_id, item_key, name, quantity, price_minor, actor, created_at)
		SELECT account_id, id, 'setup', 'Подключение', 1, 1000, 'test', created_at FROM subscriptions WHERE id = $1 RETURNING id`, int64(sub)).Scan(&id))
	return id
}

// A subscription is opened with seats, an add-on, a fee, a trial and a discount: the page says
// what the first invoice comes to before, and pressing twice opens one.
func TestSubscriptionIsOpenedInTheOffice(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.sells(t)
	list := o.clients(t, 1)
	accountant, client := identity.RoleAccountant, o.account(t, list[0].externalID)
	card := "/office/clients/" + idOf(client.ID)
	path := card + "/subscribe"

	shows(t, o.get(t, accountant, card), path)
	hides(t, o.get(t, identity.RoleSupport, card), path)
	shows(t, o.get(t, accountant, path), "Команда: 1\u00a0000,00\u00a0₽", "СМС-пакет", "2026-03-02")

	form := url.Values{"plan": {"team|RUB"}, "seats": {"2"}, "addon.sms": {"1"}, "from": {"2026-03-02"}, "trial": {"1"}, "fees": {"1"}, "percent": {"10"}}
	wrong := o.post(t, accountant, path, form)
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code, "a discount wants its reason")
	form.Set("reason", "Договор 14")
	none := url.Values{"plan": {"nothing|RUB"}, "seats": {"0"}}
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, accountant, path, none).Code)

	// 2 × 1000 + 300 less 10 %, and the fee without.
	quoted := o.post(t, accountant, path, form)
	shows(t, quoted, "бесплатно по 15.03.2026", "16.03.2026 – 15.04.2026", "7\u00a0070,00\u00a0₽, в том числе НДС", "Счёт выставится сразу", "уже есть подписка «Стандарт»")
	subs, err := o.Billing.SubscriptionsOf(t.Context(), client.ID)
	require.NoError(t, err)
	require.Len(t, subs, 1, "a reckoning opens nothing")

	// Aligned with the first of the month, the sixteen days of March alone are asked for first.
	aligned := url.Values{"plan": {"team|RUB"}, "seats": {"1"}, "from": {"2026-03-16"}, "anchor": {"2026-01-01"}}
	shows(t, o.post(t, accountant, path, aligned), "16.03.2026 – 31.03.2026", "516,13 ₽", "периоды начинаются с 01.04.2026")
	aligned.Set("first", "3")
	shows(t, o.post(t, accountant, path, aligned), "День выравнивания")

	opened := o.decide(t, accountant, path, form)
	require.Equal(t, card, opened.Header().Get("Location"))
	form.Set("do", "apply")
	form.Set("agreed", agreedField.FindStringSubmatch(quoted.Body.String())[1])
	require.Equal(t, http.StatusConflict, o.post(t, accountant, path, form).Code, "the second press")
	subs, err = o.Billing.SubscriptionsOf(t.Context(), client.ID)
	require.NoError(t, err)
	require.Len(t, subs, 2)
	first, err := o.Invoices.FindInvoices(t.Context(), invoices.Filter{AccountID: client.ID, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, int64(707000), first[0].Total.Minor())
	shows(t, o.get(t, accountant, card), "Команда")
	o.sound(t)
}

// A fee is ordered with the next invoice, taken back, and ordered by an invoice of its own.
func TestFeeIsOrderedInTheOffice(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.sells(t)
	list := o.clients(t, 1)
	accountant, client := identity.RoleAccountant, o.account(t, list[0].externalID)
	card := "/office/clients/" + idOf(client.ID)
	require.Equal(t, card, o.decide(t, accountant, card+"/subscribe", url.Values{"plan": {"team|RUB"}, "seats": {"1"}, "from": {"2026-03-02"}}).Header().Get("Location"))
	subs, err := o.Billing.SubscriptionsOf(t.Context(), client.ID)
	require.NoError(t, err)
	sub := subs[len(subs)-1]
	if sub.Seats != 1 || subs[0].PaidThrough.Before(sub.PaidThrough) {
		sub = subs[0]
	}
	path := "/office/subscriptions/" + strconv.FormatInt(int64(sub.ID), 10)
	shows(t, o.get(t, accountant, path), "Заказать разовую услугу", path+"/fee")

	shows(t, o.post(t, accountant, path+"/fee", url.Values{"fee": {"setup"}, "quantity": {"2"}, "when": {"next"}}), "10\u00a0000,00\u00a0₽", "следующий счёт")
	require.Equal(t, path, o.decide(t, accountant, path+"/fee", url.Values{"fee": {"setup"}, "quantity": {"2"}, "when": {"next"}}).Header().Get("Location"))
	waiting := o.get(t, accountant, path)
	shows(t, waiting, "Подключение, 2 × 5\u00a0000,00\u00a0₽")
	_, drop, _ := strings.Cut(waiting.Body.String(), `action="`+path+"/fees/")
	drop, _, _ = strings.Cut(drop, `"`)
	require.Equal(t, path, o.post(t, accountant, path+"/fees/"+drop, url.Values{}).Header().Get("Location"))
	shows(t, o.get(t, accountant, path), "Ничего не ждёт")

	own := o.decide(t, accountant, path+"/fee", url.Values{"fee": {"setup"}, "quantity": {"1"}, "when": {"own"}}).Header().Get("Location")
	require.True(t, strings.HasPrefix(own, "/office/invoices/"), own)
	shows(t, o.get(t, accountant, own), "5\u00a0000,00\u00a0₽", "к оплате")
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, accountant, path+"/fee", url.Values{"fee": {"sms"}, "quantity": {"1"}, "when": {"own"}}).Code, "an add-on is no fee")
	o.sound(t)
}
