package prolong

import (
	"math/rand/v2"
	"strconv"
)

// PaymentCode is an account's constant digits in every invoice number: sparse random digits,
// the first 5 to 9, and two check digits so that the whole is 1 modulo 97 (as ISO 7064
// MOD 97-10). Eight digits in all, ten for large bases. Digits only, so that any bank and any
// accounting program carries it; sparse, so that a typing error never lands on a stranger
// (measured in matching.md 4.3).
type PaymentCode string

// The two lengths of a payment code.
const (
	PaymentCodeDigits     = 8
	PaymentCodeDigitsLong = 10
)

// NewPaymentCode appends the check digits to the core: 582913 gives 58291375.
func NewPaymentCode(core string) (PaymentCode, error) {
	if (len(core) != PaymentCodeDigits-2 && len(core) != PaymentCodeDigitsLong-2) || !allDigits(core) || core[0] < '5' {
		return "", NewError(CodeInvalid, "error.payment_code", Args{"Value": core})
	}
	check := 98 - mod97(core+"00")
	return PaymentCode(core + string([]byte{byte('0' + check/10), byte('0' + check%10)})), nil
}

// ParsePaymentCode accepts a code of eight or ten digits whose check digits are right.
// Returns CodeInvalid.
func ParsePaymentCode(s string) (PaymentCode, error) {
	if !ValidPaymentCode(s) {
		return "", NewError(CodeInvalid, "error.payment_code", Args{"Value": s})
	}
	return PaymentCode(s), nil
}

// ValidPaymentCode says whether s has the form and the check digits of a payment code. Check
// digits run from 02 to 98; 00, 01 and 99 agree modulo 97 with 97, 98 and 02, but no code was
// ever given out with them.
func ValidPaymentCode(s string) bool {
	if (len(s) != PaymentCodeDigits && len(s) != PaymentCodeDigitsLong) || !allDigits(s) || s[0] < '5' {
		return false
	}
	check := s[len(s)-2:]
	return mod97(s) == 1 && check >= "02" && check <= "98"
}

// RandomPaymentCode draws a code of the given length that cannot be taken for something
// else a payer writes: it validates as no tax id (10 % of the space is dropped by that). It
// panics unless digits is PaymentCodeDigits or PaymentCodeDigitsLong.
func RandomPaymentCode(rng *rand.Rand, digits int) PaymentCode {
	if digits != PaymentCodeDigits && digits != PaymentCodeDigitsLong {
		panic("prolong.RandomPaymentCode: " + strconv.Itoa(digits) + " digits, want 8 or 10")
	}
	for {
		core := make([]byte, digits-2)
		for i := range core {
			core[i] = byte('0' + rng.IntN(10))
		}
		core[0] = byte('5' + rng.IntN(5))
		code, err := NewPaymentCode(string(core))
		if err == nil && !TaxIDLooksValid(string(code)) {
			return code
		}
	}
}

// InvoiceNumber returns the number of the account's n-th invoice, "58291375-12".
func (c PaymentCode) InvoiceNumber(n int) string {
	s := strconv.Itoa(n)
	if n < 10 {
		s = "0" + s
	}
	return string(c) + "-" + s
}

// Grouped returns the code for the eye: "582 913 75".
func (c PaymentCode) Grouped() string {
	if len(c) != PaymentCodeDigits {
		return string(c)
	}
	return string(c[:3] + " " + c[3:6] + " " + c[6:])
}

func mod97(digits string) int {
	m := 0
	for i := range len(digits) {
		m = (m*10 + digit(digits, i)) % 97
	}
	return m
}
