package cabinet_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing/lookup"
	"prolong/billing/lookup/dadata"
	"prolong/billing/lookup/dadata/dadatasim"
	"prolong/cabinet"
)

func TestCompanyIsFilledInByTaxID(t *testing.T) {
	t.Parallel()
	h := open(t)
	company := h.path(0, "/company")
	fill := func() string {
		rec := h.post(t, "accountant0@example.test", company+"/fill", url.Values{"address": {"old"}, "email": {"typed@example.test"}, "bank_bic": {"044525225"}})
		require.Equal(t, http.StatusOK, rec.Code)
		return rec.Body.String()
	}
	page := fill()
	require.Contains(t, page, "Справочник компаний не подключён", "without a register people type")
	require.Contains(t, page, `value="typed@example.test"`, "what was typed stays")

	sim := dadatasim.New()
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	h.Companies = lookup.New(h.db, map[prolong.Country]lookup.Source{prolong.Russia: dadata.New(dadata.Config{Key: "key-1", URL: server.URL + "/rs", Clock: h.clock})}, slog.New(slog.DiscardHandler))
	var err error
	h.Site = h.newSite(t)
	h.room, err = cabinet.New(h.Deps)
	require.NoError(t, err)
	h.Site.Mount(h.room.Routes(), h.room.Authorizer())
	_, err = h.db.Pool.Exec(t.Context(), `UPDATE accounts SET tax_id = '7702001230', kpp = '' WHERE id = $1`, int64(h.accounts[0]))
	require.NoError(t, err)
	require.Contains(t, h.get(t, "accountant0@example.test", company).Body.String(), company+"/fill")
	page = fill()
	require.Contains(t, page, `value="127000, г Москва, ул Образцовая, д 25"`)
	require.Contains(t, page, "БИК 044525225: ПАО СБЕРБАНК.")
	require.Contains(t, page, `value="typed@example.test"`)
	require.NotContains(t, h.get(t, "accountant0@example.test", company).Body.String(), "127000", "nothing is stored until it is saved")
	sim.Fail(http.StatusInternalServerError)
	require.Equal(t, http.StatusForbidden, h.post(t, "employee0@example.test", company+"/fill", url.Values{}).Code)
}
