package mail

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding. It is as lenient as possible: damaged
// places lose themselves and not the part, an unknown encoding leaves the bytes as they are,
// and so does "base64" over what is plainly text.
func decodeTransfer(content []byte, encoding string) []byte {
	switch strings.ToLower(firstWord(strings.Trim(encoding, `"';`))) {
	case "quoted-printable":
		return decodeQuotedPrintable(content)
	case "base64":
		if innerSpaces(content)*40 > len(content) {
			return content
		}
		return decodeBase64(content)
	}
	return content
}

// decodeQuotedPrintable reads RFC 2045: "=" and two hex digits are a byte, "=" at the end of a
// line joins it with the next. Any other "=" stands for itself.
func decodeQuotedPrintable(content []byte) []byte {
	out := make([]byte, 0, len(content))
	for line := range bytes.Lines(content) {
		text := bytes.TrimRight(line, " \t\r\n")
		ending := line[len(bytes.TrimRight(line, "\r\n")):]
		soft := bytes.HasSuffix(text, []byte("="))
		if soft {
			text, ending = text[:len(text)-1], nil
		}
		for i := 0; i < len(text); i++ {
			if text[i] == '=' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]) {
				v, _ := strconv.ParseUint(string(text[i+1:i+3]), 16, 8)
				out = append(out, byte(v))
				i += 2
				continue
			}
			out = append(out, text[i])
		}
		out = append(out, ending...)
	}
	return out
}

// decodeBase64 reads base64 with anything else between the letters skipped. Padding ends a
// stretch; what follows begins anew, as in letters glued together by gateways.
func decodeBase64(content []byte) []byte {
	out := make([]byte, 0, base64.StdEncoding.DecodedLen(len(content)))
	group := make([]byte, 0, 4)
	flush := func() {
		var b [3]byte
		if len(group) > 1 {
			n, _ := base64.RawStdEncoding.Decode(b[:], group)
			out = append(out, b[:n]...)
		}
		group = group[:0]
	}
	for _, c := range content {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			if group = append(group, c); len(group) == 4 {
				flush()
			}
		case c == '=':
			flush()
		}
	}
	flush()
	return out
}

// innerSpaces counts the spaces between words of a line, which base64 does not have.
func innerSpaces(content []byte) int {
	n := 0
	for line := range bytes.Lines(content) {
		n += bytes.Count(bytes.TrimSpace(line), []byte(" "))
	}
	return n
}
