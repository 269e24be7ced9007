package backoffice_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/identity"
)

// TestReceivedMoneyIsFoundByWhatAnAccountantKnows looks for payments by payer, purpose, tax id,
// document number, sum and days, with the sum of what was found, kept in the address.
func TestReceivedMoneyIsFoundByWhatAnAccountantKnows(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	o.bank(t, march2, stranger("701", "за столы 100%", 5_000_00), stranger("702", "аренда_зала", 7_777_77), exact(3, list[0]))
	o.bank(t, march2.AddDays(3), stranger("704", "за столы ещё", 5_000_00))
	all := "/office/payments?state=any"
	for name, c := range map[string]struct {
		query string
		shows []string
		not   []string
	}{
		"words of the purpose in any case": {"&q=%D0%A1%D0%A2%D0%9E%D0%9B%D0%AB", []string{"№ 701", "№ 704", "2 платежа · 10 000,00 ₽"}, []string{"№ 702", "№ 103"}},
		"a payer":                          {"&q=чужой", []string{"№ 701", "№ 702", "№ 704", "3 платежа · 17 777,77 ₽"}, []string{"№ 103"}},
		"a tax id":                         {"&q=7713699602", []string{"№ 701", "№ 702", "№ 704"}, []string{"№ 103"}},
		"a document number":                {"&q=702", []string{"№ 702"}, []string{"№ 701"}},
		"a sum as people write it":         {"&q=7+777,77", []string{"№ 702", "1 платёж · 7 777,77 ₽"}, []string{"№ 701", "№ 103"}},
		"a percent sign is no wildcard":    {"&q=100%25", []string{"№ 701"}, []string{"№ 702", "№ 704"}},
		"an underscore is none either":     {"&q=аренда_зала", []string{"№ 702"}, []string{"№ 701"}},
		"days, both included":              {"&from=2026-03-02&to=2026-03-02", []string{"№ 701", "№ 702", "№ 103", "3 платежа"}, []string{"№ 704"}},
		"words and days":                   {"&q=столы&from=2026-03-03", []string{"№ 704", `value="столы"`, `value="2026-03-03"`}, []string{"№ 701"}},
		"nothing":                          {"&q=такого+нет", []string{"Таких поступлений нет", "Сбросить"}, []string{"№ 70", "list-found"}},
		"no filter":                        {"", []string{"№ 701", "№ 704"}, []string{"Сбросить", "платежа ·"}},
		"days in the wrong order":          {"&from=2026-03-05&to=2026-03-02", []string{"Период с 05.03.2026 по 02.03.2026 не существует"}, []string{"№ 70"}},
		"no day":                           {"&from=вчера", []string{"вчера"}, []string{"№ 70"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := o.get(t, identity.RoleAccountant, all+c.query)
			require.Equal(t, http.StatusOK, rec.Code)
			shows(t, rec, c.shows...)
			hides(t, rec, c.not...)
		})
	}
	rec := o.get(t, identity.RoleAccountant, "/office/payments?state=matched&q=%D1%81%D1%82%D0%BE%D0%BB")
	shows(t, rec, "/office/payments?state=any&amp;q=%D1%81%D1%82%D0%BE%D0%BB") // other tabs keep what is looked for
}
