package prolong

// ibanLenMin and ibanLenMax bound the length of an international bank account number; each
// country has a length of its own between them (ISO 13616).
const (
	ibanLenMin = 15
	ibanLenMax = 34
)

// ValidIBAN says whether s, in capitals and without spaces, has the form and the check digits of
// an international bank account number (ISO 13616, ISO 7064 mod 97-10).
func ValidIBAN(s string) bool {
	if len(s) < ibanLenMin || len(s) > ibanLenMax {
		return false
	}
	rest := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
