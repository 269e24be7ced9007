package backoffice

import (
	"slices"
	"strings"
)

// legalForms are the long legal forms that banks write, with what people write for them. A long
// form stands before those that begin as it does.
var legalForms = []struct{ long, short string }{
	{"ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ", "ООО"},
	{"НЕПУБЛИЧНОЕ АКЦИОНЕРНОЕ ОБЩЕСТВО", "НАО"},
	{"ПУБЛИЧНОЕ АКЦИОНЕРНОЕ ОБЩЕСТВО", "ПАО"},
	{"ЗАКРЫТОЕ АКЦИОНЕРНОЕ ОБЩЕСТВО", "ЗАО"},
	{"ОТКРЫТОЕ АКЦИОНЕРНОЕ ОБЩЕСТВО", "ОАО"},
	{"АКЦИОНЕРНОЕ ОБЩЕСТВО", "АО"},
	{"ИНДИВИДУАЛЬНЫЙ ПРЕДПРИНИМАТЕЛЬ", "ИП"},
	{"ТОВАРИЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ", "ТОО"},
	{"ЖАУАПКЕРШІЛІГІ ШЕКТЕУЛІ СЕРІКТЕСТІГІ", "ЖШС"},
	{"ТОВАРИСТВО З ОБМЕЖЕНОЮ ВІДПОВІДАЛЬНІСТЮ", "ТОВ"},
	{"ПРИВАТНЕ АКЦІОНЕРНЕ ТОВАРИСТВО", "ПрАТ"},
	{"АКЦІОНЕРНЕ ТОВАРИСТВО", "АТ"},
	{"ФІЗИЧНА ОСОБА-ПІДПРИЄМЕЦЬ", "ФОП"},
	{"ФІЗИЧНА ОСОБА - ПІДПРИЄМЕЦЬ", "ФОП"},
}

// shortPayer writes a payer's name with the short legal form, for lists: in some banks the form
// alone takes two lines. The page of the payment has what the bank wrote.
func shortPayer(name string) string {
	name = strings.TrimSpace(name)
	letters := []rune(name)
	for _, form := range legalForms {
		long := []rune(form.long)
		n := len(long)
		if len(letters) <= n || !strings.EqualFold(string(letters[:n]), form.long) || !slices.Contains([]rune(` "«'`+"\u00a0"), letters[n]) {
			continue
		}
		return form.short + " " + strings.TrimLeft(string(letters[n:]), " \u00a0")
	}
	return name
}
