package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/billing"
	"prolong/internal/i18n"
)

const vatSeller = `sellers:
  - key: main
    country: RU
    name: ООО «Пример Софт»
    tax_id: "7701001238"
    time_zone: Europe/Moscow
    vat:
      regime: usn_exempt
      changes:
        - {from: 2026-07-01, regime: usn_5}
        - {from: 2027-01-01, regime: usn_7}
`

// What is wrong with a change of the regime is said with the line of the change.
func TestChangesOfAVATRegimeAreDeclaredWithTheirDays(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "company.yaml")
	read := func(text string) (declared, error) {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return readDeclaration(file)
	}
	d, err := read(vatSeller)
	require.NoError(t, err)
	seller := d.Sellers[0].Seller
	require.Equal(t, billing.VATUSNExempt, seller.VAT)
	require.Len(t, seller.VATChanges, 2)
	require.Equal(t, "2026-07-01", seller.VATChanges[0].From.String())
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	for _, c := range []struct{ old, new, line, said string }{
		{"2026-07-01", "2026-07-15", ":10:", "Укажите первое число"},
		{"2027-01-01", "2027-13-01", ":11:", ""},
		{"2027-01-01", "2026-07-01", ":11:", "по порядку"},
		{"usn_7", "usn_5", ":11:", "тот же"},
		{"usn_7", "usn_6", ":11:", "usn_exempt, usn_5"},
		{"from: 2026-07-01, regime", "regime", ":2:", "vat.changes.from"},
		{"regime: usn_5", "rate: usn_5", "line 10", "rate"},
	} {
		_, err := read(strings.Replace(vatSeller, c.old, c.new, 1))
		require.ErrorContains(t, err, c.line, c.new)
		require.Contains(t, catalog.Translator(i18n.Russian).Error(err), c.said, c.new)
	}
}
