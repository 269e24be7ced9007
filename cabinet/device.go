package cabinet

import "strings"

// deviceOf names a browser and its system the way people do, "Firefox, Windows", from what the
// browser says of itself; empty for one that says nothing we know.
func deviceOf(userAgent string) string {
	var names []string
	for _, group := range [][][2]string{
		// the first that fits: Edge and Opera call themselves Chrome, Chrome calls itself Safari
		{{"YaBrowser/", "Yandex"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}},
		{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}},
	} {
		for _, mark := range group {
			if strings.Contains(userAgent, mark[0]) {
				names = append(names, mark[1])
				break
			}
		}
	}
	return strings.Join(names, ", ")
}
