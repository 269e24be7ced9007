package record

// Column names what a column of a table holds.
type Column string

// The columns that a mapping can name. A file has either one amount (with a sign, a direction
// column or both parties), or a credit and a debit column.
const (
	ColumnAccount     Column = "account"
	ColumnAmount      Column = "amount"
	ColumnBalance     Column = "balance" // running balance after the row
	ColumnBank        Column = "bank"
	ColumnBIC         Column = "bic"
	ColumnCounter     Column = "counter_account"
	ColumnCredit      Column = "credit"
	ColumnCurrency    Column = "currency"
	ColumnDate        Column = "date" // posting day
	ColumnDebit       Column = "debit"
	ColumnDirection   Column = "direction"
	ColumnDocDate     Column = "doc_date"
	ColumnDocNo       Column = "doc_no"
	ColumnID          Column = "id" // the bank's own id of the operation
	ColumnKind        Column = "kind"
	ColumnKPP         Column = "kpp"
	ColumnName        Column = "name"
	ColumnPayeeAcc    Column = "payee_account"
	ColumnPayeeBIC    Column = "payee_bic"
	ColumnPayeeKPP    Column = "payee_kpp"
	ColumnPayeeName   Column = "payee_name"
	ColumnPayeeTaxID  Column = "payee_tax_id"
	ColumnPayerAcc    Column = "payer_account"
	ColumnPayerBIC    Column = "payer_bic"
	ColumnPayerKPP    Column = "payer_kpp"
	ColumnPayerName   Column = "payer_name"
	ColumnPayerTaxID  Column = "payer_tax_id"
	ColumnPaymentID   Column = "payment_id"
	ColumnPurpose     Column = "purpose"
	ColumnPurposeCode Column = "purpose_code"
	ColumnStatus      Column = "status"
	ColumnTaxID       Column = "tax_id"
	ColumnValueDate   Column = "value_date"
)

// SignMode says how a table tells money in from money out.
type SignMode string

// The ways of telling money in from money out.
const (
	SignAccounts SignMode = "accounts"  // payer or payee is our account
	SignColumns  SignMode = "columns"   // separate columns credit and debit
	SignFlag     SignMode = "flag"      // the column direction holds a word
	SignInverse  SignMode = "inverse"   // minus is money in
	SignMinus    SignMode = "minus"     // minus is money out
	SignPlusOnly SignMode = "plus_only" // plus is money in, no sign is money out
)

// DateOrder says which part of a date comes first.
type DateOrder string

// The orders of dates. DayFirst also reads ISO dates, which are not ambiguous.
const (
	DayFirst   DateOrder = "dmy"
	MonthFirst DateOrder = "mdy"
)

// Mapping declares the layout of a bank's table. It is configuration: a person confirms it
// once per bank, and it is stored with the bank account.
type Mapping struct {
	Name      string `json:"name" yaml:"name"`
	Delimiter string `json:"delimiter" yaml:"delimiter"`
	// Columns gives the header of each column, "header#2" for the second column of that name,
	// or "#3" for the third column of a table without a header.
	Columns  map[Column]string `json:"columns" yaml:"columns"`
	SkipRows int               `json:"skip_rows,omitempty" yaml:"skip_rows,omitempty"` // before the data, if columns go by number
	Dates    DateOrder         `json:"dates,omitempty" yaml:"dates,omitempty"`         // empty: DayFirst
	Decimal  string            `json:"decimal,omitempty" yaml:"decimal,omitempty"`     // "," or "."; empty: found by the figures
	Sign     SignMode          `json:"sign,omitempty" yaml:"sign,omitempty"`           // empty: follows from the columns
	// The words of the columns direction and status; empty lists mean the usual words.
	CreditWords   []string `json:"credit_words,omitempty" yaml:"credit_words,omitempty"`
	DebitWords    []string `json:"debit_words,omitempty" yaml:"debit_words,omitempty"`
	BookedWords   []string `json:"booked_words,omitempty" yaml:"booked_words,omitempty"`
	PendingWords  []string `json:"pending_words,omitempty" yaml:"pending_words,omitempty"`
	RejectedWords []string `json:"rejected_words,omitempty" yaml:"rejected_words,omitempty"`
	// The words before the balances in rows above or below the table.
	OpeningWords []string `json:"opening_words,omitempty" yaml:"opening_words,omitempty"`
	ClosingWords []string `json:"closing_words,omitempty" yaml:"closing_words,omitempty"`
	Account      string   `json:"account,omitempty" yaml:"account,omitempty"`   // if the table does not say
	Currency     string   `json:"currency,omitempty" yaml:"currency,omitempty"` // if the table does not say
	SharedIDs    bool     `json:"shared_ids,omitempty" yaml:"shared_ids,omitempty"`
}
