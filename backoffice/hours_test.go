package backoffice_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
)

func TestHoursAreSoldOnTheClientsPageAndTimeIsWrittenOnTheTicket(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := t.Context()
	list := o.clients(t, 1)
	account := o.account(t, list[0].externalID)
	require.NoError(t, o.Billing.DeclarePacks(ctx, []billing.PackSpec{{Seller: "main", Pack: billing.Pack{Key: "ten", Name: "Десять часов", Minutes: 600, ValidMonths: 12, Prices: []prolong.Money{prolong.NewMoney(3_000_000, prolong.RUB)}}}}))
	page := "/office/clients/" + idOf(account.ID)
	shows(t, o.get(t, identity.RoleAccountant, page), "Часы специалистов", "Десять часов, 30\u00a0000,00\u00a0₽", "0 мин")
	require.NotContains(t, o.get(t, identity.RoleSupport, page).Body.String(), page+"/order", "support sells nothing")
	require.Equal(t, http.StatusForbidden, o.post(t, identity.RoleSupport, page+"/order", url.Values{"pack": {"ten"}, "key": {"k"}}).Code)
	for range 2 { // the same form sent twice
		require.Equal(t, page, o.post(t, identity.RoleAccountant, page+"/order", url.Values{"pack": {"ten"}, "key": {"k"}}).Header().Get("Location"))
	}
	var orders int
	require.NoError(t, o.db.Pool.QueryRow(ctx, `SELECT count(*) FROM prepaid_orders`).Scan(&orders))
	require.Equal(t, 1, orders)
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, identity.RoleAccountant, page+"/order", url.Values{"pack": {"other"}, "key": {"z"}}).Code)

	ticket := o.filed(t, o.olga(t, list[0]), int64(account.ID), "Касса", "Настройте")
	href := "/office/tickets/" + idOf(billing.AccountID(ticket.ID))
	shows(t, o.get(t, identity.RoleSupport, href), "Записать время", "У клиента на балансе: 0 мин")
	require.Equal(t, href, o.post(t, identity.RoleSupport, href, url.Values{"what": {"time"}, "key": {"a"}, "minutes": {"95"}, "note": {"Настроили кассу"}, "billed": {"1"}}).Header().Get("Location"))
	shows(t, o.get(t, identity.RoleSupport, href), "1 ч 35 мин", "Настроили кассу", "сверх пакета 1 ч 35 мин")
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, identity.RoleSupport, href, url.Values{"what": {"time"}, "key": {"b"}, "minutes": {"0"}, "note": {"x"}}).Code)
	require.Equal(t, href, o.post(t, identity.RoleSupport, href, url.Values{"what": {"untime"}, "time": {"1"}}).Header().Get("Location"))
	body := o.get(t, identity.RoleSupport, href).Body.String()
	require.Contains(t, body, "отменено")
	require.NotContains(t, body, "сверх пакета", "what was cancelled is asked of nobody")
}
