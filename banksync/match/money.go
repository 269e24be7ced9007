package match

import "strings"

// sumHit is an amount in the text, in hundredths.
type sumHit struct {
	minor       int64
	vat         bool
	keyed       bool // a keyword or a currency stands beside it
	first, last int  // tokens
}

// sumDigitsMax bounds the whole part of an amount; longer numbers are something else.
const sumDigitsMax = 12

// sumBareDigitsMax bounds the whole part of an amount that neither keyword nor currency nor
// thousands mark as one.
const sumBareDigitsMax = 6

// claimSums claims amounts and percentages in the spellings of reference 3.2.
func (p *parsed) claimSums() {
	for i := 0; i < len(p.tokens); i++ {
		if !p.free(i) {
			continue
		}
		if n := p.percentAt(i); n > 0 {
			for k := i; k < i+n; k++ {
				p.claim(k, claimPercent)
			}
			i += n - 1
			continue
		}
		hit, ok := p.sumAt(i)
		if !ok {
			hit, ok = p.listedAt(i)
		}
		if !ok {
			continue
		}
		for k := hit.first; k <= hit.last; k++ {
			p.claim(k, claimMoney)
		}
		p.sums = append(p.sums, hit)
		i = hit.last
	}
}

// listedAt takes a whole number right behind one of our numbers for the sum that is paid on
// it: "сч 58291375-12 4900, сч …". A comma between them would make it another invoice.
func (p *parsed) listedAt(i int) (sumHit, bool) {
	tok := p.tokens[i]
	if tok.signed || len(tok.text) < 3 || len(tok.text) > 9 || p.digitsFollow(i+1) {
		return sumHit{}, false
	}
	k := i - 1
	for k >= 0 && (p.tokens[k].kind == tokenSign && strings.Contains("-(:=", p.tokens[k].text) || p.tokens[k].text == "на") {
		k--
	}
	if k < 0 || p.tokens[k].claim != claimCode {
		return sumHit{}, false
	}
	hit := sumHit{first: i, last: i}
	for _, c := range tok.text + "00" {
		hit.minor = hit.minor*10 + int64(c-'0')
	}
	return hit, true
}

// percentAt returns how many tokens "20%" or "16,67 %" has at i.
func (p *parsed) percentAt(i int) int {
	n := 1
	if (p.isSign(i+1, ",") || p.isSign(i+1, ".")) && p.isNumber(i+2) && len(p.tokens[i+2].text) <= 2 {
		n = 3
	}
	for _, m := range []int{n, 1} {
		if i+m < len(p.tokens) && p.tokens[i+m].text == "%" && len(p.tokens[i].text) <= 3 {
			return m
		}
	}
	return 0
}

// sumAt recognises an amount that begins at token i. Where the spelling alone does not tell
// ("4900", "375-25", "14 900"), a keyword before or a currency behind must.
func (p *parsed) sumAt(i int) (sumHit, bool) {
	var whole strings.Builder
	whole.WriteString(p.tokens[i].text)
	last := i
	grouped := false
	for len(p.tokens[i].text) <= 3 && whole.Len() < sumDigitsMax {
		k := last + 1
		if k < len(p.tokens) && p.tokens[k].kind == tokenSign {
			if s := p.tokens[k].text; p.tokens[k].space || (s != "." && s != "," && s != "\"") {
				break
			}
			k++
		}
		if !p.free(k) || len(p.tokens[k].text) != 3 || (p.tokens[k].kind == tokenNumber && k > last+1 && p.tokens[k].space) {
			break
		}
		whole.WriteString(p.tokens[k].text)
		last, grouped = k, true
	}
	hit := sumHit{first: i}
	cents, sign := "00", ""
	if k := last + 1; k < len(p.tokens) && p.tokens[k].kind == tokenSign && !p.tokens[k].space && strings.Contains(".,-=", p.tokens[k].text) &&
		p.free(k+1) && !p.tokens[k+1].space && len(p.tokens[k+1].text) <= 2 && !p.digitsFollow(k+2) {
		cents, sign = p.tokens[k+1].text, p.tokens[k].text
		last = k + 1
	}
	if whole.Len() > sumDigitsMax {
		return hit, false
	}
	topicSum := p.tokens[i].topic == topicMoney || p.tokens[i].topic == topicVAT
	behind := p.currencyAt(last + 1)
	equals := last+1 < len(p.tokens) && p.tokens[last+1].text == "=" && !p.tokens[last+1].space
	hit.vat = p.tokens[i].topic == topicVAT
	hit.keyed = topicSum || behind || equals
	direct := p.tokens[i].signed || (p.tokens[i].gap == 0 && p.tokens[i].nth == 0 && (p.tokens[i].topic == topicInvoice || p.tokens[i].topic == topicContract || p.tokens[i].topic == topicDocument || p.tokens[i].topic == topicTaxInvoice))
	switch {
	case hit.keyed:
	case direct:
		return hit, false
	case !grouped && whole.Len() > sumBareDigitsMax:
		return hit, false // "94529341-03" is somebody's number
	case sign == "." || sign == ",":
		if len(cents) != 2 {
			return hit, false
		}
	case sign == "-" || sign == "=":
		if whole.Len() < 3 || len(cents) != 2 {
			return hit, false
		}
	case !grouped || whole.Len() > 9:
		return hit, false
	}
	if len(cents) == 1 {
		cents += "0"
	}
	for _, c := range whole.String() + cents {
		hit.minor = hit.minor*10 + int64(c-'0')
	}
	hit.last = last
	return hit, true
}

// digitsFollow says whether a sign and more digits are glued on: then it was no amount.
func (p *parsed) digitsFollow(i int) bool {
	if i < len(p.tokens) && p.tokens[i].glued && p.tokens[i].kind == tokenNumber {
		return true
	}
	return i+1 < len(p.tokens) && p.tokens[i].kind == tokenSign && !p.tokens[i].space && strings.Contains(".,-/", p.tokens[i].text) &&
		p.tokens[i+1].kind == tokenNumber && !p.tokens[i+1].space
}

func (p *parsed) currencyAt(i int) bool {
	if i >= len(p.tokens) {
		return false
	}
	tok := p.tokens[i]
	if tok.kind == tokenSign {
		return strings.Contains("₽₴₸", tok.text)
	}
	return tok.kind == tokenWord && inSet(currencyWords, tok.text) && tok.text != "р" || p.isRouble(i)
}

// isRouble tells "р." for roubles from "р." for рік, the year: the latter follows a date.
func (p *parsed) isRouble(i int) bool {
	return p.tokens[i].text == "р" && i > 0 && p.tokens[i-1].kind == tokenNumber && p.tokens[i-1].claim != claimDate
}
