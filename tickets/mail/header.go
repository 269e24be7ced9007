package mail

import (
	"encoding/base64"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// The limits of header fields.
const (
	headerFieldBytesMax  = 64 << 10
	headerDecodeRounds   = 3 // encoded words that decode to encoded words
	referencesMax        = 200
	messageIDBytesMax    = 998 // a line of RFC 5322
	addressesPerFieldMax = 500
)

var encodedWord = regexp.MustCompile(`=\?\s*([^?\s]+)\s*\?\s*([bBqQ])\?([^?]*)\?=`)

// decodeHeader turns the raw value of a header field into text: raw 8-bit bytes by detection,
// encoded words (RFC 2047), control characters out, so that no CR or LF of a sender can ever
// reach a header of ours.
func decodeHeader(raw string) string {
	if len(raw) > headerFieldBytesMax {
		raw = raw[:headerFieldBytesMax]
	}
	text, _ := decodeText([]byte(raw), "")
	for range headerDecodeRounds {
		next := decodeWords(text)
		if next == text {
			break
		}
		text = next
	}
	return oneLine(text)
}

// oneLine makes white space and control characters single spaces.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) && r != '\u00a0' || unicode.IsControl(r)
	}), " ")
}

// decodeWords decodes the encoded words of a text. Neighbours of one charset are decoded as
// one, because mailers cut letters of several bytes between them; the white space between
// neighbours is not part of the text. A word that does not decode stays as it is.
func decodeWords(s string) string {
	found := encodedWord.FindAllStringSubmatchIndex(s, -1)
	if found == nil {
		return s
	}
	var out strings.Builder
	end := 0
	for i := 0; i < len(found); {
		m := found[i]
		between := s[end:m[0]]
		if i == 0 || strings.TrimSpace(between) != "" {
			out.WriteString(between)
		}
		charset, _, _ := strings.Cut(s[m[2]:m[3]], "*") // RFC 2231 adds a language: utf-8*ru
		bytes, ok := decodeWord(s[m[4]:m[5]], s[m[6]:m[7]])
		j := i + 1
		for ; ok && j < len(found); j++ {
			n := found[j]
			next, _, _ := strings.Cut(s[n[2]:n[3]], "*")
			if strings.TrimSpace(s[found[j-1][1]:n[0]]) != "" || !strings.EqualFold(next, charset) {
				break
			}
			more, okMore := decodeWord(s[n[4]:n[5]], s[n[6]:n[7]])
			if !okMore {
				break
			}
			bytes = append(bytes, more...)
		}
		source := s[m[0]:found[j-1][1]]
		end = found[j-1][1]
		i = j
		if text, sure := decodeText(bytes, charset); ok && sure {
			out.WriteString(text)
		} else if ok && canonicalCharset(charset) != "utf-8" {
			out.WriteString(text)
		} else {
			out.WriteString(source)
		}
	}
	out.WriteString(s[end:])
	return out.String()
}

// decodeWord undoes the transfer encoding of one encoded word.
func decodeWord(encoding, text string) ([]byte, bool) {
	if strings.EqualFold(encoding, "q") {
		return decodeQ(text), true
	}
	clean := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '=' {
			return -1
		}
		return r
	}, text)
	for cut := range 4 { // a damaged tail loses itself, not the word
		if len(clean) < cut {
			break
		}
		if b, err := base64.RawStdEncoding.DecodeString(clean[:len(clean)-cut]); err == nil {
			return b, len(b) > 0 || text == ""
		}
	}
	return nil, false
}

func decodeQ(text string) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '_':
			out = append(out, ' ')
		case text[i] == '=' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			v, _ := strconv.ParseUint(text[i+1:i+3], 16, 8)
			out = append(out, byte(v))
			i += 2
		default:
			out = append(out, text[i])
		}
	}
	return out
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || (c|0x20) >= 'a' && (c|0x20) <= 'f'
}

var angled = regexp.MustCompile(`<[^<>\s]+>`)

// messageIDs returns the ids of a Message-ID, In-Reply-To or References field, each with its
// angle brackets, in order.
func messageIDs(raw string) []string {
	if len(raw) > headerFieldBytesMax {
		raw = raw[:headerFieldBytesMax]
	}
	var ids []string
	for _, id := range angled.FindAllString(raw, -1) {
		if len(id) <= messageIDBytesMax && len(ids) < referencesMax {
			ids = append(ids, id)
		}
	}
	return ids
}

// fields are the raw header fields of a letter or part.
type fields textproto.MIMEHeader

// first returns the decoded value of a field, "" without one.
func (f fields) first(name string) string { return decodeHeader(f.raw(name)) }

// raw returns the value of a field as it came, unfolded.
func (f fields) raw(name string) string { return textproto.MIMEHeader(f).Get(name) }

// has says whether the field is there, even if empty.
func (f fields) has(name string) bool { return len(f.all(name)) > 0 }

// all returns every value of a field.
func (f fields) all(name string) []string { return textproto.MIMEHeader(f).Values(name) }
