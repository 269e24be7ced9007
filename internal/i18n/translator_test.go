package i18n_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/i18n"
)

// translators returns the voices of the real catalogue.
func translators(t *testing.T) map[i18n.Lang]i18n.Translator {
	t.Helper()
	c, err := i18n.Embedded()
	require.NoError(t, err)
	all := map[i18n.Lang]i18n.Translator{}
	for _, l := range i18n.Langs() {
		all[l] = c.Translator(l)
	}
	return all
}

// plain makes no-break spaces visible in expectations.
func plain(s string) string { return strings.ReplaceAll(s, "\u00a0", "_") }

func TestMoney(t *testing.T) {
	t.Parallel()
	tr := translators(t)
	tests := []struct {
		lang i18n.Lang
		m    prolong.Money
		want string
	}{
		{i18n.Russian, prolong.NewMoney(1490000, prolong.RUB), "14_900,00_₽"},
		{i18n.Ukrainian, prolong.NewMoney(123456750, prolong.UAH), "1_234_567,50_₴"},
		{i18n.Kazakh, prolong.NewMoney(100000, prolong.KZT), "1_000,00_₸"},
		{i18n.English, prolong.NewMoney(123456750, prolong.USD), "1,234,567.50_$"},
		{i18n.Russian, prolong.NewMoney(-150000, prolong.RUB), "−1_500,00_₽"},
		{i18n.Russian, prolong.NewMoney(5, prolong.RUB), "0,05_₽"},
		{i18n.Russian, prolong.NewMoney(1500, prolong.JPY), "1_500_JPY"},
		{i18n.Russian, prolong.NewMoney(math.MinInt64, prolong.BYN), "−92_233_720_368_547_758,08_BYN"},
		{i18n.Russian, prolong.Money{}, "0,00"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, plain(tr[tt.lang].Money(tt.m)))
	}
	require.Equal(t, "14_900,00", plain(tr[i18n.Russian].Amount(prolong.NewMoney(1490000, prolong.RUB))))
}

func TestPlurals(t *testing.T) {
	t.Parallel()
	tr := translators(t)
	tests := []struct {
		lang  i18n.Lang
		count any
		want  string
	}{
		{i18n.Russian, 1, "1 день"},
		{i18n.Russian, 3, "3 дня"},
		{i18n.Russian, 5, "5 дней"},
		{i18n.Russian, 11, "11 дней"},
		{i18n.Russian, 21, "21 день"},
		{i18n.Russian, 0, "0 дней"},
		{i18n.Russian, "1.5", "1,5 дня"},
		{i18n.Russian, int64(12345), "12_345 дней"},
		{i18n.Ukrainian, 2, "2 дні"},
		{i18n.Ukrainian, 5, "5 днів"},
		{i18n.Kazakh, 1, "1 күн"},
		{i18n.Kazakh, 5, "5 күн"},
		{i18n.English, 1, "1 day"},
		{i18n.English, 5, "5 days"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, plain(tr[tt.lang].N("duration.days", tt.count)), "%s %v", tt.lang, tt.count)
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	ru := translators(t)[i18n.Russian]
	internal := ru.T("error.internal")
	dates := prolong.NewError(prolong.CodeInvalid, "error.period_invalid",
		prolong.Args{"From": prolong.MustDate("2026-03-02"), "To": prolong.MustDate("2026-03-01")})

	require.Empty(t, ru.Error(nil))
	require.Contains(t, ru.Error(dates), "с 02.03.2026 по 01.03.2026")
	require.Contains(t, ru.Error(fmt.Errorf("reading: %w", prolong.Wrap("billing.Import", dates))), "02.03.2026")
	require.Equal(t, internal, ru.Error(errors.New("pq: password authentication failed")))
	require.Equal(t, internal, ru.Error(prolong.NewError(prolong.CodeInternal, "error.date_invalid", prolong.Args{"Value": "secret"})))
	require.Equal(t, internal, ru.Error(prolong.Wrap("billing.Import", errors.New("disk full"))))
}

func TestErrorNeverFallsSilentInAnyLanguage(t *testing.T) {
	t.Parallel()
	for lang, tr := range translators(t) {
		require.False(t, i18n.Missing(tr.Error(prolong.NewError(prolong.CodeInvalid, "error.money_overflow", nil))), lang)
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	tr := translators(t)
	ru, en := tr[i18n.Russian], tr[i18n.English]
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	at := time.Date(2026, 11, 22, 11, 5, 0, 0, time.UTC)

	require.Equal(t, "22.11.2026", ru.Date(prolong.MustDate("2026-11-22")))
	require.Equal(t, "22_Nov_2026", plain(en.Date(prolong.MustDate("2026-11-22"))))
	require.Equal(t, "—", ru.Date(prolong.Date{}))
	require.Equal(t, "22.11.2026, 14:05", ru.DateTime(at, moscow))
	require.Equal(t, "14:05", ru.Clock(at, moscow))
	require.Equal(t, "—", ru.DateTime(time.Time{}, moscow))

	period, err := prolong.NewPeriod(prolong.MustDate("2026-11-01"), prolong.MustDate("2026-12-01"))
	require.NoError(t, err)
	require.Equal(t, "01.11.2026_– 30.11.2026", plain(ru.Period(period)))

	require.Equal(t, "5 мин назад", plain(ru.Ago(at.Add(-5*time.Minute), at)))
	require.Equal(t, "через 2 ч", plain(ru.Ago(at.Add(2*time.Hour+10*time.Minute), at)))
	require.Equal(t, "3 дня назад", plain(ru.Ago(at.Add(-80*time.Hour), at)))
	require.Equal(t, "только что", ru.Ago(at.Add(-59*time.Second), at))
	require.Equal(t, "вот-вот", ru.Ago(at.Add(time.Second), at))
	require.Equal(t, "—", ru.Ago(time.Time{}, at))
}

func TestDurations(t *testing.T) {
	t.Parallel()
	ru := translators(t)[i18n.Russian]
	tests := map[time.Duration]string{
		0:                                      "0 с",
		40 * time.Millisecond:                  "40 мс",
		300 * time.Millisecond:                 "0,3 с",
		9960 * time.Millisecond:                "10,0 с",
		45 * time.Second:                       "45 с",
		90 * time.Second:                       "1 мин 30 с",
		2 * time.Minute:                        "2 мин",
		2*time.Hour + 15*time.Minute:           "2 ч 15 мин",
		24 * time.Hour:                         "1 день",
		(3*24+4)*time.Hour + 5*time.Minute:     "3 дня 4 ч",
		-(2*time.Hour + 15*time.Minute):        "2 ч 15 мин",
		1000*24*time.Hour + 30*time.Nanosecond: "1_000 дней",
	}
	for d, want := range tests {
		require.Equal(t, want, plain(ru.Duration(d)), d)
	}
	require.Equal(t, "осталось 2 ч 15 мин", plain(ru.Remaining(2*time.Hour+15*time.Minute+40*time.Second)))
	require.Equal(t, "просрочено на 15 мин", plain(ru.Remaining(-15*time.Minute)))
	require.Equal(t, "осталось <_1 мин", plain(ru.Remaining(20*time.Second)))
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	tests := map[string]i18n.Lang{
		"":                                   i18n.Russian,
		"kk-KZ,ru;q=0.5":                     i18n.Kazakh,
		"be-BY":                              i18n.Russian,
		"uk":                                 i18n.Ukrainian,
		"de":                                 i18n.Russian,
		"de,en;q=0.5":                        i18n.English,
		"en-GB,en;q=0.9":                     i18n.English,
		"not a header \x00":                  i18n.Russian,
		strings.Repeat("en,", 400) + "en":    i18n.Russian,
		"ru-RU,ru;q=0.9,en-US;q=0.8,en;q=.7": i18n.Russian,
	}
	for header, want := range tests {
		require.Equal(t, want, i18n.Negotiate(header), "%q", header)
	}
}

func TestParseLang(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]i18n.Lang{"ru": i18n.Russian, "KK-kz": i18n.Kazakh, "uk_UA": i18n.Ukrainian} {
		l, ok := i18n.ParseLang(" " + s)
		require.True(t, ok)
		require.Equal(t, want, l)
		require.NotEqual(t, string(l), l.Native())
	}
	_, ok := i18n.ParseLang("de")
	require.False(t, ok)
}

func TestDaysLeftAreCountedInOneWay(t *testing.T) {
	t.Parallel()
	last := prolong.MustDate("2026-12-01")
	for today, want := range map[string]string{
		"2026-11-22": "осталось 9 дней", "2026-11-30": "остался 1 день", "2026-12-01": "сегодня последний день", "2026-12-02": "",
	} {
		require.Equal(t, want, plain(translators(t)["ru"].DaysLeft(last, prolong.MustDate(today))), today)
	}
}
