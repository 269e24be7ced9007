package banks_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/banks"
	"prolong/banksync/banks/banktest"
)

func TestDeclaredSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kind   string
		values map[string]string
		key    string // "" is good
	}{
		"good":                     {"privatbank", map[string]string{"token": "${PRIVAT_TOKEN}", "since": "2026-01-01"}, ""},
		"a file":                   {"privatbank", map[string]string{"token": "file:privat.token"}, ""},
		"no such bank":             {"bank", nil, "error.bank_kind_unknown"},
		"no token":                 {"privatbank", map[string]string{}, "error.bank_setting_missing"},
		"the token itself":         {"monobank", map[string]string{"token": "u3AulkpZFI1lIuGsik6vuPsVWqN7GoWs6o"}, "error.bank_setting_secret"},
		"a typing error":           {"privatbank", map[string]string{"token": "${A}", "tokn": "${A}"}, "error.bank_setting_unknown"},
		"an address without TLS":   {"tbank", map[string]string{"token": "${A}", "url": "http://bank.example.test"}, "error.bank_setting_url"},
		"an address with a key":    {"tbank", map[string]string{"token": "${A}", "url": "https://bank.example.test/?key=1"}, "error.bank_setting_url"},
		"this machine":             {"tbank", map[string]string{"token": "${A}", "url": "http://127.0.0.1:9000"}, ""},
		"half an access":           {"tochka", map[string]string{"client_id": "x"}, "error.bank_setting_missing"},
		"a whole access":           {"tochka", map[string]string{"client_id": "x", "client_secret": "${A}", "refresh_token": "file:r"}, ""},
		"a token that has to move": {"sber", map[string]string{"client_id": "x", "client_secret": "${A}", "refresh_token": "${R}"}, "error.bank_setting_file"},
		"no date":                  {"alfa", map[string]string{"token": "${A}", "since": "yesterday"}, "error.date_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := banks.Check(tt.kind, tt.values)
			if tt.key == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
			require.ErrorContains(t, err, tt.key)
			require.NotContains(t, err.Error(), "u3Aulkp", "a secret that was declared by mistake is not repeated")
		})
	}
}

func TestAMissingSecretIsNamed(t *testing.T) {
	t.Parallel()
	_, err := banks.Open("privatbank", map[string]string{"token": "${PRIVAT_TOKEN}"}, banks.Config{})
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	require.ErrorContains(t, err, "${PRIVAT_TOKEN}")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "empty"), []byte("\n"), 0o600))
	_, err = banks.Open("privatbank", map[string]string{"token": "file:empty"}, banks.Config{Secrets: banks.Secrets{Dir: dir}})
	require.ErrorContains(t, err, "file:empty")
}

func TestBadCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.pem"), []byte("no certificate"), 0o600))
	_, err := banks.Open("alfa", map[string]string{"token": "${A}", "certificate": "file:x.pem", "private_key": "file:x.pem"},
		banks.Config{Secrets: banks.Secrets{Dir: dir, LookupEnv: func(string) (string, bool) { return "a", true }}})
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	require.ErrorContains(t, err, "error.bank_certificate")
}

func TestPrivatBankLettersWithoutCharset(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "privatbank")
	h.IgnoreCharset = true
	h.Ledger.Put(banktest.Line{At: h.clock.Now().Add(-24 * time.Hour), Minor: 100, Purpose: "Оплата за послуги згідно рахунку їжак", Name: "ФОП Приклад"})
	require.NoError(t, h.fetch(3))
	h.agree()
}

func TestPrivatBankClosesItsDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "privatbank")
	h.Closing = true
	require.ErrorContains(t, h.fetch(3), "error.bank_day_closing")
	h.Closing = false
	require.NoError(t, h.fetch(3))
}

func TestMonobankKeepsItsPaceAndSpan(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "monobank")
	h.fill(70, 2)
	begun := h.clock.Now()
	require.NoError(t, h.fetch(75))
	h.agree()
	require.Len(t, h.Addresses(), 4, "the account's id and three spans of 31 days")
	require.GreaterOrEqual(t, h.clock.Now().Sub(begun), 2*time.Minute)
}

func TestMonobankManyRowsInOneSecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "monobank")
	start := h.clock.Now().Add(-24 * time.Hour)
	for i := range 1100 { // no page of 500 ends between two seconds
		h.Ledger.Put(banktest.Line{At: start.Add(time.Duration(i/7) * time.Second), Minor: 100})
	}
	require.NoError(t, h.fetch(3))
	h.agree()

	// More in one second than the bank gives at once cannot be read: that is said.
	for range 501 {
		h.Ledger.Put(banktest.Line{At: start.Add(time.Hour), Minor: 100})
	}
	require.ErrorContains(t, h.fetch(3), "error.bank_cursor_repeated")
}

func TestABankThatDoesNotKnowTheAccount(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"monobank", "modulbank"} {
		h := newHouse(t, kind)
		_, err := h.source.Fetch(context.Background(), banks.Account{Number: "UA000000000000000000000000000", Currency: h.Ledger.Currency}, h.today(), h.today())
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
		require.ErrorContains(t, err, "error.bank_account_not_there")
	}
}

func TestARenewalThatFailsTellsNoToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sber")
	require.NoError(t, h.fetch(1))
	h.Expire()
	// Somebody has put an older refresh token back; the bank repeats it in its answer.
	settings := h.Settings()
	require.NoError(t, h.Secrets().Write(settings["refresh_token"], "simulated-refresh-1"))
	err := h.fetch(1)
	require.Equal(t, prolong.CodeUnauthorized, prolong.CodeOf(err), "%v", err)
	h.silent()
}

func TestALostRenewalAsksForAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sber")
	require.NoError(t, h.fetch(1))
	h.Expire()
	h.Fail(banktest.None, banktest.CutRenewal) // the first is the refusal of the old token
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(h.fetch(1)))
	// The bank has made the old refresh token void and told nobody the new one.
	require.Equal(t, prolong.CodeUnauthorized, prolong.CodeOf(h.fetch(1)))
	h.silent()
}

func TestCancellationEndsAPull(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "tbank")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := h.source.Fetch(ctx, banks.Account{Number: h.Ledger.Number, Currency: h.Ledger.Currency}, h.today(), h.today())
	require.ErrorIs(t, err, context.Canceled)
}

var _ http.RoundTripper = (*banktest.Simulator)(nil)
