package match

import (
	"strconv"
	"time"

	"prolong"
)

// dateHit is a date in the text. A date that no calendar has is a date all the same, with a
// zero value.
type dateHit struct {
	date        prolong.Date
	announced   bool // "от", "від", "dd" or nothing but a number before it
	first, last int  // tokens
}

// periodHit is a service period in the text.
type periodHit struct {
	period      prolong.Period
	first, last int // tokens
}

// The years that a date of a payment can have; other numbers are no years.
const (
	yearMin = 2000
	yearMax = 2099
)

// claimDates claims dates in all the spellings of reference 3.2.
func (p *parsed) claimDates() {
	for i := 0; i < len(p.tokens); i++ {
		if !p.free(i) {
			continue
		}
		if n, date, ok := p.dateAt(i); ok {
			for k := i; k < i+n; k++ {
				p.claim(k, claimDate)
			}
			p.dates = append(p.dates, dateHit{date: date, announced: p.announcedDate(i), first: i, last: i + n - 1})
			p.endTopic(i, i+n)
			i += n - 1
		}
	}
	p.periodsOfDates()
}

// endTopic ends the topic of an act, order or contract behind its date: "УПД 118 от 31.01.2026
// 58291375-12" has a number of its own at the end.
func (p *parsed) endTopic(date, next int) {
	tp := p.tokens[date].topic
	if tp != topicDocument && tp != topicContract && tp != topicPayOrder {
		return
	}
	for k := next; k < len(p.tokens); k++ {
		tok := &p.tokens[k]
		if tok.kind == tokenWord {
			if _, ok := keywords.find(tok.text); ok {
				return
			}
		}
		if tok.kind == tokenNumber {
			if tok.signed || tok.topic != tp {
				return
			}
			tok.topic = topicNone
		}
	}
}

// dateAt recognises a date that begins at token i and returns how many tokens it has.
func (p *parsed) dateAt(i int) (int, prolong.Date, bool) {
	a := p.tokens[i].text
	if i > 1 && p.tokens[i].glued && p.tokens[i-1].glued && p.isWord(i-1) && p.isNumber(i-2) && !inSet(dateWords, p.tokens[i-1].text) {
		return 0, prolong.Date{}, false // the end of "599147б7-05/2026"
	}
	if p.endsSeries(i) || p.contractGoesOn(i) {
		return 0, prolong.Date{}, false
	}
	if p.free(i+2) && p.free(i+4) && p.dateSign(i+1) && p.dateSign(i+3) && !(p.runsOn(i+5) && p.oneSeries(i)) {
		b, c := p.tokens[i+2].text, p.tokens[i+4].text
		if year, ok := p.brokenYear(i + 4); ok && len(a) <= 2 && len(b) <= 2 {
			if d, ok := looseDate(a, b, year); ok {
				return 6, d, true
			}
		}
		// Mixed signs are a date only with a whole year: "14/10-2019", but not "01.02-28.02".
		if len(a) <= 2 && len(b) <= 2 && (len(c) == 4 || len(c) == 2 && p.tokens[i+1].text == p.tokens[i+3].text) {
			if d, ok := looseDate(a, b, c); ok {
				return 5, d, true
			}
		}
		if len(a) == 4 && len(b) == 2 && len(c) == 2 {
			if d, ok := looseDate(c, b, a); ok {
				return 5, d, true
			}
		}
	}
	if n, d, ok := p.wordDateAt(i); ok {
		return n, d, true
	}
	// A line break before the last sign: "05.02 .2026".
	if len(a) <= 2 && p.dateSign(i+1) && p.free(i+2) && len(p.tokens[i+2].text) <= 2 && p.free(i+4) && len(p.tokens[i+4].text) == 4 && p.tokens[i+4].glued && p.tokens[i+3].text == "." {
		if d, ok := strictDate(a, p.tokens[i+2].text, p.tokens[i+4].text); ok {
			return 5, d, true
		}
	}
	// Run together: 01022026 or 20260201; our codes never begin like a day.
	if len(a) == 8 {
		if d, ok := strictDate(a[:2], a[2:4], a[4:]); ok {
			return 1, d, true
		}
		if d, ok := strictDate(a[6:], a[4:6], a[:4]); ok {
			return 1, d, true
		}
	}
	if len(a) == 6 && i > 0 && inSet(dateWords, p.tokens[i-1].text) {
		if d, ok := strictDate(a[:2], a[2:4], a[4:]); ok {
			return 1, d, true
		}
	}
	return 0, prolong.Date{}, false
}

// wordDateAt recognises "18 апреля 2019", "04-ЛИС-19", "18 апреля".
func (p *parsed) wordDateAt(i int) (int, prolong.Date, bool) {
	a := p.tokens[i].text
	if len(a) > 2 {
		return 0, prolong.Date{}, false
	}
	m := i + 1
	if p.dateSign(m) {
		m++
	}
	if !p.isWord(m) || p.tokens[m].text == "мар" && p.tokens[m].glued {
		return 0, prolong.Date{}, false
	}
	month := monthOf(p.tokens[m].text)
	if month == 0 {
		return 0, prolong.Date{}, false
	}
	y := m + 1
	if p.dateSign(y) {
		y++
	}
	if year, ok := p.brokenYear(y); ok {
		if d, ok := looseDate(a, strconv.Itoa(month), year); ok {
			return y - i + 2, d, true
		}
	}
	if p.free(y) && (len(p.tokens[y].text) == 4 || (len(p.tokens[y].text) == 2 && !p.runsOn(y+1))) {
		if d, ok := looseDate(a, strconv.Itoa(month), p.tokens[y].text); ok {
			return y - i + 1, d, true
		}
	}
	if day, _ := strconv.Atoi(a); day >= 1 && day <= 31 {
		return m - i + 1, prolong.Date{}, true
	}
	return 0, prolong.Date{}, false
}

// brokenYear reads a year that a line break has cut in two: "05.02.20 26", "5 февраля 202 6".
func (p *parsed) brokenYear(i int) (string, bool) {
	if !p.free(i) || !p.free(i+1) || !p.tokens[i+1].space || p.isNumber(i+2) || p.runsOn(i+2) || len(p.tokens[i].text) > 3 {
		return "", false
	}
	year := p.tokens[i].text + p.tokens[i+1].text
	if len(year) != 4 || !hasStem(year, "20") || (i+2 < len(p.tokens) && p.isWord(i+2) && inSet(quantityWords, p.tokens[i+2].text) && p.tokens[i+2].text != "года") {
		return "", false
	}
	y, ok := yearOf(year)
	return year, ok && y >= brokenYearMin && y <= brokenYearMax
}

// The years that two pieces of digits are taken for.
const (
	brokenYearMin = 2020
	brokenYearMax = 2039
)

func (p *parsed) dateSign(i int) bool {
	return p.isSign(i, ".") || p.isSign(i, "/") || p.isSign(i, "-")
}

// runsOn says whether the number before token i goes on: a sign and more digits.
func (p *parsed) runsOn(i int) bool {
	return p.dateSign(i) && p.isNumber(i+1) && !p.tokens[i+1].space
}

// oneSeries says whether what is shaped like a date at i is the beginning of a longer series:
// "12.01.02.2026". A whole year or another sign behind it ends the date: "01.02.2026-28.02.2026".
func (p *parsed) oneSeries(i int) bool {
	return len(p.tokens[i+4].text) == 2 && p.tokens[i+5].text == p.tokens[i+3].text
}

// endsSeries says whether what is shaped like a date at i is the end of a longer series of pairs:
// the last three of "58-29-13-75" are no day of 1975.
func (p *parsed) endsSeries(i int) bool {
	return i >= 2 && i+4 < len(p.tokens) && p.tokens[i].glued && p.tokens[i-1].glued && p.isNumber(i-2) && len(p.tokens[i-2].text) == 2 &&
		p.dateSign(i+1) && p.tokens[i-1].text == p.tokens[i+1].text && p.tokens[i+3].text == p.tokens[i+1].text && len(p.tokens[i+4].text) == 2
}

// contractGoesOn says whether what is shaped like a date at i is the beginning of a contract's
// number with letters in it: "договір № 2/01/2023/Р-5".
func (p *parsed) contractGoesOn(i int) bool {
	return p.tokens[i].topic == topicContract && p.dateSign(i+1) && p.dateSign(i+5) && p.isWord(i+6) && p.tokens[i+6].glued && len([]rune(p.tokens[i+6].text)) <= seriesLettersMax &&
		p.dateSign(i+7) && p.isNumber(i+8) && p.tokens[i+8].glued
}

// announcedDate says whether a date word stands right before token i, or the number that the
// date belongs to.
func (p *parsed) announcedDate(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if p.tokens[k].kind == tokenWord {
			return inSet(dateWords, p.tokens[k].text)
		}
		if p.tokens[k].kind == tokenNumber {
			return true
		}
	}
	return false
}

// looseDate accepts what is shaped like a date even if the calendar does not have it; day and
// month may have changed places, and then the date is not known.
func looseDate(day, month, year string) (prolong.Date, bool) {
	d, _ := strconv.Atoi(day)
	m, _ := strconv.Atoi(month)
	if _, ok := yearOf(year); !ok || d < 0 || m < 0 || d > 39 || m > 39 || (d > 19 && m > 19) {
		return prolong.Date{}, false
	}
	date, _ := strictDate(day, month, year)
	return date, true
}

// strictDate accepts dates of the calendar only.
func strictDate(day, month, year string) (prolong.Date, bool) {
	d, _ := strconv.Atoi(day)
	m, _ := strconv.Atoi(month)
	y, ok := yearOf(year)
	if !ok || d < 1 || m < 1 || m > 12 {
		return prolong.Date{}, false
	}
	date := prolong.NewDate(y, time.Month(m), d)
	if date.Day() != d || int(date.Month()) != m {
		return prolong.Date{}, false
	}
	return date, true
}

func yearOf(s string) (int, bool) {
	y, err := strconv.Atoi(s)
	if err != nil {
		return 0, false
	}
	if len(s) == 2 {
		y += 2000
	}
	return y, y >= yearMin-10 && y <= yearMax
}

// periodsOfDates joins "01.02.2026-28.02.2026" and "с 01.02.26 по 28.02.26" to periods.
func (p *parsed) periodsOfDates() {
	for i := 0; i+1 < len(p.dates); i++ {
		a, b := p.dates[i], p.dates[i+1]
		if b.first-a.last > 3 || a.date.IsZero() || b.date.IsZero() || !a.date.Before(b.date) {
			continue
		}
		joined := false
		for k := a.last + 1; k < b.first; k++ {
			t := p.tokens[k].text
			joined = joined || t == "-" || t == "по" || t == "до" || t == "to"
		}
		if !joined {
			continue
		}
		if period, err := prolong.NewPeriod(a.date, b.date.AddDays(1)); err == nil {
			p.periods = append(p.periods, periodHit{period: period, first: a.first, last: b.last})
			p.dates[i].announced, p.dates[i+1].announced = false, false
		}
	}
}

// claimPeriods claims "март 2026", "02.2026", "01.02-28.02", "1 кв", "2026 год".
func (p *parsed) claimPeriods() {
	for i := range p.tokens {
		tok := p.tokens[i]
		if tok.kind == tokenWord {
			p.claimMonthWord(i)
			continue
		}
		if !p.free(i) {
			continue
		}
		next := ""
		if i+1 < len(p.tokens) {
			next = p.tokens[i+1].text
		}
		switch {
		case len(tok.text) <= 2 && p.dateSign(i+1) && p.free(i+2) && len(p.tokens[i+2].text) == 4 && !p.dateSign(i-1):
			m, _ := strconv.Atoi(tok.text)
			if y, ok := yearOf(p.tokens[i+2].text); ok && m >= 1 && m <= 12 && p.tokens[i].topic != topicInvoice {
				p.claim(i, claimPeriod)
				p.claim(i+2, claimPeriod)
				p.addMonth(y, m, i, i+2)
			}
		case len(tok.text) == 2 && p.isSign(i+1, ".") && p.free(i+2) && len(p.tokens[i+2].text) == 2 &&
			i+6 < len(p.tokens) && p.tokens[i+3].text == "-" && p.free(i+4) && p.isSign(i+5, ".") && p.free(i+6):
			for k := i; k <= i+6; k++ {
				p.claim(k, claimPeriod)
			}
		case p.dayMonth(i) && i+4 < len(p.tokens) && p.tokens[i+3].text == "-" && p.tokens[i+4].claim == claimDate,
			p.dayMonth(i) && i > 0 && (p.tokens[i-1].text == "с" || p.tokens[i-1].text == "з" || p.tokens[i-1].text == "по" || p.tokens[i-1].text == "до"),
			p.dayMonth(i) && i > 0 && p.tokens[i-1].text == "за":
			p.claim(i, claimPeriod)
			p.claim(i+2, claimPeriod)
		case len(tok.text) == 1 && (next == "кв" || hasStem(next, "квартал") || next == "-" && i+3 < len(p.tokens) && hasStem(p.tokens[i+3].text, "квартал")):
			p.claim(i, claimPeriod)
		case len(tok.text) == 4:
			_, ok := yearOf(tok.text)
			before := ""
			if i > 0 {
				before = p.tokens[i-1].text
			}
			if ok && (next == "г" || next == "гг" || next == "р" || hasStem(next, "год") || hasStem(next, "рок") || hasStem(next, "жыл") ||
				before == "за" || before == "в" || before == "на" || before == "кв" || hasStem(before, "квартал") || monthOf(before) != 0 ||
				before == "." && i > 1 && p.tokens[i-2].text == "кв") {
				p.claim(i, claimPeriod)
			}
		}
	}
}

// dayMonth says whether "01.02" or "02.26" stands at i, complete.
func (p *parsed) dayMonth(i int) bool {
	return p.free(i) && len(p.tokens[i].text) == 2 && p.isSign(i+1, ".") && p.free(i+2) && len(p.tokens[i+2].text) == 2 && !p.tokens[i+2].space && !p.runsOn(i+3) || p.dayMonthBeforeDate(i)
}

// dayMonthBeforeDate says whether the first half of "01.02-28.02.2026" stands at i.
func (p *parsed) dayMonthBeforeDate(i int) bool {
	return p.free(i) && len(p.tokens[i].text) == 2 && p.isSign(i+1, ".") && p.free(i+2) && len(p.tokens[i+2].text) == 2 && p.isSign(i+3, "-") &&
		i+4 < len(p.tokens) && p.tokens[i+4].claim == claimDate
}

func hasStem(word, stem string) bool { return len(word) >= len(stem) && word[:len(stem)] == stem }

// claimMonthWord claims the year after the name of a month, and a second month: "за
// январь-март 2026 г.".
func (p *parsed) claimMonthWord(i int) {
	month := monthOf(p.tokens[i].text)
	if month == 0 {
		return
	}
	y := i + 1
	for y < len(p.tokens) && y <= i+2 && (p.tokens[y].text == "." || p.tokens[y].text == ",") {
		y++
	}
	if !p.free(y) || (len(p.tokens[y].text) != 4 && len(p.tokens[y].text) != 2) {
		return
	}
	year, ok := yearOf(p.tokens[y].text)
	if !ok {
		return
	}
	p.claim(y, claimPeriod)
	p.addMonth(year, month, i, y)
}

func (p *parsed) addMonth(year, month, first, last int) {
	from := prolong.NewDate(year, time.Month(month), 1)
	if period, err := prolong.NewPeriod(from, from.AddMonths(1, 1)); err == nil {
		p.periods = append(p.periods, periodHit{period: period, first: first, last: last})
	}
}

// claimQuantities claims "3 мес", "12 месяцев", "5 точек", "3 х 4966,67".
func (p *parsed) claimQuantities() {
	for i := range p.tokens {
		if !p.free(i) || len(p.tokens[i].text) > 4 {
			continue
		}
		next := i + 1
		if p.isSign(next, "-") && p.isWord(next+1) { // "3-х мес", "6-мес"
			next++
		}
		if !p.isWord(next) && !(next < len(p.tokens) && p.tokens[next].text == "*") {
			continue
		}
		w := p.tokens[next].text
		if inSet(quantityWords, w) || (inSet(yearWords, w) && len(p.tokens[i].text) <= 2) || ((w == "х" || w == "x" || w == "*") && (p.isNumber(next+1) || p.isWord(next+1))) {
			p.claim(i, claimQuantity)
		}
	}
}
