package invoices

import (
	"github.com/jackc/pgx/v5"

	"prolong"
)

// constraints says what a violated constraint means to people.
var constraints = map[string]*prolong.Error{
	"invoices_period_once":       prolong.NewError(prolong.CodeConflict, "error.period_invoiced", nil),
	"invoices_number_unique":     prolong.NewError(prolong.CodeConflict, "error.invoice_number_taken", nil),
	"invoices_replaced_once":     prolong.NewError(prolong.CodeConflict, "error.period_invoiced", nil),
	"documents_invoice_once":     prolong.NewError(prolong.CodeConflict, "error.invoice_closed", nil),
	"edo_documents_living":       prolong.NewError(prolong.CodeConflict, "error.edo_living", nil),
	"documents_number_unique":    prolong.NewError(prolong.CodeConflict, "error.document_number_taken", nil),
	"documents_tax_invoice_once": prolong.NewError(prolong.CodeConflict, "error.invoice_closed", nil),
	"documents_advance_once":     prolong.NewError(prolong.CodeConflict, "error.invoice_closed", nil),
}

const invoiceColumns = `i.id, i.seller_id, i.account_id, coalesce(i.subscription_id, 0), i.bank_account_id, i.number, i.issued_on, i.due_on, i.period_from, i.period_to,
	i.currency, i.total_minor, i.tax_minor, i.paid_minor, i.status, i.paid_on,
	i.kind, i.credited_minor, i.once_minor, coalesce(i.change_id, 0)`

// invoiceRow reads invoiceColumns.
type invoiceRow struct {
	Invoice
	currency                         string
	total, tax, paid, credited, once int64
}

// columns returns where the columns go.
func (r *invoiceRow) columns() []any {
	i := &r.Invoice
	return []any{(*int64)(&i.ID), (*int64)(&i.SellerID), (*int64)(&i.AccountID), (*int64)(&i.SubscriptionID), (*int64)(&i.BankAccountID), &i.Number, &i.IssuedOn, &i.DueOn,
		&i.Period.From, &i.Period.To, &r.currency, &r.total, &r.tax, &r.paid, (*string)(&i.Status), &i.PaidOn, (*string)(&i.Kind), &r.credited, &r.once, &i.ChangeID}
}

// invoice returns what was read.
func (r *invoiceRow) invoice() Invoice {
	c := prolong.Currency(r.currency)
	r.Total, r.Tax, r.Paid = prolong.NewMoney(r.total, c), prolong.NewMoney(r.tax, c), prolong.NewMoney(r.paid, c)
	r.Credited, r.Once = prolong.NewMoney(r.credited, c), prolong.NewMoney(r.once, c)
	return r.Invoice
}

func scanInvoice(row pgx.CollectableRow) (Invoice, error) {
	var r invoiceRow
	err := row.Scan(r.columns()...)
	return r.invoice(), err
}
