// Package workdays says which days are working days in Russia, Ukraine and Kazakhstan, with
// holidays and the days that a law or a decree moves. Service levels of tickets begin with its
// dates; reminders and suspensions count and shift by them.
package workdays

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"prolong"
)

// Kind says how a date differs from its weekday.
type Kind string

// The kinds of special dates.
const (
	Off   Kind = "off"   // a holiday, or a day off that was moved here
	Short Kind = "short" // the day before a holiday: a working day, an hour shorter
	Work  Kind = "work"  // a day off that was made a working day
)

// Day is a date that differs from its weekday.
type Day struct {
	Country prolong.Country
	On      prolong.Date
	Kind    Kind
	Note    string
}

// Knowledge says how far a year is known.
type Knowledge string

// How far a year is known.
const (
	Unknown  Knowledge = ""       // nothing beyond the fixed holidays of the law
	ByLaw    Knowledge = "law"    // holidays and moves by the letter of the law; a decree may move more
	ByDecree Knowledge = "decree" // the year's decree is in it
	ByOwner  Knowledge = "own"    // the operator has declared days of that year himself
)

// Calendar is the working days of one country. The zero Calendar knows weekends only.
type Calendar struct {
	country prolong.Country
	days    map[prolong.Date]Kind
	known   map[int]Knowledge
}

//go:embed data/*.txt
var files embed.FS

type book struct {
	days  map[prolong.Country][]Day
	known map[prolong.Country]map[int]Knowledge
}

// shipped reads the embedded files once; they are part of the program, so a bad one is a
// mistake of ours and found by every test.
var shipped = sync.OnceValue(func() book {
	b := book{days: map[prolong.Country][]Day{}, known: map[prolong.Country]map[int]Knowledge{}}
	names, err := fs.Glob(files, "data/*.txt")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		raw, err := files.ReadFile(name)
		if err == nil {
			err = b.read(strings.TrimSuffix(path.Base(name), ".txt"), string(raw))
		}
		if err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
	}
	return b
})

// read takes one file: comments with what is known and from where, and a date, its kind and a
// note on each line.
func (b book) read(name, text string) error {
	code, yearText, _ := strings.Cut(name, "-")
	country := prolong.Country(code)
	year, err := strconv.Atoi(yearText)
	if err != nil {
		return err
	}
	if b.known[country] == nil {
		b.known[country] = map[int]Knowledge{}
	}
	for n, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if comment, ok := strings.CutPrefix(line, "#"); ok {
			if known, ok := strings.CutPrefix(strings.TrimSpace(comment), "known: "); ok {
				b.known[country][year] = Knowledge(known)
			}
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 2 {
			return fmt.Errorf("line %d: %q", n+1, line)
		}
		on, err := prolong.ParseDate(fields[0])
		if err == nil && on.Year() != year {
			err = fmt.Errorf("%s lies in another year", on)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		b.days[country] = append(b.days[country], Day{Country: country, On: on, Kind: Kind(fields[1]), Note: strings.Join(fields[2:], " ")})
	}
	return nil
}

// DaysOf returns the special dates of a country in a year as we ship them; false if the year is
// not among them.
func DaysOf(country prolong.Country, year int) ([]Day, bool) {
	if shipped().known[country][year] == Unknown {
		return nil, false
	}
	var out []Day
	for _, d := range shipped().days[country] {
		if d.On.Year() == year {
			out = append(out, d)
		}
	}
	return out, true
}

// For returns the calendar of a country with the operator's own days; those win over ours.
func For(country prolong.Country, own []Day) Calendar {
	c := Calendar{country: country, days: map[prolong.Date]Kind{}, known: map[int]Knowledge{}}
	for _, d := range shipped().days[country] {
		c.days[d.On] = d.Kind
	}
	for year, known := range shipped().known[country] {
		c.known[year] = known
	}
	for _, d := range own {
		if d.Country == country {
			c.days[d.On], c.known[d.On.Year()] = d.Kind, ByOwner
		}
	}
	return c
}

// fixed are the holidays of the law that fall on the same date every year, for years that are
// not known. Ukraine has none as long as martial law lasts (law 2136-IX, article 6).
var fixed = map[prolong.Country][][2]int{
	prolong.Russia:     {{1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}, {1, 6}, {1, 7}, {1, 8}, {2, 23}, {3, 8}, {5, 1}, {5, 9}, {6, 12}, {11, 4}},
	prolong.Kazakhstan: {{1, 1}, {1, 2}, {1, 7}, {3, 8}, {3, 21}, {3, 22}, {3, 23}, {5, 1}, {5, 7}, {5, 9}, {7, 6}, {8, 30}, {10, 25}, {12, 16}},
}

// Working says whether the day is a working day. Of a year that is not known, weekends and the
// fixed holidays of the law are off.
func (c Calendar) Working(d prolong.Date) bool {
	if kind, special := c.days[d]; special {
		return kind != Off
	}
	if c.known[d.Year()] == Unknown || c.known[d.Year()] == ByOwner {
		_, month, day := d.YMD()
		if slices.Contains(fixed[c.country], [2]int{int(month), day}) {
			return false
		}
	}
	weekday := d.Weekday()
	return weekday != time.Saturday && weekday != time.Sunday
}

// Known says how far the year is known.
func (c Calendar) Known(year int) Knowledge { return c.known[year] }

// walkDaysMax bounds the search for a working day: an operator may close months, but not more.
const walkDaysMax = 366

// Next returns the day itself if it is a working day, otherwise the first one after it.
func (c Calendar) Next(d prolong.Date) prolong.Date { return c.walk(d, 1) }

// Previous returns the day itself if it is a working day, otherwise the last one before it.
func (c Calendar) Previous(d prolong.Date) prolong.Date { return c.walk(d, -1) }

func (c Calendar) walk(d prolong.Date, step int) prolong.Date {
	for n := range walkDaysMax {
		if at := d.AddDays(step * n); c.Working(at) {
			return at
		}
	}
	return d
}

// Add returns the n-th working day after d, or before it for a negative n; d itself for 0.
func (c Calendar) Add(d prolong.Date, n int) prolong.Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for range n {
		d = c.walk(d.AddDays(step), step)
	}
	return d
}

// ParseKind reads "off", "short" or "work". Returns CodeInvalid.
func ParseKind(s string) (Kind, error) {
	if k := Kind(s); k == Off || k == Short || k == Work {
		return k, nil
	}
	return "", prolong.NewError(prolong.CodeInvalid, "error.calendar_day_kind", prolong.Args{"Value": s})
}
