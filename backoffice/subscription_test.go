package backoffice_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/invoices"
)

func TestTermsDiscountsAndCreditNotesAreChangedInTheOffice(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	o.bank(t, march2, exact(0, list[0]))
	client := o.account(t, list[0].externalID)
	subs, err := o.Billing.SubscriptionsOf(t.Context(), client.ID)
	require.NoError(t, err)
	path := "/office/subscriptions/" + strconv.FormatInt(int64(subs[0].ID), 10)
	accountant := identity.RoleAccountant

	shows(t, o.get(t, accountant, "/office/clients/"+idOf(client.ID)), path)
	hides(t, o.get(t, identity.RoleSupport, "/office/clients/"+idOf(client.ID)), path)
	shows(t, o.get(t, accountant, path), "Подписка «Стандарт»", "2\u00a0000,00\u00a0₽", "Скидок нет.")

	// A quote changes nothing, the second button makes it.
	terms := url.Values{"plan": {"standard"}, "seats": {"3"}, "at_once": {"1"}, "reason": {"рост"}, "do": {"quote"}}
	shows(t, o.post(t, accountant, path, terms), "Что изменится", "Счёт на разницу", `value="apply"`)
	subs, err = o.Billing.SubscriptionsOf(t.Context(), client.ID)
	require.NoError(t, err)
	require.Equal(t, 1, subs[0].Seats)
	terms.Set("do", "apply")
	terms.Set("agreed", "something else")
	stale := o.post(t, accountant, path, terms)
	require.Equal(t, http.StatusConflict, stale.Code)
	shows(t, stale, "Ничего не сделано", "Счёт на разницу", `value="apply"`)
	subs, err = o.Billing.SubscriptionsOf(t.Context(), client.ID)
	require.NoError(t, err)
	require.Equal(t, 1, subs[0].Seats, "nobody gets another invoice than he was shown")
	require.Equal(t, path, o.decide(t, accountant, path, terms).Header().Get("Location"))
	shows(t, o.get(t, accountant, path), "Стандарт, 3 места", "6\u00a0000,00\u00a0₽")
	again := o.post(t, accountant, path, url.Values{"plan": {"standard"}, "seats": {"4"}, "at_once": {"1"}, "do": {"apply"}})
	require.Equal(t, http.StatusConflict, again.Code)
	shows(t, again, "ещё не оплачен", `value="4"`)
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, accountant, path, url.Values{"seats": {"-1"}}).Code)

	wrong := o.post(t, accountant, path+"/discounts", url.Values{"percent": {"10"}, "amount": {"5"}, "from": {"2026-03-01"}, "reason": {"акция"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	shows(t, wrong, "либо процент, либо сумму", "акция")
	require.Equal(t, path, o.post(t, accountant, path+"/discounts", url.Values{"percent": {"12,5"}, "from": {"2026-03-01"}, "periods": {"2"}, "reason": {"акция"}}).Header().Get("Location"))
	shows(t, o.get(t, accountant, path), "12,5\u00a0% с 01.03.2026, использовано 0 из 2", "5\u00a0250,00\u00a0₽")
	subs, err = o.Billing.SubscriptionsOf(t.Context(), client.ID)
	require.NoError(t, err)
	require.Equal(t, path, o.post(t, accountant, path+"/discounts/"+strconv.FormatInt(int64(subs[0].Discounts[0].ID), 10)+"/end", url.Values{}).Header().Get("Location"))
	shows(t, o.get(t, accountant, path), "Скидок нет.")

	paid, err := o.Invoices.FindInvoices(t.Context(), invoices.Filter{Number: list[0].number})
	require.NoError(t, err)
	invoice := "/office/invoices/" + strconv.FormatInt(int64(paid[0].ID), 10)
	shows(t, o.get(t, accountant, invoice), "Выписать кредит-ноту")
	hides(t, o.get(t, identity.RoleSupport, invoice), "Выписать кредит-ноту", "/remedy/")
	much := o.post(t, accountant, invoice+"/remedy/credit", url.Values{"amount": {"2000,01"}, "reason": {"простой"}, "do": {"quote"}})
	require.Equal(t, http.StatusUnprocessableEntity, much.Code)
	shows(t, much, "больше того, что просит счёт", "2000,01")
	credit := o.decide(t, accountant, invoice+"/remedy/credit", url.Values{"amount": {"100"}, "reason": {"простой"}})
	require.Equal(t, invoice, credit.Header().Get("Location"))
	shows(t, o.get(t, accountant, invoice), "Кредит-нота 260000013 от", "простой", "100,00\u00a0₽")
	notes, err := o.Invoices.CreditNotesOf(t.Context(), client.ID)
	require.NoError(t, err)
	require.Equal(t, prolong.NewMoney(10000, prolong.RUB), notes[0].Total)
	require.Equal(t, "application/pdf", o.get(t, accountant, "/office/credit-notes/"+strconv.FormatInt(int64(notes[0].ID), 10)+"/pdf").Header().Get("Content-Type"))
}
