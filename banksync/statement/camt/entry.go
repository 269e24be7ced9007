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

// operations are the entries of a statement. Each is read when it arrives, so that its element need
// not be kept; one that says no currency or day of its own waits for those of the statement.
type operations struct {
	list     []operation
	currency prolong.Currency // of the first entry that names one
}

// operation is an entry, or why there is none.
type operation struct {
	entry    *record.Entry
	warnings []record.Warning
	waits    *placed
}

// take reads an entry that arrives.
func (o *operations) take(x *placed, withoutRaw bool) {
	cur, known := field.Currency(x.Amount.Currency)
	if known && o.currency == "" {
		o.currency = cur
	}
	if x.Amount.Currency == "" || x.Booked.date().IsZero() && x.Value.date().IsZero() {
		o.list = append(o.list, operation{waits: x})
		return
	}
	o.list = append(o.list, readOperation(x, "", prolong.Date{}, withoutRaw))
}

// finish adds the entries to the statement, whose currency and period are known now, and returns
// what was said about those that were left out.
func (o *operations) finish(st *record.Statement, withoutRaw bool) (leftOut []record.Warning) {
	st.Entries = make([]record.Entry, 0, len(o.list))
	for i := range o.list {
		op := o.list[i]
		o.list[i] = operation{}
		if op.waits != nil {
			op = readOperation(op.waits, st.Currency, st.To, withoutRaw)
		}
		st.Warnings = append(st.Warnings, op.warnings...)
		if op.entry == nil {
			leftOut = append(leftOut, op.warnings...)
			continue
		}
		st.Entries = append(st.Entries, *op.entry)
	}
	return leftOut
}

func (o *operation) warn(line int, code record.WarningCode, args prolong.Args) {
	o.warnings = append(o.warnings, record.Warning{Line: line, Code: code, Args: args})
}

// leftOut is an entry that cannot be used.
func leftOut(x *placed, code record.WarningCode, args prolong.Args) operation {
	return operation{warnings: []record.Warning{{Line: x.Line, Code: code, Args: args, Raw: x.Raw}}}
}

// readOperation reads an entry; cur and last are the currency and the last day of its statement.
func readOperation(x *placed, cur prolong.Currency, last prolong.Date, withoutRaw bool) (op operation) {
	dir, ok := direction(x.Indicator)
	if !ok {
		return leftOut(x, record.WarnDirectionUnknown, nil)
	}
	if x.Amount.Currency != "" {
		if cur, ok = field.Currency(x.Amount.Currency); !ok {
			return leftOut(x, record.WarnRowInvalid, prolong.Args{"Field": "Ccy", "Value": record.Excerpt(x.Amount.Currency)})
		}
	}
	amount, ok := field.Decimal(x.Amount.Text, cur)
	if !ok || amount.Minor() < 0 {
		return leftOut(x, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(x.Amount.Text)})
	}
	e := &record.Entry{Line: x.Line, Raw: x.Raw, Direction: dir, Amount: amount, Kind: x.Code.String(),
		Reversal:  strings.TrimSpace(x.Reversal) == "true" || strings.TrimSpace(x.Reversal) == "1",
		ValueDate: x.Value.date(), Date: x.Booked.date()}
	if e.Date.IsZero() {
		e.Date = e.ValueDate
	}
	if e.Date.IsZero() {
		e.Date = last
	}
	if e.Date.IsZero() {
		return leftOut(x, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(x.Booked.text())})
	}
	state := first(x.Status.Code, x.Status.Text)
	if e.Status, ok = statuses[state]; !ok {
		e.Status = record.Pending
		op.warn(x.Line, record.WarnStatusUnknown, prolong.Args{"Value": record.Excerpt(state)})
	}
	op.addDetails(e, x)
	e.SetReference(reference(x))
	if withoutRaw {
		e.Raw = ""
	}
	op.entry = e
	return op
}

// addDetails takes payer and purpose from the details of a single payment, and the parts of a
// batch.
func (o *operation) addDetails(e *record.Entry, x *placed) {
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
		e.Parts = o.parts(e, x)
	}
}

// parts splits a batch. Parts that cannot be read or do not add up to the batch are not
// trusted: the entry then stays whole, and a person looks at it.
func (o *operation) parts(e *record.Entry, x *placed) []record.Part {
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
			o.warn(x.Line, record.WarnBatchUnsplit, prolong.Args{"Sum": record.Excerpt(a.Text), "Amount": e.Amount})
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
		o.warn(x.Line, record.WarnBatchUnsplit, prolong.Args{"Sum": sum, "Amount": e.Amount})
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
