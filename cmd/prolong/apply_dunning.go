package main

import (
	"slices"
	"strings"

	"prolong"
	"prolong/billing"
	"prolong/internal/workdays"
)

// dunningYAML is a letter of a plan's schedule: {letter: reminder, when: 3 days before end}.
type dunningYAML struct {
	Letter string `yaml:"letter"` // reminder, suspending, suspended, closing, closed
	When   string `yaml:"when"`   // on end; 2 working days after due; 1 day before suspension; on closing
	Move   string `yaml:"move"`   // next, previous, none: where to from a day off
}

// calendarYAML are days of the operator's own in a country's calendar of working days.
type calendarYAML struct {
	Country string `yaml:"country"`
	Days    []struct {
		On   string `yaml:"on"`
		Kind string `yaml:"kind"` // off, short, work
		Note string `yaml:"note"`
	} `yaml:"days"`
}

// calendarCountries are those whose working days we know.
var calendarCountries = []prolong.Country{prolong.Russia, prolong.Ukraine, prolong.Kazakhstan}

func (y calendarYAML) spec() ([]workdays.Day, error) {
	country := prolong.Country(strings.ToUpper(y.Country))
	if err := oneOf("country", country, calendarCountries...); err != nil {
		return nil, err
	}
	days := make([]workdays.Day, 0, len(y.Days))
	for _, d := range y.Days {
		on, err := prolong.ParseDate(d.On)
		if err != nil {
			return nil, err
		}
		kind, err := workdays.ParseKind(d.Kind)
		if err != nil {
			return nil, err
		}
		days = append(days, workdays.Day{Country: country, On: on, Kind: kind, Note: d.Note})
	}
	return days, nil
}

// dunning reads what a plan says about grace, suspension, closing and letters.
func (y planYAML) dunning(p *billing.Plan) error {
	grace := y.Grace
	if count, unit, ok := strings.Cut(strings.TrimSpace(grace), " working "); ok {
		grace, p.GraceWorking = count+" "+unit, true
	}
	for _, t := range []struct {
		text string
		to   *int
	}{{grace, &p.GraceDays}, {y.Remind, &p.RemindDays}, {y.Terminate, &p.TerminateDays}} {
		if t.text == "" {
			continue
		}
		term, err := prolong.ParseTerm(t.text)
		if err == nil && term.Unit != prolong.Days {
			err = prolong.NewError(prolong.CodeInvalid, "error.term_days", prolong.Args{"Value": t.text})
		}
		if err != nil {
			return err
		}
		*t.to = term.Count
	}
	if err := oneOf("suspend", y.Suspend, "", "any_day", "working_day"); err != nil {
		return err
	}
	p.SuspendWorking = y.Suspend == "working_day"
	if len(y.DunFrom) > 0 {
		amounts, err := parsePrices(y.DunFrom)
		if err != nil {
			return err
		}
		p.DunFrom = map[prolong.Currency]int64{}
		for _, amount := range amounts {
			p.DunFrom[amount.Currency()] = amount.Minor()
		}
	}
	for _, d := range y.Dunning {
		step, err := billing.ParseDunningStep(d.Letter, d.When, d.Move)
		if err != nil {
			return err
		}
		closes := step.Anchor == billing.AnchorClosing || step.Letter == billing.LetterClosing || step.Letter == billing.LetterClosed
		if closes && p.TerminateDays == 0 {
			return prolong.NewError(prolong.CodeInvalid, "error.dunning_never_closes", prolong.Args{"Step": step.String()})
		}
		p.Dunning = append(p.Dunning, step)
	}
	return nil
}

// unknownYears are the sellers' countries and years, this one and the next, whose working days
// are not known to the last.
func unknownYears(c billing.Catalog, today prolong.Date) []string {
	var out []string
	for country, calendar := range c.Calendars {
		for _, year := range []int{today.Year(), today.Year() + 1} {
			if known := calendar.Known(year); known == workdays.Unknown || known == workdays.ByLaw && country == prolong.Russia {
				out = append(out, string(country)+" "+prolong.NewDate(year, 1, 1).String()[:4])
			}
		}
	}
	slices.Sort(out)
	return out
}
