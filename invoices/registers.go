package invoices

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices/register"
	"prolong/invoices/render"
)

// The registers that invoices draws up; banksync has that of payments.
const (
	RegisterEntries      = "entries"
	RegisterInvoices     = "invoices"
	RegisterPurchaseBook = "purchase_book" // книга покупок: the tax on advances taken back
	RegisterSales        = "sales"
	RegisterSalesBook    = "sales_book" // книга продаж
)

// Registers lists them in the order in which people look for them.
func Registers() []string {
	return []string{RegisterSales, RegisterSalesBook, RegisterPurchaseBook, RegisterInvoices, RegisterEntries}
}

// Register returns a register of an interval; its rows are read when it is written. Returns
// CodeNotFound for an unknown register or seller, CodeInvalid for an impossible interval.
func (s *Service) Register(ctx context.Context, name string, i Interval) (register.Table, error) {
	if err := i.check(); err != nil {
		return register.Table{}, prolong.Wrap("invoices.Register", err)
	}
	seller, err := s.sellerOf(ctx, i.Seller)
	if err != nil {
		return register.Table{}, prolong.Wrap("invoices.Register", err)
	}
	switch name {
	case RegisterSales:
		return s.salesRegister(seller, i), nil
	case RegisterSalesBook:
		return s.salesBook(seller, i), nil
	case RegisterPurchaseBook:
		exchange, err := s.ExchangeOf(ctx, seller.ID)
		return s.purchaseBook(seller, i, ChartOf(seller.Country, exchange.Chart)), prolong.Wrap("invoices.Register", err)
	case RegisterInvoices:
		return s.invoiceRegister(seller, i), nil
	case RegisterEntries:
		exchange, err := s.ExchangeOf(ctx, seller.ID)
		return s.entryRegister(seller, i, ChartOf(seller.Country, exchange.Chart)), prolong.Wrap("invoices.Register", err)
	}
	return register.Table{}, prolong.NewError(prolong.CodeNotFound, "error.register_unknown", prolong.Args{"Name": name, "Known": strings.Join(Registers(), ", ")})
}

// salesRegister lists documents like a sales book (книга продаж): gross, net and tax, one row
// for each rate of a document, since one document may have several.
func (s *Service) salesRegister(seller billing.Seller, i Interval) register.Table {
	return register.Table{
		Name: RegisterSales,
		Columns: []register.Column{
			{Key: "kind", Width: 22}, {Key: "number"}, {Key: "date", Width: 12}, {Key: "reverses", Width: 24}, {Key: "client_id"}, {Key: "client", Width: 36}, {Key: "tax_id"}, {Key: "kpp", Width: 11},
			{Key: "rate", Width: 10}, {Key: "net"}, {Key: "tax"}, {Key: "total"}, {Key: "currency", Width: 8}, {Key: "invoice"}, {Key: "payment_orders", Width: 24}, {Key: "status", Width: 12},
		},
		Rows: func(ctx context.Context, yield func([]any) error) error {
			return s.eachPaper(ctx, paperQueryDocuments, seller, i, func(p exportedPaper) error {
				d := &p.doc
				if d.Kind == render.KindTaxInvoice && !d.ForAdvance {
					return nil // its act is there, a sale is listed once
				}
				for _, r := range ratesOf(d) {
					money := func(minor int64) prolong.Money { return prolong.NewMoney(minor, d.Currency) }
					if err := yield([]any{
						string(d.Kind), d.Number, d.Date, referText(d.Reverses), p.externalID, d.Buyer.Name, d.Buyer.TaxID, d.Buyer.KPP,
						r.name, money(r.net), money(r.tax), money(r.net + r.tax), string(d.Currency), p.invoiceNumber, referTexts(d.PaymentOrders), p.status,
					}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

type rateSum struct {
	name     string
	net, tax int64
}

// ratesOf sums the lines of a document by rate, in the order in which the rates appear.
func ratesOf(d *render.Document) []rateSum {
	var list []rateSum
	at := map[string]int{}
	for _, l := range d.Lines {
		name := "—"
		switch l.TaxKind {
		case render.TaxRate:
			name = percent(l.TaxRateBP) + "%"
		case render.TaxAdvance:
			name = percent(l.TaxRateBP) + "/" + percent(10_000+l.TaxRateBP)
		case render.TaxExempt:
		}
		i, ok := at[name]
		if !ok {
			i = len(list)
			at[name] = i
			list = append(list, rateSum{name: name})
		}
		list[i].net += l.Net
		list[i].tax += l.Tax
	}
	return list
}

func referText(r render.Reference) string {
	if r.IsZero() {
		return ""
	}
	text := r.Number
	if !r.Date.IsZero() {
		text += " " + shortDate(r.Date)
	}
	return text
}

func referTexts(list []render.Reference) string {
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = referText(r)
	}
	return strings.Join(texts, "; ")
}

func (s *Service) invoiceRegister(seller billing.Seller, i Interval) register.Table {
	return register.Table{
		Name: RegisterInvoices,
		Columns: []register.Column{
			{Key: "number"}, {Key: "date", Width: 12}, {Key: "client_id"}, {Key: "client", Width: 36}, {Key: "tax_id"}, {Key: "period_from", Width: 12}, {Key: "period_to", Width: 12},
			{Key: "total"}, {Key: "tax"}, {Key: "paid"}, {Key: "left"}, {Key: "currency", Width: 8}, {Key: "due_on", Width: 12}, {Key: "paid_on", Width: 12}, {Key: "status", Width: 12},
		},
		Rows: func(ctx context.Context, yield func([]any) error) error {
			rows, err := s.db.Pool.Query(ctx, `
				SELECT `+invoiceColumns+`, a.external_id, i.snapshot->'buyer'->>'name', coalesce(i.snapshot->'buyer'->>'tax_id', '')
				FROM invoices i JOIN published_accounts a ON a.id = i.account_id WHERE i.seller_id = $1 AND i.issued_on BETWEEN $2 AND $3 ORDER BY i.issued_on, i.id`, int64(seller.ID), i.From, i.To)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var externalID, name, taxID string
				inv, err := scanInvoice(withColumns{rows, []any{&externalID, &name, &taxID}})
				if err != nil {
					return err
				}
				left := inv.Residual()
				if inv.Status == StatusVoid {
					left = prolong.NewMoney(0, inv.Total.Currency())
				}
				last := prolong.Date{} // of an invoice that is for no period
				if !inv.Period.To.IsZero() {
					last = inv.Period.Last()
				}
				if err := yield([]any{
					inv.Number, inv.IssuedOn, externalID, name, taxID, inv.Period.From, last, inv.Total, inv.Tax, inv.Paid, left,
					string(inv.Total.Currency()), inv.DueOn, inv.PaidOn, string(inv.Status),
				}); err != nil {
					return err
				}
			}
			return rows.Err()
		},
	}
}

// withColumns lets a scan of fixed columns be followed by more.
type withColumns struct {
	pgx.CollectableRow
	more []any
}

// Scan reads the row.
func (r withColumns) Scan(dest ...any) error {
	return r.CollectableRow.Scan(append(dest, r.more...)...)
}

// entryRegister lists accounting entries. Entries of one event with the same accounts are one
// row, as an accountant would write them.
func (s *Service) entryRegister(seller billing.Seller, i Interval, chart Chart) register.Table {
	return register.Table{
		Name: RegisterEntries,
		Columns: []register.Column{
			{Key: "date", Width: 12}, {Key: "debit", Width: 10}, {Key: "credit", Width: 10}, {Key: "total"}, {Key: "currency", Width: 8}, {Key: "content", Width: 14}, {Key: "client_id"},
			{Key: "client", Width: 36}, {Key: "tax_id"}, {Key: "cause", Width: 14}, {Key: "cause_id", Width: 10},
		},
		Rows: func(ctx context.Context, yield func([]any) error) error {
			advances, err := s.advanceEntries(ctx, seller, i, chart)
			if err != nil {
				return err
			}
			// until gives the entries of the tax on advances of the days before one to yield.
			until := func(day prolong.Date) error {
				for ; len(advances) > 0 && (day.IsZero() || advances[0].posting.BookedOn.Before(day)); advances = advances[1:] {
					if err := yield(advances[0].cells()); err != nil {
						return err
					}
				}
				return nil
			}
			var event string
			var pending []pendingEntry
			flush := func() error {
				for _, e := range pending {
					if err := yield(e.cells()); err != nil {
						return err
					}
				}
				pending = pending[:0]
				return nil
			}
			err = billing.New(s.db, s.log).LedgerEntries(ctx, seller.ID, i.From, i.To, func(p billing.LedgerEntry) error {
				if now := fmt.Sprintf("%s/%d/%s/%s", p.Cause, p.CauseID, p.BookedOn, p.Amount.Currency()); now != event {
					if err := flush(); err != nil {
						return err
					}
					if err := until(p.BookedOn); err != nil {
						return err
					}
					event = now
				}
				for _, e := range EntriesOf(chart, p.Posting) {
					pending = addEntry(pending, pendingEntry{e, p})
				}
				return nil
			})
			if err != nil {
				return err
			}
			if err := flush(); err != nil {
				return err
			}
			return until(prolong.Date{})
		},
	}
}

type pendingEntry struct {
	entry   Entry
	posting billing.LedgerEntry
}

func (e pendingEntry) cells() []any {
	p := e.posting
	return []any{
		p.BookedOn, e.entry.Debit, e.entry.Credit, prolong.NewMoney(e.entry.Minor, p.Amount.Currency()), string(p.Amount.Currency()), e.entry.Content,
		p.ExternalID, p.Client, string(p.TaxID), p.Cause, strconv.FormatInt(p.CauseID, 10),
	}
}

// addEntry adds to an entry of the same accounts and client, or appends.
func addEntry(list []pendingEntry, e pendingEntry) []pendingEntry {
	for i := range list {
		if x := &list[i]; x.entry.Debit == e.entry.Debit && x.entry.Credit == e.entry.Credit && x.entry.Content == e.entry.Content && x.posting.AccountID == e.posting.AccountID {
			x.entry.Minor += e.entry.Minor
			return list
		}
	}
	return append(list, e)
}
