package backoffice_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing/lookup"
	"prolong/billing/lookup/dadata"
	"prolong/billing/lookup/dadata/dadatasim"
	"prolong/identity"
)

// registers is a service of registers with a simulated DaData.
func registers(t *testing.T, o *office) (*lookup.Service, *dadatasim.Server) {
	t.Helper()
	sim := dadatasim.New()
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	source := dadata.New(dadata.Config{Key: "key-1", URL: server.URL + "/rs", Clock: o.clock})
	return lookup.New(o.db, map[prolong.Country]lookup.Source{prolong.Russia: source, prolong.Kazakhstan: source}, slog.New(slog.DiscardHandler)), sim
}

func TestCompanyIsLookedUpAndItsAddressTaken(t *testing.T) {
	t.Parallel()
	o := openWith(t, registers)
	list := o.clients(t, 1)
	client := o.account(t, list[0].externalID)
	card := "/office/clients/" + idOf(client.ID)
	_, err := o.db.Pool.Exec(t.Context(), `UPDATE accounts SET tax_id = '7702001230', kpp = '770201001' WHERE id = $1`, int64(client.ID))
	require.NoError(t, err)

	shows(t, o.get(t, identity.RoleSupport, card), "/office/companies?client="+idOf(client.ID))
	shows(t, o.get(t, identity.RoleSupport, "/office/companies?client="+idOf(client.ID)), "ООО «Образец Торг»", "действует", "127000, г Москва", card+"/registry")
	shows(t, o.get(t, identity.RoleSupport, "/office/companies?q=образец"), "Образец Торг, филиал")
	shows(t, o.get(t, identity.RoleSupport, "/office/companies?country=KZ&q=мысал"), "ТОО «Мысал Сауда»")
	shows(t, o.get(t, identity.RoleSupport, "/office/companies?country=UA&q=зразок"), "не подключён")
	shows(t, o.get(t, identity.RoleSupport, "/office/companies"), "не меньше трёх букв")
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleSupport, card+"/registry", map[string][]string{}).Code)
	shows(t, o.get(t, identity.RoleSupport, card), "127000, г Москва, ул Образцовая, д 25")
	notes, err := o.Identity.FindAudit(t.Context(), identity.AuditFilter{Action: "account.requisites"})
	require.NoError(t, err)
	require.Len(t, notes, 1)
}

func TestWithoutRegisterPeopleType(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	card := "/office/clients/" + idOf(o.account(t, list[0].externalID).ID)
	shows(t, o.get(t, identity.RoleSupport, "/office/companies?q=образец"), "Справочник компаний не подключён")
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleSupport, card+"/registry", map[string][]string{}).Code)
}
