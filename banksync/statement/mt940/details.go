package mt940

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// lineRunesMax is the length at which SWIFT wraps text: a line of that length goes on in the
// next one without a space.
const lineRunesMax = 65

// details is what :86: tells about an entry.
type details struct {
	purpose, name, account, bic, reference, kind string
}

// readDetails understands the forms of :86: that banks use: subfields (?20 or >20), codes
// between slashes (/REMI/), the numbered lines of :NS:, and plain text.
func readDetails(tag string, lines []string) details {
	switch {
	case tag == "NS" || tag == "NSF":
		return numbered(lines)
	case subfieldStart.MatchString(strings.Join(lines, "")):
		return subfields(strings.Join(lines, ""))
	case slashCode.MatchString(strings.Join(lines, "")):
		if d := slashed(strings.Join(lines, "")); d != (details{}) {
			return d
		}
	}
	return details{purpose: plain(lines)}
}

// plain joins text: full lines without, others with a space.
func plain(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 && utf8.RuneCountInString(lines[i-1]) < lineRunesMax {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return field.Line(b.String())
}

// subfieldStart finds the sign that separates subfields: it stands after the transaction code
// and before a two-digit number.
var subfieldStart = regexp.MustCompile(`^\s*\d{0,3}\s*([?>~^])\d\d`)

// subfields reads the structured form of German, Polish and Dutch banks: 00 text of the
// operation, 20 to 29 and 60 to 63 purpose, 30 bank, 31 account, 32 and 33 name.
func subfields(text string) details {
	at := subfieldStart.FindStringSubmatchIndex(text)
	separator := text[at[2]:at[3]]
	var d details
	var purpose, name strings.Builder
	iban := ""
	for _, part := range strings.Split(text[at[3]:], separator) {
		if len(part) < 2 {
			continue
		}
		code, value := part[:2], part[2:]
		switch {
		case code == "00":
			d.kind = field.Line(value)
		case code >= "20" && code <= "29", code >= "60" && code <= "63":
			purpose.WriteString(value)
		case code == "30":
			d.bic = field.BIC(value)
		case code == "31":
			d.account = field.Account(strings.TrimSpace(value))
		case code == "32", code == "33":
			name.WriteString(value)
		case code == "38":
			iban = field.Account(strings.TrimSpace(value))
		}
	}
	if d.account == "" {
		d.account = iban
	}
	d.name = field.Line(name.String())
	d.purpose, d.reference = sepaText(purpose.String())
	return d
}

// sepaTags mark the parts of a SEPA purpose (EREF+ reference, SVWZ+ text, and others).
var sepaTags = map[string]bool{"EREF": true, "KREF": true, "MREF": true, "CRED": true, "DEBT": true, "COAM": true, "OAMT": true,
	"SVWZ": true, "ABWA": true, "ABWE": true, "PURP": true}

// sepaTagLen is the length of a tag without its plus.
const sepaTagLen = 4

// sepaText returns the text and the end-to-end reference of a SEPA purpose. Text without
// tags is all purpose.
func sepaText(s string) (purpose, reference string) {
	tag, begin := "", 0
	put := func(end int) {
		switch tag {
		case "SVWZ":
			purpose = field.Line(s[begin:end])
		case "EREF":
			reference = record.Reference(field.Line(s[begin:end]))
		}
	}
	for i := sepaTagLen; i < len(s); i++ {
		if s[i] == '+' && i-sepaTagLen >= begin && sepaTags[s[i-sepaTagLen:i]] {
			put(i - sepaTagLen)
			tag, begin = s[i-sepaTagLen:i], i+1
		}
	}
	put(len(s))
	if purpose == "" {
		purpose = field.Line(s)
	}
	return purpose, reference
}

// slashCode are the words that Dutch and corporate banks put between slashes.
var slashCode = regexp.MustCompile(`/(REMI|EREF|PREF|NAME|IBAN|BIC|CNTP|BENM|ORDP|TRTP|RTRN|MARF|CSID|ISDT|TRCD|ADDR|ID|SVCL|PURP|OI|OP|EDI|REF|ULTD|ULTB|CREF|SUM|ABD)/`)

// slashed reads text of the form /NAME/…/REMI/…/.
func slashed(text string) details {
	var d details
	codes := slashCode.FindAllStringSubmatchIndex(text, -1)
	for i, m := range codes {
		end := len(text)
		if i+1 < len(codes) {
			end = codes[i+1][0]
		}
		if m[1] > end {
			continue
		}
		value := strings.Trim(text[m[1]:end], "/ ")
		switch text[m[2]:m[3]] {
		case "REMI":
			value = strings.TrimPrefix(strings.TrimPrefix(value, "USTD"), "STRD/CUR")
			d.purpose = field.Line(strings.Trim(value, "/ "))
		case "NAME":
			d.name = field.Line(value)
		case "IBAN":
			d.account = field.Account(value)
		case "BIC":
			d.bic = field.BIC(value)
		case "EREF", "CREF":
			d.reference = record.Reference(field.Line(value))
		case "TRTP":
			d.kind = field.Line(value)
		case "CNTP":
			// account/BIC/name/city
			parts := append(strings.Split(value, "/"), "", "", "")
			d.account, d.bic, d.name = field.Account(parts[0]), field.BIC(parts[1]), field.Line(parts[2])
		}
	}
	return d
}

// numbered reads the lines of :NS:: 01 to 14 purpose, 15 and 16 name.
func numbered(lines []string) details {
	var purpose, name []string
	for _, line := range lines {
		if len(line) < 2 {
			continue
		}
		switch code := line[:2]; {
		case code >= "01" && code <= "14":
			purpose = append(purpose, line[2:])
		case code == "15" || code == "16":
			name = append(name, line[2:])
		}
	}
	return details{purpose: plain(purpose), name: plain(name)}
}

// supplementAccount recognises an account number in the second line of :61:.
var supplementAccount = regexp.MustCompile(`^([A-Z]{2}\d{2}[A-Z0-9]{10,30}|\d{9,20})$`)
