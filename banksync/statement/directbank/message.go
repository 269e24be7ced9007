package directbank

import (
	"encoding/xml"

	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// operation is the element OperationInfo.
type operation struct {
	Doc struct {
		ID   string    `xml:"id,attr"`
		Kind string    `xml:"docKind,attr"`
		Doc  paymentIn `xml:",any"` // PayDocRu, PayRequest, CollectionOrder, PaymentOrder, BankOrder, MemOrder, InnerDoc, CashContribution, Check
	} `xml:"PayDoc"`
	DC     string `xml:"DC"`
	Date   string `xml:"Date"`
	ExtID  string `xml:"ExtID"`
	Status string `xml:"Stamp>Status>Code"`
}

// paymentIn has what the kinds of documents have in common.
type paymentIn struct {
	XMLName      xml.Name
	DocNo        string   `xml:"DocNo"`
	DocDate      string   `xml:"DocDate"`
	Sum          string   `xml:"Sum"`
	Payer        party    `xml:"Payer"`
	Payee        party    `xml:"Payee"`
	Code         string   `xml:"Code"`
	Purpose      string   `xml:"Purpose"`
	Content      string   `xml:"TransitionContent"` // of memorial orders, which have no purpose
	AddInfo      []string `xml:"AddInfo"`
	InnerDocKind string   `xml:"InnerDocKind"`
}

type party struct {
	Name    string `xml:"Name"`
	INN     string `xml:"INN"`
	KPP     string `xml:"KPP"`
	Account string `xml:"Account"`
	BIC     string `xml:"Bank>BIC"`
	Bank    string `xml:"Bank>Name"`
}

func (p *party) record() record.Party {
	name, inside := field.Name(p.Name)
	out := record.Party{Name: name, TaxID: field.TaxID(p.INN), KPP: field.KPP(p.KPP), Account: field.Account(p.Account),
		BIC: field.BIC(p.BIC), Bank: field.Line(p.Bank)}
	if out.TaxID == "" {
		out.TaxID = inside
	}
	return out
}

// statusOf tells how final an operation is. Code 02 is «Исполнен» (table of document states of
// the standard). A document without a stamp is final in a final statement only.
func statusOf(code, statementType string) (status record.Status, known bool) {
	switch code {
	case "02":
		return record.Booked, true
	case "":
		if statementType == statementFinal {
			return record.Booked, true
		}
		return record.Pending, true
	case "01", "04", "06": // accepted, suspended, not confirmed
		return record.Pending, true
	case "03", "05": // rejected by the bank, withdrawn by the client
		return record.Rejected, true
	}
	return record.Pending, false
}
