// Package field reads single values the way banks write them: dates, amounts, names with
// tax ids inside, account numbers. It never guesses: what is ambiguous is not read.
package field

import (
	"strings"
	"time"

	"prolong"
)

// Years outside of this range are typing errors or placeholders (01.01.0001, 31.12.9999).
const (
	yearMin = 1990
	yearMax = 2099
)

// Date reads a day: "31.12.2026", "31.12.26", "31/12/2026", "31-12-2026", "2026-12-31",
// "20261231", each with or without a time after it. Returns false for anything else, also for
// days that do not exist and for "31.12.20260".
func Date(s string) (prolong.Date, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 8 {
		return prolong.Date{}, false
	}
	switch {
	case isSeparator(s[2]) && s[5] == s[2]:
		return dayFirst(s)
	case len(s) >= 10 && isSeparator(s[4]) && s[7] == s[4]:
		if !endsAt(s, 10) {
			return prolong.Date{}, false
		}
		return day(s[:4], s[5:7], s[8:10])
	case endsAt(s, 8):
		return day(s[:4], s[4:6], s[6:8])
	}
	return prolong.Date{}, false
}

func dayFirst(s string) (prolong.Date, bool) {
	if len(s) >= 10 && isDigit(s[8]) && isDigit(s[9]) {
		if !endsAt(s, 10) {
			return prolong.Date{}, false
		}
		return day(s[6:10], s[3:5], s[:2])
	}
	if !endsAt(s, 8) {
		return prolong.Date{}, false
	}
	return ShortYear(s[6:8], s[3:5], s[:2])
}

// ShortYear reads a date with a year of two digits, of this century up to 79 (SWIFT's rule).
func ShortYear(year, month, dayOfMonth string) (prolong.Date, bool) {
	century := "20"
	if year >= "80" {
		century = "19"
	}
	return day(century+year, month, dayOfMonth)
}

// endsAt says whether the date ends there: at the end of the text, before a time or before
// the zone of an XML date.
func endsAt(s string, n int) bool {
	if len(s) == n {
		return true
	}
	switch s[n] {
	case ' ', 'T', ',', 'Z', '+':
		return true
	case '-':
		return len(s) == n+6 && s[n+3] == ':'
	}
	return false
}

func day(year, month, dayOfMonth string) (prolong.Date, bool) {
	y, okYear := number(year)
	m, okMonth := number(month)
	d, okDay := number(dayOfMonth)
	if !okYear || !okMonth || !okDay || y < yearMin || y > yearMax || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return prolong.Date{}, false
	}
	return prolong.NewDate(y, time.Month(m), d), true
}

// daysIn returns the length of the month.
func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func number(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isSeparator(c byte) bool { return c == '.' || c == '/' || c == '-' }
