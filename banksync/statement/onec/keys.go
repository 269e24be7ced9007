package onec

import (
	"strings"
	"unicode"
)

// key is a field that the reader uses; all others are kept in the raw section only.
type key uint8

const (
	keyUnknown key = iota
	keyOther       // known to the format, of no use here

	// Sections and the ends of sections.
	keySectionAccount
	keyEndAccount
	keySectionDocument
	keyEndDocument
	keyEndFile
	keyEndStatement

	// Header and account section.
	keyVersion
	keyEncoding
	keyDateFrom
	keyDateTo
	keyAccount
	keyOpening
	keyClosing
	keyTotalIn
	keyTotalOut

	// Document.
	keyDocNo
	keyDocDate
	keyAmount
	keyAmountIn
	keyAmountOut
	keyCurrency
	keyOperationDate
	keyValueDate
	keyDebited
	keyCredited
	keyKind
	keyPurpose
	keyPurpose1
	keyPurpose2
	keyPurpose3
	keyPurpose4
	keyPurpose5
	keyPurpose6
	keyPurposeCode
	keyPaymentID
	keyPayer // the first of a block that has the order of the payee's block
	keyPayerName
	keyPayerAccount
	keyPayerClientAccount
	keyPayerTaxID
	keyPayerKPP
	keyPayerBIC
	keyPayerBank
	keyPayee
	keyPayeeName
	keyPayeeAccount
	keyPayeeClientAccount
	keyPayeeTaxID
	keyPayeeKPP
	keyPayeeBIC
	keyPayeeBank
	keyCount
)

// payeeOffset leads from a payer's key to the payee's.
const payeeOffset = keyPayee - keyPayer

// keyNames lists the fields of all versions and dialects (banks.md 2.1 and 2.6). The two
// sides are added by sideNames.
var keyNames = map[string]key{
	"СекцияРасчСчет": keySectionAccount, "КонецРасчСчет": keyEndAccount,
	"СекцияДокумент": keySectionDocument, "КонецДокумента": keyEndDocument,
	"КонецФайла": keyEndFile, "КонецВыписки": keyEndStatement,

	"ВерсияФормата": keyVersion, "Кодировка": keyEncoding, "ДатаНачала": keyDateFrom, "ДатаКонца": keyDateTo,
	"РасчСчет": keyAccount, "НачальныйОстаток": keyOpening, "КонечныйОстаток": keyClosing,
	"ВсегоПоступило": keyTotalIn, "ВсегоСписано": keyTotalOut,

	"Номер": keyDocNo, "НомерДокумента": keyDocNo, "Дата": keyDocDate, "ДатаДокумента": keyDocDate,
	"Сумма": keyAmount, "СуммаПриход": keyAmountIn, "СуммаРасход": keyAmountOut, "Валюта": keyCurrency,
	"ДатаОперации": keyOperationDate, "ДатаВалютирования": keyValueDate,
	"ДатаСписано": keyDebited, "ДатаПоступило": keyCredited, "ВидДокумента": keyKind,
	"НазначениеПлатежа": keyPurpose, "НазначениеПлатежа1": keyPurpose1, "НазначениеПлатежа2": keyPurpose2,
	"НазначениеПлатежа3": keyPurpose3, "НазначениеПлатежа4": keyPurpose4, "НазначениеПлатежа5": keyPurpose5,
	"НазначениеПлатежа6": keyPurpose6,
	"КодНазПлатежа":      keyPurposeCode, "КодНазначенияПлатежа": keyPurposeCode, "КНП": keyPurposeCode, "Код": keyPaymentID,

	"Отправитель": keyOther, "Получатель": keyPayee, "ДатаСоздания": keyOther, "ВремяСоздания": keyOther,
	"Документ": keyOther, "КвитанцияДата": keyOther, "КвитанцияВремя": keyOther, "КвитанцияСодержание": keyOther,
	"ВидПлатежа": keyOther, "ВидОплаты": keyOther, "Очередность": keyOther, "СрокПлатежа": keyOther,
	"СрокАкцепта": keyOther, "ВидАккредитива": keyOther, "УсловиеОплаты1": keyOther, "УсловиеОплаты2": keyOther,
	"УсловиеОплаты3": keyOther, "ПлатежПоПредст": keyOther, "ДополнУсловия": keyOther,
	"НомерСчетаПоставщика": keyOther, "ДатаОтсылкиДок": keyOther,
	"СтатусСоставителя": keyOther, "ПоказательКБК": keyOther, "ОКАТО": keyOther, "ОКТМО": keyOther,
	"ПоказательОснования": keyOther, "ПоказательПериода": keyOther, "ПоказательНомера": keyOther,
	"ПоказательДаты": keyOther, "ПоказательТипа": keyOther, "ВремяДокумента": keyOther, "ВремяОперации": keyOther,
}

// sideNames are the fields that either side has, after the words Плательщик and Получатель.
var sideNames = map[string]key{
	"": keyPayer, "1": keyPayerName, "Наименование": keyPayerName,
	"2": keyOther, "3": keyOther, "4": keyOther,
	"Счет": keyPayerAccount, "РасчСчет": keyPayerClientAccount, "ИИК": keyPayerClientAccount,
	"ИНН": keyPayerTaxID, "БИН_ИИН": keyPayerTaxID, "БИНИИН": keyPayerTaxID, "БИН": keyPayerTaxID, "ИИН": keyPayerTaxID,
	"ЕДРПОУ": keyPayerTaxID, "КПП": keyPayerKPP,
	"БИК": keyPayerBIC, "БанкБИК": keyPayerBIC, "МФО": keyPayerBIC,
	"Банк1": keyPayerBank, "БанкНаименование": keyPayerBank,
	"Банк2": keyOther, "БанкБИН_ИИН": keyOther, "КБЕ": keyOther, "КБе": keyOther, "Корсчет": keyOther,
}

// keyByName finds a field by its usual spelling, keyByUpper by any: dialects of Kazakhstan
// mix cases within one file.
var keyByName, keyByUpper = func() (byName, byUpper map[string]key) {
	byName, byUpper = make(map[string]key), make(map[string]key)
	for name, k := range keyNames {
		byName[name] = k
	}
	for suffix, k := range sideNames {
		payee := k
		if k != keyOther {
			payee += payeeOffset
		}
		byName["Плательщик"+suffix], byName["Получатель"+suffix] = k, payee
	}
	for name, k := range byName {
		byUpper[strings.ToUpper(name)] = k
	}
	return byName, byUpper
}()

// keyBytesMax bounds a field name; a longer text before "=" is a part of a value.
const keyBytesMax = 80

// keyOf returns the field that the name stands for.
func keyOf(name []byte) key {
	if k, ok := keyByName[string(name)]; ok {
		return k
	}
	if len(name) > keyBytesMax {
		return keyUnknown
	}
	return keyByUpper[strings.ToUpper(string(name))]
}

// nameLettersMin keeps short words of a purpose ("НДС=20%") from passing for fields.
const nameLettersMin = 6

// looksLikeName says whether the text before "=" is the name of a field that this reader
// does not know, rather than a line of a purpose: one word that begins with a capital and
// holds more capitals inside ("ПлательщикОГРН"), or is all capitals and long.
func looksLikeName(name []byte) bool {
	letters, capitals, small := 0, 0, 0
	for _, r := range string(name) {
		switch {
		case unicode.IsUpper(r):
			capitals++
		case unicode.IsLower(r):
			small++
		case r == '_' || unicode.IsDigit(r):
			continue
		default:
			return false
		}
		if letters == 0 && capitals == 0 {
			return false
		}
		letters++
	}
	return letters >= nameLettersMin && capitals >= 2 && (small > capitals || small == 0)
}
