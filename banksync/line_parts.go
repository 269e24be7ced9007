package banksync

import (
	"strconv"

	"prolong/banksync/statement"
)

// linesOf returns the operations of a statement as they are stored: a batch that a bank books as
// one entry with several payers (camt TxDtls) becomes one line per payer, because each pays for
// himself. Parts that do not make the entry's amount are not trusted, and the entry stays one.
func linesOf(entries []statement.Entry) []statement.Entry {
	batched := false
	for i := range entries {
		batched = batched || len(entries[i].Parts) > 1
	}
	if !batched {
		return entries
	}
	out := make([]statement.Entry, 0, len(entries))
	for _, e := range entries {
		if !partsAgree(&e) {
			out = append(out, e)
			continue
		}
		for i, p := range e.Parts {
			line := e
			line.Parts = nil
			line.Key = e.Key + "/" + strconv.Itoa(i+1)
			line.Direction, line.Amount, line.Counterparty, line.Ultimate, line.Purpose, line.PaymentID = p.Direction, p.Amount, p.Counterparty, p.Ultimate, p.Purpose, p.PaymentID
			out = append(out, line)
		}
	}
	return out
}

// partsAgree says whether the parts of a batch have the entry's direction and currency and
// make its amount.
func partsAgree(e *statement.Entry) bool {
	if len(e.Parts) < 2 {
		return false
	}
	var sum int64
	for _, p := range e.Parts {
		if p.Direction != e.Direction || p.Amount.Currency() != e.Amount.Currency() || p.Amount.Minor() <= 0 {
			return false
		}
		sum += p.Amount.Minor()
	}
	return sum == e.Amount.Minor()
}
