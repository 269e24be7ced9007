package match

import (
	"slices"
	"strings"

	"prolong"
)

// repairHit is a number that is one typing error away from payment codes of the snapshot.
type repairHit struct {
	codeHit
	accounts []int32 // distinct; one if the repair is unique
}

// findRepairs tries to repair numbers that are no code: those after an invoice word in any
// spelling, and bare numbers of nearly the right length if withBare. The numbers keep their
// claims until the caller decides that a repair counts.
func (p *parsed) findRepairs(s *Snapshot, withBare bool) []repairHit {
	var hits []repairHit
	for i := 0; i < len(p.tokens); i++ {
		tok := p.tokens[i]
		if !p.free(i) {
			continue
		}
		anchored := tok.topic == topicInvoice || (tok.signed && tok.topic == topicNone)
		if !anchored && (!withBare || (tok.topic != topicNone && tok.topic != topicPersonal)) {
			continue
		}
		hit, ok := p.repairAt(s, i, anchored)
		if !ok {
			continue
		}
		hits = append(hits, hit)
		i = hit.last
	}
	return hits
}

// repairAt collects the accounts whose code the number at i may be meant for.
func (p *parsed) repairAt(s *Snapshot, i int, anchored bool) (repairHit, bool) {
	type read struct {
		digits string
		last   int
	}
	// Zeros in front may be padding, or a first digit that went wrong.
	whole := p.tokens[i].text
	heads := []string{strings.TrimLeft(whole, "0")}
	if heads[0] != whole {
		heads = append(heads, whole)
	}
	var readings []read
	for _, head := range heads {
		readings = append(readings, read{digits: head, last: i})
		if !anchored {
			continue
		}
		joined := head
		for k, n := i+1, 0; n < 4; n++ {
			if k < len(p.tokens) && p.tokens[k].kind == tokenSign && strings.ContainsAny(p.tokens[k].text, ".-/") {
				k++
			}
			if !p.free(k) {
				break
			}
			joined += p.tokens[k].text
			if len(joined) > prolong.PaymentCodeDigitsLong+1 {
				break
			}
			readings = append(readings, read{digits: joined, last: k})
			k++
		}
	}
	hit := repairHit{}
	for _, r := range readings {
		p.tryReading(s, &hit, i, anchored, r.digits, "", r.last)
	}
	if len(hit.accounts) == 0 && anchored {
		// Nothing fits as it stands: a running number or a date may be glued on.
		for _, digits := range heads {
			for _, n := range codeLengths {
				for _, size := range []int{n, n - 1, n + 1} {
					if len(digits) >= size+2 {
						p.tryReading(s, &hit, i, anchored, digits[:size], digits[size:], i)
					}
				}
			}
		}
	}
	if len(hit.accounts) == 0 {
		return hit, false
	}
	p.runningNumbers(&hit.codeHit)
	return hit, true
}

// tryReading adds the accounts whose codes are one error away from the digits. The rest behind
// them must make sense as a running number or a date.
func (p *parsed) tryReading(s *Snapshot, hit *repairHit, i int, anchored bool, digits, rest string, last int) {
	var behind codeHit
	if rest != "" && !behind.glued(rest) {
		return
	}
	s.neighbours(digits, func(code string, at int32) {
		if slices.Contains(hit.accounts, at) {
			return
		}
		hit.accounts = append(hit.accounts, at)
		if len(hit.accounts) > 1 {
			return
		}
		hit.codeHit = codeHit{
			account: at, code: code, how: howRepair, written: digits, anchored: anchored, running: behind.running, date: behind.date,
			first: i, last: last, from: p.tokens[i].from, to: p.tokens[last].to - len(rest),
		}
	})
}

// neighbours calls fn for every code of the snapshot that one human error turns into the
// given digits: a wrong digit, two neighbours or next but one exchanged, one left out, one
// too many, a wrong pair of twins, thirteen heard as thirty (reference 4.2). Nothing is
// called twice for one error, but one code may be reached by several.
func (s *Snapshot) neighbours(digits string, fn func(code string, at int32)) {
	for _, n := range codeLengths {
		switch len(digits) {
		case n:
			s.sameLength([]byte(digits), fn)
		case n - 1:
			s.omitted(digits, fn)
		case n + 1:
			s.inserted(digits, fn)
		}
	}
}

func (s *Snapshot) try(b []byte, fn func(code string, at int32)) {
	if prolong.ValidPaymentCode(string(b)) {
		if at, ok := s.lookup(string(b)); ok {
			fn(string(b), at)
		}
	}
}

func (s *Snapshot) sameLength(b []byte, fn func(code string, at int32)) {
	for i := range b {
		was := b[i]
		for d := byte('0'); d <= '9'; d++ {
			if b[i] = d; d != was {
				s.try(b, fn)
			}
		}
		b[i] = was
		for _, step := range []int{1, 2} {
			if k := i + step; k < len(b) && b[i] != b[k] {
				b[i], b[k] = b[k], b[i]
				s.try(b, fn)
				b[i], b[k] = b[k], b[i]
			}
		}
		if i+1 == len(b) {
			continue
		}
		x, y := b[i], b[i+1]
		switch {
		case x == y: // 44 for 55
			for d := byte('0'); d <= '9'; d++ {
				if d != x {
					b[i], b[i+1] = d, d
					s.try(b, fn)
				}
			}
		case x == '1' && y >= '2': // heard "тринадцать", meant "тридцать"
			b[i], b[i+1] = y, '0'
			s.try(b, fn)
		case y == '0' && x >= '2':
			b[i], b[i+1] = '1', x
			s.try(b, fn)
		}
		b[i], b[i+1] = x, y
	}
}

func (s *Snapshot) omitted(digits string, fn func(code string, at int32)) {
	b := make([]byte, len(digits)+1)
	for i := range b {
		copy(b, digits[:i])
		copy(b[i+1:], digits[i:])
		for d := byte('0'); d <= '9'; d++ {
			// The same digit before gives the same code as one place earlier.
			if i > 0 && digits[i-1] == d {
				continue
			}
			b[i] = d
			s.try(b, fn)
		}
	}
}

func (s *Snapshot) inserted(digits string, fn func(code string, at int32)) {
	b := make([]byte, len(digits)-1)
	for i := range digits {
		if i > 0 && digits[i] == digits[i-1] {
			continue
		}
		copy(b, digits[:i])
		copy(b[i:], digits[i+1:])
		s.try(b, fn)
	}
}
