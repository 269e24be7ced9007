package backoffice_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/billing/lookup"
	"prolong/billing/lookup/dadata"
	"prolong/billing/lookup/dadata/dadatasim"
	"prolong/identity"
)

// Requisites of a client are changed by the vendor's accountant: check digits hold, what changes
// is shown first, who changed what stays, the next paper carries it, and an import keeps it.
func TestRequisitesAreChangedInTheOffice(t *testing.T) {
	t.Parallel()
	o := openWith(t, func(t *testing.T, o *office) (*lookup.Service, *dadatasim.Server) {
		t.Helper()
		sim := dadatasim.New()
		server := httptest.NewServer(sim)
		t.Cleanup(server.Close)
		return lookup.New(o.db, map[prolong.Country]lookup.Source{prolong.Russia: dadata.New(dadata.Config{Key: "key-1", URL: server.URL + "/rs", Clock: o.clock})}, slog.New(slog.DiscardHandler)), sim
	})
	ctx, accountant := t.Context(), identity.RoleAccountant
	list := o.clients(t, 1)
	client := o.account(t, list[0].externalID)
	card := "/office/clients/" + idOf(client.ID)
	path := card + "/requisites"
	shows(t, o.get(t, accountant, card), path)
	hides(t, o.get(t, identity.RoleSupport, card), path)
	shows(t, o.get(t, accountant, path), `value="`+string(client.TaxID)+`"`, "Заполнить по ИНН")

	filled := o.post(t, accountant, path, url.Values{"do": {"fill"}, "tax_id": {"7702001230"}, "email": {"typed@example.test"}})
	shows(t, filled, `value="127000, г Москва, ул Образцовая, д 25"`, `value="typed@example.test"`)
	unknown := o.post(t, accountant, path, url.Values{"do": {"fill"}, "tax_id": {"7707083893"}, "name": {"Набрано"}})
	require.Equal(t, http.StatusOK, unknown.Code)
	shows(t, unknown, `value="Набрано"`)

	wrong := o.post(t, accountant, path, url.Values{"name": {""}, "tax_id": {"7702001231"}, "kpp": {"12"}, "bank_account": {"40702810138000000001"}, "bank_bic": {"044525225"}, "phone": {"12"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	shows(t, wrong, "девять знаков", `value="7702001231"`)

	form := url.Values{"legal_form": {"АО"}, "name": {"«Пример Новый»"}, "tax_id": {"7702001230"}, "kpp": {"770201001"}, "address": {"127000, г Москва, ул Образцовая, д 25"}, "email": {"c0@example.test"},
		"signatory": {"Примеров П. П."}, "signatory_title": {"Директор"}, "language": {"kk"}}
	same := o.get(t, accountant, path)
	require.Equal(t, http.StatusOK, same.Code)
	quoted := o.post(t, accountant, path, form)
	shows(t, quoted, "«Пример 0»", "«Пример Новый»", "Қазақша", "по новому ИНН", "выданные не меняются")
	made := o.decide(t, accountant, path, form)
	require.Equal(t, card, made.Header().Get("Location"), text(made.Body.String()))
	changed := o.account(t, list[0].externalID)
	require.Equal(t, "АО «Пример Новый»", changed.LegalName())
	require.Equal(t, prolong.TaxID("7702001230"), changed.TaxID)
	require.Equal(t, "Примеров П. П.", changed.Signatory)
	require.Equal(t, "kk", changed.Language)
	unchanged := o.post(t, accountant, path, form)
	require.Equal(t, http.StatusUnprocessableEntity, unchanged.Code)
	shows(t, unchanged, "реквизиты те же", "Кто и что менял", "Название без формы: «Пример 0» → «Пример Новый»", "Пример accountant")
	form.Set("do", "apply")
	form.Set("name", "«Пример Третий»")
	form.Set("agreed", agreedField.FindStringSubmatch(quoted.Body.String())[1])
	require.Equal(t, http.StatusConflict, o.post(t, accountant, path, form).Code, "somebody has changed it meanwhile")

	inv := o.invoiceByNumber(t, list[0].number)
	again, err := o.Invoices.Reissue(ctx, prolong.System("test"), inv.ID, "новые реквизиты")
	require.NoError(t, err)
	paper, err := o.Invoices.InvoiceOf(ctx, client.ID, again.New.ID)
	require.NoError(t, err)
	require.Equal(t, "АО «Пример Новый»", paper.Paper.Buyer.Name)
	require.Equal(t, "Примеров П. П.", paper.Paper.Buyer.Director)

	o.clients2(t, list[0])
	require.Equal(t, "АО «Пример Новый»", o.account(t, list[0].externalID).LegalName(), "an import keeps what a person has changed")
	require.Equal(t, prolong.TaxID("7702001230"), o.account(t, list[0].externalID).TaxID)
}

// clients2 imports the table of the first client once more.
func (o *office) clients2(t *testing.T, x openInvoice) {
	t.Helper()
	row := billing.AccountRow{Line: 2, PlanKey: "standard", Price: prolong.NewMoney(-1, prolong.RUB), PaidThrough: prolong.MustDate("2026-03-20"),
		Account: billing.Account{ExternalID: x.externalID, Name: x.name, LegalForm: "ООО", Country: prolong.Russia, TaxID: prolong.TaxID(x.taxID), Email: "c0@example.test", Language: "ru"}}
	done, err := o.Billing.ImportAccounts(t.Context(), prolong.System("test"), []billing.AccountRow{row}, nil, "main", true)
	require.NoError(t, err)
	require.NotEmpty(t, done.Kept)
}
