package backoffice_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/identity"
)

func TestMoneyMovesBetweenAccountsOfOneClient(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	_, err := o.db.Pool.Exec(t.Context(), `UPDATE accounts SET tax_id = '7701001238'`)
	require.NoError(t, err)
	from, to := o.account(t, list[0].externalID), o.account(t, list[1].externalID)
	o.bank(t, march2, exact(0, list[0]))
	card := "/office/clients/" + idOf(from.ID)
	form := url.Values{"to": {idOf(to.ID)}, "amount": {"100000.00"}, "reason": {"письмо"}}
	rec := o.post(t, identity.RoleAccountant, card+"/transfers", form)
	require.Equal(t, http.StatusUnprocessableEntity, rec.Code, "more than lies on the balance")
	shows(t, rec, "на балансе свободно")
	require.Contains(t, rec.Body.String(), "100000.00", "what was typed stays")
	require.Equal(t, http.StatusForbidden, o.post(t, identity.RoleSupport, card+"/transfers", form).Code)
	require.Equal(t, http.StatusNotFound, o.post(t, identity.RoleAccountant, card+"/transfers/999/undo", url.Values{"reason": {"x"}}).Code)
	require.Equal(t, http.StatusNotFound, o.post(t, identity.RoleAccountant, card+"/realign", url.Values{"subscription": {"999"}, "from": {"2026-03-02"}, "reason": {"x"}}).Code)

	pdf := o.get(t, identity.RoleSupport, card+"/reconciliation?from=2026-03-01&to=2026-03-31")
	require.Equal(t, http.StatusOK, pdf.Code)
	require.True(t, strings.HasPrefix(pdf.Body.String(), "%PDF"))
	table := o.get(t, identity.RoleAccountant, card+"/reconciliation?from=2026-03-01&to=2026-03-31&format=csv")
	require.Contains(t, table.Body.String(), "Оплата")
	require.Equal(t, http.StatusUnprocessableEntity, o.get(t, identity.RoleAccountant, card+"/reconciliation?from=2026-04-01&to=2026-03-01").Code)
}
