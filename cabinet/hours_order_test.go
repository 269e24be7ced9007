package cabinet_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
)

var agreedField = regexp.MustCompile(`name="agreed" value="([^"]*)"`)

// A client orders hours: he sees the invoice first and gets exactly it, once, or is shown anew
// when the price has changed; the hours are there when it is paid.
func TestHoursAreOrderedInTheCabinet(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx, accountant := t.Context(), "accountant0@example.test"
	path := h.path(0, "/hours")
	require.Contains(t, h.get(t, accountant, path).Body.String(), "Пакетов часов сейчас нет")
	sells := func(minor int64) {
		require.NoError(t, h.Billing.DeclarePacks(ctx, []billing.PackSpec{{Seller: "main", Pack: billing.Pack{Key: "ten", Name: "Десять часов", Minutes: 600, ValidMonths: 12, Prices: []prolong.Money{prolong.NewMoney(minor, prolong.RUB)}}}}))
	}
	sells(1500000)
	require.Contains(t, h.get(t, accountant, h.path(0, "")).Body.String(), path)
	require.Equal(t, http.StatusForbidden, h.get(t, "employee0@example.test", path).Code)
	require.Contains(t, h.get(t, accountant, path).Body.String(), "Десять часов: 15\u00a0000,00\u00a0₽")
	require.Equal(t, http.StatusUnprocessableEntity, h.post(t, accountant, path, url.Values{"pack": {"other"}, "count": {"0"}}).Code)

	orders := func() (n int) {
		require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT count(*) FROM prepaid_orders`).Scan(&n))
		return n
	}
	form := url.Values{"pack": {"ten"}, "count": {"2"}, "do": {"quote"}}
	quoted := h.post(t, accountant, path, form)
	require.Equal(t, http.StatusOK, quoted.Code)
	require.Contains(t, quoted.Body.String(), "30\u00a0000,00\u00a0₽")
	require.Zero(t, orders(), "a quote orders nothing")

	form.Set("do", "confirm")
	form.Set("agreed", html.UnescapeString(agreedField.FindStringSubmatch(quoted.Body.String())[1]))
	sells(1600000)
	stale := h.post(t, accountant, path, form)
	require.Equal(t, http.StatusConflict, stale.Code)
	require.Contains(t, stale.Body.String(), "32\u00a0000,00\u00a0₽")
	require.Zero(t, orders(), "nobody gets another invoice than he was shown")
	form.Set("agreed", html.UnescapeString(agreedField.FindStringSubmatch(stale.Body.String())[1]))
	placed := h.post(t, accountant, path, form)
	require.Equal(t, http.StatusSeeOther, placed.Code)
	require.Contains(t, placed.Header().Get("Location"), "/invoices/")
	require.Equal(t, http.StatusConflict, h.post(t, accountant, path, form).Code, "the second press")
	require.Equal(t, 1, orders())
	require.Contains(t, h.get(t, accountant, placed.Header().Get("Location")).Body.String(), "32\u00a0000,00\u00a0₽")
	left, err := h.Billing.PrepaidOf(ctx, h.accounts[0], 1)
	require.NoError(t, err)
	require.Zero(t, left.Minutes, "nothing is paid yet")
}
