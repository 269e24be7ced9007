package simulation

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prolong"
)

// bill is what a client has read in a letter about an invoice.
type bill struct {
	client  *client
	number  string
	minor   int64
	purpose string
	from    prolong.Date // first day of the invoiced period
	issued  string       // date of the invoice as the letter has it, 01.03.2026
	pending []*order     // planned, not executed yet
}

// The marks by which a person finds what to pay in a letter.
var (
	markNumber = regexp.MustCompile(`№[ \x{a0}](\d{8}(?:\d{2})?-\d{2,})[ \x{a0}]от[ \x{a0}]\d`)
	markAmount = regexp.MustCompile(`(\d[\d \x{a0}\x{202f}]*,\d\d)[ \x{a0}\x{202f}]₽`)
	markIssued = regexp.MustCompile(`[ \x{a0}]от[ \x{a0}](\d\d\.\d\d\.\d{4})`)
	// «1–31 декабря 2026 г.», «15 декабря 2026 г. – 14 января 2027 г.»
	markPeriod  = regexp.MustCompile(`(?m)^Период: (\d{1,2})(?:–\d{1,2})?[ \x{a0}](\p{L}+)[ \x{a0}](\d{4})[ \x{a0}]г\.(?:[ \x{a0}]– .+)?$`)
	markPurpose = regexp.MustCompile(`(?m)^Назначение платежа:\n(.+)$`)
)

// monthsInDates are the months as a date says them.
var monthsInDates = []string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}

// readBill returns the bill that a letter brings; ok is false for letters about something
// else. A letter that asks for money and does not say all that its reader needs is an error.
func readBill(l letter) (b *bill, ok bool, err error) {
	purpose := markPurpose.FindStringSubmatch(l.text)
	if purpose == nil {
		return nil, false, nil
	}
	number, amount, period := markNumber.FindStringSubmatch(l.text), markAmount.FindStringSubmatch(l.text), markPeriod.FindStringSubmatch(l.text)
	issued := markIssued.FindStringSubmatch(purpose[1])
	switch {
	case number == nil || issued == nil || amount == nil || period == nil:
		return nil, false, fmt.Errorf("the letter «%s» to %s lacks the number, sum or period of its invoice", l.subject, l.to)
	case !strings.Contains(purpose[1], number[1]):
		return nil, false, fmt.Errorf("the purpose of payment in the letter «%s» does not name the invoice: %s", l.subject, purpose[1])
	case l.papers != 1:
		return nil, false, fmt.Errorf("the letter «%s» to %s has %d papers, want the invoice", l.subject, l.to, l.papers)
	}
	money, err := prolong.ParseMoney(amount[1], prolong.RUB)
	if err != nil {
		return nil, false, err
	}
	from, err := prolong.ParseDate(fmt.Sprintf("%s-%02d-%02s", period[3], 1+slices.Index(monthsInDates, period[2]), period[1]))
	return &bill{number: number[1], issued: issued[1], minor: money.Minor(), purpose: purpose[1], from: from}, err == nil, err
}

// code is the part of the number that stays the same.
func (b *bill) code() string {
	code, _, _ := strings.Cut(b.number, "-")
	return code
}

// running is the part of the number that counts.
func (b *bill) running() string {
	_, running, _ := strings.Cut(b.number, "-")
	return running
}

// previous is the number of the client's bill before this one, if there was one.
func (b *bill) previous() string {
	if n, err := strconv.Atoi(b.running()); err == nil && n > 1 {
		return prolong.PaymentCode(b.code()).InvoiceNumber(n - 1)
	}
	return b.number
}

// tax is what the ready purpose says after the number and date.
func (b *bill) tax() string {
	if at := strings.Index(b.purpose, "В т.ч."); at >= 0 {
		return b.purpose[at:]
	}
	return "НДС не облагается"
}

// lastPaid is the last day of the term that the bill goes on from.
func (b *bill) lastPaid() prolong.Date { return b.from.AddDays(-1) }
