package match

import (
	"strconv"
	"strings"
)

// monthWords count months, yearWords years; halfYear and quarter are six months and three.
var (
	monthWords = wordSet(`мес месяц месяца месяцев мис мисяць мисяци мисяцив mes month months ай айга`)
	yearWords  = wordSet(`год года лет рик року роки годовой годовая жыл жылга year`)
	halfYear   = wordSet(`полгода полугодие пивроку пивриччя`)
	quarters   = wordSet(`квартал кварталу`)
)

// monthsSaid returns for how many months the text says that it pays, 0 if it says nothing or two
// different things: "за 3 месяца", "за год", "за полгода", "за март-май 2026".
func (p *parsed) monthsSaid() int {
	said := 0
	say := func(n int) {
		switch said {
		case 0, n:
			said = n
		default:
			said = -1
		}
	}
	for i, tok := range p.tokens {
		if tok.kind != tokenWord {
			continue
		}
		times, counted := p.countBefore(i)
		switch {
		case inSet(monthWords, tok.text) && counted:
			say(times)
		case inSet(yearWords, tok.text) && counted && times <= 3:
			say(12 * times)
		case inSet(yearWords, tok.text) && !counted && p.isWord(i-1) && (p.tokens[i-1].text == "за" || p.tokens[i-1].text == "на"):
			say(12)
		case inSet(halfYear, tok.text):
			say(6)
		case inSet(quarters, tok.text) && (!p.isNumber(i-1) || len(p.tokens[i-1].text) == 1):
			say(3)
		case monthOf(tok.text) != 0:
			if n := p.monthRange(i); n > 0 {
				say(n)
			}
		}
	}
	return max(said, 0)
}

// countBefore returns the small number in front of the word at i: "3", "3-х", "(3)". A year is
// none.
func (p *parsed) countBefore(i int) (int, bool) {
	k := i - 1
	for k > 0 && (p.tokens[k].kind == tokenSign && strings.Contains("-()", p.tokens[k].text) || p.isWord(k) && (p.tokens[k].text == "х" || p.tokens[k].text == "x" || p.tokens[k].text == "ти")) {
		k--
	}
	if !p.isNumber(k) || len(p.tokens[k].text) > 2 || (p.tokens[k].claim != claimNone && p.tokens[k].claim != claimQuantity) {
		return 0, false
	}
	n, err := strconv.Atoi(p.tokens[k].text)
	return n, err == nil && n > 0 && n <= monthsMax
}

// monthRange counts the months of "март-май" and "март и апрель" that begin with the word at i.
func (p *parsed) monthRange(i int) int {
	if i > 0 && (p.tokens[i-1].text == "-" || p.isNumber(i-1)) {
		return 0 // the end of a range, or a date
	}
	last := -1
	dash := p.isSign(i+1, "-") || i+1 < len(p.tokens) && p.tokens[i+1].text == "-"
	if i+2 < len(p.tokens) && (dash || inSet(listWords, p.tokens[i+1].text)) {
		last = monthOf(p.tokens[i+2].text)
	}
	if last <= 0 {
		return 0
	}
	first := monthOf(p.tokens[i].text)
	if !dash {
		if (first%12)+1 == last {
			return 2
		}
		return 0
	}
	return (last-first+12)%12 + 1
}

// paysMonths says whether the sum is the price of just as many months as the text says, at the
// price of an open invoice for whole months.
func (c *caseFile) paysMonths(e *evidence) bool {
	said := c.text.monthsSaid()
	if said < 1 {
		return false
	}
	for _, inv := range c.s.accounts[e.at].open {
		n := wholeMonths(inv)
		if n > 0 && inv.residual > 0 && inv.residual < maxMinor/monthsMax && c.amount < maxMinor/monthsMax && inv.residual*int64(said) == c.amount*int64(n) {
			return true
		}
	}
	return false
}

// wholeMonths returns how many months the invoice's period has, 0 if it has no whole number of
// them.
func wholeMonths(inv invoice) int {
	if inv.from.IsZero() || inv.to.IsZero() {
		return 0
	}
	for n := 1; n <= monthsMax; n++ {
		if end := inv.from.AddMonths(n, inv.from.Day()); end == inv.to || end == inv.to.AddDays(1) {
			return n
		}
	}
	return 0
}
