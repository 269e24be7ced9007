package tickets

import (
	"time"

	"prolong"
)

// PresetDays returns the special dates of a country in a year, to begin a calendar with; false
// if we have none. An administrator checks them against the year's decree: governments move
// days, and short days are a matter of the contract.
//
// Russia 2026: Labour Code, articles 95 and 112, and the decree of 2025-09-24 (3 January moved
// to the 9th, 4 January to 31 December). Kazakhstan 2026: the law on holidays, where one that
// falls on a day off moves to the next working day; moves by decree are not in it. Ukraine:
// holidays are working days as long as martial law lasts (law 2136-IX, article 6).
func PresetDays(country prolong.Country, year int) ([]CalendarDay, bool) {
	days, ok := presets[presetKey{country, year}]
	if !ok {
		return nil, false
	}
	out := make([]CalendarDay, 0, len(days))
	for _, d := range days {
		out = append(out, CalendarDay{On: prolong.NewDate(year, d.month, d.day), Kind: d.kind, Note: d.note})
	}
	return out, true
}

type presetKey struct {
	country prolong.Country
	year    int
}

type presetDay struct {
	month time.Month
	day   int
	kind  DayKind
	note  string
}

var presets = map[presetKey][]presetDay{
	{"RU", 2026}: {
		{time.January, 1, DayOff, "Новогодние каникулы"}, {time.January, 2, DayOff, "Новогодние каникулы"}, {time.January, 5, DayOff, "Новогодние каникулы"},
		{time.January, 6, DayOff, "Новогодние каникулы"}, {time.January, 7, DayOff, "Рождество"}, {time.January, 8, DayOff, "Новогодние каникулы"},
		{time.January, 9, DayOff, "Перенос с 3 января"}, {time.February, 23, DayOff, "День защитника Отечества"}, {time.March, 9, DayOff, "Перенос с 8 марта"},
		{time.April, 30, DayShort, "Канун праздника"}, {time.May, 1, DayOff, "Праздник Весны и Труда"}, {time.May, 8, DayShort, "Канун праздника"},
		{time.May, 11, DayOff, "Перенос с 9 мая"}, {time.June, 11, DayShort, "Канун праздника"}, {time.June, 12, DayOff, "День России"},
		{time.November, 3, DayShort, "Канун праздника"}, {time.November, 4, DayOff, "День народного единства"}, {time.December, 31, DayOff, "Перенос с 4 января"},
	},
	{"KZ", 2026}: {
		{time.January, 1, DayOff, "Жаңа жыл"}, {time.January, 2, DayOff, "Жаңа жыл"}, {time.January, 7, DayOff, "Рождество"},
		{time.March, 9, DayOff, "8 наурыз"}, {time.March, 23, DayOff, "Наурыз мейрамы"}, {time.March, 24, DayOff, "Наурыз мейрамы"}, {time.March, 25, DayOff, "Наурыз мейрамы"},
		{time.May, 1, DayOff, "Қазақстан халқының бірлігі мерекесі"}, {time.May, 7, DayOff, "Отан қорғаушы күні"}, {time.May, 11, DayOff, "Жеңіс күні"},
		{time.May, 27, DayOff, "Құрбан айт"}, {time.July, 6, DayOff, "Астана күні"}, {time.August, 31, DayOff, "Конституция күні"},
		{time.October, 26, DayOff, "Республика күні"}, {time.December, 16, DayOff, "Тәуелсіздік күні"},
	},
	{"UA", 2026}: {},
}
