package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/tickets"
)

// supportHoursYAML is when a team works: the calendar by which promises to clients are counted.
type supportHoursYAML struct {
	Key      string `yaml:"key"`
	Name     string `yaml:"name"`
	TimeZone string `yaml:"time_zone"`
	// Week has the hours by days: "mon-fri": ["09:00-18:00"], "sat": ["10:00-14:00"].
	Week map[string][]string `yaml:"week"`
	// Holidays takes the holidays of a country, as far as they are known: RU, UA, KZ.
	Holidays string `yaml:"holidays"`
	Days     []struct {
		On    string   `yaml:"on"`
		Kind  string   `yaml:"kind"` // off, short, work
		Hours []string `yaml:"hours"`
		Note  string   `yaml:"note"`
	} `yaml:"days"`
}

// slaYAML is a service level.
type slaYAML struct {
	Key     string   `yaml:"key"`
	Name    string   `yaml:"name"`
	Default bool     `yaml:"default"`
	Plans   []string `yaml:"plans"`
	Hours   string   `yaml:"hours"` // key of support_hours
	Warn    []int    `yaml:"warn"`  // percent of the time, 50 and 80 by default
	// Targets are by priority, then by promise: normal: {first_response: 4h, resolution: 27h}.
	Targets map[string]map[string]string `yaml:"targets"`
}

// defaultWarnings are the parts of a promise, in percent, after which agents are warned.
var defaultWarnings = []int{50, 80}

// weekDays are the keys of tickets.CalendarSpec.Week in the order of a week.
var weekDays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// presetYears are those that holidays are looked for in; the latest decree that is known covers
// no more.
const presetYears = 10

func (y supportHoursYAML) spec() (tickets.CalendarSpec, error) {
	spec := tickets.CalendarSpec{Key: y.Key, Name: y.Name, TimeZone: y.TimeZone, Week: map[string][]string{}}
	if err := required("key", y.Key); err != nil {
		return spec, err
	}
	if spec.Name == "" {
		spec.Name = y.Key
	}
	for _, days := range slices.Sorted(maps.Keys(y.Week)) {
		first, last, ranged := strings.Cut(days, "-")
		from, to := slices.Index(weekDays, first), slices.Index(weekDays, last)
		if !ranged {
			to = from
		}
		if from < 0 || to < from {
			return spec, prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": "week", "Value": days, "Allowed": strings.Join(weekDays, ", ") + ", mon-fri"})
		}
		for _, day := range weekDays[from : to+1] {
			spec.Week[day] = y.Week[days]
		}
	}
	declared := map[prolong.Date]bool{}
	for _, d := range y.Days {
		on, err := prolong.ParseDate(d.On)
		if err != nil {
			return spec, err
		}
		declared[on] = true
		spec.Days = append(spec.Days, tickets.CalendarDay{On: on, Kind: tickets.DayKind(d.Kind), Hours: d.Hours, Note: d.Note})
	}
	if y.Holidays != "" {
		days, err := holidays(y.Holidays)
		if err != nil {
			return spec, err
		}
		for _, d := range days {
			if !declared[d.On] { // the company's own word counts
				spec.Days = append(spec.Days, d)
			}
		}
	}
	_, err := tickets.NewCalendar(spec)
	return spec, err
}

// holidays returns the special days of a country in the years that we know.
func holidays(text string) ([]tickets.CalendarDay, error) {
	country := prolong.Country(strings.ToUpper(text))
	if err := oneOf("holidays", country, prolong.Russia, prolong.Ukraine, prolong.Kazakhstan); err != nil {
		return nil, err
	}
	var out []tickets.CalendarDay
	const firstKnown = 2026
	for year := firstKnown; year < firstKnown+presetYears; year++ {
		days, _ := tickets.PresetDays(country, year)
		out = append(out, days...)
	}
	return out, nil
}

func (y slaYAML) spec() (tickets.PolicySpec, error) {
	spec := tickets.PolicySpec{Key: y.Key, Name: y.Name, Default: y.Default, Plans: y.Plans}
	if spec.Name == "" {
		spec.Name = y.Key
	}
	hours, warn := y.Hours, y.Warn
	if hours == "" {
		hours = officeCalendar
	}
	if warn == nil {
		warn = defaultWarnings
	}
	if err := required("key", y.Key); err != nil {
		return spec, err
	}
	for _, priority := range slices.Sorted(maps.Keys(y.Targets)) {
		if err := oneOf("targets", tickets.Priority(priority), tickets.Priorities()...); err != nil {
			return spec, err
		}
		for _, metric := range slices.Sorted(maps.Keys(y.Targets[priority])) {
			field := "targets." + priority
			if err := oneOf(field, tickets.Metric(metric), tickets.MetricFirstResponse, tickets.MetricNextResponse, tickets.MetricResolution); err != nil {
				return spec, err
			}
			text := y.Targets[priority][metric]
			d, err := time.ParseDuration(text)
			if err != nil || d < time.Minute || d%time.Minute != 0 {
				return spec, prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": field + "." + metric, "Value": strconv.Quote(text), "Allowed": "30m, 4h, 27h"})
			}
			spec.Targets = append(spec.Targets, tickets.TargetSpec{Priority: tickets.Priority(priority), Metric: tickets.Metric(metric), Minutes: int(d / time.Minute), Calendar: hours, WarnPercents: warn})
		}
	}
	return spec, nil
}

// applySupport gives the support line its hours and service levels: the declared ones, else
// those that every installation begins with.
func (a *app) applySupport(ctx context.Context, d declared) error {
	if err := a.ensureSupport(ctx); err != nil {
		return err
	}
	actor := prolong.System("apply")
	if _, err := a.tickets.ApplyCalendars(ctx, actor, d.SupportHours); err != nil {
		return err
	}
	return a.tickets.ApplyPolicies(ctx, actor, d.SLA)
}
