package mail

import "strings"

// ForwardedFrom returns who wrote the letter that this one forwards: of a letter attached
// whole, or of the header that mailers write above a forwarded text. False if nothing was
// forwarded.
func ForwardedFrom(l Letter) (Address, bool) {
	for _, a := range l.Attachments {
		if !a.Nested {
			continue
		}
		if inner, err := read(a.Data, 1); err == nil && len(inner.From) > 0 && inner.From[0].Valid() {
			return inner.From[0], true
		}
	}
	lines := strings.Split(l.Text, "\n")
	for i, line := range lines {
		if !forwardLine.MatchString(line) {
			continue
		}
		for j := i + 1; j < len(lines) && j <= i+headerBlockLinesMax; j++ {
			m := headerKey.FindStringSubmatch(lines[j])
			if m != nil && isSenderKey(m[1]) {
				if from := ParseAddresses(m[2]); len(from) > 0 && from[0].Valid() {
					return from[0], true
				}
			}
			if attribution(lines[j:]) > 0 {
				if from := addressShape.FindString(lines[j]); from != "" {
					return Address{Email: strings.Trim(from, `<>":,;`)}, true
				}
			}
		}
	}
	return Address{}, false
}

func isSenderKey(key string) bool {
	switch strings.ToLower(key) {
	case "from", "от", "від", "кімнен":
		return true
	}
	return false
}
