package camt

import (
	"strings"

	"prolong"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// direction reads CdtDbtInd, which is already the final sign, also of reversals.
func direction(indicator string) (record.Direction, bool) {
	switch strings.TrimSpace(indicator) {
	case "CRDT":
		return record.Credit, true
	case "DBIT":
		return record.Debit, true
	}
	return "", false
}

// statuses translates Sts. INFO and FUTR announce money; nothing has moved yet.
var statuses = map[string]record.Status{
	"BOOK": record.Booked, "PDNG": record.Pending, "INFO": record.Pending, "FUTR": record.Pending,
}

func (r *reader) leaveOut(st *record.Statement, e *placed, code record.WarningCode, args prolong.Args) {
	w := record.Warning{Line: e.Line, Code: code, Args: args, Raw: e.Raw}
	r.leftOut++
	r.refused = append(r.refused, w)
	st.Warnings = append(st.Warnings, w)
}

func (r *reader) addEntry(st *record.Statement, x *placed) {
	dir, ok := direction(x.Indicator)
	if !ok {
		r.leaveOut(st, x, record.WarnDirectionUnknown, nil)
		return
	}
	cur := st.Currency
	if x.Amount.Currency != "" {
		if cur, ok = field.Currency(x.Amount.Currency); !ok {
			r.leaveOut(st, x, record.WarnRowInvalid, prolong.Args{"Field": "Ccy", "Value": record.Excerpt(x.Amount.Currency)})
			return
		}
	}
	amount, ok := field.Decimal(x.Amount.Text, cur)
	if !ok || amount.Minor() < 0 {
		r.leaveOut(st, x, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(x.Amount.Text)})
		return
	}
	e := record.Entry{Line: x.Line, Raw: x.Raw, Direction: dir, Amount: amount, Kind: x.Code.String(),
		Reversal:  strings.TrimSpace(x.Reversal) == "true" || strings.TrimSpace(x.Reversal) == "1",
		ValueDate: x.Value.date(), Date: x.Booked.date()}
	if e.Date.IsZero() {
		e.Date = e.ValueDate
	}
	if e.Date.IsZero() {
		e.Date = st.To
	}
	if e.Date.IsZero() {
		r.leaveOut(st, x, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(x.Booked.text())})
		return
	}
	state := first(x.Status.Code, x.Status.Text)
	if e.Status, ok = statuses[state]; !ok {
		e.Status = record.Pending
		st.Warn(x.Line, record.WarnStatusUnknown, prolong.Args{"Value": record.Excerpt(state)})
	}
	addDetails(st, &e, x)
	e.SetReference(reference(x))
	st.Entries = append(st.Entries, e)
}

// addDetails takes payer and purpose from the details of a single payment, and the parts of a
// batch.
func addDetails(st *record.Statement, e *record.Entry, x *placed) {
	e.Purpose = field.Line(x.Info)
	switch len(x.Details) {
	case 0:
	case 1:
		p := &x.Details[0]
		e.Own, e.Counterparty, e.Ultimate = p.sides(e.Direction)
		if purpose := p.purpose(); purpose != "" {
			e.Purpose = purpose
		}
		e.PaymentID = p.paymentID()
		e.Reversal = e.Reversal || p.Return != nil
	default:
		e.Parts = parts(st, e, x)
	}
}

// parts splits a batch. Parts that cannot be read or do not add up to the batch are not
// trusted: the entry then stays whole, and a person looks at it.
func parts(st *record.Statement, e *record.Entry, x *placed) []record.Part {
	out := make([]record.Part, 0, len(x.Details))
	sum := prolong.NewMoney(0, e.Amount.Currency())
	for i := range x.Details {
		p := &x.Details[i]
		part := record.Part{Direction: e.Direction, Purpose: p.purpose(), PaymentID: p.paymentID()}
		if dir, ok := direction(p.Indicator); ok {
			part.Direction = dir
		}
		_, part.Counterparty, part.Ultimate = p.sides(part.Direction)
		a := p.Amount
		if strings.TrimSpace(a.Text) == "" {
			a = p.TxAmount
		}
		amount, ok := field.Decimal(a.Text, e.Amount.Currency())
		if cur, known := field.Currency(a.Currency); !ok || amount.Minor() < 0 || known && cur != e.Amount.Currency() {
			st.Warn(x.Line, record.WarnBatchUnsplit, prolong.Args{"Sum": record.Excerpt(a.Text), "Amount": e.Amount})
			return nil
		}
		part.Amount = amount
		signed := amount
		if part.Direction != e.Direction {
			signed = amount.Neg()
		}
		var err error
		if sum, err = sum.Add(signed); err != nil {
			return nil
		}
		out = append(out, part)
	}
	if sum.Minor() != e.Amount.Minor() {
		st.Warn(x.Line, record.WarnBatchUnsplit, prolong.Args{"Sum": sum, "Amount": e.Amount})
		return nil
	}
	return out
}

// reference returns the bank's reference of the entry: AcctSvcrRef, of the entry or of its
// only payment, else NtryRef.
func reference(x *placed) string {
	if found := record.Reference(x.BankRef); found != "" {
		return found
	}
	if len(x.Details) == 1 {
		if found := record.Reference(x.Details[0].BankRef); found != "" {
			return found
		}
	}
	return record.Reference(x.Reference)
}
