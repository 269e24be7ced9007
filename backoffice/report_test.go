package backoffice_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/invoices"
)

func TestReportsAreShownAndDownloadedByWhoKeepsTheMoney(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := t.Context()
	list := o.clients(t, 2)
	require.NoError(t, o.Invoices.DeclarePartners(ctx, []invoices.PartnerSpec{{Partner: invoices.Partner{Key: "=p", Name: "ИП Пример"}, Agreements: []invoices.Agreement{{From: prolong.MustDate("2026-01-01"), PercentBP: 1000}}}}))
	account := o.account(t, list[0].externalID)
	require.NoError(t, o.Invoices.AttributeAccount(ctx, prolong.System("test"), account.ID, "=p", prolong.MustDate("2026-01-01")))
	o.bank(t, prolong.MustDate("2026-03-02"), exact(0, list[0]))
	_, err := o.Banksync.Pull(ctx, prolong.System("test"))
	require.NoError(t, err)
	_, err = o.Invoices.AccrueCommissions(ctx)
	require.NoError(t, err)

	shows(t, o.get(t, identity.RoleAccountant, "/office/reports"), "Отчёты", "Ожидаемые деньги", "2\u00a0000,00\u00a0₽", "ИП Пример", "163,93\u00a0₽", `href="/office/reports/cash"`)
	shows(t, o.get(t, identity.RoleAdministrator, "/office/reports?month=2026-02"), "2026-02")
	for _, name := range []string{"ageing", "deferred", "mrr", "churn", "cash", "commissions"} {
		rec := o.get(t, identity.RoleAccountant, "/office/reports/"+name)
		require.Equal(t, http.StatusOK, rec.Code, name)
		require.Contains(t, rec.Header().Get("Content-Disposition"), name+"-2026-03-0")
		require.Equal(t, http.StatusForbidden, o.get(t, identity.RoleSupport, "/office/reports/"+name).Code)
	}
	require.Contains(t, o.get(t, identity.RoleAccountant, "/office/reports/commissions").Body.String(), "'=p,", "a key of somebody is no formula")
	require.Contains(t, o.get(t, identity.RoleAccountant, "/office/reports/ageing").Body.String(), "account_external_id")
	require.Equal(t, http.StatusNotFound, o.get(t, identity.RoleAccountant, "/office/reports/other").Code)
	require.Equal(t, http.StatusForbidden, o.get(t, identity.RoleSupport, "/office/reports").Code)
}
