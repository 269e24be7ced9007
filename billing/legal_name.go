package billing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// LegalForm is a legal form of the countries that are served.
type LegalForm struct{ Long, Short string }

// LegalForms are the legal forms as registers write them out and as people shorten them; a long
// form stands before those that begin as it does. Civil Code of the Russian Federation, ch. 4;
// classification of Ukraine ДК 002:2004; Civil Code of the Republic of Kazakhstan, ch. 2.
var LegalForms = []LegalForm{
	{"Общество с ограниченной ответственностью", "ООО"},
	{"Непубличное акционерное общество", "НАО"},
	{"Публичное акционерное общество", "ПАО"},
	{"Закрытое акционерное общество", "ЗАО"},
	{"Открытое акционерное общество", "ОАО"},
	{"Акционерное общество", "АО"},
	{"Индивидуальный предприниматель", "ИП"},
	{"Товарищество с ограниченной ответственностью", "ТОО"},
	{"Жауапкершілігі шектеулі серіктестігі", "ЖШС"},
	{"Жауапкершілігі шектеулі серіктестік", "ЖШС"},
	{"Жеке кәсіпкер", "ЖК"},
	{"Товариство з обмеженою відповідальністю", "ТОВ"},
	{"Приватне акціонерне товариство", "ПрАТ"},
	{"Акціонерне товариство", "АТ"},
	{"Приватне підприємство", "ПП"},
	{"Фізична особа-підприємець", "ФОП"},
	{"Фізична особа - підприємець", "ФОП"},
	{"Фізична особа – підприємець", "ФОП"},
}

// LegalName joins a legal form and a name as papers and lists show them: ООО «Ромашка». Lists that
// come from elsewhere often have the form in the name already, before or behind it, in other
// letters or written out; then the name stays as it is.
func LegalName(form, name string) string {
	switch {
	case form == "" || hasLegalForm(name, form):
		return name
	case name == "":
		return form
	}
	for _, f := range LegalForms {
		if strings.EqualFold(f.Short, form) && hasLegalForm(name, f.Long) {
			return name
		}
	}
	return form + " " + name
}

// ShortLegalName writes a name with the short legal form, before it or, as in Kazakh, behind it:
// ООО «Ромашка», «Ромашка» ЖШС. A name whose form is not written out stays as it is.
func ShortLegalName(name string) string {
	name = strings.TrimSpace(name)
	letters := []rune(name)
	for _, form := range LegalForms {
		n := utf8.RuneCountInString(form.Long)
		if len(letters) <= n {
			continue
		}
		rest := len(letters) - n
		switch {
		case strings.EqualFold(string(letters[:n]), form.Long) && strings.ContainsRune(" \"«'\u00a0", letters[n]):
			return form.Short + " " + strings.TrimLeft(string(letters[n:]), " \u00a0")
		case strings.EqualFold(string(letters[rest:]), form.Long) && strings.ContainsRune(" \"»'\u00a0", letters[rest-1]):
			return strings.TrimRight(string(letters[:rest]), " \u00a0") + " " + form.Short
		}
	}
	return name
}

// hasLegalForm says whether the name begins or ends with the form as words of their own: "ИП" does
// not stand in "Ипатьев".
func hasLegalForm(name, form string) bool {
	n, f := []rune(name), utf8.RuneCountInString(form)
	if len(n) < f {
		return false
	}
	apart := func(i int) bool { return i < 0 || i >= len(n) || !unicode.IsLetter(n[i]) && !unicode.IsDigit(n[i]) }
	return strings.EqualFold(string(n[:f]), form) && apart(f) ||
		strings.EqualFold(string(n[len(n)-f:]), form) && apart(len(n)-f-1)
}
