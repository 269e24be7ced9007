package match

import (
	"slices"
	"strconv"
	"strings"
)

// runningNumbers reads "-12", "/12", "-10, 11 и 12", "-12/2026" behind a code.
func (p *parsed) runningNumbers(hit *codeHit) {
	k := hit.last + 1
	if len(hit.running) == 0 {
		n, next, ok := p.runningAt(k)
		if !ok {
			return
		}
		hit.running = append(hit.running, n)
		hit.last, k = next-1, next
	}
	if k < len(p.tokens) && p.tokens[k].text == "/" && p.free(k+1) && len(p.tokens[k+1].text) == 4 {
		if _, ok := yearOf(p.tokens[k+1].text); ok {
			hit.last, k = k+1, k+2
		}
	}
	for {
		n, next, ok := p.furtherAt(k)
		if !ok {
			return
		}
		if !slices.Contains(hit.running, n) {
			hit.running = append(hit.running, n)
		}
		hit.last, k = next-1, next
	}
}

// runningAt reads the running number right behind a code, from token k on.
func (p *parsed) runningAt(k int) (uint32, int, bool) {
	if k >= len(p.tokens) {
		return 0, 0, false
	}
	sep := ""
	if p.tokens[k].kind == tokenSign {
		sep = p.tokens[k].text
		if sep == "," && p.free(k+1) && !p.tokens[k+1].space && p.tokens[k+1].text == "00" {
			return 0, k + 2, true
		}
		// "58291375,02", "58291375:02": a sum has no such whole part, and its kopecks no zero more
		// often than not.
		if (sep == "," || sep == ":") && p.isNumber(k+1) && p.tokens[k+1].glued && p.tokens[k].glued && len(p.tokens[k+1].text) == 2 && p.tokens[k+1].text[0] == '0' {
			sep = "."
		}
		if !strings.Contains("-/_.\\#", sep) {
			return 0, 0, false
		}
		k++
	} else if inSet(numberSigns, p.tokens[k].text) && p.isNumber(k+1) && p.tokens[k+1].glued {
		sep = "#" // "60685238 N02"
		k++
	}
	if k < len(p.tokens) && !p.tokens[k].space && sep != "" {
		if n, next, ok := p.letterRunning(k); ok {
			return n, next, true
		}
	}
	if !p.free(k) || len(p.tokens[k].text) > 4 {
		return 0, 0, false
	}
	text := p.tokens[k].text
	switch sep {
	case "":
		if len(text) > 3 || len(text) < 2 || !p.aloneAt(k) {
			return 0, 0, false
		}
	case ".":
		if len(text) > 3 || p.tokens[k].space || !p.aloneAt(k) {
			return 0, 0, false
		}
	case "-", "/", "_", "\\":
		if p.tokens[k].space && !p.aloneAt(k) {
			return 0, 0, false
		}
		if _, year := yearOf(text); year && len(text) == 4 {
			return 0, 0, false
		}
	}
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), k + 1, err == nil
}

// letterRunning reads a running number with a letter for a digit: "-l2".
func (p *parsed) letterRunning(k int) (uint32, int, bool) {
	from, letters, digits := p.tokens[k].from, 0, 0
	end := k
	for end < len(p.tokens) && (end == k || p.tokens[end].glued) && p.tokens[end].kind != tokenSign {
		if p.tokens[end].kind == tokenNumber {
			digits++
		} else {
			letters++
		}
		end++
	}
	if letters == 0 || digits == 0 || p.tokens[end-1].to-from > 3 {
		return 0, 0, false
	}
	n := uint32(0)
	for _, c := range p.chars[from:p.tokens[end-1].to] {
		d := byte(c.r)
		if c.r < '0' || c.r > '9' {
			var ok bool
			if d, ok = lookalike(c.r); !ok {
				return 0, 0, false
			}
		}
		n = n*10 + uint32(d-'0')
	}
	return n, end, true
}

// listWords join the running numbers of several invoices.
var listWords = wordSet(`и та й and i також також`)

// furtherAt reads one more running number of a list: ", 11", "и 12", "/11", ", -11".
func (p *parsed) furtherAt(k int) (uint32, int, bool) {
	joined, tight := false, false
	for ; k < len(p.tokens); k++ {
		tok := p.tokens[k]
		if tok.kind == tokenNumber {
			tight = tok.glued && p.tokens[k-1].text == ","
			break
		}
		switch {
		case tok.kind == tokenWord && inSet(listWords, tok.text), tok.kind == tokenSign && strings.Contains(",;+&/", tok.text):
			joined = true
		case tok.kind == tokenSign && (tok.text == "#" || tok.text == "-" && joined):
		case tok.kind == tokenWord && inSet(numberSigns, tok.text) && joined:
		default:
			return 0, 0, false
		}
	}
	if !joined || !p.free(k) || len(p.tokens[k].text) > 3 {
		return 0, 0, false
	}
	// In "10,11,12" a comma joins; elsewhere it would be a decimal point.
	list := tight && p.isSign(k+1, ",") && p.free(k+2) && len(p.tokens[k+2].text) <= 2
	if !list && !p.aloneAt(k) {
		return 0, 0, false
	}
	n, err := strconv.ParseUint(p.tokens[k].text, 10, 32)
	return uint32(n), k + 1, err == nil
}

// aloneAt says whether the number at k is complete and counts nothing: no digits glued on,
// no thousands, no currency, no month or unit behind it.
func (p *parsed) aloneAt(k int) bool {
	n := k + 1
	if n >= len(p.tokens) {
		return true
	}
	next := p.tokens[n]
	switch next.kind {
	case tokenNumber:
		return len(next.text) != 3 && !next.glued
	case tokenSign:
		if next.text == "%" || next.text == "=" || next.text == "*" {
			return false
		}
		if strings.Contains(".,-", next.text) && !next.space && p.isNumber(n+1) && !p.tokens[n+1].space {
			return false
		}
		return !p.currencyAt(n)
	default:
		if inSet(dateWords, next.text) {
			return true
		}
		return !inSet(quantityWords, next.text) && !p.currencyAt(n) && monthOf(next.text) == 0 && next.text != "х" && next.text != "x" && next.text != "кв"
	}
}
