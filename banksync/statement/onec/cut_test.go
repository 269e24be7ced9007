package onec_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/record"
)

// A document in which the file ends is taken if nothing that may be missing can change its day, its
// amount, its sides or its currency: only then is it one with the whole that a later file brings.
func TestADocumentWithoutItsEndIsTakenIfItsMoneyIsCertain(t *testing.T) {
	t.Parallel()
	const head = "1CClientBankExchange\nВерсияФормата=1.03\nРасчСчет=40702810938000000001\nСекцияДокумент=Платежное поручение\nНомер=7\nДата=09.03.2026\n"
	const payer, payee = "ПлательщикСчет=40702810500000000042\n", "ПолучательСчет=40702810938000000001\n"
	const kazakh = "1CClientBankExchange\nВерсияФормата=2.0\nРасчСчет=KZ86125KZT5004100100\nСекцияДокумент=Выписка\nДатаОперации=10.03.2026\n" +
		"СуммаПриход=50.00\nПлательщикИИК=KZ75125KZT1001300335\nПолучательИИК=KZ86125KZT5004100100\n"
	for name, test := range map[string]struct {
		text string
		own  prolong.Currency
		want string // of the entry; empty: left out
	}{
		"all but the end mark":         {head + "Сумма=50.00\n" + payer + payee + "ДатаПоступило=10.03.2026\nНазначениеПлатежа=Оплата\n", "", "credit 50.00 2026-03-10 7 Оплата"},
		"in the end mark":              {head + "Сумма=50.00\n" + payer + payee + "ДатаПоступило=10.03.2026\nНазначениеПлатежа=Оплата\nКонецДок", "", "credit 50.00 2026-03-10 7 Оплата"},
		"in the purpose":               {head + "Сумма=50.00\n" + payer + payee + "ДатаПоступило=10.03.2026\nНазначениеПлатежа=Опл", "", "credit 50.00 2026-03-10 7 Опл"},
		"in the word before a purpose": {head + "Сумма=50.00\n" + payer + payee + "ДатаПоступило=10.03.2026\nНазначениеПла", "", "credit 50.00 2026-03-10 7 "},
		"a debit":                      {head + "Сумма=50.00\nПлательщикСчет=40702810938000000001\nДатаСписано=10.03.2026\nПолучательСчет=40702810500000000042\n", "", "debit 50.00 2026-03-10 7 "},
		"in the day":                   {head + "Сумма=50.00\n" + payer + payee + "ДатаПоступило=10.03.2026", "", ""},
		"before the day":               {head + "Сумма=50.00\n" + payer + payee, "", ""},
		"in the amount":                {head + payer + payee + "ДатаПоступило=10.03.2026\nСумма=50.0", "", ""},
		"in the payee's account":       {head + "Сумма=50.00\n" + payer + "ДатаПоступило=10.03.2026\nПолучательСчет=40702810938000000001", "", ""},
		"before the payer's account":   {head + "Сумма=50.00\n" + payee + "ДатаПоступило=10.03.2026\n", "", ""},
		"two amounts":                  {head + "Сумма=50.00\nСумма=51.00\n" + payer + payee + "ДатаПоступило=10.03.2026\n", "", ""},
		"nobody of us":                 {head + "Сумма=50.00\n" + payer + "ПолучательСчет=40702810500000000043\nДатаПоступило=10.03.2026\n", "", ""},
		"its currency may follow":      {kazakh, "", ""},
		"its currency is known":        {kazakh, prolong.KZT, "credit 50.00 2026-03-10  "},
		"its currency is said":         {kazakh + "Валюта=USD\n", "", "credit 50.00 2026-03-10  "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The document before it keeps the file from being refused as a whole.
			before := "СекцияДокумент=Платежное поручение\nНомер=1\nДата=09.03.2026\nСумма=1.00\nСуммаПриход=1.00\nКонецДокумента\n"
			at := strings.Index(test.text, "СекцияДокумент")
			out, err := parse(t, []byte(test.text[:at]+before+test.text[at:]), record.Options{Currency: test.own})
			require.NoError(t, err)
			require.Len(t, out, 1)
			st := out[0]
			require.True(t, st.Unfinished)
			if test.want == "" {
				require.Len(t, st.Entries, 1)
				require.Contains(t, codes(st), record.WarnDocumentCut)
				return
			}
			require.Len(t, st.Entries, 2)
			require.NotContains(t, codes(st), record.WarnDocumentCut)
			e := st.Entries[1]
			require.Equal(t, record.CutText, e.Cut)
			require.Equal(t, test.want, strings.Join([]string{string(e.Direction), e.Amount.String(), e.Date.String(), e.DocNo, e.Purpose}, " "))
			require.Equal(t, strings.TrimSuffix(test.text[at:], "\n"), e.Raw, "what is left is kept as it is")
		})
	}
}
