package i18n

import (
	"strings"

	"golang.org/x/text/language"
)

// Lang is a language that the product speaks, as its ISO 639-1 code.
type Lang string

// The languages. Default is spoken where nothing is known of the reader.
const (
	English   Lang = "en"
	Kazakh    Lang = "kk"
	Russian   Lang = "ru"
	Ukrainian Lang = "uk"

	Default = Russian
)

// acceptLanguageLenMax bounds what Negotiate looks at; browsers send well under 200 bytes.
const acceptLanguageLenMax = 1000

// Langs returns every language, the default first, in the order in which people choose.
func Langs() []Lang { return []Lang{Russian, Ukrainian, Kazakh, English} }

var matcher = language.NewMatcher([]language.Tag{
	language.Russian, language.Ukrainian, language.Kazakh, language.English,
})

// Negotiate picks the language for an Accept-Language header. Where the match carries no
// confidence (a German reader) it is the default, not the last resort of the matcher.
func Negotiate(acceptLanguage string) Lang {
	if len(acceptLanguage) > acceptLanguageLenMax {
		return Default
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return Default
	}
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return Default
	}
	return Langs()[i]
}

// ParseLang reads a language code as people and programs write it: "ru", "RU", "kk-KZ",
// "uk_UA". It says whether the language is one of ours.
func ParseLang(s string) (Lang, bool) {
	s, _, _ = strings.Cut(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "-"), "-")
	for _, l := range Langs() {
		if string(l) == s {
			return l, true
		}
	}
	return "", false
}

// Native returns the name of the language in the language itself, for the language menu.
func (l Lang) Native() string {
	switch l {
	case English:
		return "English"
	case Kazakh:
		return "Қазақша"
	case Russian:
		return "Русский"
	case Ukrainian:
		return "Українська"
	}
	return string(l)
}

// Short returns the abbreviation that the language is known by to its speakers.
func (l Lang) Short() string {
	switch l {
	case English:
		return "Eng"
	case Kazakh:
		return "Қаз"
	case Russian:
		return "Рус"
	case Ukrainian:
		return "Укр"
	}
	return string(l)
}
