package billing

import (
	"prolong"
)

// BookCredit takes back the revenue and tax that a closing document had booked for what a credit
// note takes off: the service is owed to the client as money again. With undo it is revenue once
// more, because the closing document itself is cancelled.
func (j *Journal) BookCredit(seller SellerID, account AccountID, on prolong.Date, net, tax prolong.Money, noteID int64, undo bool) {
	for _, leg := range []struct {
		from   LedgerAccount
		amount prolong.Money
	}{{LedgerRevenue, net}, {LedgerVAT, tax}} {
		if leg.amount.IsZero() {
			continue
		}
		post := Posting{
			SellerID: seller, AccountID: account, BookedOn: on, Debit: leg.from, Credit: LedgerDeferred,
			Amount: leg.amount, Cause: "credit_note", CauseID: noteID,
		}
		if undo {
			post.Debit, post.Credit = post.Credit, post.Debit
		}
		j.postings = append(j.postings, post)
	}
}
