package render

import "strconv"

// When an act counts as accepted without the buyer's signature: offers of subscription services say
// so, and the paper repeats it (documents.md 2.2). Statutory forms may carry it among what they let
// the parties add: a УПД in line 14, форма Р-1 below its lines.

// acceptanceRU says of what (услуги, услуги и работы) it speaks; empty if nothing was agreed.
func (d *Document) acceptanceRU(what, paper string) string {
	if d.AcceptanceDays <= 0 {
		return ""
	}
	days := " рабочих дней"
	if d.edition() >= edition4 && oneOf(d.AcceptanceDays) {
		days = " рабочего дня"
	}
	return what + " считаются принятыми, если в течение " + strconv.Itoa(d.AcceptanceDays) + days + " после получения " + paper +
		" Заказчик не направил мотивированных возражений."
}

func (d *Document) acceptanceUA() string {
	if d.AcceptanceDays <= 0 {
		return ""
	}
	days := " робочих днів"
	if d.edition() >= edition4 && oneOf(d.AcceptanceDays) {
		days = " робочого дня"
	}
	return "Послуги вважаються прийнятими, якщо протягом " + strconv.Itoa(d.AcceptanceDays) + days +
		" після отримання акта Замовник не надіслав обґрунтованих заперечень."
}

func (d *Document) acceptanceEN() string {
	if d.AcceptanceDays <= 0 {
		return ""
	}
	days := " working days"
	if d.edition() >= edition4 && d.AcceptanceDays == 1 {
		days = " working day"
	}
	return "The services count as accepted unless the buyer objects with reasons within " + strconv.Itoa(d.AcceptanceDays) + days +
		" after receiving this certificate."
}

// acceptanceR1 has the languages of form Р-1, a paragraph each.
func (d *Document) acceptanceR1() []string {
	if d.AcceptanceDays <= 0 || d.edition() < edition4 {
		return nil
	}
	russian := d.acceptanceRU("Работы (услуги)", "акта")
	if !d.kazakh() {
		return []string{russian}
	}
	return []string{"Тапсырыс беруші актіні алғаннан кейін " + strconv.Itoa(d.AcceptanceDays) +
		" жұмыс күні ішінде дәлелді қарсылық жібермесе, жұмыстар (қызметтер) қабылданды деп есептеледі.", russian}
}

// oneOf says whether Russian and Ukrainian count n as one: 1, 21, 31, not 11.
func oneOf(n int) bool { return n%10 == 1 && n%100 != 11 }
