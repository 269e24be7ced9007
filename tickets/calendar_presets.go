package tickets

import (
	"prolong"
	"prolong/internal/workdays"
)

// PresetDays returns the special dates of a country in a year, to begin a calendar with; false
// if we have none. An administrator checks them against the year's decree: governments move
// days, and short days are a matter of the contract. Dates and sources are those of package
// workdays, which reminders and suspensions go by as well.
func PresetDays(country prolong.Country, year int) ([]CalendarDay, bool) {
	days, ok := workdays.DaysOf(country, year)
	if !ok {
		return nil, false
	}
	out := make([]CalendarDay, 0, len(days))
	for _, d := range days {
		out = append(out, CalendarDay{On: d.On, Kind: DayKind(d.Kind), Note: d.Note})
	}
	return out, true
}
