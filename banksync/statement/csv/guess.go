package csv

import (
	"sort"
	"strconv"
	"strings"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// Proposal is a mapping that a person should look at before it is used.
type Proposal struct {
	Mapping    record.Mapping
	HeaderLine int        // line of the header, 0 if the table has none
	Headers    []string   // of all columns, in order
	Sample     [][]string // the first rows below the header
	Unused     []string   // headers that nothing was made of
	Missing    []record.Column
}

// sampleRowsMax is how many rows a person is shown.
const sampleRowsMax = 5

// studyRowsMax is how many rows are looked at to find columns by their content.
const studyRowsMax = 200

// headers are the words that banks put over a column, the most telling first. A header
// matches if it equals one of them, or else begins with it.
var headers = []struct {
	column record.Column
	words  []string
}{
	{record.ColumnPayerTaxID, []string{"инн плательщика", "плательщик инн", "бин/иин плательщика", "иин/бин плательщика", "бин плательщика", "иин плательщика", "єдрпоу платника", "код платника", "payer tax id"}},
	{record.ColumnPayeeTaxID, []string{"инн получателя", "получатель инн", "бин/иин получателя", "иин/бин получателя", "бенефициар бин", "payee tax id"}},
	{record.ColumnPayerKPP, []string{"кпп плательщика"}},
	{record.ColumnPayeeKPP, []string{"кпп получателя"}},
	{record.ColumnPayerAcc, []string{"счет плательщика", "расчетный счет плательщика", "иик плательщика", "рахунок платника", "payer account", "счет отправителя"}},
	{record.ColumnPayeeAcc, []string{"счет получателя", "расчетный счет получателя", "иик получателя", "payee account", "счет бенефициара"}},
	{record.ColumnPayerBIC, []string{"бик плательщика", "бик банка плательщика"}},
	{record.ColumnPayeeBIC, []string{"бик получателя", "бик банка получателя"}},
	{record.ColumnPayerName, []string{"плательщик", "наименование плательщика", "платник", "отправитель", "payer"}},
	{record.ColumnPayeeName, []string{"получатель", "наименование получателя", "бенефициар", "payee"}},
	{record.ColumnCounter, []string{"счет контрагента", "расчетный счет контрагента", "рахунок контрагента", "рахунок кореспондента", "счет корреспондента", "иик контрагента", "counterparty account", "counterparty iban"}},
	{record.ColumnTaxID, []string{"инн контрагента", "инн", "єдрпоу контрагента", "едрпоу контрагента", "код контрагента", "єдрпоу кореспондента", "едрпоу корреспондента", "єдрпоу", "едрпоу", "бин/иин", "иин/бин", "бин/иин контрагента", "бин контрагента", "иин контрагента", "бин", "иин", "бсн/жсн", "бсн", "рнокпп", "tax id"}},
	{record.ColumnKPP, []string{"кпп контрагента", "кпп"}},
	{record.ColumnBIC, []string{"бик банка контрагента", "бик контрагента", "бик", "мфо банка", "мфо", "bic", "swift"}},
	{record.ColumnBank, []string{"банк контрагента", "наименование банка контрагента", "банк корреспондента", "банк кореспондента"}},
	{record.ColumnName, []string{"контрагент", "наименование контрагента", "назва контрагента", "корреспондент", "кореспондент", "найменування кореспондента", "контрагент атауы", "counterparty", "counterparty name", "name"}},
	{record.ColumnPurposeCode, []string{"кнп", "код назначения платежа", "төлем тағайындау коды"}},
	{record.ColumnPurpose, []string{"назначение платежа", "призначення платежу", "призначення", "назначение", "төлемнің мақсаты", "төлем мақсаты", "описание операции", "описание", "основание", "содержание операции", "purpose", "details", "description", "narrative"}},
	{record.ColumnID, []string{"референс проводки", "референс", "reference", "id операции", "номер операции", "идентификатор операции", "transaction id", "operation id"}},
	{record.ColumnDocNo, []string{"номер документа", "№ документа", "№ док", "номер док", "номер п/п", "№ п/п", "құжат нөмірі", "номер", "document number", "doc no"}},
	{record.ColumnDocDate, []string{"дата документа", "дата док", "дата совершения операции", "құжат күні", "document date"}},
	{record.ColumnValueDate, []string{"дата валютирования", "дата валютування", "value date"}},
	{record.ColumnDate, []string{"дата проводки", "дата операции", "дата операції", "дата проведения", "дата обработки", "дата платежа", "операция күні", "дата", "күні", "posting date", "booking date", "operation date", "date"}},
	{record.ColumnCredit, []string{"кредит", "приход", "поступление", "поступления", "зачисление", "сумма по кредиту", "оборот кт", "надходження", "зараховано", "кіріс", "credit", "money in", "paid in"}},
	{record.ColumnDebit, []string{"дебет", "расход", "списание", "списания", "сумма по дебету", "оборот дт", "видатки", "списано", "шығыс", "debit", "money out", "paid out"}},
	{record.ColumnBalance, []string{"остаток", "остаток после операции", "баланс", "залишок", "залишок після операції", "қалдық", "balance", "running balance"}},
	{record.ColumnDirection, []string{"тип операции дт/кт", "дт/кт", "дебет/кредит", "д/к", "приход/расход", "debit/credit", "d/c", "direction", "credit debit indicator"}},
	{record.ColumnAmount, []string{"сумма в валюте счета", "сумма операции", "сума операції", "сумма платежа", "сумма", "сума", "операция сомасы", "сома", "amount"}},
	{record.ColumnCurrency, []string{"валюта счета", "валюта рахунку", "валюта", "currency"}},
	{record.ColumnStatus, []string{"статус", "состояние", "стан", "күйі", "status", "state"}},
	{record.ColumnKind, []string{"вид операции", "тип операции", "тип документа", "тип операції", "operation type"}},
	{record.ColumnAccount, []string{"номер счета", "мой счет", "расчетный счет", "наш счет", "рахунок", "номер рахунку", "наш рахунок", "счет", "есепшот", "account", "account number", "iban"}},
}

// Guess proposes a mapping for the table: a preset if the file has its headers, else one made
// of the headers' words and the columns' content. The proposal is for a person to confirm.
// Returns CodeInvalid if the file does not look like a table of operations.
func Guess(text *charset.Text) (Proposal, error) {
	content, _, err := readLines(text.Lines())
	if err != nil {
		return Proposal{}, prolong.Wrap("csv.Guess", err)
	}
	if preset := matching(content); preset != nil {
		rows := split(content[:min(len(content), headerRowsMax+sampleRowsMax)], preset.Delimiter[0], true)
		l, err := find(preset, rows)
		if err != nil {
			return Proposal{}, err
		}
		p := Proposal{Mapping: *preset}
		p.describe(rows, l.first-1)
		return p, nil
	}
	best, score := bestProposal(content)
	if score < headerScoreMin {
		return Proposal{}, prolong.NewError(prolong.CodeInvalid, "error.statement_csv_unlike", prolong.Args{"Line": 1})
	}
	return best, nil
}

// bestProposal tries the delimiters; the one under which most headers are recognised wins.
func bestProposal(content []string) (best Proposal, bestScore int) {
	content = content[:min(len(content), headerRowsMax+studyRowsMax)]
	for _, delimiter := range []string{";", "\t", ",", "|"} {
		rows := split(content, delimiter[0], true)
		if p, score := propose(rows, delimiter); score > bestScore {
			best, bestScore = p, score
		}
	}
	return best, bestScore
}

// headerScoreMin is how many columns must be recognised before a row passes for a header.
const headerScoreMin = 3

// propose finds the row with the most headers and makes a mapping of it.
func propose(rows []row, delimiter string) (Proposal, int) {
	header, columns, score := -1, map[record.Column]int(nil), 0
	for i := range rows[:min(len(rows), headerRowsMax)] {
		if found := recognise(rows[i].cells); len(found) > score {
			header, columns, score = i, found, len(found)
		}
	}
	if header < 0 {
		return Proposal{}, 0
	}
	body := rows[header+1:]
	body = body[:min(len(body), studyRowsMax)]
	byContent(columns, body)
	p := Proposal{Mapping: record.Mapping{Delimiter: delimiter, Columns: make(map[record.Column]string, len(columns))}}
	seen := make(map[string]int)
	names := make([]string, len(rows[header].cells))
	for i, cell := range rows[header].cells {
		names[i] = cell
		seen[word(cell)]++
		if n := seen[word(cell)]; n > 1 {
			names[i] = cell + "#" + strconv.Itoa(n)
		}
	}
	for column, at := range columns {
		if at < len(names) {
			p.Mapping.Columns[column] = names[at]
		}
	}
	p.Mapping.Decimal, p.Mapping.Dates = study(columns, body)
	p.describe(rows, header)
	return p, score
}

// recognise gives each cell of a header row at most one column, and each column one cell.
func recognise(cells []string) map[record.Column]int {
	found := make(map[record.Column]int)
	used := make(map[int]bool)
	for _, exact := range []bool{true, false} {
		for _, h := range headers {
			if _, ok := found[h.column]; ok {
				continue
			}
			if at, ok := match(cells, h.words, used, exact); ok {
				found[h.column], used[at] = at, true
			}
		}
	}
	// A pair of columns says more than one amount, and the other way round only one is meant.
	_, credit := found[record.ColumnCredit]
	_, debit := found[record.ColumnDebit]
	if credit != debit {
		delete(found, record.ColumnCredit)
		delete(found, record.ColumnDebit)
	} else if credit {
		delete(found, record.ColumnAmount)
	}
	return found
}

func match(cells, words []string, used map[int]bool, exact bool) (int, bool) {
	for _, want := range words {
		for i, cell := range cells {
			got := word(cell)
			if used[i] || got == "" {
				continue
			}
			if got == want || !exact && strings.HasPrefix(got, want+" ") {
				return i, true
			}
		}
	}
	return 0, false
}

// byContent finds the columns that are needed and have no telling header.
func byContent(columns map[record.Column]int, body []row) {
	used := make(map[int]bool)
	for _, at := range columns {
		used[at] = true
	}
	width := 0
	for i := range body {
		width = max(width, len(body[i].cells))
	}
	pick := func(column record.Column, fits func(string) bool) {
		if _, ok := columns[column]; ok {
			return
		}
		for at := range width {
			if !used[at] && mostly(body, at, fits) {
				columns[column], used[at] = at, true
				return
			}
		}
	}
	pick(record.ColumnDate, func(s string) bool { _, ok := field.Date(s); return ok })
	if _, ok := columns[record.ColumnCredit]; !ok {
		pick(record.ColumnAmount, func(s string) bool {
			f, ok := readFigure(s)
			return ok && strings.ContainsAny(f.digits, ".,")
		})
	}
}

// mostly says whether at least four of five filled cells of a column fit.
func mostly(body []row, at int, fits func(string) bool) bool {
	filled, good := 0, 0
	for i := range body {
		if at >= len(body[i].cells) || body[i].cells[at] == "" {
			continue
		}
		filled++
		if fits(body[i].cells[at]) {
			good++
		}
	}
	return filled > 0 && good*5 >= filled*4
}

// study finds the decimal sign and the order of dates by the figures.
func study(columns map[record.Column]int, body []row) (decimal string, dates record.DateOrder) {
	dates = record.DayFirst
	for i := range body {
		cell := func(c record.Column) string {
			if at, ok := columns[c]; ok && at < len(body[i].cells) {
				return body[i].cells[at]
			}
			return ""
		}
		for _, c := range []record.Column{record.ColumnAmount, record.ColumnCredit, record.ColumnDebit, record.ColumnBalance} {
			if f, ok := readFigure(cell(c)); ok && decimal == "" {
				decimal = f.decimalOf()
			}
		}
		date := cell(record.ColumnDate)
		if _, ok := field.Date(date); !ok {
			if _, ok := monthFirst(date); ok {
				dates = record.MonthFirst
			}
		}
	}
	return decimal, dates
}

// describe fills what a person is shown.
func (p *Proposal) describe(rows []row, header int) {
	if header >= 0 && header < len(rows) {
		p.HeaderLine, p.Headers = rows[header].line, rows[header].cells
	}
	for i := header + 1; i < len(rows) && len(p.Sample) < sampleRowsMax; i++ {
		if !rows[i].blank() {
			p.Sample = append(p.Sample, rows[i].cells)
		}
	}
	mapped := make(map[string]bool)
	for _, name := range p.Mapping.Columns {
		name, _, _ = strings.Cut(name, "#")
		mapped[word(name)] = true
	}
	for _, name := range p.Headers {
		if name != "" && !mapped[word(name)] {
			p.Unused = append(p.Unused, name)
		}
	}
	has := func(c record.Column) bool { _, ok := p.Mapping.Columns[c]; return ok }
	if !has(record.ColumnDate) {
		p.Missing = append(p.Missing, record.ColumnDate)
	}
	if !has(record.ColumnAmount) && !has(record.ColumnCredit) {
		p.Missing = append(p.Missing, record.ColumnAmount)
	}
	if !has(record.ColumnPurpose) {
		p.Missing = append(p.Missing, record.ColumnPurpose)
	}
	sort.Strings(p.Unused)
}
