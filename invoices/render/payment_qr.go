package render

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"rsc.io/qr/coding"

	"prolong"
)

// PaymentQR returns what a bank's program reads from the payment QR of an invoice: GOST R
// 56042-2014 for roubles, format 003 of the National Bank of Ukraine for hryvnias, EPC069-12
// for euros to an IBAN. It returns nil where no such code exists or a requisite that the
// standard demands is missing: an invoice is valid without it.
func PaymentQR(doc *Document) []byte {
	switch {
	case doc.OmitQR || doc.Totals.Gross <= 0:
		return nil
	case doc.Kind == KindInvoiceRU && doc.Currency == prolong.RUB:
		return gostQR(doc)
	case doc.Kind == KindInvoiceUA && doc.Currency == prolong.UAH:
		return nbuQR(doc)
	case doc.Kind == KindInvoiceEN && doc.Currency == prolong.EUR:
		return epcQR(doc)
	}
	return nil
}

// Limits of GOST R 56042-2014, section 5 and table 1.
const (
	gostBankLenMax      = 45  // runes
	gostBlockBytesMax   = 300 // of the mandatory fields, in the encoding used
	gostNameLenMax      = 160 // runes
	gostPurposeLenMax   = 210 // runes
	gostSeparators      = "|#;:^_~{}!$%&()*+,/@"
	gostUTF8, gost1251  = "ST00012", "ST00011"
	accountDigits       = 20
	bicDigits           = 9
	noCorrAccount       = "0"
	gostTaxIDLenMax     = 12
	gostReasonCodeChars = 9
)

// gostQR writes the full name in UTF-8 if it fits, else in windows-1251 (one byte to the
// letter), else the short name, else what fits of it.
func gostQR(d *Document) []byte {
	a := d.Seller.Account
	if len(a.Number) != accountDigits || len(a.BIC) != bicDigits || a.Bank == "" {
		return nil
	}
	names := []string{d.Seller.Name}
	if d.Seller.ShortName != "" && d.Seller.ShortName != d.Seller.Name {
		names = append(names, d.Seller.ShortName)
	}
	names = append(names, clip(names[len(names)-1], gostNameLenMax/2))
	for _, name := range names {
		if utf8.RuneCountInString(name) > gostNameLenMax {
			continue
		}
		for _, service := range []string{gostUTF8, gost1251} {
			if payload := gostPayload(d, service, name); payload != nil {
				return payload
			}
		}
	}
	return nil
}

// gostPayload returns nil if the mandatory block is too long or has letters that windows-1251
// lacks.
func gostPayload(d *Document, service, name string) []byte {
	a := d.Seller.Account
	mandatory := [][2]string{
		{"Name", name}, {"PersonalAcc", a.Number}, {"BankName", clip(a.Bank, gostBankLenMax)},
		{"BIC", a.BIC}, {"CorrespAcc", first(a.CorrAccount, noCorrAccount)},
	}
	optional := [][2]string{
		{"Sum", strconv.FormatInt(d.Totals.Gross, 10)}, {"Purpose", clip(d.PaymentPurpose, gostPurposeLenMax)},
		{"PayeeINN", clip(d.Seller.TaxID, gostTaxIDLenMax)}, {"KPP", clip(d.Seller.KPP, gostReasonCodeChars)},
	}
	separator := gostSeparator(mandatory, optional)
	block := separator + gostFields(mandatory, separator)
	payload := service + block
	if rest := gostFields(optional, separator); rest != "" {
		payload += separator + rest
	}
	if service == gostUTF8 {
		if len(block) > gostBlockBytesMax {
			return nil
		}
		return []byte(payload)
	}
	encoded, err := charmap.Windows1251.NewEncoder().Bytes([]byte(payload))
	if err != nil || utf8.RuneCountInString(block) > gostBlockBytesMax {
		return nil
	}
	return encoded
}

// gostSeparator picks a character that no value contains; values lose it if there is none.
func gostSeparator(groups ...[][2]string) string {
	for _, sep := range gostSeparators {
		found := false
		for _, group := range groups {
			for _, field := range group {
				found = found || strings.ContainsRune(field[1], sep)
			}
		}
		if !found {
			return string(sep)
		}
	}
	return gostSeparators[:1]
}

func gostFields(fields [][2]string, separator string) string {
	var parts []string
	for _, f := range fields {
		if value := strings.ReplaceAll(f[1], separator, " "); value != "" {
			parts = append(parts, f[0]+"="+value)
		}
	}
	return strings.Join(parts, separator)
}

// Limits of format 003 (постанова НБУ № 97 of 19.08.2025).
const (
	nbuNameLenMax     = 140
	nbuPayloadLenMax  = 507 // characters with the prefix
	nbuPrefix         = "https://qr.bank.gov.ua/"
	nbuPurposeLenMax  = 420
	nbuRefLenMax      = 35
	nbuVersionMin     = 10
	nbuVersionMax     = 20
	nbuLockEverything = "FFFF" // the payer cannot edit any field, so the purpose arrives as printed
)

// nbuQR shortens the purpose until the whole fits.
func nbuQR(d *Document) []byte {
	a := d.Seller.Account
	if !prolong.ValidIBAN(a.Number) || d.Seller.TaxID == "" {
		return nil
	}
	for size := nbuPurposeLenMax; size > 0; size -= 10 {
		lines := []string{
			"BCD", "003", "1", "UCT", "",
			clip(first(d.Seller.ShortName, d.Seller.Name), nbuNameLenMax),
			a.Number, "UAH" + prolong.NewMoney(d.Totals.Gross, d.Currency).String(), clip(d.Seller.TaxID, 10),
			"", clip(d.Number, nbuRefLenMax), clip(d.PaymentPurpose, size), "",
			nbuLockEverything, "", "", "",
		}
		payload := nbuPrefix + base64.RawURLEncoding.EncodeToString([]byte(strings.Join(lines, "\n")))
		if len(payload) <= nbuPayloadLenMax {
			return []byte(payload)
		}
	}
	return nil
}

// Limits of EPC069-12.
const (
	epcAmountMax    = 999_999_999_99 // cents
	epcBytesMax     = 331
	epcNameLenMax   = 70
	epcTextLenMax   = 140
	epcVersion      = "002" // BIC optional
	epcCharsetUTF8  = "1"
	epcVersionMaxQR = 13
)

func epcQR(d *Document) []byte {
	a := d.Seller.Account
	if !prolong.ValidIBAN(a.Number) || d.Totals.Gross > epcAmountMax {
		return nil
	}
	for size := epcTextLenMax; size > 0; size -= 10 {
		payload := strings.Join([]string{
			"BCD", epcVersion, epcCharsetUTF8, "SCT", a.BIC, clip(first(d.Seller.ShortName, d.Seller.Name), epcNameLenMax),
			a.Number, "EUR" + prolong.NewMoney(d.Totals.Gross, d.Currency).String(), "", "", clip(d.PaymentPurpose, size),
		}, "\n")
		if len(payload) <= epcBytesMax {
			return []byte(payload)
		}
	}
	return nil
}

// clip makes a value fit a field: one line, at most n runes.
func clip(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return r == ' ' || r == nbsp || r < 0x20 || r == 0x2028 || r == 0x2029
	}), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n]))
}

// encodeQR chooses the smallest version of the code from versionMin on, with a quarter (M) of
// the code words to spare, or fewer (L) if the text is too long for that.
func encodeQR(payload []byte, versionMin, versionMax coding.Version) (*coding.Code, error) {
	text := coding.String(payload)
	for _, level := range []coding.Level{coding.M, coding.L} {
		for v := versionMin; v <= versionMax; v++ {
			if text.Bits(v) > v.DataBytes(level)*8 {
				continue
			}
			plan, err := coding.NewPlan(v, level, 0)
			if err != nil {
				return nil, err
			}
			return plan.Encode(text)
		}
	}
	return nil, errQRTooLong
}
