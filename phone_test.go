package prolong_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

func TestParsePhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country prolong.Country
		in      string
		want    prolong.Phone
	}{
		{prolong.Russia, "+7 916 123-45-67", "+79161234567"},
		{prolong.Russia, "8 (916) 123-45-67", "+79161234567"},
		{prolong.Russia, "89161234567", "+79161234567"},
		{prolong.Russia, "9161234567", "+79161234567"},
		{prolong.Russia, "tel:+79161234567", "+79161234567"},
		{prolong.Russia, "8 800 555 35 35 доб. 12", "+78005553535"},
		{prolong.Russia, "+380 44 123 45 67", "+380441234567"},
		{prolong.Ukraine, "044 123 45 67", "+380441234567"},
		{prolong.Kazakhstan, "8 (701) 123 45 67", "+77011234567"},
		{prolong.Belarus, "8 029 123-45-67", "+375291234567"},
		{"", "+79161234567", "+79161234567"},
	} {
		got, err := prolong.ParsePhone(c.country, c.in)
		require.NoError(t, err, c.in)
		require.Equal(t, c.want, got, c.in)
		again, err := prolong.ParsePhone("", string(got))
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
}

func TestPhoneIsGroupedAsItsCountryReadsIt(t *testing.T) {
	t.Parallel()
	for phone, want := range map[prolong.Phone]string{
		"+79161234567":  "+7 916 123-45-67",
		"+380441234567": "+380 44 123 4567",
		"+77011234567":  "+7 701 123 4567",
		"":              "",
		"скрыт":         "скрыт",
		"+":             "+",
		"+1234":         "+1 234",
	} {
		require.Equal(t, want, strings.ReplaceAll(phone.Grouped(), "\u00a0", " "), phone)
		require.NotContains(t, phone.Grouped(), " ", "its spaces do not break a line")
	}
}

func TestParsePhoneRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country prolong.Country
		in      string
	}{
		{prolong.Russia, ""},
		{prolong.Russia, "112"},
		{prolong.Russia, "123-45-67"}, // no area code: +7 1234567 cannot be dialled
		{prolong.Ukraine, "123-45-67"},
		{prolong.Russia, "+7 916 123 45 6"},
		{prolong.Russia, "7707083893123"},
		{prolong.Russia, "не звонить"},
		{prolong.Russia, "\xff\xfe"},
		{prolong.Russia, strings.Repeat("9", 1000)},
		{"", "89161234567"}, // a national number says nothing without its country
		{"XX", "89161234567"},
	} {
		got, err := prolong.ParsePhone(c.country, c.in)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), "%s read as %s", c.in, got)
		require.Empty(t, got)
	}
}
