package invoices

import (
	"prolong/billing"
)

// Entry is an accounting entry (проводка): Amount from the credited to the debited account. A
// negative amount is a красное сторно: it takes an earlier entry back on the same side.
type Entry struct {
	Debit, Credit string
	Minor         int64
	Content       string // "payment", "unknown", "revenue", "vat", "offset", "return", "write_off", "advance_vat", "advance_vat_deduction"
}

// EntriesOf translates a posting of our ledger into the entries of a seller's books. What only
// moves inside the advances (a payment that is given to an invoice) is no event for the books.
func EntriesOf(chart Chart, p billing.Posting) []Entry {
	switch {
	case p.Credit == billing.LedgerRevenue || p.Credit == billing.LedgerVAT:
		return closing(chart, p.Debit, p.Credit, p.Amount.Minor())
	case p.Debit == billing.LedgerRevenue || p.Debit == billing.LedgerVAT:
		return closing(chart, p.Credit, p.Debit, -p.Amount.Minor())
	}
	debit, credit := chart.of(p.Debit), chart.of(p.Credit)
	if debit == credit {
		return nil
	}
	content := "transfer"
	switch {
	case p.Debit == billing.LedgerBank && p.Credit == billing.LedgerAdvances:
		content = "payment"
	case p.Debit == billing.LedgerBank:
		content = "unknown"
	case p.Credit == billing.LedgerBank:
		content = "return"
	case p.Debit == billing.LedgerWriteOff || p.Credit == billing.LedgerWriteOff:
		content = "write_off"
	}
	return []Entry{{debit, credit, p.Amount.Minor(), content}}
}

// closing are the entries of a closing document: the service is sold to the customer, its tax is
// charged, and the advance pays for it.
func closing(chart Chart, from, to billing.LedgerAccount, minor int64) []Entry {
	var list []Entry
	switch {
	case to == billing.LedgerRevenue:
		list = append(list, Entry{chart.Customers, chart.Revenue, minor, "revenue"})
	case chart.RevenueVAT == noAccount:
		list = append(list, Entry{chart.Customers, chart.VAT, minor, "vat"})
	default:
		list = append(list, Entry{chart.Customers, chart.Revenue, minor, "revenue"}, Entry{chart.RevenueVAT, chart.VAT, minor, "vat"})
	}
	if paid := chart.of(from); paid != chart.Customers {
		list = append(list, Entry{paid, chart.Customers, minor, "offset"})
	}
	return list
}

// of returns the account of the books that an account of our ledger is a part of.
func (c *Chart) of(a billing.LedgerAccount) string {
	switch a {
	case billing.LedgerBank:
		return c.Bank
	case billing.LedgerAdvances, billing.LedgerDeferred, billing.LedgerTransfer: // between two accounts of one client it stays an advance
		return c.Advances
	case billing.LedgerReceivables:
		return c.Customers
	case billing.LedgerRevenue:
		return c.Revenue
	case billing.LedgerVAT:
		return c.VAT
	case billing.LedgerWriteOff:
		return c.WriteOff
	case billing.LedgerSuspense, billing.LedgerNotOurs:
	}
	return c.Unknown
}
