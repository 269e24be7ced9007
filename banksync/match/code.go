package match

import (
	"strconv"
	"strings"

	"prolong"
)

// codeHit is a payment code found in the text, with what the payer wrote behind it.
type codeHit struct {
	account  int32
	code     string   // as repaired
	running  []uint32 // running numbers of invoices behind the code, in order
	date     prolong.Date
	anchored bool // after an invoice word or a number sign
	weak     bool // in the place of a contract, act or order number: needs an identity
	how      codeHow
	written  string // the digits as read, for the explanation of a repair

	first, last int // tokens of code and running numbers
	from, to    int // characters of the code
}

// codeHow says how the digits were found.
type codeHow uint8

const (
	howExact  codeHow = iota
	howJoined         // digits with spaces, points or hyphens inside
	howGlued          // a running number or date glued on
	howLetter         // a letter for a digit
	howRepair         // one typing error
)

// joinTokensMax bounds how many pieces a code may be written in: every digit apart.
const joinTokensMax = prolong.PaymentCodeDigitsLong

// findCodes returns all codes of the snapshot's accounts in the text and claims their
// numbers.
func (p *parsed) findCodes(s *Snapshot) []codeHit {
	var hits []codeHit
	for i := 0; i < len(p.tokens); i++ {
		hit, ok := p.codeAt(s, i)
		if !ok {
			continue
		}
		p.takeCode(&hit)
		hits = append(hits, hit)
		i = hit.last
	}
	return hits
}

// takeCode reads what follows the code and claims it all.
func (p *parsed) takeCode(hit *codeHit) {
	tok := p.tokens[hit.first]
	hit.anchored = tok.topic == topicInvoice || tok.signed
	switch tok.topic {
	case topicContract, topicDocument, topicPayOrder, topicPhone, topicTaxID, topicRequisite, topicRegister, topicPlace:
		hit.weak, hit.anchored = true, false
	default:
	}
	p.runningNumbers(hit)
	for k := hit.first; k <= hit.last; k++ {
		p.claim(k, claimCode)
	}
}

// codeAt looks for a code that begins at token i.
func (p *parsed) codeAt(s *Snapshot, i int) (codeHit, bool) {
	if p.free(i) {
		if hit, ok := p.wholeCode(s, i); ok {
			return hit, true
		}
		if hit, ok := p.joinedCode(s, i); ok {
			return hit, true
		}
	}
	if hit, ok := p.letterCode(s, i, false); ok {
		return hit, true
	}
	if hit, ok := p.piecesCode(s, i); ok {
		return hit, true
	}
	// Letters that are seldom taken for a digit, only where nothing else makes a code.
	return p.letterCode(s, i, true)
}

// lookup returns the account whose code the digits are.
func (s *Snapshot) lookup(digits string) (int32, bool) {
	if !(s.codeShort && len(digits) == prolong.PaymentCodeDigits) && !(s.codeLong && len(digits) == prolong.PaymentCodeDigitsLong) {
		return 0, false
	}
	if digits[0] < '5' {
		return 0, false
	}
	code, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, false
	}
	at, ok := s.byCode[code]
	return at, ok
}

// codeLengths are tried longest first: the beginning of a long code may be a short one.
var codeLengths = [2]int{prolong.PaymentCodeDigitsLong, prolong.PaymentCodeDigits}

// prefixCode splits digits into a code of the snapshot and the rest.
func (s *Snapshot) prefixCode(digits string) (at int32, code, rest string, ok bool) {
	for _, n := range codeLengths {
		if len(digits) < n {
			continue
		}
		if at, ok := s.lookup(digits[:n]); ok {
			return at, digits[:n], digits[n:], true
		}
	}
	return 0, "", "", false
}

// wholeCode reads token i as a code, after leading zeros, with a running number or a date
// glued on at most.
func (p *parsed) wholeCode(s *Snapshot, i int) (codeHit, bool) {
	tok := p.tokens[i]
	digits := strings.TrimLeft(tok.text, "0")
	zeros := len(tok.text) - len(digits)
	at, code, rest, ok := s.prefixCode(digits)
	if !ok {
		return codeHit{}, false
	}
	hit := codeHit{account: at, code: code, first: i, last: i, from: tok.from + zeros, to: tok.from + zeros + len(code)}
	if rest != "" {
		hit.how = howGlued
		if tok.topic == topicMoney || tok.topic == topicVAT || !hit.glued(rest) {
			return codeHit{}, false
		}
	}
	return hit, true
}

// gluedDigitsMax is the length of a running number with a date.
const gluedDigitsMax = 12

// glued reads the digits behind a code: a running number, a date, or both. Anything else
// means that the number is not ours.
func (hit *codeHit) glued(rest string) bool {
	if len(rest) <= 4 {
		n, _ := strconv.ParseUint(rest, 10, 32)
		hit.running = append(hit.running, uint32(n))
		return true
	}
	for _, dateLen := range []int{8, 6} {
		if head := len(rest) - dateLen; head >= 0 && head <= 4 {
			d := rest[head:]
			date, ok := strictDate(d[:2], d[2:4], d[4:])
			if !ok {
				continue
			}
			hit.date = date
			if head > 0 {
				n, _ := strconv.ParseUint(rest[:head], 10, 32)
				hit.running = append(hit.running, uint32(n))
			}
			return true
		}
	}
	return false
}

// joinedCode reads the tokens from i on as the pieces of one code.
func (p *parsed) joinedCode(s *Snapshot, i int) (codeHit, bool) {
	digits := strings.TrimLeft(p.tokens[i].text, "0")
	if len(digits) == 0 || digits[0] < '5' || len(digits) >= prolong.PaymentCodeDigitsLong {
		return codeHit{}, false
	}
	last := i
	for n := 1; n < joinTokensMax; n++ {
		k := last + 1
		if k < len(p.tokens) && p.tokens[k].kind == tokenSign && strings.ContainsAny(p.tokens[k].text, ".-/_\"") {
			k++
		}
		if !p.free(k) {
			return codeHit{}, false
		}
		digits += p.tokens[k].text
		last = k
		if len(digits) > prolong.PaymentCodeDigitsLong+gluedDigitsMax {
			return codeHit{}, false
		}
		at, code, rest, ok := s.prefixCode(digits)
		if !ok {
			continue
		}
		hit := codeHit{account: at, code: code, how: howJoined, first: i, last: last, from: p.tokens[i].from, to: p.tokens[last].to}
		if rest != "" {
			// The last piece holds the end of the code and the running number.
			if len(rest) >= len(p.tokens[last].text) || !hit.glued(rest) {
				return codeHit{}, false
			}
			hit.to = p.tokens[last].to - len(rest)
		}
		return hit, true
	}
	return codeHit{}, false
}

// letterCode reads the chunk of letters and digits at token i as a code in which letters
// stand for digits: "5829l375", "58291З75", "О58291375". far allows letters
// that are seldom taken for a digit, but not in front, where a word may be glued on: "от5829137".
func (p *parsed) letterCode(s *Snapshot, i int, far bool) (codeHit, bool) {
	like := lookalike
	if far {
		like = lookalikeFar
	}
	if i > 0 && p.tokens[i].glued && p.tokens[i-1].kind != tokenSign {
		return codeHit{}, false // inside a chunk; its first token has seen it
	}
	from, to, last := p.tokens[i].from, p.tokens[i].to, i
	letters, digits := 0, 0
	for k := i; k < len(p.tokens) && (k == i || p.tokens[k].glued); k++ {
		tok := p.tokens[k]
		if tok.kind == tokenSign && tok.text != "|" && tok.text != "!" || tok.claim != claimNone {
			break
		}
		if tok.kind == tokenNumber {
			digits += len(tok.text)
		} else {
			letters++
		}
		to, last = tok.to, k
	}
	if letters == 0 || digits < letterDigitsMin || far && digits < letterDigitsFarMin || to-from > 40 {
		return codeHit{}, false
	}
	chars := p.chars[from:to]
	// Every start that can be a digit; the run of digits and lookalikes from there must begin
	// with a code.
	for start := range chars {
		if first := chars[start].r; far && (first < '0' || first > '9') {
			continue
		}
		var run []byte
		end := start
		for end < len(chars) {
			r := chars[end].r
			if '0' <= r && r <= '9' {
				run = append(run, byte(r))
			} else if d, ok := like(r); ok {
				run = append(run, d)
			} else {
				break
			}
			end++
		}
		at, code, rest, ok := s.prefixCode(string(run))
		if !ok {
			continue
		}
		// A letter must stand inside the code, or this is another reading's business.
		plain := true
		for _, c := range chars[start : start+len(code)] {
			plain = plain && '0' <= c.r && c.r <= '9'
		}
		hit := codeHit{account: at, code: code, how: howLetter, first: i, last: last, from: from + start, to: from + start + len(code)}
		hit.written = p.text(hit.from, hit.to)
		if plain {
			hit.how, hit.written = howGlued, ""
		}
		if rest != "" && !hit.glued(rest) {
			hit.running = nil
		}
		if hit.topicFrom(p, i, last) {
			return hit, true
		}
	}
	return codeHit{}, false
}

// letterDigitsMin and letterDigitsFarMin are how many true digits a chunk needs to be a number with
// letters in it. That all of it together is a code of ours says more than any count of letters.
const (
	letterDigitsMin    = 2
	letterDigitsFarMin = 4
)

// piecesCode reads a code that is both written in pieces and has a letter for a digit:
// "5567 8б80", "511.858.З4". Every piece must have a digit of its own.
func (p *parsed) piecesCode(s *Snapshot, i int) (codeHit, bool) {
	if p.tokens[i].kind == tokenSign || (i > 0 && p.tokens[i].glued && p.tokens[i-1].kind != tokenSign) {
		return codeHit{}, false
	}
	var digits []byte
	letters, k := 0, i
	for n := 0; n < joinTokensMax && k < len(p.tokens); n++ {
		if n > 0 && p.tokens[k].kind == tokenSign && strings.Contains(".-/", p.tokens[k].text) {
			k++
		}
		piece, odd, next := p.pieceAt(k)
		if piece == nil {
			break
		}
		digits = append(digits, piece...)
		letters += odd
		k = next
		if len(digits) > prolong.PaymentCodeDigitsLong+4 || letters > piecesLettersMax {
			break
		}
		at, code, rest, ok := s.prefixCode(string(digits))
		if !ok || letters == 0 || len(rest) >= len(piece) {
			continue
		}
		hit := codeHit{account: at, code: code, how: howLetter, first: i, last: k - 1, from: p.tokens[i].from, to: p.tokens[k-1].to - len(rest)}
		hit.written = p.text(hit.from, hit.to)
		if rest != "" && !hit.glued(rest) {
			return codeHit{}, false
		}
		return hit, hit.topicFrom(p, i, k-1)
	}
	return codeHit{}, false
}

// piecesLettersMax is how many letters may stand for digits in a code written in pieces.
const piecesLettersMax = 2

// pieceAt reads the chunk at token k as digits and their lookalikes.
func (p *parsed) pieceAt(k int) (digits []byte, letters, next int) {
	real := false
	for next = k; next < len(p.tokens) && (next == k || p.tokens[next].glued); next++ {
		tok := p.tokens[next]
		if tok.kind == tokenSign {
			break
		}
		if tok.claim != claimNone {
			return nil, 0, 0
		}
		real = real || tok.kind == tokenNumber
		for _, c := range p.chars[tok.from:tok.to] {
			d := byte(c.r)
			if tok.kind != tokenNumber {
				var ok bool
				if d, ok = lookalike(c.r); !ok {
					return nil, 0, 0
				}
				letters++
			}
			digits = append(digits, d)
		}
	}
	if !real || len(digits) > prolong.PaymentCodeDigitsLong+4 {
		return nil, 0, 0
	}
	return digits, letters, next
}

// topicFrom refuses a chunk whose numbers were claimed for something else.
func (hit *codeHit) topicFrom(p *parsed, first, last int) bool {
	for k := first; k <= last; k++ {
		if p.tokens[k].kind == tokenNumber {
			if p.tokens[k].claim != claimNone {
				return false
			}
			// The first number carries topic and sign for the whole chunk.
			hit.first = k
			return true
		}
	}
	return false
}
