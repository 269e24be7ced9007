package identity

import (
	"errors"
	"net/mail"
	"strings"

	"prolong"
)

// emailBytesMax is the longest mail address that SMTP carries (RFC 5321 4.5.3.1.3).
const emailBytesMax = 254

var errNotOneAddress = errors.New("not exactly one bare mail address")

// ParseEmail returns a mail address in the form that people are known by: bare, trimmed, in
// lower case. Returns CodeInvalid for anything that is not exactly one address.
func ParseEmail(s string) (string, error) {
	t := strings.TrimSpace(s)
	a, err := mail.ParseAddress(t)
	if err == nil && (a.Name != "" || a.Address != strings.Trim(t, "<>") || len(t) > emailBytesMax || strings.ContainsAny(a.Address, " \"\\\r\n")) {
		err = errNotOneAddress
	}
	if err != nil {
		const shownBytesMax = 100
		return "", prolong.NewError(prolong.CodeInvalid, "error.mail_address_invalid", prolong.Args{"Value": cut(s, shownBytesMax)}).Because(err)
	}
	return strings.ToLower(a.Address), nil
}

const (
	nameRunesMax  = 200
	phoneBytesMax = 30
)

// personName makes a name fit for a line: no line breaks, bounded.
func personName(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if r := []rune(s); len(r) > nameRunesMax {
		return string(r[:nameRunesMax])
	}
	return s
}
