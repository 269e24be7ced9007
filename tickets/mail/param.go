package mail

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// headerParams reads the parameters of a Content-Type or Content-Disposition field with their
// RFC 2231 continuations and charsets and RFC 2047 words, the way the letters have them and
// not only as the standard wants them. The mime package of Go knows UTF-8 and US-ASCII only.
func headerParams(raw string) map[string]string {
	if len(raw) > headerFieldBytesMax {
		raw = raw[:headerFieldBytesMax]
	}
	type piece struct {
		n       int
		encoded bool
		value   string
	}
	pieces := map[string][]piece{}
	for i, part := range splitOutsideQuotes(raw, ';') {
		key, value, ok := strings.Cut(part, "=")
		if i == 0 && ok {
			// Without a semicolon after the type: "application/pdf name=x.pdf".
			if words := strings.Fields(key); len(words) > 1 {
				key = words[len(words)-1]
			} else {
				continue
			}
		}
		key = strings.ToLower(strings.TrimSpace(key))
		if !ok || key == "" {
			continue
		}
		p := piece{value: unquote(strings.TrimSpace(value))}
		name, rest, extended := strings.Cut(key, "*")
		if extended {
			p.encoded = rest == "" || strings.HasSuffix(rest, "*")
			if n, err := strconv.Atoi(strings.TrimSuffix(rest, "*")); err == nil && n >= 0 {
				p.n = n
			}
		}
		if !extended && slices.ContainsFunc(pieces[name], func(q piece) bool { return !q.encoded }) {
			continue // a repeated parameter: the first wins
		}
		pieces[name] = append(pieces[name], p)
	}
	params := map[string]string{}
	for name, list := range pieces {
		if slices.ContainsFunc(list, func(p piece) bool { return p.encoded }) && len(list) > 1 {
			// An extended value beats a plain fallback of the same name.
			list = slices.DeleteFunc(list, func(p piece) bool { return !p.encoded && p.n == 0 })
		}
		slices.SortStableFunc(list, func(a, b piece) int { return a.n - b.n })
		charset, encoded := "", false
		var bytes []byte
		for i, p := range list {
			if i == 0 && p.encoded {
				if parts := strings.SplitN(p.value, "'", 3); len(parts) == 3 {
					charset, p.value = parts[0], parts[2]
				}
			}
			encoded = encoded || p.encoded
			if p.encoded {
				bytes = append(bytes, percentDecode(p.value)...)
			} else {
				bytes = append(bytes, p.value...)
			}
		}
		if encoded {
			text, _ := decodeText(bytes, charset)
			params[name] = oneLine(text)
		} else {
			params[name] = decodeHeader(string(bytes))
		}
	}
	return params
}

// percentDecode is lenient: a damaged escape stays as it is.
func percentDecode(s string) []byte {
	if out, err := url.PathUnescape(s); err == nil {
		return []byte(out)
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			v, _ := strconv.ParseUint(s[i+1:i+3], 16, 8)
			out = append(out, byte(v))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

// splitOutsideQuotes cuts s at sep, but not inside "quoted strings".
func splitOutsideQuotes(s string, sep byte) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// unquote takes the quotes off a quoted string. Backslashes escape quotes and backslashes
// only, because Windows paths come unescaped.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return s
	}
	s = strings.TrimSuffix(s[1:], `"`)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s)
}
