// Package answer holds what the decoders of bank interfaces have in common: values that come
// as text or as a number, rows that may be bad one by one, statements collected by account.
package answer

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"prolong"
	"prolong/banksync/statement/field"
)

// Text is a JSON value of any simple type: banks change between "1" and 1, true and "true".
// Numbers keep their digits, so that an amount never passes through a float.
type Text string

// UnmarshalJSON takes strings, numbers and booleans; null, objects and lists become empty.
func (t *Text) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	*t = ""
	switch {
	case len(b) == 0 || b[0] == 'n' || b[0] == '{' || b[0] == '[':
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text(s)
	default:
		*t = Text(b)
	}
	return nil
}

// String returns the text on one line.
func (t Text) String() string { return field.Line(string(t)) }

// True says whether the value is true, "true" or "1".
func (t Text) True() bool {
	switch strings.ToLower(strings.TrimSpace(string(t))) {
	case "true", "1", "yes":
		return true
	}
	return false
}

// Money reads a decimal amount, with a sign if there is one.
func (t Text) Money(cur prolong.Currency) (prolong.Money, bool) { return field.Decimal(string(t), cur) }

// Currency reads a currency code; fallback stands in for an empty one.
func (t Text) Currency(fallback prolong.Currency) (prolong.Currency, bool) {
	if strings.TrimSpace(string(t)) == "" {
		return fallback, fallback != ""
	}
	return field.Currency(string(t))
}

// Day reads a day. An instant with an offset is the day that it falls on in the bank's zone;
// a date or a local time is taken as it stands.
func (t Text) Day(loc *time.Location) (prolong.Date, bool) {
	if instant, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(t))); err == nil {
		d := prolong.DateOf(instant, loc)
		return d, true
	}
	return field.Date(string(t))
}

// First returns the first text that is not empty.
func First(texts ...Text) Text {
	for _, t := range texts {
		if strings.TrimSpace(string(t)) != "" {
			return t
		}
	}
	return ""
}
