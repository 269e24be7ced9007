// Package banktest holds simulators of banks that speak the wire format of each, with its
// paging, its throttling and its moods, over one ledger. Tests of the adapters and of pulling
// plug them in as the transport.
package banktest

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"prolong"
)

// State says how far the bank is with a line.
type State int

// The states of a line.
const (
	Booked State = iota
	Pending
	Rejected
	Reversed
)

// Line is one operation on the account, as the bank's books have it.
type Line struct {
	N       int // the bank's number of the operation, from 1
	At      time.Time
	Minor   int64
	Debit   bool
	State   State
	DocNo   string
	Purpose string
	Name    string
	TaxID   string
	Account string
	BIC     string
}

// Ledger is the bank's books of one account. It is safe for concurrent use.
type Ledger struct {
	Number   string
	BIC      string
	Currency prolong.Currency
	Clock    prolong.Clock
	Zone     *time.Location

	mu    sync.Mutex
	lines []Line
}

// Put books a line and returns its number. What is left empty is filled in.
func (l *Ledger) Put(line Line) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	line.N = len(l.lines) + 1
	if line.At.IsZero() {
		line.At = l.Clock.Now()
	}
	if line.DocNo == "" {
		line.DocNo = strconv.Itoa(line.N % 7) // as in life: not unique
	}
	if line.Purpose == "" {
		line.Purpose = fmt.Sprintf("Оплата по договору, операция %d", line.N)
	}
	if line.Name == "" {
		line.Name = "ООО «Пример Плательщик»"
	}
	if line.Account == "" {
		line.Account = "40702810500000000042"
		if l.Currency == prolong.UAH {
			line.Account = "UA213223130000026007233566001"
		}
	}
	l.lines = append(l.lines, line)
	return line.N
}

// Change rewrites a line: the bank has booked it, taken it back, corrected its text.
func (l *Ledger) Change(n int, change func(*Line)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.lines[n-1])
}

// Line returns a line.
func (l *Ledger) Line(n int) Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines[n-1]
}

// Lines returns all lines in the order in which they were put.
func (l *Ledger) Lines() []Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// between returns the lines of the instants [from, to), the oldest first.
func (l *Ledger) between(from, to time.Time) []Line {
	var out []Line
	for _, line := range l.Lines() {
		if !line.At.Before(from) && line.At.Before(to) {
			out = append(out, line)
		}
	}
	slices.SortStableFunc(out, func(a, b Line) int { return a.At.Compare(b.At) })
	return out
}

// days returns the lines of the days from and to and those between them.
func (l *Ledger) days(from, to prolong.Date) []Line {
	return l.between(from.Start(l.Zone), to.AddDays(1).Start(l.Zone))
}

// balance returns what the account held before the day.
func (l *Ledger) balance(before prolong.Date) int64 {
	sum := int64(0)
	for _, line := range l.between(time.Time{}, before.Start(l.Zone)) {
		sum += line.effect()
	}
	return sum
}

// effect is what a booked line does to the balance.
func (line Line) effect() int64 {
	switch {
	case line.State != Booked:
		return 0
	case line.Debit:
		return -line.Minor
	}
	return line.Minor
}

// withReturns shows a reversed line as most banks do: it stays booked, and the money leaves by
// a line of its own.
func withReturns(lines []Line) []Line {
	out := make([]Line, 0, len(lines))
	for _, line := range lines {
		if line.State != Reversed {
			out = append(out, line)
			continue
		}
		line.State = Booked
		back := line
		back.N, back.Debit, back.Purpose = returnOf+line.N, !line.Debit, "Возврат: "+line.Purpose
		out = append(out, line, back)
	}
	return out
}

// returnOf is added to the number of a line that is given back.
const returnOf = 1_000_000

// decimal writes an amount with a point.
func decimal(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }
