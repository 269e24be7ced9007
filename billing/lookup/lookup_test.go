package lookup_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing/lookup"
	"prolong/billing/lookup/dadata"
	"prolong/billing/lookup/dadata/dadatasim"
	"prolong/billing/lookup/opendatabot"
	"prolong/billing/lookup/opendatabot/opendatabotsim"
	"prolong/internal/outbound"
	"prolong/internal/testdb"
)

type house struct {
	service *lookup.Service
	clock   *prolong.ManualClock
	russia  *dadatasim.Server
	ukraine *opendatabotsim.Server
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, clock := testdb.NewAt(t, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	h := &house{clock: clock, russia: dadatasim.New(), ukraine: opendatabotsim.New()}
	ru, ua := httptest.NewServer(h.russia), httptest.NewServer(h.ukraine)
	t.Cleanup(ru.Close)
	t.Cleanup(ua.Close)
	client := func() *outbound.Client {
		return outbound.NewClient(outbound.Options{Service: "test", Clock: clock, Attempts: 1, FailuresMax: 1000, Sleep: func(context.Context, time.Duration) error { return nil }})
	}
	source := dadata.New(dadata.Config{Key: "key-1", URL: ru.URL + "/rs", Clock: clock, HTTP: client()})
	h.service = lookup.New(db, map[prolong.Country]lookup.Source{
		prolong.Russia: source, prolong.Kazakhstan: source, prolong.Ukraine: opendatabot.New(opendatabot.Config{Key: "key-1", URL: ua.URL + "/v3", Clock: clock, HTTP: client()}),
	}, slog.New(slog.DiscardHandler))
	return h
}

func TestCompaniesOfThreeCountries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ru, err := h.service.Company(t.Context(), prolong.Russia, " 7702001230 ", "")
	require.NoError(t, err)
	require.Equal(t, "770201001", ru.KPP, "one ИНН has a head and branches: the head")
	require.Equal(t, lookup.Active, ru.Status)
	require.Equal(t, "127000, г Москва, ул Образцовая, д 25", ru.Address)
	require.Equal(t, "DaData", ru.Source)
	branch, err := h.service.Company(t.Context(), prolong.Russia, "7702001230", "780201001")
	require.NoError(t, err)
	require.Equal(t, "780201001", branch.KPP)
	closing, err := h.service.Company(t.Context(), prolong.Russia, "7701001238", "")
	require.NoError(t, err)
	require.Equal(t, lookup.Liquidating, closing.Status)
	kz, err := h.service.Company(t.Context(), prolong.Kazakhstan, "200240000345", "")
	require.NoError(t, err)
	require.Equal(t, "ТОО «Мысал Сауда»", kz.Name)
	ua, err := h.service.Company(t.Context(), prolong.Ukraine, "20000025", "")
	require.NoError(t, err)
	require.Equal(t, "ТОВ «Зразок Торг»", ua.Name)
	require.True(t, *ua.VATPayer)
	fop, err := h.service.Company(t.Context(), prolong.Ukraine, "2000000009", "")
	require.NoError(t, err)
	require.Equal(t, lookup.Liquidated, fop.Status)
	bank, err := h.service.Bank(t.Context(), "044525225")
	require.NoError(t, err)
	require.Equal(t, "ПАО СБЕРБАНК", bank.Name)
}

// documents.md 6.4: the local check comes before a question is spent.
func TestWrongCheckDigitsAskNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.service.Company(t.Context(), prolong.Russia, "7702001231", "")
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	_, err = h.service.Bank(t.Context(), "12345")
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	list, err := h.service.Search(t.Context(), prolong.Russia, "ab")
	require.NoError(t, err)
	require.Empty(t, list)
	require.Zero(t, h.russia.Asked())
}

func TestAnswersAreRememberedByAge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ask := func() error {
		_, err := h.service.Company(t.Context(), prolong.Russia, "7702001230", "")
		return err
	}
	for range 3 {
		require.NoError(t, ask())
	}
	require.Equal(t, 1, h.russia.Asked())
	h.clock.Advance(73 * time.Hour)
	require.NoError(t, ask())
	require.Equal(t, 2, h.russia.Asked(), "a status is asked for again after three days")
	h.clock.Advance(10 * 24 * time.Hour)
	h.russia.Fail(http.StatusInternalServerError)
	require.NoError(t, ask(), "when nobody answers, what is remembered does")
	h.clock.Advance(31 * 24 * time.Hour)
	h.russia.Fail(http.StatusInternalServerError)
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(ask()), "but not for ever")
	_, err := h.service.Company(t.Context(), prolong.Russia, "7713699602", "")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	asked := h.russia.Asked()
	_, err = h.service.Company(t.Context(), prolong.Russia, "7713699602", "")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	require.Equal(t, asked, h.russia.Asked(), "that somebody is not there is remembered too")
	n, err := h.service.Sweep(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestSearchByNameAndByTaxID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	list, err := h.service.Search(t.Context(), prolong.Russia, "образец")
	require.NoError(t, err)
	require.Len(t, list, 2)
	list, err = h.service.Search(t.Context(), prolong.Russia, "7702001230")
	require.NoError(t, err)
	require.Len(t, list, 1)
	list, err = h.service.Search(t.Context(), prolong.Ukraine, "зразок")
	require.NoError(t, err)
	require.Len(t, list, 2)
}

// documents.md 6.1: after 10,000 questions the service says 403 until midnight in Moscow.
func TestUsedUpDayIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.russia.Fail(http.StatusForbidden)
	_, err := h.service.Company(t.Context(), prolong.Russia, "7702001230", "")
	require.Equal(t, prolong.CodeRateLimited, prolong.CodeOf(err))
	_, err = h.service.Company(t.Context(), prolong.Russia, "7702001230", "")
	require.Equal(t, prolong.CodeRateLimited, prolong.CodeOf(err))
	require.Equal(t, 1, h.russia.Asked())
	h.clock.Advance(13 * time.Hour) // past 00:00 in Moscow
	_, err = h.service.Company(t.Context(), prolong.Russia, "7702001230", "")
	require.NoError(t, err)
}

func TestFaultsNeverBlock(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for status, code := range map[int]prolong.Code{
		http.StatusTooManyRequests: prolong.CodeRateLimited, http.StatusInternalServerError: prolong.CodeUnavailable, http.StatusForbidden: prolong.CodeUnauthorized, http.StatusPaymentRequired: prolong.CodeRateLimited,
	} {
		h.ukraine.Fail(status)
		_, err := h.service.Company(t.Context(), prolong.Ukraine, "20000025", "")
		require.Equal(t, code, prolong.CodeOf(err), "%d", status)
	}
	h.russia.Fail(http.StatusUnauthorized)
	_, err := h.service.Company(t.Context(), prolong.Russia, "7702001230", "")
	require.Equal(t, prolong.CodeUnauthorized, prolong.CodeOf(err))
	var none *lookup.Service
	require.False(t, none.Ready(prolong.Russia))
	_, err = none.Company(t.Context(), prolong.Russia, "7702001230", "")
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err), "without registers people type")
	require.False(t, h.service.Ready(prolong.Belarus))
}

func TestQuestionsArePaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	limited := 0
	for i := range 30 {
		_, err := h.service.Search(t.Context(), prolong.Russia, "имя номер "+string(rune('а'+i)))
		if prolong.CodeOf(err) == prolong.CodeRateLimited {
			limited++
		}
	}
	require.Positive(t, limited, "a flood does not reach the register")
}

type answering struct {
	body   []byte
	status int
}

// RoundTrip answers every request alike.
func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	rec.Code = a.status
	_, _ = rec.Body.Write(a.body) // a buffer
	res := rec.Result()
	res.Request = r
	return res, nil
}

// FuzzAnswers gives the adapters any answer: they never panic, and what they find has a tax id
// with right check digits.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"suggestions":[{"value":"x","data":{"inn":"7702001230","management":null}}]}`), 200)
	f.Add([]byte(`{"data":{"registry":{"code":20000025,"shortName":"x"},"items":[{"code":"20000025","fullName":"y"}]}}`), 200)
	f.Add([]byte(`[`), 404)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		if status < 200 || status > 599 {
			return
		}
		client := outbound.NewClient(outbound.Options{Service: "test", Attempts: 1, Transport: answering{body, status}})
		for country, s := range map[prolong.Country]lookup.Source{prolong.Russia: dadata.New(dadata.Config{HTTP: client}), prolong.Kazakhstan: dadata.New(dadata.Config{HTTP: client}), prolong.Ukraine: opendatabot.New(opendatabot.Config{HTTP: client})} {
			if c, err := s.Company(t.Context(), country, "7702001230", ""); err == nil {
				require.True(t, prolong.ValidTaxID(country, string(c.TaxID)))
			}
			list, _ := s.Search(t.Context(), country, "имя")
			for _, c := range list {
				require.True(t, prolong.ValidTaxID(country, string(c.TaxID)))
				require.NotEmpty(t, c.Name)
			}
			_, _ = s.Bank(t.Context(), "044525225")
		}
	})
}
