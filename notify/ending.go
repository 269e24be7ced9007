package notify

import "prolong"

// ServiceEnding says that the end of a subscription was announced: what ends and when, what is
// still to be paid, until when papers can be fetched, and how it is taken back.
type ServiceEnding struct {
	AccountName string `json:"account_name"`
	// Service names the plan. May be empty.
	Service string `json:"service,omitempty"`
	// EndsOn is the last day that is served.
	EndsOn prolong.Date `json:"ends_on"`
	// PapersUntil is the last day on which invoices and closing documents are sure to be in the
	// cabinet.
	PapersUntil prolong.Date `json:"papers_until"`
	// Withdrawn is the number of the open invoice for days behind the end. May be empty.
	Withdrawn string `json:"withdrawn,omitempty"`
	// Owed is what open invoices ask for; zero if nothing.
	Owed prolong.Money `json:"owed,omitzero"`
	// Balance is what lies with us on no invoice; zero if nothing.
	Balance prolong.Money `json:"balance,omitzero"`
	// MoreBills says that periods before the end are still to be invoiced.
	MoreBills bool `json:"more_bills,omitempty"`
	// LastBillOn is the day of the last invoice of rent by the hour, for what is used until the
	// end. May be zero.
	LastBillOn prolong.Date `json:"last_bill_on,omitzero"`
}

// Purpose returns PurposeServiceEnding.
func (ServiceEnding) Purpose() Purpose { return PurposeServiceEnding }

func (p ServiceEnding) check() error {
	switch {
	case p.AccountName == "":
		return missing("AccountName")
	case p.EndsOn.IsZero():
		return missing("EndsOn")
	case p.PapersUntil.IsZero():
		return missing("PapersUntil")
	}
	return nil
}

// ServiceKept says that an announced end was taken back and the subscription goes on.
type ServiceKept struct {
	AccountName string `json:"account_name"`
	// Service names the plan. May be empty.
	Service string `json:"service,omitempty"`
	// Announced is the day on which it was to end.
	Announced prolong.Date `json:"announced"`
	// PaidThrough is the last paid day; zero for rent by the hour.
	PaidThrough prolong.Date `json:"paid_through,omitzero"`
	// RenewOn is the day of the next invoice; zero if it is drawn up at once or lies there already.
	RenewOn prolong.Date `json:"renew_on,omitzero"`
}

// Purpose returns PurposeServiceKept.
func (ServiceKept) Purpose() Purpose { return PurposeServiceKept }

func (p ServiceKept) check() error {
	switch {
	case p.AccountName == "":
		return missing("AccountName")
	case p.Announced.IsZero():
		return missing("Announced")
	}
	return nil
}
