package i18n

import (
	"errors"
	"fmt"
	"strings"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"

	"prolong"
)

// Translator is the voice of one language. It is a small value that travels as a field of the
// page data: bound to a shared template as a function it would render one reader's page in
// another's language. The zero Translator answers every key with its marker.
type Translator struct {
	catalog *Catalog
	lang    Lang
}

// Lang returns the language.
func (t Translator) Lang() Lang { return t.lang }

// T returns the message of key, filled with args: one prolong.Args, or names and values in
// turn, as templates write them: {{.T "invoice.paid_on" "Date" .PaidOn}}. Money, dates, periods
// and durations among the values are written as the language does; whole numbers stay as they
// are, because most are numbers of something and not amounts (use Number for those).
//
// A key without a text, or a placeholder without a value, gives the key in the brackets of
// MissingMark, which the tests of the pages look for.
func (t Translator) T(key string, args ...any) string {
	m := t.message(key)
	if m == nil {
		return MissingMark(key)
	}
	if len(args) == 0 && m.Other != "" && !strings.Contains(m.Other, "{{") {
		return m.Other
	}
	return t.localize(key, nil, t.texts(args))
}

// N returns the plural message of key for a count: an int, int64, or a decimal string such as
// "1.5". The texts find the count, grouped as the language does, as {{.Count}}.
func (t Translator) N(key string, count any, args ...any) string {
	if t.message(key) == nil {
		return MissingMark(key)
	}
	data := t.texts(args)
	data["Count"] = t.Number(count)
	return t.localize(key, count, data)
}

// Error returns what a person may know of err: the message of the outermost *prolong.Error in
// its chain. Internals stay in the log: any other error, and any of CodeInternal, has the same
// general sentence.
func (t Translator) Error(err error) string {
	var e *prolong.Error
	if err == nil {
		return ""
	}
	if !errors.As(err, &e) || e.Code == prolong.CodeInternal || e.Key == "" {
		return t.T("error.internal")
	}
	return t.T(e.Key, e.Args)
}

// Has says whether the catalogue knows the key.
func (t Translator) Has(key string) bool { return t.message(key) != nil }

// MissingMark returns what is shown in place of a message that cannot be made.
func MissingMark(key string) string { return "⟦" + key + "⟧" }

// Missing says whether a text holds a MissingMark.
func Missing(text string) bool { return strings.Contains(text, "⟦") }

func (t Translator) localize(key string, count any, data map[string]any) string {
	text, err := t.catalog.localizers[t.lang].Localize(&goi18n.LocalizeConfig{
		MessageID: key, PluralCount: count, TemplateData: data, TemplateParser: strictParser,
	})
	if err != nil && (text == "" || t.catalog.messages[t.lang][key] != nil) {
		return MissingMark(key)
	}
	return text
}

// message finds the text of a key in the language, else in the default language.
func (t Translator) message(key string) *goi18n.Message {
	if t.catalog == nil {
		return nil
	}
	if m := t.catalog.messages[t.lang][key]; m != nil {
		return m
	}
	return t.catalog.messages[Default][key]
}

// texts turns the arguments of T into template data.
func (t Translator) texts(args []any) map[string]any {
	data := map[string]any{}
	for i := 0; i < len(args); i++ {
		switch a := args[i].(type) {
		case prolong.Args:
			for k, v := range a {
				data[k] = t.text(v)
			}
		case map[string]any:
			for k, v := range a {
				data[k] = t.text(v)
			}
		case string:
			if i+1 < len(args) {
				data[a] = t.text(args[i+1])
				i++
			}
		}
	}
	return data
}

// text writes a value of a message as the language does.
func (t Translator) text(v any) any {
	switch v := v.(type) {
	case prolong.Money:
		return t.Money(v)
	case prolong.Date:
		return t.Date(v)
	case prolong.Period:
		return t.Period(v)
	case time.Duration:
		return t.Duration(v)
	case error:
		return t.Error(v)
	case fmt.Stringer:
		return v.String()
	}
	return v
}
