package i18n

import (
	"strconv"
	"strings"

	"prolong"
)

// genitiveMonths are the months as a date says them: «21 ноября».
var genitiveMonths = map[string][12]string{
	"ru": {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	"uk": {"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"},
	"kk": {"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// LongDate returns the date as documents spell it: «21 ноября 2026 г.», «21 листопада
// 2026 р.», «2026 жылғы 21 қараша», "21 November 2026". Other languages get the English
// form. No date is the empty text.
func LongDate(d prolong.Date, lang string) string {
	if d.IsZero() {
		return ""
	}
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	months, ok := genitiveMonths[lang]
	if !ok {
		months = genitiveMonths["en"]
	}
	y, m, day := d.YMD()
	year, name := strconv.Itoa(y), months[m-1]
	switch lang {
	case "ru":
		return strconv.Itoa(day) + " " + name + " " + year + " г."
	case "uk":
		return strconv.Itoa(day) + " " + name + " " + year + " р."
	case "kk":
		return year + " жылғы " + strconv.Itoa(day) + " " + name
	}
	return strconv.Itoa(day) + " " + name + " " + year
}
