package passes_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
	"prolong/passes"
	"prolong/templates"
)

// house is the access API with real keys on a database whose clock stands still.
type house struct {
	db      *postgres.DB
	clock   *prolong.ManualClock
	replica *passes.Replica
	url     string
	key     string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	ctx := context.Background()
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	db, clock := testdb.NewAt(t, time.Date(2026, 3, 1, 9, 0, 0, 0, moscow))
	log := slog.New(slog.DiscardHandler)
	b := billing.New(db, log)
	_, err = b.Apply(ctx, []billing.SellerSpec{{
		Seller:       billing.Seller{Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", Location: moscow, VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО Сбербанк", Currency: prolong.RUB}},
	}}, []billing.PlanSpec{{Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, GraceDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)}}})
	require.NoError(t, err)
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader("external_id,name,country,plan,currency,paid_through\nc1,Пример,RU,standard,RUB,2026-03-10\nпуть/2,Пример,RU,standard,RUB,2026-03-10\n"))
	require.NoError(t, err)
	_, err = b.ImportAccounts(ctx, prolong.System("test"), rows, bad, "main", true)
	require.NoError(t, err)
	queue, err := jobs.NewClient(db, jobs.Config{})
	require.NoError(t, err)
	people := identity.New(db, queue, nil, identity.Config{})
	key, _, err := people.CreateAPIKey(ctx, prolong.System("test"), identity.APIKeySpec{Name: "pass service", Scopes: []identity.Right{identity.RightAPIAccess}})
	require.NoError(t, err)
	catalog, err := i18n.Load(templates.FS, "locale")
	require.NoError(t, err)
	h := &house{db: db, clock: clock, key: key, replica: passes.NewReplica(db, log)}
	h.url = serve(t, passes.NewAPI(h.replica, people, db.Clock, catalog))
	return h
}

func (h *house) ask(t *testing.T, id, key string) (status int, answer map[string]any) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, h.url+id+"/access", nil)
	require.NoError(t, err)
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &answer), string(body))
	return response.StatusCode, answer
}

func TestAccessAnswersByTheSecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	status, _ := h.ask(t, "c1", h.key)
	require.Equal(t, http.StatusServiceUnavailable, status, "before the replica is loaded nobody may be called suspended")
	require.NoError(t, h.replica.Load(context.Background()))
	for _, step := range []struct {
		at     string
		state  string
		active bool
		until  any
	}{
		{"2026-03-01T09:00:00+03:00", "active", true, "2026-03-11T00:00:00+03:00"},
		{"2026-03-10T23:59:59+03:00", "active", true, "2026-03-11T00:00:00+03:00"},
		{"2026-03-11T00:00:00+03:00", "grace", true, "2026-03-14T00:00:00+03:00"},
		{"2026-03-13T23:59:59+03:00", "grace", true, "2026-03-14T00:00:00+03:00"},
		{"2026-03-14T00:00:00+03:00", "suspended", false, nil},
	} {
		at, err := time.Parse(time.RFC3339, step.at)
		require.NoError(t, err)
		h.clock.Set(at)
		require.NoError(t, h.replica.CatchUp(context.Background()))
		status, answer := h.ask(t, "c1", h.key)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, map[string]any{"external_id": "c1", "active": step.active, "state": step.state, "until": step.until, "paid_through": "2026-03-10", "reason": "access." + step.state}, answer, step.at)
	}
}

func TestAccessIsForKeysOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.NoError(t, h.replica.Load(context.Background()))
	for _, tc := range []struct {
		id, key string
		status  int
	}{
		{"c1", "", http.StatusUnauthorized},
		{"c1", "prl_wrong_key", http.StatusUnauthorized},
		{"nobody", h.key, http.StatusNotFound},
		{"%D0%BF%D1%83%D1%82%D1%8C%2F2", h.key, http.StatusOK},
	} {
		status, _ := h.ask(t, tc.id, tc.key)
		require.Equal(t, tc.status, status, tc)
	}
}

func TestAStaleReplicaSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.NoError(t, h.replica.Load(context.Background()))
	h.clock.Advance(time.Minute)
	_, answer := h.ask(t, "c1", h.key)
	require.Equal(t, true, answer["stale"])
	require.Equal(t, "active", answer["state"])
}

// TestAChangeThatCommitsLateIsNotJumpedOver lets a transaction take its place in the feed
// before another and commit after it.
func TestAChangeThatCommitsLateIsNotJumpedOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	require.NoError(t, h.replica.Load(ctx))
	extend := `UPDATE subscriptions s SET paid_through = $2 FROM accounts a WHERE a.id = s.account_id AND a.external_id = $1`
	announce := `INSERT INTO access_feed (account_id, paid_through, grace_days, cause, created_at) SELECT id, $2, 3, 'manual', now() FROM accounts WHERE external_id = $1`
	slow, err := h.db.Pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = slow.Rollback(ctx) }()
	for _, sql := range []string{extend, announce} {
		_, err := slow.Exec(ctx, sql, "c1", prolong.MustDate("2026-05-10"))
		require.NoError(t, err)
	}
	for _, sql := range []string{extend, announce} {
		_, err := h.db.Pool.Exec(ctx, sql, "путь/2", prolong.MustDate("2026-06-10"))
		require.NoError(t, err)
	}
	require.NoError(t, h.replica.CatchUp(ctx))
	require.NoError(t, slow.Commit(ctx))
	require.NoError(t, h.replica.CatchUp(ctx))
	for id, day := range map[string]string{"c1": "2026-05-10", "%D0%BF%D1%83%D1%82%D1%8C%2F2": "2026-06-10"} {
		_, answer := h.ask(t, id, h.key)
		require.Equal(t, day, answer["paid_through"], fmt.Sprint(answer))
	}
}
