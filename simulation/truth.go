package simulation

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
)

// Payment is money that came into the seller's accounts, with what its payer meant.
type Payment struct {
	BankAccount  string // of the seller
	On           prolong.Date
	DocNo        string
	Amount       prolong.Money
	PayerAccount string
	Purpose      string
	Kind         Kind
	// Shares say whose money it is; none for money that belongs to no client.
	Shares []Share
}

// Share is a client's part of a payment.
type Share struct {
	Account string // external id
	// Invoice is the number of the invoice that is meant, empty for a payment of something
	// that is paid already.
	Invoice string
	Amount  prolong.Money
}

// Fault is a payment that the product treated wrongly.
type Fault struct {
	Payment Payment
	// What is one of the Fault constants.
	What string
	// Accounts are the external ids where the money went.
	Accounts []string
}

// MarshalJSON writes the fault flat, with the accounts that were meant beside those that got
// the money.
func (f Fault) MarshalJSON() ([]byte, error) {
	meant := make([]string, len(f.Payment.Shares))
	for i, share := range f.Payment.Shares {
		meant[i] = share.Account
	}
	return json.Marshal(struct {
		What     string       `json:"what"`
		Kind     Kind         `json:"kind"`
		Date     prolong.Date `json:"date"`
		DocNo    string       `json:"doc_no"`
		Amount   string       `json:"amount"`
		Purpose  string       `json:"purpose"`
		Meant    []string     `json:"meant"`
		Accounts []string     `json:"accounts"`
	}{f.What, f.Payment.Kind, f.Payment.On, f.Payment.DocNo, f.Payment.Amount.String(), f.Payment.Purpose, meant, f.Accounts})
}

// remember notes a payment that the bank has executed.
func (w *world) remember(o *order) {
	last := &w.bank.executed[len(w.bank.executed)-1]
	if !slices.Contains(w.bank.accounts, last.payee.account) {
		return
	}
	if len(o.shares) > 0 {
		w.summary.Payments++
	}
	w.summary.Truth = append(w.summary.Truth, Payment{
		BankAccount: last.payee.account, On: last.on, DocNo: last.docNo, Amount: prolong.NewMoney(last.minor, prolong.RUB), PayerAccount: last.payer.account,
		Purpose: last.purpose, Kind: o.kind, Shares: o.shares,
	})
}

// outcome is what the product made of a credit line.
type outcome struct {
	state    billing.PaymentState
	amounts  map[billing.AccountID]int64
	invoices map[string]bool // numbers that got a part of the money
	byHand   bool
}

// line identifies a credit line towards the bank; genuine twins share it.
type line struct {
	on                           prolong.Date
	docNo, payerAccount, purpose string
	minor                        int64
}

func (p Payment) line() line {
	return line{on: p.On, docNo: p.DocNo, payerAccount: p.PayerAccount, purpose: strings.Join(strings.Fields(p.Purpose), ""), minor: p.Amount.Minor()}
}

func lineOf(r banksync.Received) line {
	return line{on: r.PostedOn, docNo: r.DocNo, payerAccount: r.Payer.Account, purpose: strings.Join(strings.Fields(r.Purpose), ""), minor: r.Amount.Minor()}
}

// received goes through the bank payments that a list of the product shows, the newest first.
func (w *world) received(ctx context.Context, state billing.PaymentState, see func(banksync.Received) error) error {
	const pageMax = 200
	filter := banksync.ReviewFilter{State: state, Limit: pageMax}
	for {
		page, err := w.product.Banksync.FindReceived(ctx, filter)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if err := see(r); err != nil {
				return err
			}
		}
		filter.BeforeID = page[len(page)-1].ID
	}
}

// outcomes asks where the product has put every credit line.
func (w *world) outcomes(ctx context.Context) (map[line][]outcome, error) {
	out := map[line][]outcome{}
	err := w.received(ctx, "", func(r banksync.Received) error {
		o := outcome{state: r.State, amounts: map[billing.AccountID]int64{}, invoices: map[string]bool{}, byHand: w.byHand[r.ID]}
		if r.AccountID != 0 {
			o.amounts[r.AccountID] = r.Amount.Minor()
		}
		for _, a := range r.Decision.Allocations {
			if r.AccountID == 0 {
				o.amounts[billing.AccountID(a.AccountID)] += a.AmountMinor
			}
			o.invoices[a.Number] = true
		}
		out[lineOf(r)] = append(out[lineOf(r)], o)
		return nil
	})
	for _, twins := range out {
		slices.Reverse(twins) // the newest came first; the truth goes by time
	}
	return out, err
}

// audit compares the truth with what the product made of it, and looks how the clients stand.
func (w *world) audit(ctx context.Context) error {
	found, err := w.outcomes(ctx)
	if err != nil {
		return err
	}
	s := &w.summary
	s.Payments, s.Posted = 0, 0
	for _, p := range s.Truth {
		list := found[p.line()]
		if len(list) == 0 {
			w.fault(p, outcome{}, FaultMissing)
			continue
		}
		found[p.line()] = list[1:]
		w.judge(p, list[0])
	}
	for l, rest := range found {
		for _, o := range rest {
			w.fault(Payment{On: l.on, DocNo: l.docNo, Amount: prolong.NewMoney(l.minor, prolong.RUB), PayerAccount: l.payerAccount, Purpose: l.purpose}, o, FaultDoubled)
		}
	}
	return w.product.Billing.ExportAccounts(ctx, func(a billing.AccountExport) error {
		switch a.State {
		case billing.AccessActive:
			s.Active++
		case billing.AccessGrace:
			s.Grace++
		case billing.AccessSuspended:
			s.Suspended++
		}
		return nil
	})
}

// judge counts one payment.
func (w *world) judge(p Payment, o outcome) {
	s := &w.summary
	posted, ignored := len(o.amounts) > 0, o.state == billing.PaymentIgnored
	if o.state == billing.PaymentReview {
		s.Waiting++
	}
	if len(p.Shares) == 0 {
		s.Strangers++
		switch {
		case posted:
			w.fault(p, o, FaultWrongAccount)
		case ignored && !o.byHand:
			s.StrangersIgnored++
		}
		return
	}
	s.Payments++
	switch {
	case o.byHand:
		s.Review++
		return
	case ignored:
		w.fault(p, o, FaultLost)
		return
	case !posted:
		s.Review++
		return
	}
	s.Posted++
	meant := map[billing.AccountID]int64{}
	for _, share := range p.Shares {
		meant[w.ids[share.Account]] += share.Amount.Minor()
	}
	if !maps.Equal(meant, o.amounts) {
		w.fault(p, o, FaultWrongAccount)
		return
	}
	for _, share := range p.Shares {
		if share.Invoice != "" && !o.invoices[share.Invoice] {
			s.OtherInvoice++
			return
		}
	}
}

// fault notes a payment that was treated wrongly.
func (w *world) fault(p Payment, o outcome, what string) {
	f := Fault{Payment: p, What: what}
	for external, id := range w.ids {
		if o.amounts[id] != 0 {
			f.Accounts = append(f.Accounts, external)
		}
	}
	slices.Sort(f.Accounts)
	w.summary.Wrong++
	w.summary.Faults = append(w.summary.Faults, f)
}
