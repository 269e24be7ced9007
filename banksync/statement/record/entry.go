// Package record is the normalised shape that every statement reader produces: a Statement
// of one account with its Entries, the warnings met on the way, the identity of each line
// and the check of totals and balances. It lies below the readers so that package statement,
// the door, can import both; other packages use the names of package statement.
package record

import (
	"strings"

	"prolong"
)

// Format names a statement format, as shown by `prolong bank parse`.
type Format string

// The formats that can be read.
const (
	FormatAlfa       Format = "alfa"       // Alfa-Bank API, JSON
	FormatCamt052    Format = "camt.052"   // ISO 20022 account report (intraday)
	FormatCamt053    Format = "camt.053"   // ISO 20022 statement
	FormatCamt054    Format = "camt.054"   // ISO 20022 debit/credit notification
	FormatCSV        Format = "csv"        // table by a declared mapping
	FormatDirectBank Format = "directbank" // 1C DirectBank, XML
	FormatModulbank  Format = "modulbank"  // Modulbank API, JSON
	FormatMonobank   Format = "monobank"   // monobank API, JSON
	FormatMT940      Format = "mt940"      // SWIFT customer statement
	FormatMT942      Format = "mt942"      // SWIFT interim report
	FormatOneC       Format = "1c"         // 1CClientBankExchange text
	FormatPrivatBank Format = "privatbank" // PrivatBank Autoclient API, JSON
	FormatSber       Format = "sber"       // Sber API, JSON
	FormatTBank      Format = "tbank"      // T-Bank Business API, JSON
	FormatTochka     Format = "tochka"     // Tochka API, JSON
)

// Status says how final an entry is. Only booked entries move money; the others are kept so
// that a later booked line with the same key is recognised as the same operation.
type Status string

// The states of an entry.
const (
	Booked   Status = "booked"
	Pending  Status = "pending"
	Rejected Status = "rejected"
	Reversed Status = "reversed" // was booked, and the bank has taken it back in place
)

// Direction is seen from the statement's account.
type Direction string

// The directions: Credit is money in, Debit is money out.
const (
	Credit Direction = "credit"
	Debit  Direction = "debit"
)

// Party is one side of a payment as the bank wrote it. Placeholders ("0", "000000000000")
// are dropped; check digits are not verified here.
type Party struct {
	Name    string
	TaxID   string // ИНН, ЄДРПОУ, РНОКПП, БИН, ИИН
	KPP     string
	Account string
	BIC     string // БИК, МФО or SWIFT BIC
	Bank    string // name of the bank
}

// Entry is one operation of an account.
type Entry struct {
	Line         int // line of the file on which the document starts, from 1; row number in tables and JSON
	Status       Status
	Direction    Direction
	Amount       prolong.Money // never negative, rarely nought
	Date         prolong.Date  // posting day, decides the accounting day
	ValueDate    prolong.Date  // may be absent
	DocDate      prolong.Date  // date of the payment document, may be absent
	DocNo        string        // may be empty, is not unique
	Own          Party         // our side
	Counterparty Party         // the other side
	Ultimate     Party         // on whose behalf the counterparty paid, if the bank says so
	Purpose      string        // назначение платежа on one line
	PurposeCode  string        // КНП (KZ), КодНазПлатежа (RU), STRUCT_CODE (UA)
	PaymentID    string        // УИН/УИП, EndToEndId, creditor reference
	Kind         string        // the bank's kind of document; may change later, so only informative
	Parts        []Part        // the payments of a batch that was booked as one sum; nil if it is one payment
	Reversal     bool          // this booked entry takes back an earlier one (MT940 RC/RD, camt RvslInd)
	Cut          Cut           // what the end of the file may have taken from it
	BankID       string        // the bank's own id of the operation, if it has one
	Key          string        // identity within the account, see Keyer
	Raw          string        // the original section, decoded to UTF-8

	shared bool // BankID alone does not name one operation
}

// SetReference sets the bank's reference of a format whose references are not unique by
// themselves: banks use them again in later years and share one between several entries
// (camt). The key is then made of the reference, day, amount and sign.
func (e *Entry) SetReference(reference string) {
	e.BankID, e.shared = reference, reference != ""
}

// Detach lets go of the text that the entry was cut from: a short name would keep all of it.
func (e *Entry) Detach() {
	for _, s := range []*string{&e.DocNo, &e.Purpose, &e.PurposeCode, &e.PaymentID, &e.Kind, &e.BankID} {
		*s = strings.Clone(*s)
	}
	for _, p := range []*Party{&e.Own, &e.Counterparty, &e.Ultimate} {
		for _, s := range []*string{&p.Name, &p.TaxID, &p.KPP, &p.Account, &p.BIC, &p.Bank} {
			*s = strings.Clone(*s)
		}
	}
}

// Part is one payment inside a batch that the bank booked as one sum.
type Part struct {
	Direction    Direction
	Amount       prolong.Money
	Counterparty Party
	Ultimate     Party
	Purpose      string
	PaymentID    string
}

// Balance is a period for which the bank stated balances: a whole statement or one of its days.
type Balance struct {
	Line             int
	From, To         prolong.Date
	Opening, Closing *prolong.Money // nil: not stated
	Credit, Debit    *prolong.Money // declared turnovers; nil: not stated
}

// Totals are the figures of the entries: Count of all, sums of the booked ones.
type Totals struct {
	Count  int
	Credit prolong.Money
	Debit  prolong.Money
}

// Statement is what one file says about one account.
type Statement struct {
	Format    Format
	Version   string // of the format, as the file says
	Encoding  string // of the bytes, not as the file says
	Account   string
	BIC       string // of the bank that keeps the account, if stated
	Currency  prolong.Currency
	From, To  prolong.Date
	Opening   *prolong.Money // nil: not stated, which is not zero
	Closing   *prolong.Money
	BalanceOK *bool // opening + booked credits - booked debits = closing, for each stated period; nil: cannot be verified
	Totals    Totals
	Balances  []Balance // as stated, in the order of the file
	Entries   []Entry
	Warnings  []Warning
	// Unfinished says that the file ends before the statement does: entries may be missing.
	Unfinished bool
}

// Options are what the caller knows about the file.
type Options struct {
	// OwnAccounts are account numbers of the tenant; they decide directions where the file
	// does not name its own account.
	OwnAccounts []string
	// Currency is the currency of the account where the format does not carry it.
	Currency prolong.Currency
	// Mapping is the confirmed layout of a CSV table; other formats do not need it.
	Mapping *Mapping
	// WithoutRaw leaves out the original text of entries (Entry.Raw), which is as long as the file. A
	// file that ends inside a statement must be read with it: by it a cut entry is told from others.
	WithoutRaw bool
	// FileName is given back in errors as the argument File; the format is found by the bytes.
	FileName string
}

// Warn adds a warning about a line of the file.
func (s *Statement) Warn(line int, code WarningCode, args prolong.Args) {
	s.Warnings = append(s.Warnings, Warning{Line: line, Code: code, Args: args})
}
