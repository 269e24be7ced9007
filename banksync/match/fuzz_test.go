package match

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzDecide feeds arbitrary texts: no panic, spans inside the text, money kept, the same
// decision again, and never a posting to an account that neither code nor payer named.
func FuzzDecide(f *testing.F) {
	for _, seed := range []string{
		"Оплата по счету № 58291375-12 от 01.02.2026", "58291375", "сч 582 913 75-10, 11 и 12", "сч 5829l375", "РћРїР»Р°С‚Р° 58291375", "{VO20100} 5829137501022026",
		"ПАО СБЕРБАНК//ПРИМЕРОВ ПРИМЕР ПРИМЕРОВИЧ//3600467115214//500100732259//", "за ООО \"Альфа\" ИНН 7713699602", "01.02.2026-28.02.2026", "НДС(20%) 2.483,33=", "\xff\xfe5829", "№№№ ///---", "", "общество с", "фізична особа", "ООО \"",
	} {
		f.Add(seed, "ООО Альфа", cafeTax, "")
		f.Add(seed, "", "", seed)
	}
	s := world(f)
	f.Fuzz(func(t *testing.T, purpose, name, taxID, structured string) {
		p := from(taxID, name, 1490000, purpose)
		p.StructuredRef = structured
		d := Decide(p, s)
		require.Equal(t, d, Decide(p, s))
		_, err := json.Marshal(d)
		require.NoError(t, err)
		facts := append(append([]Fact{}, d.Facts...), d.Vetoes...)
		for _, c := range d.Candidates {
			facts = append(facts, c.Facts...)
		}
		for _, fact := range facts {
			if fact.Span.Field == FieldPurpose {
				require.True(t, 0 <= fact.Span.From && fact.Span.From <= fact.Span.To && fact.Span.To <= len(purpose), "%+v", fact)
			}
		}
		var sum int64
		for _, a := range d.Allocations {
			sum += a.AmountMinor
		}
		if d.Class.Posts() {
			require.EqualValues(t, 1490000, sum)
		} else {
			require.Zero(t, sum)
		}
	})
}
