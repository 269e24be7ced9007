package passes_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/testdb"
	"prolong/passes"
	"prolong/templates"
)

const benchAccounts = 10_000

// oneKey lets the secret "k" ask.
type oneKey struct{}

func (oneKey) AuthorizeKey(_ context.Context, secret string, _ identity.Right) (prolong.Actor, error) {
	if secret != "k" {
		return prolong.Actor{}, prolong.NewError(prolong.CodeUnauthorized, "error.api_key_missing", nil)
	}
	return prolong.Actor{Kind: prolong.ActorMachine, ID: 1}, nil
}

func newAPI(tb testing.TB, accounts int) *passes.API {
	tb.Helper()
	db := testdb.New(tb)
	ctx := context.Background()
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(tb, err)
	log := slog.New(slog.DiscardHandler)
	b := billing.New(db, log)
	_, err = b.Apply(ctx, []billing.SellerSpec{{
		Seller:       billing.Seller{Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", Location: moscow, VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО Сбербанк", Currency: prolong.RUB}},
	}}, []billing.PlanSpec{{Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, GraceDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)}}})
	require.NoError(tb, err)
	var csv strings.Builder
	csv.WriteString("external_id,name,country,plan,currency,paid_through\n")
	for i := range accounts {
		fmt.Fprintf(&csv, "c%05d,Пример %d,RU,standard,RUB,%s\n", i, i, prolong.DateOf(db.Now(), moscow).AddDays(20))
	}
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(csv.String()))
	require.NoError(tb, err)
	_, err = b.ImportAccounts(ctx, prolong.System("test"), rows, bad, "main", true)
	require.NoError(tb, err)
	replica := passes.NewReplica(db, log)
	require.NoError(tb, replica.Load(ctx))
	catalog, err := i18n.Load(templates.FS, "locale")
	require.NoError(tb, err)
	return passes.NewAPI(replica, oneKey{}, db.Clock, catalog)
}

func serve(tb testing.TB, h http.Handler) string {
	tb.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /api/v1/accounts/{external_id}/access", h)
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	return server.URL + "/api/v1/accounts/"
}

func get(tb testing.TB, client *http.Client, url string) {
	tb.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(tb, err)
	request.Header["Authorization"] = []string{"Bearer k"}
	response, err := client.Do(request)
	require.NoError(tb, err)
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(tb, err)
	require.NoError(tb, response.Body.Close())
	require.Equal(tb, http.StatusOK, response.StatusCode)
}

// BenchmarkAccess asks the access API over loopback, and a bare handler that writes constant
// bytes behind the same router in the same run; it reports the share of the bare rate.
func BenchmarkAccess(b *testing.B) {
	const requests = 20_000
	ours := serve(b, newAPI(b, benchAccounts))
	constant := []byte(`{"external_id":"c00042","active":true,"state":"active","until":"2026-12-12T00:00:00+03:00","paid_through":"2026-12-11","reason":"access.active"}` + "\n")
	bare := serve(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(constant)
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	run := func(base string) time.Duration {
		start := time.Now()
		for i := range requests {
			get(b, client, fmt.Sprintf("%sc%05d/access", base, i%benchAccounts))
		}
		return time.Since(start)
	}
	run(bare)
	var oursTime, bareTime time.Duration
	for b.Loop() {
		bareTime += run(bare)
		oursTime += run(ours)
	}
	b.ReportMetric(float64(requests)*float64(b.N)/oursTime.Seconds(), "checks/s")
	b.ReportMetric(bareTime.Seconds()/oursTime.Seconds(), "share-of-bare-http")
	testdb.ReportPeakMemory(b)
}
