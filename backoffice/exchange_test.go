package backoffice_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/invoices"
)

func TestExportsAreDownloadedAndNoted(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, prolong.MustDate("2026-03-02"), exact(0, list[0]), credit{no: "7", name: "=SUM(A1)", taxID: "7713699602", purpose: "За столы", minor: 123456})
	_, err := o.Banksync.Pull(t.Context(), prolong.System("test"))
	require.NoError(t, err)
	_, err = o.Invoices.CloseDue(t.Context(), prolong.System("test"), prolong.MustDate("2026-03-03"))
	require.NoError(t, err)
	days := "?from=2026-02-01&to=2026-03-31"

	page := o.get(t, identity.RoleAccountant, "/office/exchange")
	shows(t, page, "Выгрузки", `value="2026-02-01"`, `value="2026-02-28"`, `formaction="/office/exchange/1c"`, `formaction="/office/exchange/payments/xlsx"`)
	file := o.get(t, identity.RoleAccountant, "/office/exchange/1c"+days)
	require.Equal(t, http.StatusOK, file.Code, file.Body.String())
	require.Equal(t, `attachment; filename="enterprisedata-2026-02-01-2026-03-31.xml"`, file.Header().Get("Content-Disposition"))
	require.Contains(t, file.Body.String(), "<Документ.ПБДСРасчетыСКонтрагентами>")
	require.Contains(t, file.Body.String(), "<НомерВходящегоДокумента>7</НомерВходящегоДокумента>", "money whose client nobody knows yet is in the bank all the same")
	for _, name := range []string{"sales", "invoices", "payments", "entries"} {
		for _, format := range []string{"csv", "xlsx"} {
			rec := o.get(t, identity.RoleAccountant, "/office/exchange/"+name+"/"+format+days)
			require.Equal(t, http.StatusOK, rec.Code, rec.Body.String())
			require.NotEmpty(t, rec.Body.Bytes())
		}
	}
	payments := o.get(t, identity.RoleAccountant, "/office/exchange/payments/csv"+days).Body.String()
	require.Contains(t, payments, ",'=SUM(A1),", "a payer's name is no formula")
	require.Contains(t, payments, list[0].number)

	require.Equal(t, http.StatusUnprocessableEntity, o.get(t, identity.RoleAccountant, "/office/exchange/1c").Code, "no days")
	require.Equal(t, http.StatusUnprocessableEntity, o.get(t, identity.RoleAccountant, "/office/exchange/1c?from=x&to=2026-03-31").Code)
	require.Equal(t, http.StatusUnprocessableEntity, o.get(t, identity.RoleAccountant, "/office/exchange/sales/pdf"+days).Code)
	require.Equal(t, http.StatusNotFound, o.get(t, identity.RoleAccountant, "/office/exchange/other/csv"+days).Code)
	require.Equal(t, http.StatusForbidden, o.get(t, identity.RoleSupport, "/office/exchange/1c"+days).Code)

	notes, err := o.Identity.FindAudit(t.Context(), identity.AuditFilter{SubjectKind: "export"})
	require.NoError(t, err)
	require.Len(t, notes, 10, "who took data out is written down")
	shows(t, o.get(t, identity.RoleAdministrator, "/office/audit"), "Выгрузка в 1С")

	documents, err := o.Invoices.FindDocuments(t.Context(), invoices.DocumentFilter{})
	require.NoError(t, err)
	require.Len(t, documents, 1)
	upd := o.get(t, identity.RoleAccountant, fmt.Sprintf("/office/documents/%d/upd", documents[0].ID))
	require.Equal(t, http.StatusUnprocessableEntity, upd.Code, "the client's requisites lack what the format wants")
	require.Contains(t, upd.Body.String(), "buyer.")
}

func TestDocumentIsSentThroughTheOperator(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	o.bank(t, prolong.MustDate("2026-03-02"), exact(0, list[0]))
	_, err := o.Banksync.Pull(t.Context(), prolong.System("test"))
	require.NoError(t, err)
	_, err = o.Invoices.CloseDue(t.Context(), prolong.System("test"), prolong.MustDate("2026-03-03"))
	require.NoError(t, err)
	documents, err := o.Invoices.FindDocuments(t.Context(), invoices.DocumentFilter{})
	require.NoError(t, err)
	path := fmt.Sprintf("/office/documents/%d", documents[0].ID)
	require.NotContains(t, o.get(t, identity.RoleAccountant, "/office/documents").Body.String(), path+"/edo", "without an operator nothing is offered")
	require.NoError(t, o.Invoices.DeclareExchange(t.Context(), []invoices.ExchangeSpec{{Seller: "main", Exchange: invoices.Exchange{EDO: invoices.EDOSettings{Operator: "diadoc"}}}}))

	shows(t, o.get(t, identity.RoleAccountant, "/office/documents"), path+"/edo", "Отправить в ЭДО")
	require.NotContains(t, o.get(t, identity.RoleSupport, "/office/documents").Body.String(), path+"/edo")
	require.Equal(t, http.StatusForbidden, o.post(t, identity.RoleSupport, path+"/edo", map[string][]string{}).Code)
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, path+"/edo", map[string][]string{}).Code)
	require.NotContains(t, o.get(t, identity.RoleAccountant, "/office/documents").Body.String(), "в очереди ЭДО", "a document that lacks requisites is refused at once")
	_, err = o.db.Pool.Exec(t.Context(), `UPDATE documents SET snapshot = jsonb_set(jsonb_set(jsonb_set(snapshot, '{buyer,tax_id}', '"7702001230"'), '{buyer,kpp}', '"770201001"'), '{seller,director}', '"Образцов О. О."')`)
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, path+"/edo", map[string][]string{}).Code)
	shows(t, o.get(t, identity.RoleAccountant, "/office/documents"), "в очереди ЭДО")
	require.Equal(t, http.StatusNotFound, o.get(t, identity.RoleAccountant, path+"/signed").Code)
	notes, err := o.Identity.FindAudit(t.Context(), identity.AuditFilter{Action: "edo.sent"})
	require.NoError(t, err)
	require.Len(t, notes, 1)
}
