package csv

import "strings"

// word brings a header or a flag to the form in which it is compared: small letters, ё as е,
// no signs but letters, digits and single spaces.
func word(s string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToLower(s) {
		switch {
		case r == 'ё':
			r = 'е'
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'а' && r <= 'я', strings.ContainsRune("іїєґәғқңөұүһ", r):
		case r == '№', r == '/':
		default:
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

// flag is word for cells that may hold a sign only ("+").
func flag(s string) string {
	if w := word(s); w != "" {
		return w
	}
	return strings.TrimSpace(s)
}

func wordSet(declared, usual []string) map[string]bool {
	if len(declared) == 0 {
		declared = usual
	}
	set := make(map[string]bool, len(declared))
	for _, w := range declared {
		set[flag(w)] = true
	}
	return set
}

// The usual words of flag and status columns, in the languages of our banks.
var (
	usualCredit   = []string{"c", "cr", "crdt", "credit", "кредит", "к", "приход", "поступление", "зачисление", "входящий", "надходження", "зарахування", "кіріс", "in", "+"}
	usualDebit    = []string{"d", "dr", "dbit", "debit", "дебет", "д", "расход", "списание", "исходящий", "видаток", "списання", "шығыс", "out", "-"}
	usualBooked   = []string{"ok", "booked", "posted", "completed", "executed", "исполнено", "исполнен", "проведено", "проведен", "выполнено", "обработано", "виконано", "проведений", "орындалды"}
	usualPending  = []string{"pending", "hold", "authorized", "в обработке", "в процессе", "ожидает", "заблокировано", "холд", "в обробці", "очікує", "өңделуде"}
	usualRejected = []string{"failed", "rejected", "declined", "canceled", "cancelled", "отклонено", "отклонен", "отказ", "отменено", "відхилено", "скасовано", "қабылданбады"}
	usualOpening  = []string{"входящий остаток", "остаток на начало", "баланс на начало", "начальный остаток", "вхідний залишок", "кіріс қалдық", "opening balance"}
	usualClosing  = []string{"исходящий остаток", "остаток на конец", "баланс на конец", "конечный остаток", "вихідний залишок", "шығыс қалдық", "closing balance"}
)

// totalWords begin rows that sum up and are no operations.
var totalWords = []string{"итого", "всего", "обороты", "разом", "всього", "усього", "барлығы", "total", "остаток", "залишок", "сальдо",
	"входящий остаток", "исходящий остаток", "баланс", "balance", "opening balance", "closing balance"}

func isTotal(r *row) bool {
	for _, cell := range r.cells {
		if cell == "" {
			continue
		}
		first := word(cell)
		for _, w := range totalWords {
			if first == w || strings.HasPrefix(first, w+" ") {
				return true
			}
		}
		return false
	}
	return false
}
