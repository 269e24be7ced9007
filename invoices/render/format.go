package render

import (
	"strconv"
	"strings"

	"prolong"
	"prolong/internal/i18n"
)

// money writes minor units in the way of the country: "14 900,00" with no-break spaces, in
// English documents "14,900.00". Documents keep their own formats, apart from those of pages,
// because a stored document must look the same for ever.
func (d *Document) money(minor int64) string {
	s := prolong.NewMoney(minor, d.Currency).String()
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, fraction, hasFraction := strings.Cut(s, ".")
	group, point := string(nbsp), ","
	if d.english() {
		group, point = ",", "."
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteByte(whole[i])
	}
	if hasFraction {
		b.WriteString(point + fraction)
	}
	return b.String()
}

// quantity writes thousandths without needless zeros: "1", "2,5".
func (d *Document) quantity(milli int64) string {
	s := strconv.FormatInt(milli, 10)
	sign := ""
	if milli < 0 {
		sign, s = "-", s[1:]
	}
	for len(s) < 4 {
		s = "0" + s
	}
	whole, fraction := s[:len(s)-3], strings.TrimRight(s[len(s)-3:], "0")
	if fraction == "" {
		return sign + whole
	}
	point := ","
	if d.english() {
		point = "."
	}
	return sign + whole + point + fraction
}

// words writes an amount in words in the language of the document, in both of one that has two.
func (d *Document) words(minor int64) string {
	amount := prolong.NewMoney(minor, d.Currency)
	if d.kazakh() {
		return d.bi(i18n.AmountInWords(amount, "kk"), i18n.AmountInWords(amount, "ru"))
	}
	return i18n.AmountInWords(amount, d.Language)
}

// unit is the abbreviation that follows an amount in figures.
func (d *Document) unit() string {
	switch {
	case d.Currency == prolong.RUB && !d.english():
		return "руб."
	case d.Currency == prolong.UAH && !d.english():
		return "грн."
	}
	return string(d.Currency)
}

// percent writes basis points: "22%", "22,5%"; an estimated rate "22/122".
func percent(kind TaxKind, bp int) string {
	trim := func(bp int) string {
		s := strconv.Itoa(bp / 100)
		if rest := bp % 100; rest != 0 {
			s += "," + strings.TrimRight(strconv.Itoa(100 + rest)[1:], "0")
		}
		return s
	}
	if kind == TaxAdvance {
		return trim(bp) + "/" + trim(bp+10000)
	}
	return trim(bp) + "%"
}

// date writes "21.11.2026".
func date(d prolong.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Time().Format("02.01.2006")
}

// longDate writes "21 ноября 2026 г.", which no line end may tear apart.
func longDate(d prolong.Date, lang string) string {
	return strings.ReplaceAll(i18n.LongDate(d, lang), " ", string(nbsp))
}

// date writes a day among other words: "21.11.2026", in English documents in words, where
// figures would leave open which is the month.
func (d *Document) date(day prolong.Date) string {
	if d.english() {
		return longDate(day, "en")
	}
	return date(day)
}

// english says whether the document writes figures and dates as English does.
func (d *Document) english() bool { return d.headingWords().lang == "en" }

// span writes both days of a period: "01.12.2026–31.12.2026".
func (d *Document) span(p prolong.Period) string {
	if d.english() {
		return d.date(p.From) + " – " + d.date(p.Last())
	}
	return date(p.From) + "–" + date(p.Last())
}

// list joins what is not empty with commas.
func list(parts ...string) string {
	out := ""
	for _, p := range parts {
		switch {
		case p == "":
		case out == "":
			out = p
		default:
			out += ", " + p
		}
	}
	return out
}

// labelled returns "label value", not to be broken at its spaces, or nothing without a value.
func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return strings.ReplaceAll(label+" "+value, " ", string(nbsp))
}

// address keeps abbreviations with what they shorten: no line ends in «ул.».
func address(s string) string { return abbreviations.Replace(s) }

var abbreviations = func() *strings.Replacer {
	var pairs []string
	for word := range strings.FieldsSeq("г. м. с. пос. смт ул. вул. пр. просп. пр-т пер. пров. пл. бул. ш. д. буд. стр. корп. к. оф. офис кв. каб.") {
		pairs = append(pairs, " "+word+" ", " "+word+string(nbsp))
	}
	return strings.NewReplacer(pairs...)
}()

// tied keeps the numbers of laws and groups with their words: no line ends in «ст.» or begins with «групи».
func tied(s string) string { return tiedWords.Replace(s) }

var tiedWords = strings.NewReplacer("ст. ", "ст."+string(nbsp), "п. ", "п."+string(nbsp), "№ ", "№"+string(nbsp), " групи", string(nbsp)+"групи",
	" группы", string(nbsp)+"группы")

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// cite writes a reference in the words of the kind: "Договор № 12 от 01.02.2026".
func (d *Document) cite(r Reference) string {
	words, day := d.headingWords(), d.date(r.Date)
	s := r.Title
	if r.Number != "" {
		s = strings.TrimSpace(s + " " + words.number + string(nbsp) + r.Number)
	}
	if day != "" {
		s = strings.TrimLeft(s+words.dated(day), " ,")
	}
	return s
}

// citeAll joins references.
func (d *Document) citeAll(refs []Reference, separator string) string {
	texts := make([]string, len(refs))
	for i, r := range refs {
		texts[i] = d.cite(r)
	}
	return strings.Join(texts, separator)
}

// taxShare is the tax of all lines of one rate, and what they come to with it.
type taxShare struct {
	kind       TaxKind
	bp         int
	tax, gross int64
}

// taxes sums the tax by rate, in the order in which rates first occur.
func (d *Document) taxes() []taxShare {
	var shares []taxShare
next:
	for i := range d.Lines {
		l := &d.Lines[i]
		for j := range shares {
			if shares[j].kind == l.TaxKind && shares[j].bp == l.TaxRateBP {
				shares[j].tax, shares[j].gross = shares[j].tax+l.Tax, shares[j].gross+l.Gross
				continue next
			}
		}
		shares = append(shares, taxShare{kind: l.TaxKind, bp: l.TaxRateBP, tax: l.Tax, gross: l.Gross})
	}
	return shares
}

// exempt says whether no line bears tax.
func (d *Document) exempt() bool {
	for i := range d.Lines {
		if d.Lines[i].TaxKind != TaxExempt {
			return false
		}
	}
	return true
}

// discounted says whether any line has a discount.
func (d *Document) discounted() bool {
	for i := range d.Lines {
		if d.Lines[i].Discount != 0 {
			return true
		}
	}
	return false
}

// amount is a line's sum in the same sense as its price: with the tax or without.
func (d *Document) amount(l *Line) int64 {
	if d.PricesIncludeTax {
		return l.Gross
	}
	return l.Net
}

// supplied is the day of the fact.
func (d *Document) supplied() prolong.Date {
	if d.SuppliedOn.IsZero() {
		return d.Date
	}
	return d.SuppliedOn
}
