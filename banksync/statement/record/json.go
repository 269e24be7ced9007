package record

import (
	"encoding/json"
	"io"

	"prolong"
)

// Translator returns the catalogue's text of a message key.
type Translator func(key string, args prolong.Args) string

// WriteJSON writes the statements as `prolong bank parse --json` prints them: an array, one
// object per statement, money as decimal strings with a point, dates in ISO form. A nil
// translator gives the warnings in Russian. Entry follows entry, so that what is written is
// never in memory as a whole.
func WriteJSON(w io.Writer, statements []Statement, translate Translator) error {
	out := newLayout(w)
	out.list(0, len(statements), func(i int) {
		s := &statements[i]
		out.object(1, s.headJSON(),
			part{"entries", len(s.Entries), func(k int) any { return s.Entries[k].toJSON() }},
			part{"warnings", len(s.Warnings), func(k int) any { return s.Warnings[k].toJSON(translate) }})
	})
	out.text("\n")
	return out.flush()
}

// MarshalJSON writes one statement in the shape of WriteJSON, with Russian warnings.
func (s Statement) MarshalJSON() ([]byte, error) { return json.Marshal(s.toJSON(nil)) }

type jsonStatement struct {
	jsonHead
	Entries  []jsonEntry   `json:"entries"`
	Warnings []jsonWarning `json:"warnings"`
}

// jsonHead is a statement without its lists.
type jsonHead struct {
	Format    Format           `json:"format"`
	Version   string           `json:"version"`
	Encoding  string           `json:"encoding"`
	Account   string           `json:"account"`
	Currency  prolong.Currency `json:"currency"`
	From      *string          `json:"from"`
	To        *string          `json:"to"`
	Opening   *string          `json:"opening"`
	Closing   *string          `json:"closing"`
	BalanceOK *bool            `json:"balance_ok"`
	Totals    jsonTotals       `json:"totals"`
}

type jsonTotals struct {
	Count  int    `json:"count"`
	Credit string `json:"credit"`
	Debit  string `json:"debit"`
}

type jsonEntry struct {
	Line         int       `json:"line"`
	Status       Status    `json:"status"`
	Direction    Direction `json:"direction"`
	Amount       string    `json:"amount"`
	Date         *string   `json:"date"`
	ValueDate    *string   `json:"value_date"`
	DocNo        string    `json:"doc_no"`
	Counterparty jsonParty `json:"counterparty"`
	Purpose      string    `json:"purpose"`
	Key          string    `json:"key"`
	Cut          string    `json:"cut,omitempty"`
}

type jsonParty struct {
	Name    string `json:"name"`
	TaxID   string `json:"tax_id"`
	KPP     string `json:"kpp"`
	Account string `json:"account"`
	BIC     string `json:"bic"`
}

type jsonWarning struct {
	Line int         `json:"line,omitempty"` // none: about the file as a whole
	Code WarningCode `json:"code"`
	Text string      `json:"text"`
}

func (s *Statement) toJSON(translate Translator) jsonStatement {
	out := jsonStatement{jsonHead: s.headJSON(), Entries: make([]jsonEntry, len(s.Entries)), Warnings: make([]jsonWarning, len(s.Warnings))}
	for i := range s.Entries {
		out.Entries[i] = s.Entries[i].toJSON()
	}
	for i := range s.Warnings {
		out.Warnings[i] = s.Warnings[i].toJSON(translate)
	}
	return out
}

func (s *Statement) headJSON() jsonHead {
	return jsonHead{
		Format: s.Format, Version: s.Version, Encoding: s.Encoding, Account: s.Account, Currency: s.Currency,
		From: dateJSON(s.From), To: dateJSON(s.To), Opening: moneyJSON(s.Opening), Closing: moneyJSON(s.Closing),
		BalanceOK: s.BalanceOK,
		Totals:    jsonTotals{Count: s.Totals.Count, Credit: s.Totals.Credit.String(), Debit: s.Totals.Debit.String()},
	}
}

func (e *Entry) toJSON() jsonEntry {
	p := &e.Counterparty
	return jsonEntry{
		Line: e.Line, Status: e.Status, Direction: e.Direction, Amount: e.Amount.String(),
		Date: dateJSON(e.Date), ValueDate: dateJSON(e.ValueDate), DocNo: e.DocNo,
		Counterparty: jsonParty{Name: p.Name, TaxID: p.TaxID, KPP: p.KPP, Account: p.Account, BIC: p.BIC},
		Purpose:      e.Purpose, Key: e.Key, Cut: e.Cut.String(),
	}
}

func (w *Warning) toJSON(translate Translator) jsonWarning {
	out := jsonWarning{Line: w.Line, Code: w.Code, Text: w.Text()}
	if translate != nil {
		out.Text = translate(w.Key(), w.Args)
	}
	return out
}

func dateJSON(d prolong.Date) *string {
	if d.IsZero() {
		return nil
	}
	text := d.String()
	return &text
}

func moneyJSON(m *prolong.Money) *string {
	if m == nil {
		return nil
	}
	text := m.String()
	return &text
}
