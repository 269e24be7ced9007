package simulation

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"prolong"
)

// exchangeDate is how dates stand in the format.
const exchangeDate = "02.01.2006"

// exchangeFile words the statement of the days from first to last in the format
// 1CClientBankExchange 1.03, in windows-1251 with CR LF, as client-bank programs write it.
func (b *bank) exchangeFile(first, last prolong.Date, now time.Time) ([]byte, error) {
	var out strings.Builder
	line := func(name, value string) { out.WriteString(name + "=" + value + "\r\n") }
	day := func(d prolong.Date) string { return d.Time().Format(exchangeDate) }
	out.WriteString("1CClientBankExchange\r\n")
	line("ВерсияФормата", "1.03")
	line("Кодировка", "Windows")
	line("Отправитель", "Клиент-Банк")
	line("Получатель", "")
	line("ДатаСоздания", now.In(b.loc).Format(exchangeDate))
	line("ВремяСоздания", now.In(b.loc).Format("15:04:05"))
	line("ДатаНачала", day(first))
	line("ДатаКонца", day(last))
	for _, account := range b.accounts {
		line("РасчСчет", account)
	}
	days, operations := b.statement(first, last)
	for _, t := range days {
		out.WriteString("СекцияРасчСчет\r\n")
		line("ДатаНачала", day(t.on))
		line("ДатаКонца", day(t.on))
		line("РасчСчет", t.account)
		line("НачальныйОстаток", kopecks(t.opening))
		line("ВсегоПоступило", kopecks(t.in))
		line("ВсегоСписано", kopecks(t.out))
		line("КонечныйОстаток", kopecks(t.closing()))
		out.WriteString("КонецРасчСчет\r\n")
	}
	for i := range operations {
		b.writeOperation(line, &operations[i])
	}
	out.WriteString("КонецФайла\r\n")
	raw, err := encoding.ReplaceUnsupported(charmap.Windows1251.NewEncoder()).String(out.String())
	return []byte(raw), err
}

func (b *bank) writeOperation(line func(name, value string), o *operation) {
	on := o.on.Time().Format(exchangeDate)
	line("СекцияДокумент", o.document)
	line("Номер", o.docNo)
	line("Дата", on)
	line("Сумма", kopecks(o.minor))
	debited, credited := "", ""
	for _, account := range b.accounts {
		if o.payer.account == account {
			debited = on
		}
		if o.payee.account == account {
			credited = on
		}
	}
	for _, side := range []struct {
		name string
		party
		dateName, date string
	}{{"Плательщик", o.payer, "ДатаСписано", debited}, {"Получатель", o.payee, "ДатаПоступило", credited}} {
		line(side.name+"Счет", side.account)
		line(side.dateName, side.date)
		line(side.name, fmt.Sprintf("ИНН %s %s", side.taxID, side.party.name))
		line(side.name+"ИНН", side.taxID)
		line(side.name+"КПП", side.kpp)
		line(side.name+"1", side.party.name)
		line(side.name+"РасчСчет", side.account)
		line(side.name+"Банк1", side.bank.name)
		line(side.name+"БИК", side.bank.bic)
		line(side.name+"Корсчет", side.bank.corr)
	}
	line("ВидПлатежа", "электронно")
	line("ВидОплаты", "01")
	line("Очередность", "5")
	line("НазначениеПлатежа", o.purpose)
	line("КонецДокумента", "")
}

// drop puts a file into the inbox as a careful program does: under a temporary name first.
// Its time is the virtual one, so the product sees at once that nobody writes it any more.
func drop(dir, name string, body []byte, now time.Time) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	final := filepath.Join(dir, name)
	part := final + ".part"
	if err := os.WriteFile(part, body, 0o644); err != nil {
		return err
	}
	if err := os.Chtimes(part, now, now); err != nil {
		return err
	}
	return os.Rename(part, final)
}
