package backoffice

import (
	"cmp"
	"strings"
)

// browserName recognises what people call their browser and system; a program that is neither
// is called by what it says of itself.
func browserName(agent string) string {
	first := func(pairs ...string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	// Every browser claims to be the ones before it, so the youngest names go first.
	browser := first("YaBrowser/", "Yandex Browser", "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chromium/", "Chromium", "Chrome/", "Chrome", "Safari/", "Safari")
	system := first("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "macOS", "Linux", "Linux")
	switch {
	case browser != "" && system != "":
		return browser + ", " + system
	case browser != "":
		return browser
	}
	const agentRunesMax = 40
	if runes := []rune(agent); len(runes) > agentRunesMax {
		return string(runes[:agentRunesMax]) + "…"
	}
	return cmp.Or(agent, "—")
}
