package invoices

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// purposeRunesMax is how long a payment purpose may be in every bank (documents.md section 8).
const purposeRunesMax = 160

// purposeOfPayment is the exact text for the payment order: the invoice's number in digits, its
// date, and the VAT as banks and accountants expect it, rate by rate (documents.md section 8). Where
// that is too long for a bank, it says the tax in all.
func purposeOfPayment(country prolong.Country, number string, issued prolong.Date, sums []taxSum, tax prolong.Money) string {
	var format string
	var words vatWords
	switch country {
	case prolong.Ukraine:
		format, words = "Оплата за послуги згідно з рахунком № %s від %s, %s", vatWordsUA
	case prolong.Russia, prolong.Kazakhstan, prolong.Belarus:
		format, words = "Оплата по счету № %s от %s. %s", vatWordsRU
	default:
		return fmt.Sprintf("Payment of invoice %s dated %s", number, shortDate(issued))
	}
	text := fmt.Sprintf(format, number, shortDate(issued), words.say(sums, tax.Currency()))
	if utf8.RuneCountInString(text) > purposeRunesMax {
		text = fmt.Sprintf(format, number, shortDate(issued), words.included+words.vat+" "+words.money(tax.Minor(), tax.Currency()))
	}
	return text
}

// vatWords are a country's words for the tax in a payment purpose.
type vatWords struct {
	included, vat, unit string
	none                string // of an amount without tax, and alone
}

var (
	vatWordsRU = vatWords{"В т.ч. ", "НДС", "", "НДС не облагается"}
	vatWordsUA = vatWords{"у т.ч. ", "ПДВ", " грн", "без ПДВ"}
)

// say words the tax of amounts at several rates: «В т.ч. НДС 20% 1000,00, НДС 22% 2000,00».
func (w vatWords) say(sums []taxSum, cur prolong.Currency) string {
	var parts []string
	var exempt string
	for _, s := range sums {
		if s.rate.Exempt {
			exempt = w.none + " " + w.money(s.gross, cur)
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %s%% %s", w.vat, percent(s.rate.BasisPoints), w.money(s.tax, cur)))
	}
	if len(parts) == 0 {
		return w.none
	}
	if exempt != "" {
		parts = append(parts, exempt)
	}
	return w.included + strings.Join(parts, ", ")
}

func (w vatWords) money(minor int64, cur prolong.Currency) string {
	return strings.Replace(prolong.NewMoney(minor, cur).String(), ".", ",", 1) + w.unit
}

// taxStatus words why lines of a paper bear no VAT, as the buyer's accountant expects to read it; of
// which days, where that changes inside of them, in the language of the paper. What is of no period
// is of the day on.
func taxStatus(s billing.Seller, language string, lines []render.Line, on prolong.Date) string {
	var ground string
	var days prolong.Period
	taxed := false
	for i := range lines {
		l := &lines[i]
		if l.TaxKind != render.TaxExempt {
			taxed = true
			continue
		}
		if l.Period.From.IsZero() {
			ground = exemptGround(s, language, on)
			continue
		}
		ground = exemptGround(s, language, l.Period.From)
		if days.From.IsZero() || l.Period.From.Before(days.From) {
			days.From = l.Period.From
		}
		if l.Period.To.After(days.To) {
			days.To = l.Period.To
		}
	}
	if taxed && ground != "" && !days.From.IsZero() {
		return fmt.Sprintf("%s: %s–%s", ground, shortDate(days.From), shortDate(days.Last()))
	}
	return ground
}

// exemptGround is why a seller charges no VAT on a day.
func exemptGround(s billing.Seller, language string, on prolong.Date) string {
	switch s.VATOn(on) {
	case billing.VATUSNExempt:
		return "НДС не облагается (ст. 145 НК РФ)"
	case billing.VATNone:
		switch {
		case language == "uk":
			return "не є платником ПДВ"
		case language == "kk":
			return "ҚҚС төлеуші емес / Не является плательщиком НДС"
		case s.Country == prolong.Kazakhstan:
			return "Не является плательщиком НДС"
		case language == "ru":
			return "НДС не облагается"
		}
		// The sums of an English paper say it.
	case billing.VATGeneral, billing.VATUSN5, billing.VATUSN7:
	}
	return ""
}
