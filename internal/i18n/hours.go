package i18n

import "fmt"

// Hours writes minutes of work: "9 ч 50 мин", "20 мин", "12 ч". Unlike Duration it knows no days: an
// hour of work is not a part of a day. The sign stays.
func (t Translator) Hours(minutes int) string {
	sign := ""
	if minutes < 0 {
		sign, minutes = "−", -minutes
	}
	hours, rest := minutes/60, minutes%60
	switch {
	case hours == 0:
		return sign + t.T("duration.work_minutes", "Minutes", rest)
	case rest == 0:
		return sign + t.T("duration.work_hours", "Hours", hours)
	}
	return sign + t.T("duration.work_hours", "Hours", hours) + " " + t.T("duration.work_minutes", "Minutes", fmt.Sprintf("%02d", rest))
}
