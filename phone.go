package prolong

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a telephone number in E.164, "+79161234567". The empty Phone means "not known".
type Phone string

// ParsePhone reads a number as people write it; country says how a number without an
// international prefix is meant. Returns CodeInvalid if it cannot be a telephone number, or
// if it lacks the area code: such a number cannot be dialled from elsewhere.
func ParsePhone(country Country, s string) (Phone, error) {
	n, err := phonenumbers.Parse(s, string(country))
	if err != nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE {
		return "", NewError(CodeInvalid, "error.phone_invalid", Args{"Value": s})
	}
	return Phone(phonenumbers.Format(n, phonenumbers.E164)), nil
}

// Grouped is the number as people of its country read it, with the prefix of the country:
// "+7 916 123-45-67". Its spaces do not break a line. What is no number of E.164, such as the
// name of a hidden line, comes back as it is.
func (p Phone) Grouped() string {
	if !strings.HasPrefix(string(p), "+") {
		return string(p)
	}
	n, err := phonenumbers.Parse(string(p), "")
	if err != nil {
		return string(p)
	}
	return strings.ReplaceAll(phonenumbers.Format(n, phonenumbers.INTERNATIONAL), " ", "\u00a0")
}
