package match

import "testing"

func BenchmarkDecide(b *testing.B) {
	s := world(b)
	texts := map[string]string{
		"number":   "Оплата по счету № 58291375-12 от 01.02.2026 за услуги связи за февраль 2026 г. В т.ч. НДС 20% 2483,33 руб.",
		"typo":     "Оплата по счету № 58219375-12 от 01.02.2026 за услуги связи за февраль 2026 г. В т.ч. НДС 20% 2483,33 руб.",
		"nothing":  "Оплата за услуги за февраль 2026 г. НДС не облагается",
		"mojibake": "РћРїР»Р°С‚Р° РїРѕ СЃС‡РµС‚Сѓ 58291375-12",
	}
	for name, text := range texts {
		p := from(cafeTax, "ООО Альфа", 1490000, text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Decide(p, s)
			}
		})
	}
}
