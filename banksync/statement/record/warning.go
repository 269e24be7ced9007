package record

import (
	"fmt"
	"maps"
	"sort"
	"strings"

	"prolong"
)

// WarningCode names what was noticed. Its text is "statement.warning.<code>" in the catalogue.
type WarningCode string

// The warnings. A warning never hides money: rows that could not be read are named with
// their line and their original text.
const (
	WarnAmountInvalid      WarningCode = "amount_invalid"      // the row's amount cannot be read; the row was left out
	WarnBalanceChain       WarningCode = "balance_chain"       // the opening balance differs from the closing balance before it
	WarnBalanceMismatch    WarningCode = "balance_mismatch"    // opening + in - out differs from closing
	WarnBatchUnsplit       WarningCode = "batch_unsplit"       // the details of a batch do not add up to it; it was kept whole
	WarnConflictingKey     WarningCode = "conflicting_key"     // one field stands twice with different values; the row was left out
	WarnCurrencyMismatch   WarningCode = "currency_mismatch"   // the row's currency is not the account's; the row is not part of the totals
	WarnCurrencyUnknown    WarningCode = "currency_unknown"    // the file does not say the currency
	WarnDateInvalid        WarningCode = "date_invalid"        // the row's date cannot be read; the row was left out
	WarnDirectionUnknown   WarningCode = "direction_unknown"   // neither side is ours; the row was left out
	WarnDuplicateID        WarningCode = "duplicate_id"        // two rows carry the same bank id
	WarnEndMissing         WarningCode = "end_missing"         // the file does not end as it should: it may be cut
	WarnFieldInvalid       WarningCode = "field_invalid"       // a field that is not needed for the row cannot be read
	WarnNoBalance          WarningCode = "no_balance"          // no balances: nothing to verify the rows against
	WarnOutsidePeriod      WarningCode = "outside_period"      // the row's day lies outside the stated periods
	WarnRowInvalid         WarningCode = "row_invalid"         // a needed field of the row cannot be read; the row was left out
	WarnSectionUnfinished  WarningCode = "section_unfinished"  // an account section has no end
	WarnStatusUnknown      WarningCode = "status_unknown"      // the row's state is not known; it counts as pending
	WarnTextDamaged        WarningCode = "text_damaged"        // some letters of the row are lost
	WarnTotalsMismatch     WarningCode = "totals_mismatch"     // the declared turnover differs from the rows
	WarnDocumentCut        WarningCode = "document_cut"        // the file ends inside a document; it was left out
	WarnDocumentUnfinished WarningCode = "document_unfinished" // a document has no end mark
	WarnUnexpectedLine     WarningCode = "unexpected_line"     // text outside of any section
)

// Warning is something that a person should know about the file. Raw holds the original
// text of a row that was left out, so that nothing is lost silently.
type Warning struct {
	Line int          `json:"line,omitempty"` // 0: the file as a whole
	Code WarningCode  `json:"code"`
	Args prolong.Args `json:"args,omitempty"`
	Raw  string       `json:"raw,omitempty"`
}

// warningTexts are the Russian texts, the same as templates/locale/statement.ru.toml (a test
// compares them): the readers may not import the catalogue.
var warningTexts = map[WarningCode]string{
	WarnAmountInvalid:      "сумма «{{.Value}}» не читается, документ пропущен",
	WarnBalanceChain:       "входящий остаток {{.Opening}} за {{.Date}} не равен предыдущему исходящему {{.Closing}}: часть выписки пропущена",
	WarnBalanceMismatch:    "остатки не сходятся: {{.Opening}} + {{.Credit}} − {{.Debit}} ≠ {{.Closing}}",
	WarnBatchUnsplit:       "сумма частей {{.Sum}} не равна сумме операции {{.Amount}}, операция принята целиком",
	WarnConflictingKey:     "поле «{{.Field}}» указано дважды с разными значениями, документ пропущен",
	WarnCurrencyMismatch:   "валюта {{.Value}} не совпадает с валютой счёта {{.Currency}}, документ не вошёл в обороты",
	WarnCurrencyUnknown:    "валюта счёта в файле не указана",
	WarnDateInvalid:        "дата «{{.Value}}» не читается, документ пропущен",
	WarnDirectionUnknown:   "не видно, приход это или расход: ни одна из сторон не наш счёт, документ пропущен",
	WarnDocumentCut:        "файл обрывается внутри документа, документ пропущен",
	WarnDocumentUnfinished: "документ не закончен",
	WarnDuplicateID:        "номер операции {{.ID}} встречается повторно",
	WarnEndMissing:         "файл не закончен: возможно, он обрезан",
	WarnFieldInvalid:       "поле «{{.Field}}»: значение «{{.Value}}» не читается",
	WarnNoBalance:          "остатков в файле нет, сверить операции не с чем",
	WarnOutsidePeriod:      "дата {{.Date}} вне периодов выписки",
	WarnRowInvalid:         "поле «{{.Field}}»: значение «{{.Value}}» не читается, документ пропущен",
	WarnSectionUnfinished:  "секция счёта не закончена",
	WarnStatusUnknown:      "состояние «{{.Value}}» неизвестно, операция считается непроведённой",
	WarnTextDamaged:        "часть букв потеряна",
	WarnTotalsMismatch:     "обороты не сходятся: в файле приход {{.DeclaredCredit}}, расход {{.DeclaredDebit}}, по документам приход {{.Credit}}, расход {{.Debit}}",
	WarnUnexpectedLine:     "лишняя строка вне секций: «{{.Value}}»",
}

// Key returns the message key of the catalogue.
func (w Warning) Key() string { return "statement.warning." + string(w.Code) }

// Text returns the warning in Russian.
func (w Warning) Text() string {
	text, ok := warningTexts[w.Code]
	if !ok {
		text = string(w.Code)
	}
	names := make([]string, 0, len(w.Args))
	for name := range w.Args {
		names = append(names, name)
	}
	sort.Strings(names)
	pairs := make([]string, 0, 2*len(names))
	for _, name := range names {
		pairs = append(pairs, "{{."+name+"}}", fmt.Sprint(w.Args[name]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// RefuseAll explains why nothing of a file could be used, by its first row that was left out.
// The message is "error.statement_all_<code of the warning>".
func RefuseAll(count int, warnings []Warning) error {
	for _, w := range warnings {
		if w.Raw != "" {
			args := prolong.Args{"Line": w.Line, "Count": count}
			maps.Copy(args, w.Args)
			return prolong.NewError(prolong.CodeInvalid, "error.statement_all_"+string(w.Code), args)
		}
	}
	return prolong.NewError(prolong.CodeInvalid, "error.statement_no_rows", prolong.Args{"Line": 1})
}

// ExcerptRunesMax bounds what a message quotes from a file.
const ExcerptRunesMax = 60

// Excerpt shortens a text of the file for a message.
func Excerpt(s string) string {
	n := 0
	for i := range s {
		if n++; n > ExcerptRunesMax {
			return strings.ToValidUTF8(s[:i], "\uFFFD") + "…"
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// WarningTexts returns the Russian text of every warning by its message key.
func WarningTexts() map[string]string {
	out := make(map[string]string, len(warningTexts))
	for code, text := range warningTexts {
		out[Warning{Code: code}.Key()] = text
	}
	return out
}
