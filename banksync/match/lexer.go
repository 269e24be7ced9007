package match

import "unicode"

// tokenKind says what a token is made of.
type tokenKind uint8

const (
	tokenWord tokenKind = iota
	tokenNumber
	tokenSign
)

// claim says what a number was recognised as. A claimed number is no bare number any more.
type claim uint8

const (
	claimNone claim = iota
	claimDate
	claimMoney
	claimPercent
	claimTaxID
	claimRequisite // КПП, БИК, ОГРН, account, IBAN: requisites without a meaning for matching
	claimPhone
	claimPeriod
	claimQuantity
	claimCodePrefix // {VO20100}, ЕКНП, УИН
	claimDocument   // act, order, payment order, register: a number of something else
	claimContract
	claimPersonal // лицевой счёт
	claimCode     // our payment code with its running number
	claimLegacy   // a number of an earlier system that we know
	claimPlace    // a cash register, a shop, a house
)

// topic is what the nearest keyword before a number speaks about.
type topic uint8

const (
	topicNone topic = iota
	topicInvoice
	topicContract
	topicDocument
	topicPayOrder
	topicRegister
	topicTaxID
	topicRequisite
	topicAccount // bank account
	topicPersonal
	topicPhone
	topicMoney
	topicVAT
	topicPeriod
	topicCode
	topicTaxInvoice // счет-фактура: not what we send to be paid, but what many call it
	topicPlace      // a cash register, a shop, a house: a number of the payer's own world
)

// token is a word, a run of digits or a sign.
type token struct {
	kind     tokenKind
	claim    claim
	topic    topic
	signed   bool // a number sign or prefix stands directly before
	gap      int  // words between the keyword and this token
	nth      int  // numbers between the keyword and this token
	from, to int  // characters of the reading
	text     string
	space    bool // white space before
	glued    bool // no character between this token and the one before
}

// lex splits a reading into tokens. A chunk of letters and digits falls into its runs; what
// looks like a digit inside a number is handled by lookalikes, which reads the chunk again.
func lex(t *reading) []token {
	tokens := make([]token, 0, len(t.chars)/4+4)
	var word []rune
	prose := t.cyrillic()
	space := true
	for i := 0; i < len(t.chars); {
		r := t.chars[i].r
		if r == ' ' {
			space = true
			i++
			continue
		}
		from := i
		kind := kindOf(r)
		i++
		if kind != tokenSign {
			for i < len(t.chars) && kindOf(t.chars[i].r) == kind && t.chars[i].r != ' ' {
				i++
			}
		}
		tok := token{kind: kind, from: from, to: i, space: space, glued: !space && from > 0}
		if kind == tokenWord {
			word = word[:0]
			for _, c := range t.chars[from:i] {
				word = append(word, c.r)
			}
			foldLetters(word)
			if prose {
				foldDoubles(word)
			}
			tok.text = string(word)
		} else {
			tok.text = t.text(from, i)
		}
		tokens = append(tokens, tok)
		space = false
	}
	return tokens
}

// cyrillic says whether the text is mainly Cyrillic.
func (t *reading) cyrillic() bool {
	n := 0
	for _, c := range t.chars {
		switch {
		case isCyrillic(c.r):
			n++
		case isLatin(c.r):
			n--
		}
	}
	return n > 0
}

func kindOf(r rune) tokenKind {
	switch {
	case '0' <= r && r <= '9':
		return tokenNumber
	case unicode.IsLetter(r):
		return tokenWord
	}
	return tokenSign
}

// text returns the characters [from, to) as a string.
func (t *reading) text(from, to int) string {
	ascii := true
	for _, c := range t.chars[from:to] {
		ascii = ascii && c.r < 0x80
	}
	if ascii {
		b := make([]byte, to-from)
		for i, c := range t.chars[from:to] {
			b[i] = byte(c.r)
		}
		return string(b)
	}
	r := make([]rune, to-from)
	for i, c := range t.chars[from:to] {
		r[i] = c.r
	}
	return string(r)
}

// lookalikeFar is lookalike with the letters that only some hands and some eyes take for a digit,
// and with the other digit of those that resemble two: b is 6 as well as 8, g is 6 as well as 9.
func lookalikeFar(r rune) (byte, bool) {
	switch r {
	case 'b', 'g':
		return '6', true
	case 'э':
		return '3', true
	case 't', 'т':
		return '7', true
	case 'd', 'q':
		return '0', true
	}
	return lookalike(r)
}

// lookalike returns the digit that a letter or sign is mistaken for (reference 3.1, 4).
func lookalike(r rune) (byte, bool) {
	switch r {
	case 'o', 'о', 'ө':
		return '0', true
	case 'l', 'i', 'і', 'ї', '|', '!':
		return '1', true
	case 'z':
		return '2', true
	case 'з':
		return '3', true
	case 'ч':
		return '4', true
	case 's', 'ѕ':
		return '5', true
	case 'б':
		return '6', true
	case 'b', 'в':
		return '8', true
	case 'g', 'q':
		return '9', true
	}
	return 0, false
}
