package csv

import "prolong/banksync/statement/record"

// Presets are layouts that are known to the letter (reference banks.md 6). They apply by
// themselves when a file has exactly these headers.
var Presets = []record.Mapping{
	{
		Name: "alfa", Delimiter: ";", Decimal: ",", Sign: record.SignColumns,
		Columns: map[record.Column]string{
			record.ColumnAccount: "Номер счета", record.ColumnCurrency: "Валюта", record.ColumnDate: "Дата операции",
			record.ColumnID: "Референс проводки", record.ColumnPurpose: "Описание операции",
			record.ColumnCredit: "Приход", record.ColumnDebit: "Расход",
		},
	},
	{
		// A row in processing has no posting day yet; its own day stands in for it.
		Name: "vtb", Delimiter: ";", Decimal: ",", Sign: record.SignMinus,
		Columns: map[record.Column]string{
			record.ColumnAccount: "Номер карты/счета/договора", record.ColumnDocDate: "Дата операции", record.ColumnDate: "Дата обработки",
			record.ColumnAmount: "Сумма пересчитанная в валюту счета", record.ColumnCurrency: "Валюта счета",
			record.ColumnPurpose: "Основание", record.ColumnStatus: "Статус",
		},
	},
	{
		Name: "sber", Delimiter: ";", Decimal: ",", Sign: record.SignMinus, Currency: "RUB",
		Columns: map[record.Column]string{
			record.ColumnAccount: "Номер карты", record.ColumnDocDate: "Дата совершения операции", record.ColumnDate: "Дата обработки операции",
			record.ColumnDocNo: "Код авторизации", record.ColumnKind: "Тип операции", record.ColumnPurpose: "Описание",
			record.ColumnAmount: "Сумма в валюте счета",
		},
	},
	{
		Name: "tinkoff", Delimiter: ";", Decimal: ",", Sign: record.SignMinus,
		Columns: map[record.Column]string{
			record.ColumnDocDate: "Дата операции", record.ColumnDate: "Дата платежа", record.ColumnStatus: "Статус",
			record.ColumnAmount: "Сумма платежа", record.ColumnCurrency: "Валюта платежа", record.ColumnKind: "Категория",
			record.ColumnPurpose: "Описание",
		},
		BookedWords: []string{"OK"}, RejectedWords: []string{"FAILED"},
	},
}
