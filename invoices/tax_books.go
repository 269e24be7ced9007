package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/invoices/register"
	"prolong/invoices/render"
)

// The kinds of operations of the books (приказ ФНС 14.03.2016 № ММВ-7-3/136@).
const (
	operationSale      = "01" // services sold
	operationAdvance   = "02" // money received ahead
	operationDeduction = "22" // the tax on an advance taken back with the supply
)

// salesBook lists счета-фактуры and УПД of status 1 as the sales book (книга продаж, ПП РФ № 1137,
// appendix 5) does: on supplies and on advances, with payment orders (column 11) and the advances
// of line 5б (11а); what was cancelled stands under its own number with a minus. A row for each
// rate, for the columns of the form are by rate.
func (s *Service) salesBook(seller billing.Seller, i Interval) register.Table {
	return register.Table{
		Name: RegisterSalesBook,
		Columns: []register.Column{
			{Key: "operation", Width: 10}, {Key: "number"}, {Key: "date", Width: 12}, {Key: "correction", Width: 18}, {Key: "client", Width: 36}, {Key: "tax_id"}, {Key: "kpp", Width: 11},
			{Key: "payment_orders", Width: 24}, {Key: "advances", Width: 24}, {Key: "currency", Width: 8}, {Key: "rate", Width: 10}, {Key: "total"}, {Key: "net"}, {Key: "tax"},
		},
		Rows: func(ctx context.Context, yield func([]any) error) error {
			return s.eachPaper(ctx, paperQueryDocuments, seller, i, func(p exportedPaper) error {
				d := &p.doc
				if d.Kind != render.KindTaxInvoice && (d.Kind != render.KindUPD || d.UPDStatus != 1) {
					return nil
				}
				operation, number, date := operationSale, d.Number, d.Date
				if d.ForAdvance {
					operation = operationAdvance
				}
				if !d.Reverses.IsZero() {
					number, date = d.Reverses.Number, d.Reverses.Date
				}
				for _, r := range ratesOf(d) {
					money := func(minor int64) prolong.Money { return prolong.NewMoney(minor, d.Currency) }
					if err := yield([]any{
						operation, number, date, referText(d.Correction), d.Buyer.Name, d.Buyer.TaxID, d.Buyer.KPP, referTexts(d.PaymentOrders), referTexts(d.Advances),
						string(d.Currency), r.name, money(r.net + r.tax), money(r.net), money(r.tax),
					}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

// purchaseBook lists the tax on advances that supplies of the interval take back, as the purchase
// book (книга покупок, ПП РФ № 1137, appendix 4) does: the счёт-фактура on the advance, the part of
// it that the supply uses up, its tax. What the seller buys himself is not known here.
func (s *Service) purchaseBook(seller billing.Seller, i Interval, chart Chart) register.Table {
	return register.Table{
		Name: RegisterPurchaseBook,
		Columns: []register.Column{
			{Key: "operation", Width: 10}, {Key: "number"}, {Key: "date", Width: 12}, {Key: "payment_orders", Width: 24}, {Key: "supply", Width: 24}, {Key: "client", Width: 36}, {Key: "tax_id"},
			{Key: "kpp", Width: 11}, {Key: "currency", Width: 8}, {Key: "total"}, {Key: "tax"},
		},
		Rows: func(ctx context.Context, yield func([]any) error) error {
			return s.advanceEvents(ctx, seller, i, chart, func(p exportedPaper, e advanceEvent) error {
				if e.Content != contentAdvanceDeduction {
					return nil
				}
				d := &p.doc
				return yield([]any{
					operationDeduction, e.advance.number, e.advance.date, referTexts(e.advance.orders), referText(render.Reference{Number: d.Number, Date: d.Date}),
					d.Buyer.Name, d.Buyer.TaxID, d.Buyer.KPP, string(d.Currency), prolong.NewMoney(e.gross, d.Currency), prolong.NewMoney(e.Minor, d.Currency),
				})
			})
		},
	}
}
