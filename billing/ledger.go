package billing

import (
	"prolong"
)

// LedgerAccount is a named account of the double-entry ledger.
type LedgerAccount string

// The ledger accounts. A posting moves an amount from Credit to Debit; the sum of an
// account's debits less its credits is its balance.
const (
	LedgerAdvances    LedgerAccount = "advances"    // clients' money that is on no invoice: their balance
	LedgerBank        LedgerAccount = "bank"        // the vendor's money in banks
	LedgerDeferred    LedgerAccount = "deferred"    // paid by clients, service not closed by a document yet
	LedgerNotOurs     LedgerAccount = "not_ours"    // received, but nobody's payment for a service
	LedgerReceivables LedgerAccount = "receivables" // owed by clients for closed services
	LedgerRevenue     LedgerAccount = "revenue"     // closed by a document, without VAT
	LedgerSuspense    LedgerAccount = "suspense"    // received, waits for a human to say whose it is
	LedgerTransfer    LedgerAccount = "transfer"    // on its way between two accounts of one client: always nought
	LedgerVAT         LedgerAccount = "vat"         // VAT of closed documents, owed to the state
	LedgerWriteOff    LedgerAccount = "write_off"   // kopecks given up by policy
)

// Posting moves Amount from the credited to the debited ledger account. As one row has both
// sides, the ledger sums to zero by construction.
type Posting struct {
	SellerID  SellerID
	AccountID AccountID // 0 only between bank, suspense and not_ours
	BookedOn  prolong.Date
	Debit     LedgerAccount
	Credit    LedgerAccount
	Amount    prolong.Money
	// Cause and CauseID name the one event behind the posting: "payment" 12, "allocation" 7.
	// The same cause never posts the same pair of accounts twice.
	Cause   string
	CauseID int64
}
