package invoices

import (
	"github.com/jackc/pgx/v5"

	"prolong"
)

// constraints says what a violated constraint means to people.
var constraints = map[string]*prolong.Error{
	"invoices_period_once":    prolong.NewError(prolong.CodeConflict, "error.period_invoiced", nil),
	"invoices_number_unique":  prolong.NewError(prolong.CodeConflict, "error.invoice_number_taken", nil),
	"invoices_replaced_once":  prolong.NewError(prolong.CodeConflict, "error.period_invoiced", nil),
	"documents_invoice_once":  prolong.NewError(prolong.CodeConflict, "error.invoice_closed", nil),
	"documents_number_unique": prolong.NewError(prolong.CodeConflict, "error.document_number_taken", nil),
}

const invoiceColumns = `i.id, i.seller_id, i.account_id, coalesce(i.subscription_id, 0), i.bank_account_id, i.number, i.issued_on, i.due_on, i.period_from, i.period_to,
	i.currency, i.total_minor, i.tax_minor, i.paid_minor, i.status, i.paid_on`

func scanInvoice(row pgx.CollectableRow) (Invoice, error) {
	var i Invoice
	var cur string
	var total, tax, paid int64
	err := row.Scan((*int64)(&i.ID), (*int64)(&i.SellerID), (*int64)(&i.AccountID), (*int64)(&i.SubscriptionID), (*int64)(&i.BankAccountID), &i.Number, &i.IssuedOn, &i.DueOn,
		&i.Period.From, &i.Period.To, &cur, &total, &tax, &paid, (*string)(&i.Status), &i.PaidOn)
	c := prolong.Currency(cur)
	i.Total, i.Tax, i.Paid = prolong.NewMoney(total, c), prolong.NewMoney(tax, c), prolong.NewMoney(paid, c)
	return i, err
}
