package onlinepbx

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// text takes a JSON string, number or boolean: clients of this API have seen the same field
// as each of them.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("null")):
		*t = ""
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(storable(s))
	default: // a number or boolean; an object or list is nothing that we read
		*t = text(storable(strings.Trim(string(b), " ")))
	}
	return nil
}

// number takes a JSON number, or a string that holds one; anything else is 0.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(b []byte) error {
	var t text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	s := strings.TrimSpace(string(t))
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		*n = number(v)
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e15 && f < 1e15 {
		*n = number(f)
	} else {
		*n = 0
	}
	return nil
}

// flag takes true, "true", 1 and "1".
type flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(b []byte) error {
	var t text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	*f = t == "true" || t == "1"
	return nil
}

// many takes a list, or a single object where a list was meant.
func many[T any](raw json.RawMessage) ([]T, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	if raw[0] == '[' {
		var list []T
		err := json.Unmarshal(raw, &list)
		return list, err
	}
	var one T
	if err := json.Unmarshal(raw, &one); err != nil {
		return nil, err
	}
	return []T{one}, nil
}

// storable is a text as PostgreSQL takes it: valid UTF-8 without NUL.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// storableJSON is a record as a jsonb column takes it; nil if it cannot be made one.
func storableJSON(raw json.RawMessage) json.RawMessage {
	if nul := []byte(`\u0000`); bytes.Contains(raw, nul) || !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(bytes.ReplaceAll(raw, nul, nil), []byte("?"))
	}
	if !json.Valid(raw) {
		return nil
	}
	return raw
}
