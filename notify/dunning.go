package notify

import "prolong"

// ServiceSuspending warns that the service stops if the invoice is not paid.
type ServiceSuspending struct {
	Bill Bill `json:"bill"`
	// PaidThrough is the last paid day, StopsOn the first day without service.
	PaidThrough prolong.Date `json:"paid_through"`
	StopsOn     prolong.Date `json:"stops_on"`
}

// Purpose returns PurposeServiceSuspending.
func (ServiceSuspending) Purpose() Purpose { return PurposeServiceSuspending }

func (p ServiceSuspending) check() error { return checkStop(p.Bill, p.PaidThrough, p.StopsOn) }

// ServiceSuspended says that the service has stopped and how it goes on.
type ServiceSuspended struct {
	Bill Bill `json:"bill"`
	// PaidThrough is the last paid day, StoppedOn the first day without service.
	PaidThrough prolong.Date `json:"paid_through"`
	StoppedOn   prolong.Date `json:"stopped_on"`
}

// Purpose returns PurposeServiceSuspended.
func (ServiceSuspended) Purpose() Purpose { return PurposeServiceSuspended }

func (p ServiceSuspended) check() error { return checkStop(p.Bill, p.PaidThrough, p.StoppedOn) }

// ServiceClosing warns that a suspended subscription is closed if the invoice is not paid.
type ServiceClosing struct {
	Bill        Bill         `json:"bill"`
	PaidThrough prolong.Date `json:"paid_through"`
	ClosesOn    prolong.Date `json:"closes_on"`
}

// Purpose returns PurposeServiceClosing.
func (ServiceClosing) Purpose() Purpose { return PurposeServiceClosing }

func (p ServiceClosing) check() error { return checkStop(p.Bill, p.PaidThrough, p.ClosesOn) }

// ServiceClosed says that the subscription was closed, for want of a payment or as announced.
type ServiceClosed struct {
	AccountName string `json:"account_name"`
	// Service names the plan. May be empty.
	Service     string       `json:"service,omitempty"`
	PaidThrough prolong.Date `json:"paid_through"`
	ClosedOn    prolong.Date `json:"closed_on"`
	// Balance is what lies with us on no invoice; zero if nothing.
	Balance prolong.Money `json:"balance"`
	// Owed is what is left to pay for what was used; zero if nothing.
	Owed prolong.Money `json:"owed"`
	// Announced says that it ended as the client knew, not because no payment came.
	Announced bool `json:"announced,omitempty"`
}

// Purpose returns PurposeServiceClosed.
func (ServiceClosed) Purpose() Purpose { return PurposeServiceClosed }

func (p ServiceClosed) check() error {
	switch {
	case p.AccountName == "":
		return missing("AccountName")
	case p.PaidThrough.IsZero():
		return missing("PaidThrough")
	case p.ClosedOn.IsZero():
		return missing("ClosedOn")
	}
	return nil
}

func checkStop(b Bill, paidThrough, on prolong.Date) error {
	switch {
	case paidThrough.IsZero():
		return missing("PaidThrough")
	case on.IsZero():
		return missing("the day")
	}
	return b.check()
}
