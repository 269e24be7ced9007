package camt

import (
	"strings"

	"prolong"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// The structs below list only what is read. They carry no namespace on purpose: versions .02
// to .13 differ in it, and some files have none.

type account struct {
	ID       accountID `xml:"Id"`
	Currency string    `xml:"Ccy"`
	BIC      string    `xml:"Svcr>FinInstnId>BIC"`
	BICFI    string    `xml:"Svcr>FinInstnId>BICFI"`
	Member   string    `xml:"Svcr>FinInstnId>ClrSysMmbId>MmbId"`
}

type accountID struct {
	IBAN  string `xml:"IBAN"`
	Other string `xml:"Othr>Id"`
}

func (a *accountID) number() string { return field.Account(first(a.IBAN, a.Other)) }

type amount struct {
	Currency string `xml:"Ccy,attr"`
	Text     string `xml:",chardata"`
}

// date is a Dt or a DtTm, of which some banks put the one into the other.
type date struct {
	Day     string `xml:"Dt"`
	Instant string `xml:"DtTm"`
}

func (d *date) date() prolong.Date {
	day, _ := field.Date(first(d.Day, d.Instant))
	return day
}

func (d *date) text() string { return first(d.Day, d.Instant) }

type balance struct {
	Code      string `xml:"Tp>CdOrPrtry>Cd"`
	Amount    amount `xml:"Amt"`
	Indicator string `xml:"CdtDbtInd"`
	Date      date   `xml:"Dt"`
}

// period is FrToDt.
type period struct {
	From        string `xml:"FrDt"`
	To          string `xml:"ToDt"`
	FromInstant string `xml:"FrDtTm"`
	ToInstant   string `xml:"ToDtTm"`
}

// summary is TxsSummry.
type summary struct {
	Credit string `xml:"TtlCdtNtries>Sum"`
	Debit  string `xml:"TtlDbtNtries>Sum"`
}

// status is a text up to version .04 and an element Cd from .08.
type status struct {
	Text string `xml:",chardata"`
	Code string `xml:"Cd"`
}

type entry struct {
	Reference string    `xml:"NtryRef"`
	Amount    amount    `xml:"Amt"`
	Indicator string    `xml:"CdtDbtInd"`
	Reversal  string    `xml:"RvslInd"`
	Status    status    `xml:"Sts"`
	Booked    date      `xml:"BookgDt"`
	Value     date      `xml:"ValDt"`
	BankRef   string    `xml:"AcctSvcrRef"`
	Code      code      `xml:"BkTxCd"`
	Details   []payment `xml:"NtryDtls>TxDtls"`
	Info      string    `xml:"AddtlNtryInf"`
}

type code struct {
	Domain      string `xml:"Domn>Cd"`
	Family      string `xml:"Domn>Fmly>Cd"`
	SubFamily   string `xml:"Domn>Fmly>SubFmlyCd"`
	Proprietary string `xml:"Prtry>Cd"`
}

func (c *code) String() string {
	if c.Domain != "" {
		return strings.Join([]string{c.Domain, c.Family, c.SubFamily}, "-")
	}
	return field.Line(c.Proprietary)
}

// payment is TxDtls, one payment of an entry.
type payment struct {
	BankRef        string    `xml:"Refs>AcctSvcrRef"`
	EndToEnd       string    `xml:"Refs>EndToEndId"`
	UETR           string    `xml:"Refs>UETR"`
	Amount         amount    `xml:"Amt"`
	TxAmount       amount    `xml:"AmtDtls>TxAmt>Amt"`
	Indicator      string    `xml:"CdtDbtInd"`
	Debtor         party     `xml:"RltdPties>Dbtr"`
	DebtorAccount  accountID `xml:"RltdPties>DbtrAcct>Id"`
	UltimateDebtor party     `xml:"RltdPties>UltmtDbtr"`
	Creditor       party     `xml:"RltdPties>Cdtr"`
	CreditorAcct   accountID `xml:"RltdPties>CdtrAcct>Id"`
	UltimateCredit party     `xml:"RltdPties>UltmtCdtr"`
	DebtorAgent    agent     `xml:"RltdAgts>DbtrAgt>FinInstnId"`
	CreditorAgent  agent     `xml:"RltdAgts>CdtrAgt>FinInstnId"`
	Text           []string  `xml:"RmtInf>Ustrd"`
	Structured     []struct {
		Documents []string `xml:"RfrdDocInf>Nb"`
		Reference string   `xml:"CdtrRefInf>Ref"`
		Info      []string `xml:"AddtlRmtInf"`
	} `xml:"RmtInf>Strd"`
	Info   string    `xml:"AddtlTxInf"`
	Return *struct{} `xml:"RtrInf"`
}

// party has its name one level deeper from version .08.
type party struct {
	Name string   `xml:"Nm"`
	IDs  []string `xml:"Id>OrgId>Othr>Id"`
	Own  []string `xml:"Id>PrvtId>Othr>Id"`
	Pty  *struct {
		Name string   `xml:"Nm"`
		IDs  []string `xml:"Id>OrgId>Othr>Id"`
		Own  []string `xml:"Id>PrvtId>Othr>Id"`
	} `xml:"Pty"`
}

type agent struct {
	BIC    string `xml:"BIC"`
	BICFI  string `xml:"BICFI"`
	Member string `xml:"ClrSysMmbId>MmbId"` // БИК of a Russian bank
	Name   string `xml:"Nm"`
}

func (p *party) record(acct *accountID, bank *agent) record.Party {
	name, ids := p.Name, append(append([]string(nil), p.IDs...), p.Own...)
	if p.Pty != nil {
		name = first(name, p.Pty.Name)
		ids = append(append(ids, p.Pty.IDs...), p.Pty.Own...)
	}
	out := record.Party{}
	out.Name, out.TaxID = field.Name(name)
	for _, id := range ids {
		// An identification may be anything; only numbers with right check digits are tax ids.
		if found := field.TaxID(id); found != "" && prolong.TaxIDLooksValid(found) {
			out.TaxID = found
		}
	}
	if acct != nil {
		out.Account = acct.number()
	}
	if bank != nil {
		out.BIC = field.BIC(first(bank.BICFI, bank.BIC, bank.Member))
		out.Bank = field.Line(bank.Name)
	}
	return out
}

// sides returns the party on our side and the other one.
func (p *payment) sides(dir record.Direction) (own, other, ultimate record.Party) {
	debtor := p.Debtor.record(&p.DebtorAccount, &p.DebtorAgent)
	creditor := p.Creditor.record(&p.CreditorAcct, &p.CreditorAgent)
	if dir == record.Credit {
		return creditor, debtor, p.UltimateDebtor.record(nil, nil)
	}
	return debtor, creditor, p.UltimateCredit.record(nil, nil)
}

// purpose joins the free text, the numbers of the documents paid for and what else the bank
// tells.
func (p *payment) purpose() string {
	parts := append([]string(nil), p.Text...)
	for _, s := range p.Structured {
		parts = append(append(parts, s.Documents...), s.Info...)
	}
	text := field.Line(strings.Join(parts, " "))
	for _, s := range p.Structured {
		if s.Reference != "" && !strings.Contains(text, s.Reference) {
			text = field.Line(text + " " + s.Reference)
		}
	}
	if text == "" {
		text = field.Line(p.Info)
	}
	return text
}

func (p *payment) paymentID() string {
	for _, s := range p.Structured {
		if s.Reference != "" {
			return field.Line(s.Reference)
		}
	}
	return record.Reference(p.EndToEnd)
}

func first(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}
