package passes_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/jobs"
	"prolong/passes"
	"prolong/templates"
)

// A meter posts its file: with the right key only, whole or not at all, and twice as well as once.
func TestAvailabilityIsPostedByKeysWithItsScope(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	room := billing.New(h.db, slog.New(slog.DiscardHandler))
	_, err := room.Apply(ctx, nil, []billing.PlanSpec{{Plan: billing.Plan{Key: "rack", Name: "Стойка", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, Resume: billing.ResumeExpiry},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(1250, prolong.RUB)}, Meter: &billing.Meter{Rounding: billing.RoundHundredth, PayDays: 10}}})
	require.NoError(t, err)
	account, err := room.FindAccountByExternalID(ctx, "c1")
	require.NoError(t, err)
	_, err = room.OpenRent(ctx, prolong.System("test"), account.ID, "rack", prolong.MustDate("2026-03-01"), "c1/rack")
	require.NoError(t, err)
	queue, err := jobs.NewClient(h.db, jobs.Config{})
	require.NoError(t, err)
	people := identity.New(h.db, queue, nil, identity.Config{})
	key, _, err := people.CreateAPIKey(ctx, prolong.System("test"), identity.APIKeySpec{Name: "rack meter", Scopes: []identity.Right{identity.RightAPIAvailability}})
	require.NoError(t, err)
	catalog, err := i18n.Load(templates.FS, "locale")
	require.NoError(t, err)
	server := httptest.NewServer(passes.NewAvailabilityAPI(room, people, catalog))
	t.Cleanup(server.Close)

	post := func(key, body string) (int, map[string]any) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Accept-Language", "en")
		if key != "" {
			request.Header.Set("Authorization", "Bearer "+key)
		}
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		raw, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		var answer map[string]any
		require.NoError(t, json.Unmarshal(raw, &answer), string(raw))
		return response.StatusCode, answer
	}
	const header = "account_external_id,plan,from,to,state\n"
	good := header + "c1,rack,2026-03-01T00:00:00+03:00,2026-03-02T00:00:00+03:00,up\nc1,rack,2026-03-01T10:00:00+03:00,2026-03-01T11:00:00+03:00,down\n"
	for wrong, want := range map[string]int{"": http.StatusUnauthorized, "prl_nonsense": http.StatusUnauthorized, h.key: http.StatusForbidden} {
		status, _ := post(wrong, good)
		require.Equal(t, want, status, wrong)
	}
	status, answer := post(key, good+"c1,rack,yesterday,2026-03-02T00:00:00+03:00,up\nnobody,rack,2026-03-01T00:00:00+03:00,2026-03-02T00:00:00+03:00,up\n")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Len(t, answer["bad"], 2)
	require.InDelta(t, 4, answer["bad"].([]any)[0].(map[string]any)["line"], 0)
	for _, want := range []float64{2, 0} {
		status, answer := post(key, good)
		require.Equal(t, http.StatusOK, status)
		require.InDelta(t, want, answer["added"], 0)
	}
	status, _ = post(key, "from,to\n")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	status, _ = post(key, header+strings.Repeat(" ", 9<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	var n int
	require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT count(*) FROM availability`).Scan(&n))
	require.Equal(t, 2, n)
}
