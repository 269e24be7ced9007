package backoffice_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/identity"
	"prolong/invoices"
)

// The end of a subscription is announced in two steps and shown everywhere; what has changed since
// it was shown is not done; it is taken back in the same way.
func TestTheEndOfASubscriptionIsAnnouncedInTheOffice(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	accountant, client := identity.RoleAccountant, o.account(t, list[0].externalID)
	subs, err := o.Billing.SubscriptionsOf(t.Context(), client.ID)
	require.NoError(t, err)
	sub := subs[0]
	issued, err := o.Invoices.FindInvoices(t.Context(), invoices.Filter{AccountID: client.ID, Status: invoices.StatusOpen})
	require.NoError(t, err)
	require.Len(t, issued, 1)
	path := "/office/subscriptions/" + strconv.FormatInt(int64(sub.ID), 10)
	card := "/office/clients/" + idOf(client.ID)

	shows(t, o.get(t, accountant, path), path+"/end")
	shows(t, o.get(t, accountant, path+"/end"), "Последний день")
	refused := o.post(t, accountant, path+"/end", url.Values{"on": {sub.PaidThrough.AddDays(-1).String()}})
	require.Equal(t, http.StatusConflict, refused.Code)
	form := url.Values{}
	quoted := o.post(t, accountant, path+"/end", form)
	shows(t, quoted, "Счёт "+issued[0].Number+" за следующие дни будет отозван")
	require.Zero(t, o.ends(t), "nothing was done yet")
	form.Set("agreed", agreedField.FindStringSubmatch(quoted.Body.String())[1])
	form.Set("do", "apply")
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, accountant, path+"/end", form).Code, "nobody ends without a reason")
	form.Set("reason", "Заявление клиента")
	stale := url.Values{"do": {"apply"}, "reason": {"Заявление клиента"}, "agreed": {"something else"}}
	require.Equal(t, http.StatusConflict, o.post(t, accountant, path+"/end", stale).Code)
	require.Zero(t, o.ends(t))
	require.Equal(t, http.StatusSeeOther, o.post(t, accountant, path+"/end", form).Code)
	require.Equal(t, 1, o.ends(t))
	shows(t, o.get(t, accountant, card), "закончится")
	shows(t, o.get(t, accountant, path), path+"/keep")

	shown := o.get(t, accountant, path+"/keep")
	shows(t, shown, "Отменить окончание")
	keep := url.Values{"do": {"apply"}, "reason": {"Передумал"}, "agreed": {agreedField.FindStringSubmatch(shown.Body.String())[1]}}
	require.Equal(t, http.StatusSeeOther, o.post(t, accountant, path+"/keep", keep).Code)
	require.Zero(t, o.ends(t))
	hides(t, o.get(t, accountant, card), "закончится")
	require.Equal(t, http.StatusConflict, o.post(t, accountant, path+"/keep", keep).Code, "a second press finds nothing to take back")
	var audited int
	require.NoError(t, o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_entries WHERE action LIKE 'subscription.end%'`).Scan(&audited))
	require.Equal(t, 2, audited)
}

// ends counts the subscriptions whose end is announced.
func (o *office) ends(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM subscriptions WHERE ends_on IS NOT NULL`).Scan(&n))
	return n
}
