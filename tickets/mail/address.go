package mail

import (
	"strings"
	"unicode/utf8"
)

// Address is a person or machine on a letter.
type Address struct {
	Name  string // decoded display name, may be empty
	Email string // as written, without angle brackets; may lack a host
}

// Key returns the form in which addresses are compared: lower case.
func (a Address) Key() string { return strings.ToLower(a.Email) }

// Host returns the part after the last @, lower case, "" without one.
func (a Address) Host() string {
	if i := strings.LastIndexByte(a.Email, '@'); i >= 0 {
		return strings.ToLower(a.Email[i+1:])
	}
	return ""
}

// Valid says whether a letter could be sent there: one @ with something on both sides, no
// white space or control characters.
func (a Address) Valid() bool {
	local, host, ok := strings.Cut(a.Email, "@")
	return ok && local != "" && host != "" && !strings.ContainsAny(host, "@") && len(a.Email) <= 254 &&
		!strings.ContainsFunc(a.Email, func(r rune) bool {
			return r <= ' ' || r == 0x7f || r == utf8.RuneError || strings.ContainsRune(`<>,;"()`, r)
		})
}

// String returns "Name <email>", for lists that people read.
func (a Address) String() string {
	if a.Name == "" {
		return a.Email
	}
	return a.Name + " <" + a.Email + ">"
}

// ParseAddresses reads an address field as letters have it: quoted names, comments, groups,
// missing commas, names glued to the bracket. What is no address at all becomes a name
// without an e-mail only if the field has nothing better.
func ParseAddresses(raw string) []Address {
	if len(raw) > headerFieldBytesMax {
		raw = raw[:headerFieldBytesMax]
	}
	decoded, _ := decodeText([]byte(raw), "")
	r := addressReader{in: decoded}
	r.read()
	return r.out
}

type addressReader struct {
	in      string
	out     []Address
	words   strings.Builder // the phrase before a bracket, or a bare address
	comment strings.Builder
}

func (r *addressReader) read() {
	for i := 0; i < len(r.in) && len(r.out) < addressesPerFieldMax; i++ {
		switch c := r.in[i]; c {
		case '"':
			end := r.closing(i, '"')
			r.words.WriteString(unquote(r.in[i:min(end+1, len(r.in))]))
			i = end
		case '(':
			end := r.closing(i, ')')
			if r.comment.Len() > 0 {
				r.comment.WriteByte(' ')
			}
			r.comment.WriteString(r.in[i+1 : min(end, len(r.in))])
			i = end
		case '<':
			end := strings.IndexByte(r.in[i:], '>')
			if end < 0 {
				end = len(r.in) - i
			}
			r.bracket(r.in[i+1 : i+end])
			i += end
		case ',', ';':
			r.bare()
		case ':': // the name of a group: "Undisclosed recipients:;"
			if strings.ContainsRune(r.words.String(), '@') {
				r.words.WriteByte(c)
			} else {
				r.words.Reset()
			}
		default:
			r.words.WriteByte(c)
		}
	}
	r.bare()
}

// closing returns the index of the sign that closes what opens at i, the length without one.
func (r *addressReader) closing(i int, sign byte) int {
	depth := 1
	for j := i + 1; j < len(r.in); j++ {
		switch {
		case r.in[j] == '\\':
			j++
		case r.in[j] == sign:
			if depth--; depth == 0 {
				return j
			}
		case sign == ')' && r.in[j] == '(':
			depth++
		}
	}
	return len(r.in)
}

// bracket ends an address of the form: phrase <address>.
func (r *addressReader) bracket(inner string) {
	name := decodeHeader(r.words.String())
	email := strings.TrimSpace(decodeHeader(inner))
	if i := strings.LastIndexByte(email, ' '); i >= 0 { // "<host user@host>": the part that is an address
		for _, w := range strings.Fields(email) {
			if strings.ContainsRune(w, '@') {
				email = w
			}
		}
	}
	r.words.Reset()
	r.comment.Reset()
	r.add(Address{Name: strings.Trim(name, `"' `), Email: strings.Trim(email, `"'<> `)})
}

// bare ends what was written without brackets: user@host (Name), or a lone name.
func (r *addressReader) bare() {
	text, comment := strings.TrimSpace(decodeHeader(r.words.String())), strings.TrimSpace(decodeHeader(r.comment.String()))
	r.words.Reset()
	r.comment.Reset()
	if text == "" {
		return
	}
	for _, w := range strings.Fields(text) {
		if strings.ContainsRune(w, '@') {
			r.add(Address{Name: comment, Email: strings.Trim(w, `"'<>`)})
			return
		}
	}
	if len(r.out) == 0 {
		r.add(Address{Name: comment, Email: text})
	}
}

func (r *addressReader) add(a Address) {
	if a.Email != "" {
		r.out = append(r.out, a)
	}
}
