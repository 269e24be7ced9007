package telephony

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"prolong"
)

// extensionDigitsMax is the length up to which a number is an extension of the PBX.
const extensionDigitsMax = 6

// Number is a party of a call as the PBX writes it, understood.
type Number struct {
	Raw       string
	Phone     prolong.Phone // "" if it is no telephone number of the world
	Extension string        // "" unless it is one
}

// ReadNumber understands a number as a PBX writes it, with or without a plus, with the trunk
// prefix of its country or without. country is where the line stands. The order of the steps
// matters: naive parsing takes nearly every foreign number without a plus for a domestic one
// (reference, section 8: 0 errors in 60,000 this way).
func ReadNumber(country prolong.Country, raw string) Number {
	n := Number{Raw: strings.TrimSpace(raw)}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, n.Raw)
	switch {
	case digits == "":
		return n
	case len(digits) <= extensionDigitsMax:
		n.Extension = digits
		return n
	case strings.HasPrefix(n.Raw, "+"):
		n.Phone = validPhone(n.Raw, "")
		return n
	}
	if n.Phone = validPhone(n.Raw, string(country)); n.Phone == "" {
		n.Phone = validPhone("+"+digits, "")
	}
	return n
}

// validPhone returns the number in E.164 if it can exist.
func validPhone(s, country string) prolong.Phone {
	p, err := phonenumbers.Parse(s, country)
	if err != nil || !phonenumbers.IsValidNumber(p) {
		return ""
	}
	return prolong.Phone(phonenumbers.Format(p, phonenumbers.E164))
}

// Mask hides the middle of a number, for logs.
func Mask(phone string) string {
	if len(phone) < 8 {
		return strings.Repeat("*", len(phone))
	}
	return phone[:len(phone)-7] + "*****" + phone[len(phone)-2:]
}
