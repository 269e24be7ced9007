package render

import "prolong"

// SnapshotVersion is the version of Document's shape. It is stored with every snapshot; a
// field may be added, never renamed or given another meaning, without raising it.
const SnapshotVersion = 1

// Kind says what sort of document it is; it decides the layout.
type Kind string

// The kinds of documents.
const (
	KindActEN          Kind = "act_en"         // certificate of services, for sellers elsewhere
	KindActKZ          Kind = "act_kz_r1"      // акт выполненных работ, форма Р-1 (Kazakhstan)
	KindActRU          Kind = "act"            // акт (Russia)
	KindActUA          Kind = "act_ua"         // акт надання послуг (Ukraine)
	KindCreditNote     Kind = "credit_note"    // what is taken off an issued document, in the words of the country
	KindInvoiceEN      Kind = "proforma_en"    // pro-forma invoice in English
	KindInvoiceKZ      Kind = "invoice_kz"     // счёт на оплату (Kazakhstan)
	KindInvoiceRU      Kind = "invoice"        // счёт на оплату (Russia)
	KindInvoiceUA      Kind = "rahunok"        // рахунок на оплату (Ukraine)
	KindReconciliation Kind = "reconciliation" // акт сверки, акт звірки, in the words of the country
	KindTaxInvoice     Kind = "sf"             // счёт-фактура, for a supply or for an advance (Russia)
	KindUPD            Kind = "upd"            // универсальный передаточный документ, status 1 or 2 (Russia)
)

// Document is the frozen snapshot of a document: everything that its page shows and nothing
// that has to be looked up. It is stored as JSON and rendered again at any time to the same
// bytes. Amounts are minor units of Currency; texts are plain and of any origin.
type Document struct {
	Version int `json:"version"` // SnapshotVersion
	// Renderer is the RendererVersion under which the paper was issued, which is stored beside the
	// snapshot; the newest one if empty.
	Renderer string `json:"-"`

	Kind     Kind             `json:"kind"`
	Country  prolong.Country  `json:"country"`  // of the seller
	Language string           `json:"language"` // ru, uk, kk or en: of the amount in words where the layout leaves a choice
	Currency prolong.Currency `json:"currency"`
	Number   string           `json:"number"`
	Date     prolong.Date     `json:"date"`

	// Correction marks a corrected issue of the same document (исправление № 1 от ...).
	Correction Reference `json:"correction,omitzero"`
	// Reverses is the document that this one cancels (сторно) or, of a credit note, lowers; its
	// amounts are negative.
	Reverses Reference `json:"reverses,omitzero"`
	// Basis is the contract or offer (основание), whole: title, number, date.
	Basis Reference `json:"basis,omitzero"`

	Seller Party `json:"seller"`
	Buyer  Party `json:"buyer"`

	// PricesIncludeTax says that Price and Discount of the lines contain the tax.
	PricesIncludeTax bool   `json:"prices_include_tax"`
	Lines            []Line `json:"lines,omitempty"`
	Totals           Totals `json:"totals"`

	// Notice is the warning above an invoice: what paying it means.
	Notice string `json:"notice,omitempty"`
	// PaymentPurpose is the text for the payment order, ready to copy; it also goes into the
	// payment QR. At most 160 characters are safe in every bank.
	PaymentPurpose string       `json:"payment_purpose,omitempty"`
	DueOn          prolong.Date `json:"due_on,omitzero"`      // last day to pay so that the service does not stop
	ValidUntil     prolong.Date `json:"valid_until,omitzero"` // last day on which the prices hold
	OmitQR         bool         `json:"omit_qr,omitempty"`    // the seller does not want a payment QR
	Notes          []string     `json:"notes,omitempty"`      // further paragraphs of an invoice or act

	// SuppliedOn is the day of the fact (дата оказания услуг) of acts and УПД; Date if empty.
	SuppliedOn prolong.Date `json:"supplied_on,omitzero"`
	// AcceptanceDays, if above 0, prints that the act counts as accepted without a motivated
	// objection within so many working days.
	AcceptanceDays int `json:"acceptance_days,omitempty"`
	// OneSided leaves out the buyer's signature where the law and the contract allow it.
	OneSided bool `json:"one_sided,omitempty"`

	// UPDStatus is 1 (счёт-фактура and transfer document) or 2 (transfer document only).
	UPDStatus int `json:"upd_status,omitempty"`
	// ForAdvance marks a счёт-фактура on an advance: columns 2 to 6 stay empty.
	ForAdvance bool `json:"for_advance,omitempty"`
	// PaymentOrders are those of the prepayment (line 5 of a счёт-фактура).
	PaymentOrders []Reference `json:"payment_orders,omitempty"`
	// Shipments are the documents of the shipment (line 5а).
	Shipments []Reference `json:"shipments,omitempty"`
	// Advances are the счета-фактуры on the advances that this supply uses up (line 5б).
	Advances []Reference `json:"advances,omitempty"`
	// StateContractID is line 8 of a счёт-фактура.
	StateContractID string `json:"state_contract_id,omitempty"`

	// Reconciliation is the body of an акт сверки; nil for other kinds.
	Reconciliation *Reconciliation `json:"reconciliation,omitempty"`

	// Facsimile and Stamp are drawn on invoices only: primary documents with a facsimile do
	// not support the buyer's expense (Минфин 10.06.2021 № 03-11-11/45946).
	Facsimile Image `json:"facsimile,omitzero"`
	Stamp     Image `json:"stamp,omitzero"`
}

// Reference names another document: «Договор № 12 от 01.02.2026». Every part is optional.
type Reference struct {
	Title  string       `json:"title,omitempty"`
	Number string       `json:"number,omitempty"`
	Date   prolong.Date `json:"date,omitzero"`
}

// Party is one side of a document, as its requisites were on the day of issue.
type Party struct {
	Name      string `json:"name"`                 // full legal name
	ShortName string `json:"short_name,omitempty"` // for payment QR and signatures when Name is long
	// SoleTrader marks an ИП or ФОП: no КПП, signs in person.
	SoleTrader bool         `json:"sole_trader,omitempty"`
	TaxID      string       `json:"tax_id,omitempty"` // ИНН; ЄДРПОУ or РНОКПП; БИН or ИИН
	KPP        string       `json:"kpp,omitempty"`
	RegNo      string       `json:"reg_no,omitempty"`     // ОГРН or ОГРНИП
	RegDate    prolong.Date `json:"reg_date,omitzero"`    // of the ОГРНИП certificate
	VATNo      string       `json:"vat_no,omitempty"`     // ІПН (UA), VAT identification number (EU)
	TaxStatus  string       `json:"tax_status,omitempty"` // ground or regime in words: «НДС не облагается (ст. 145 НК РФ)»
	Address    string       `json:"address,omitempty"`
	Phone      string       `json:"phone,omitempty"`
	Email      string       `json:"email,omitempty"`
	KBe        string       `json:"kbe,omitempty"` // код бенефициара (KZ), 17 or 19
	KNP        string       `json:"knp,omitempty"` // код назначения платежа (KZ)

	Director      string `json:"director,omitempty"`       // surname and initials
	DirectorTitle string `json:"director_title,omitempty"` // «Генеральный директор»; a default by kind if empty
	// Authority is what the signature rests on: «доверенность № 3 от 01.02.2026».
	Authority  string `json:"authority,omitempty"`
	Accountant string `json:"accountant,omitempty"` // surname and initials

	Account BankAccount `json:"account,omitzero"`
}

// BankAccount is where an invoice is paid to.
type BankAccount struct {
	Number      string `json:"number,omitempty"` // settlement account, IBAN or ИИК
	BIC         string `json:"bic,omitempty"`    // БИК (RU, KZ) or SWIFT
	Bank        string `json:"bank,omitempty"`
	CorrAccount string `json:"corr_account,omitempty"`
}

// TaxKind says how a line is taxed.
type TaxKind string

// The kinds of tax of a line.
const (
	TaxAdvance TaxKind = "advance" // estimated rate r/(100+r) on an advance
	TaxExempt  TaxKind = "exempt"  // без НДС, без ПДВ; not the same as a rate of nought
	TaxRate    TaxKind = "rate"
)

// Line is one row of the table. Net + Tax = Gross.
type Line struct {
	Code          string         `json:"code,omitempty"` // the seller's article or plan key
	Name          string         `json:"name"`
	Period        prolong.Period `json:"period,omitzero"` // of the service
	Unit          string         `json:"unit,omitempty"`
	UnitCode      string         `json:"unit_code,omitempty"` // ОКЕИ
	QuantityMilli int64          `json:"quantity_milli"`      // thousandths of the unit
	Price         int64          `json:"price"`               // of one unit, minor units
	Discount      int64          `json:"discount,omitempty"`  // off the whole line, minor units, not negative
	TaxKind       TaxKind        `json:"tax_kind"`
	TaxRateBP     int            `json:"tax_rate_bp,omitempty"` // basis points, 2200 is 22 %
	Net           int64          `json:"net"`
	Tax           int64          `json:"tax"`
	Gross         int64          `json:"gross"`
}

// Totals are the sums of the lines, frozen beside them.
type Totals struct {
	Net      int64 `json:"net"`
	Tax      int64 `json:"tax"`
	Gross    int64 `json:"gross"`
	Discount int64 `json:"discount,omitempty"`
}

// Reconciliation is the body of an акт сверки from the seller's books: a debit is what the
// buyer owes more, a credit what he paid.
type Reconciliation struct {
	Period  prolong.Period `json:"period"`
	Opening int64          `json:"opening"` // owed by the buyer at the start; negative: by the seller
	Rows    []Entry        `json:"rows"`
	Closing int64          `json:"closing"` // Opening + debits - credits
}

// Entry is one document of a reconciliation. One of Debit and Credit is nought.
type Entry struct {
	Date   prolong.Date `json:"date"`
	Title  string       `json:"title"` // «Реализация (акт № 12 от 31.01.2026)»
	Debit  int64        `json:"debit"`
	Credit int64        `json:"credit"`
}

// Image is a picture that a document shows, by its hash: the snapshot stores only SHA256,
// whoever renders puts the bytes back into PNG, and Render checks that they are the same.
type Image struct {
	SHA256 string `json:"sha256,omitempty"` // hex, of PNG
	PNG    []byte `json:"-"`
}

// IsZero says whether there is no picture.
func (i Image) IsZero() bool { return i.SHA256 == "" && len(i.PNG) == 0 }

// IsZero says whether nothing is referred to.
func (r Reference) IsZero() bool { return r == Reference{} }
