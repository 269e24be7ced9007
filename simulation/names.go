package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

type gender int

const (
	masculine gender = iota
	feminine
	neuter
)

// trades are what clients of a pass service do.
var trades = []struct {
	noun string
	of   gender
}{
	{"Кофейня", feminine}, {"Пекарня", feminine}, {"Салон", masculine}, {"Магазин", masculine}, {"Кафе", neuter}, {"Ресторан", masculine}, {"Пиццерия", feminine},
	{"Студия", feminine}, {"Барбершоп", masculine}, {"Химчистка", feminine}, {"Ателье", neuter}, {"Автомойка", feminine}, {"Кондитерская", feminine}, {"Фитнес", masculine},
	{"Бистро", neuter}, {"Автосервис", masculine}, {"Клиника", feminine}, {"Цветочная", feminine}, {"Столовая", feminine}, {"Бюро", neuter}, {"Хостел", masculine}, {"Аптека", feminine},
	{"Агентство", neuter}, {"Школа", feminine}, {"Зоомагазин", masculine}, {"Оптика", feminine},
}

// virtues say at first sight that the company is made up.
var virtues = [][3]string{
	{"Образцовый", "Образцовая", "Образцовое"}, {"Примерный", "Примерная", "Примерное"}, {"Условный", "Условная", "Условное"}, {"Учебный", "Учебная", "Учебное"},
	{"Пробный", "Пробная", "Пробное"}, {"Показательный", "Показательная", "Показательное"}, {"Вымышленный", "Вымышленная", "Вымышленное"}, {"Макетный", "Макетная", "Макетное"},
}

// surnames are placeholders; a woman's ends in а.
var surnames = []string{"Примеров", "Образцов", "Шаблонов", "Макетов", "Условнов", "Эскизов", "Черновиков", "Трафаретов"}

var givenNames = [2][]string{
	{"Иван", "Пётр", "Сергей", "Алексей", "Андрей", "Николай", "Михаил", "Дмитрий"},
	{"Анна", "Мария", "Ольга", "Елена", "Ирина", "Наталья", "Светлана", "Вера"},
}

var patronymics = []string{"Иванов", "Петров", "Сергеев", "Алексеев", "Андреев", "Николаев", "Михайлов", "Дмитриев"}

// namer gives out names; no two companies get the same by chance.
type namer struct {
	rng   *rand.Rand
	taken map[string]int
}

func newNamer(rng *rand.Rand) *namer { return &namer{rng: rng, taken: map[string]int{}} }

// company returns a name in quotation marks (кавычки): «Образцовая Кофейня».
func (n *namer) company() string {
	trade, virtue := trades[n.rng.IntN(len(trades))], virtues[n.rng.IntN(len(virtues))]
	name := virtue[trade.of] + " " + trade.noun
	if n.taken[name]++; n.taken[name] > 1 {
		name = fmt.Sprintf("%s %d", name, n.taken[name])
	}
	return "«" + name + "»"
}

// trader returns the full name of a sole trader (ИП).
func (n *namer) trader() string {
	woman := n.rng.IntN(2)
	surname, given, patronymic := surnames[n.rng.IntN(len(surnames))], givenNames[woman][n.rng.IntN(len(givenNames[woman]))], patronymics[n.rng.IntN(len(patronymics))]
	if woman == 1 {
		return surname + "а " + given + " " + patronymic + "на"
	}
	return surname + " " + given + " " + patronymic + "ич"
}

// asBanksWrite returns a name as it stands in a statement: in capitals, with straight marks
// and an abbreviated or written-out legal form.
func asBanksWrite(legalForm, name string, style int) string {
	const styles = 3
	straight := strings.NewReplacer("«", `"`, "»", `"`).Replace(name)
	long := map[string]string{"ООО": "ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ", "АО": "АКЦИОНЕРНОЕ ОБЩЕСТВО", "ИП": "ИНДИВИДУАЛЬНЫЙ ПРЕДПРИНИМАТЕЛЬ"}[legalForm]
	switch style % styles {
	case 0:
		return legalForm + " " + strings.ToUpper(straight)
	case 1:
		return long + " " + strings.ToUpper(straight)
	}
	return legalForm + " " + straight
}
