package prolong

import (
	"encoding/json"
	"errors"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Money is an amount in the minor units of a currency (kopecks, tiyn, cents). It is never a
// float. The zero Money has no currency and can be added to any other.
type Money struct {
	minor int64
	cur   Currency
}

// Rounding names how a division of money is rounded; there is no default on purpose.
type Rounding int

const (
	// HalfUp rounds half a minor unit away from zero, the rule for VAT in Russia, Ukraine and Kazakhstan.
	HalfUp Rounding = iota + 1
	// Down rounds towards zero.
	Down
)

// errRounding is the cause when a caller leaves the rounding out.
var errRounding = errors.New("rounding must be prolong.HalfUp or prolong.Down")

// rateBPMax is 100 %: no tax takes more than the price it is put on.
const rateBPMax = 10000

// NewMoney returns minor units of cur.
func NewMoney(minor int64, cur Currency) Money { return Money{minor: minor, cur: cur} }

// moneyTextLenMax bounds what ParseMoney looks at: int64 has 19 digits, the rest is
// separators.
const moneyTextLenMax = 40

// ParseMoney reads an amount as banks and people write it: "14900", "14900.00", "14900,5",
// "14 900,00" (plain, no-break or thin spaces), "1'000.00", "14900-00". A leading minus is
// accepted. More decimals than the currency has, or several decimal signs, are an error:
// "1.234" could be a thousand or a fraction, and money is not guessed. Returns CodeInvalid.
func ParseMoney(s string, cur Currency) (Money, error) {
	bad := func() (Money, error) {
		if len(s) > moneyTextLenMax {
			s = s[:moneyTextLenMax]
		}
		return Money{}, NewError(CodeInvalid, "error.money_invalid", Args{"Value": strings.ToValidUTF8(s, "?")})
	}
	t := strings.TrimSpace(s)
	if len(t) == 0 || len(t) > moneyTextLenMax {
		return bad()
	}
	negative := false
	if t[0] == '-' || t[0] == '+' {
		negative = t[0] == '-'
		t = t[1:]
	}
	exp := cur.Exponent()
	var minor uint64
	digits, decimals, group, inFraction, grouped := 0, 0, 0, false, false
	for _, r := range t {
		switch {
		case r >= '0' && r <= '9':
			digits++
			if inFraction {
				if decimals++; decimals > exp {
					return bad()
				}
			} else {
				group++
			}
			hi, lo := bits.Mul64(minor, 10)
			sum, carry := bits.Add64(lo, uint64(r-'0'), 0)
			if hi != 0 || carry != 0 {
				return bad()
			}
			minor = sum
		case r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\u2009' || r == '\'' || r == '’':
			// Before the first separator stand one to three digits, afterwards exactly three.
			if inFraction || digits == 0 || group > 3 || (grouped && group != 3) {
				return bad()
			}
			grouped, group = true, 0
		case r == '.' || r == ',' || r == '-':
			if inFraction || digits == 0 || exp == 0 || (grouped && group != 3) {
				return bad()
			}
			inFraction = true
		default:
			return bad()
		}
	}
	if digits == 0 || (inFraction && decimals == 0) || (!inFraction && grouped && group != 3) {
		return bad()
	}
	for ; decimals < exp; decimals++ {
		hi, lo := bits.Mul64(minor, 10)
		if hi != 0 {
			return bad()
		}
		minor = lo
	}
	if minor > math.MaxInt64 {
		return bad()
	}
	m := Money{minor: int64(minor), cur: cur}
	if negative {
		m.minor = -m.minor
	}
	return m, nil
}

// Add returns m + o. Returns CodeInvalid if the currencies differ or the sum overflows.
func (m Money) Add(o Money) (Money, error) {
	cur, err := m.common(o)
	if err != nil {
		return Money{}, err
	}
	sum := m.minor + o.minor
	if (o.minor > 0 && sum < m.minor) || (o.minor < 0 && sum > m.minor) {
		return Money{}, NewError(CodeInvalid, "error.money_overflow", nil)
	}
	return Money{minor: sum, cur: cur}, nil
}

// Allocate splits m in proportion to the weights; the last part takes the remainder, so the
// parts always sum to m. Weights must not be negative, and one must be positive.
func (m Money) Allocate(weights ...int64) ([]Money, error) {
	var total int64
	for _, w := range weights {
		if w < 0 || total > math.MaxInt64-w {
			return nil, NewError(CodeInvalid, "error.money_weights", nil)
		}
		total += w
	}
	if total == 0 {
		return nil, NewError(CodeInvalid, "error.money_weights", nil)
	}
	parts, rest, last := make([]Money, len(weights)), m.minor, 0
	for i, w := range weights {
		part, err := m.MulRatio(w, total, Down)
		if err != nil {
			return nil, err
		}
		parts[i], rest = part, rest-part.minor
		if w > 0 {
			last = i
		}
	}
	parts[last].minor += rest
	return parts, nil
}

// Cmp compares the amounts: -1, 0 or +1. Amounts of different currencies have no order, so
// the caller compares currencies first.
func (m Money) Cmp(o Money) int {
	switch {
	case m.minor < o.minor:
		return -1
	case m.minor > o.minor:
		return 1
	}
	return 0
}

// Currency returns the currency, empty for the zero Money.
func (m Money) Currency() Currency { return m.cur }

// IsZero says whether the amount is nought, in whatever currency.
func (m Money) IsZero() bool { return m.minor == 0 }

// moneyWire is how money stands in JSON that we keep: {"minor": 1490000, "currency": "RUB"}.
type moneyWire struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// MarshalJSON writes the form kept in rows, exact in any currency. What people and other programs
// read is written with String.
func (m Money) MarshalJSON() ([]byte, error) { return json.Marshal(moneyWire{m.minor, m.cur}) }

// Minor returns the amount in minor units.
func (m Money) Minor() int64 { return m.minor }

// Mul returns m times n. Returns CodeInvalid on overflow.
func (m Money) Mul(n int64) (Money, error) { return m.MulRatio(n, 1, Down) }

// MulRatio returns m * num / den, rounded as told, computed in 128 bits. Returns CodeInvalid
// if den is zero or the result does not fit (the smallest int64, which has no opposite, counts
// as not fitting), CodeInternal if rounding is not named.
func (m Money) MulRatio(num, den int64, rounding Rounding) (Money, error) {
	if den == 0 || m.minor == math.MinInt64 || num == math.MinInt64 || den == math.MinInt64 {
		return Money{}, NewError(CodeInvalid, "error.money_overflow", nil)
	}
	if rounding != HalfUp && rounding != Down {
		return Money{}, NewError(CodeInternal, "error.internal", nil).Because(errRounding)
	}
	negative := (m.minor < 0) != (num < 0) != (den < 0)
	hi, lo := bits.Mul64(magnitude(m.minor), magnitude(num))
	d := magnitude(den)
	if hi >= d {
		return Money{}, NewError(CodeInvalid, "error.money_overflow", nil)
	}
	q, r := bits.Div64(hi, lo, d)
	if q > math.MaxInt64 { // before rounding, which could wrap the largest quotient to nought
		return Money{}, NewError(CodeInvalid, "error.money_overflow", nil)
	}
	if rounding == HalfUp && r >= d-r {
		q++
	}
	if q > math.MaxInt64 {
		return Money{}, NewError(CodeInvalid, "error.money_overflow", nil)
	}
	out := Money{minor: int64(q), cur: m.cur}
	if negative {
		out.minor = -out.minor
	}
	return out, nil
}

// Neg returns -m. The smallest int64 has no opposite and stays as it is; no parsed or
// calculated amount ever is that small.
func (m Money) Neg() Money { return Money{minor: -m.minor, cur: m.cur} }

// String returns the decimal amount with a point and without the currency: "14900.00".
func (m Money) String() string {
	exp := m.cur.Exponent()
	digits := strconv.FormatUint(magnitude(m.minor), 10)
	for len(digits) <= exp {
		digits = "0" + digits
	}
	if exp > 0 {
		digits = digits[:len(digits)-exp] + "." + digits[len(digits)-exp:]
	}
	if m.minor < 0 {
		return "-" + digits
	}
	return digits
}

// Sub returns m - o. Returns CodeInvalid if the currencies differ or the result overflows.
func (m Money) Sub(o Money) (Money, error) {
	if o.minor == math.MinInt64 {
		return Money{}, NewError(CodeInvalid, "error.money_overflow", nil)
	}
	return m.Add(o.Neg())
}

// TaxInside returns the tax contained in the gross amount m at a rate in basis points:
// m * rate / (10000 + rate), half up (НК РФ ст. 164 п. 4; the same in UA and KZ practice).
// Returns CodeInvalid unless the rate lies between 0 and 10000.
func (m Money) TaxInside(rateBP int) (Money, error) {
	if rateBP < 0 || rateBP > rateBPMax {
		return Money{}, NewError(CodeInvalid, "error.rate_invalid", nil)
	}
	return m.MulRatio(int64(rateBP), 10000+int64(rateBP), HalfUp)
}

// UnmarshalJSON reads the form that MarshalJSON writes.
func (m *Money) UnmarshalJSON(data []byte) error {
	var w moneyWire
	err := json.Unmarshal(data, &w)
	*m = NewMoney(w.Minor, w.Currency)
	return err
}

func (m Money) common(o Money) (Currency, error) {
	switch {
	case m.cur == o.cur, o.cur == "" && o.minor == 0:
		return m.cur, nil
	case m.cur == "" && m.minor == 0:
		return o.cur, nil
	}
	return "", NewError(CodeInvalid, "error.currency_mismatch", Args{"A": m.cur, "B": o.cur})
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1
	}
	return uint64(n)
}
