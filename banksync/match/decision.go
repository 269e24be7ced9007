package match

import "prolong"

// Class is what the importer does with a payment.
type Class string

// The classes.
const (
	ClassAuto    Class = "auto"     // post now
	ClassHold    Class = "hold"     // credit now, but closing documents wait until the end of the day (rule W5)
	ClassReview  Class = "review"   // a person decides
	ClassNotOurs Class = "not_ours" // no subscriber's money: own transfer, register, bank interest
)

// Posts says whether the class puts money on an account without a person.
func (c Class) Posts() bool { return c == ClassAuto || c == ClassHold }

// Rule names the WHO rule that decided (reference 5.3), empty for a review.
type Rule string

// The WHO rules.
const (
	RuleNone  Rule = ""
	RuleW1    Rule = "W1"     // a valid code and an identity of the same account, or a code in a structured slot
	RuleW2    Rule = "W2"     // a valid code, unknown payer, exact amount and context
	RuleW3    Rule = "W3"     // a repaired code and an identity of the same account
	RuleW4    Rule = "W4"     // the number of a closed invoice and an identity of the same account
	RuleW5    Rule = "W5"     // tax id and amount, nothing against; held
	RuleW6    Rule = "W6"     // a legacy number and the tax id of the same account
	RuleW7    Rule = "W7"     // an outlet of a network, named by a reference or by a learned keyword
	RuleW7All Rule = "W7-all" // all open invoices of the network, exactly; held
	RuleW8    Rule = "W8"     // several accounts, each named with its exact sum
	RuleW9    Rule = "W9"     // another subscriber pays "за" the account that the code names
	RuleW10   Rule = "W10"    // a stranger pays "за" the account, by name and tax id, its exact sum; held
)

// Reason groups the review queue.
type Reason string

// The review groups, and the reasons of ClassNotOurs.
const (
	ReasonNone            Reason = ""
	ReasonTypo            Reason = "typo"             // a number that only resembles ours
	ReasonThirdParty      Reason = "third_party"      // somebody pays for somebody else
	ReasonNetwork         Reason = "network"          // which outlet of the network
	ReasonAmount          Reason = "amount"           // payer known, sum fits nothing
	ReasonForeignNumber   Reason = "foreign_number"   // names an invoice that we never issued
	ReasonSeveralAccounts Reason = "several_accounts" // names several subscribers
	ReasonConflict        Reason = "conflict"         // evidence points to different subscribers
	ReasonUnconfirmed     Reason = "unconfirmed"      // a code without anything that confirms it
	ReasonSubject         Reason = "subject"          // the text speaks of something we do not sell
	ReasonCurrency        Reason = "currency"         // currency differs from the invoices'
	ReasonRefund          Reason = "refund"           // money comes back, or came by mistake
	ReasonRegister        Reason = "register"         // acquirer's or marketplace's register
	ReasonOwnTransfer     Reason = "own_transfer"
	ReasonBank            Reason = "bank" // interest, deposits, loans, salary, taxes, fees
	ReasonNotPositive     Reason = "not_positive"
	ReasonNoEvidence      Reason = "no_evidence"
	ReasonCut             Reason = "cut" // given by the import: the end of a file has cut the payment's text
)

// Field names the part of the payment that a span lies in.
type Field string

// The fields with spans.
const (
	FieldPurpose       Field = "purpose"
	FieldPayerName     Field = "payer_name"
	FieldPayerTaxID    Field = "payer_tax_id"
	FieldPayerAccount  Field = "payer_account"
	FieldActualPayer   Field = "actual_payer_tax_id"
	FieldStructuredRef Field = "structured_ref"
	FieldAmount        Field = "amount"
)

// Span is a half-open run of bytes [From, To) of the original, undecoded text of Field, so
// purpose[From:To] is what the payer wrote. Field is empty for a fact without a place.
type Span struct {
	Field Field `json:"field,omitempty"`
	From  int   `json:"from"`
	To    int   `json:"to"`
}

// FactKind is the discrete value of a fact, as in the tables of reference 5.2.
type FactKind string

// The kinds of facts: reference, identity, amount, context, and what speaks against.
const (
	FactR5 FactKind = "R5" // valid code in a structured slot
	FactR4 FactKind = "R4" // valid code after an invoice word
	FactR3 FactKind = "R3" // valid code, bare
	FactR2 FactKind = "R2" // legacy number after an invoice word
	FactR1 FactKind = "R1" // repaired code
	FactRS FactKind = "RS" // code valid, invoice closed or never issued
	FactRX FactKind = "RX" // codes of several subscribers
	FactRU FactKind = "RU" // explicit number that we never issued

	FactI4 FactKind = "I4" // payer's tax id of exactly one subscriber
	FactI3 FactKind = "I3" // actual payer, tax id in the text, person inside a bank's line
	FactI2 FactKind = "I2" // account of the contract, or a learned alias
	FactI1 FactKind = "I1" // name, unique and strong: ranking only
	FactIM FactKind = "IM" // tax id shared by several subscribers
	FactIX FactKind = "IX" // identity of another subscriber than the reference

	FactA4 FactKind = "A4" // residual of the referenced invoice
	FactA3 FactKind = "A3" // residual of the only such open invoice
	FactA2 FactKind = "A2" // sum of the referenced set or of the unique subset
	FactA1 FactKind = "A1" // one of several equal invoices, or several months' price
	FactA0 FactKind = "A0" // fits nothing

	FactDate     FactKind = "C-date"     // date after "от" is the invoice's
	FactVAT      FactKind = "C-vat"      // VAT sum is the invoice's
	FactContract FactKind = "C-contract" // contract number is the account's
	FactPeriod   FactKind = "C-period"   // period is the invoice's
	FactName     FactKind = "C-name"     // name equals the account's, character by character after folding

	FactKeyword FactKind = "C-keyword" // a learned word of the purpose means this outlet of the network

	FactVeto FactKind = "T" // what forbids to post
)

// Fact is one piece of evidence. Text is a key of the catalogue, filled with Args.
type Fact struct {
	Kind FactKind          `json:"kind"`
	Text string            `json:"text"`
	Args map[string]string `json:"args,omitempty"`
	Span Span              `json:"span"`
	Bits float64           `json:"bits"` // of evidence: how much likelier the fact is if the account is right, as log2
	Sign int               `json:"sign"` // +1 agrees, 0 explains, -1 conflicts
}

// Reference is an invoice that the payer named, in the order of the text.
type Reference struct {
	AccountID int64  `json:"account_id"`
	InvoiceID int64  `json:"invoice_id,omitempty"` // 0: closed, never issued, or only the code was written
	Number    string `json:"number"`
}

// Allocation is a share of the payment for an invoice. InvoiceID 0 is the account's balance.
type Allocation struct {
	AccountID   int64  `json:"account_id"`
	InvoiceID   int64  `json:"invoice_id,omitempty"`
	Number      string `json:"number,omitempty"`
	AmountMinor int64  `json:"amount_minor"`
}

// Part is the share of one account in the payment: WHO. A payment usually has one part, a
// payment for several outlets has several, and their amounts sum to the payment. References
// is what Allocate needs to compute WHAT again under row locks.
type Part struct {
	AccountID   int64       `json:"account_id"`
	AmountMinor int64       `json:"amount_minor"`
	References  []Reference `json:"references,omitempty"`
}

// Candidate is an account that the payment might belong to, for the review list.
type Candidate struct {
	AccountID   int64        `json:"account_id"`
	Facts       []Fact       `json:"facts"`
	Bits        float64      `json:"bits"`           // of all its facts; of those that depend on each other, of the strongest
	Rule        Rule         `json:"rule,omitempty"` // the rule that the candidate satisfies, if any
	Allocations []Allocation `json:"allocations,omitempty"`
	Part        Part         `json:"part"`
}

// Decision is the outcome with everything that led to it. It is plain data and survives a
// round trip through JSON.
type Decision struct {
	RulesetVersion string           `json:"ruleset_version"`
	PaymentID      int64            `json:"payment_id"`
	Class          Class            `json:"class"`
	Rule           Rule             `json:"rule,omitempty"`
	Reason         Reason           `json:"reason,omitempty"` // why not posted
	Currency       prolong.Currency `json:"currency"`

	// AccountID is the account of a payment with one part, 0 otherwise. Parts and
	// Allocations are empty unless Class posts.
	AccountID   int64        `json:"account_id,omitempty"`
	Parts       []Part       `json:"parts,omitempty"`
	Allocations []Allocation `json:"allocations,omitempty"`

	Bits   float64 `json:"bits"`   // log2 odds for the best candidate, net of the prior
	Margin float64 `json:"margin"` // Bits less those of the second candidate

	Facts  []Fact `json:"facts,omitempty"`  // of the payment and of the chosen account
	Vetoes []Fact `json:"vetoes,omitempty"` // what forbade to post

	// Candidates, best first. For a posted payment they are the rejected ones.
	Candidates []Candidate `json:"candidates,omitempty"`
}
