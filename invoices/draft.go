package invoices

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices/render"
)

// draft is an invoice on its way into the database.
type draft struct {
	Invoice
	sub      *billing.Subscription
	plan     billing.Plan
	account  billing.Account
	charge   billing.Charge
	document render.Document
}

// draftInvoices numbers and words the invoices of due renewals.
func draftInvoices(ctx context.Context, tx postgres.Tx, c billing.Catalog, due []billing.DueRenewal, today map[billing.SellerID]prolong.Date) ([]draft, error) {
	accounts := make([]billing.Account, len(due))
	for i := range due {
		accounts[i] = due[i].Account
	}
	numbers, err := takeInvoiceNumbers(ctx, tx, accounts...)
	if err != nil {
		return nil, err
	}
	drafts := make([]draft, 0, len(due))
	for i, d := range due {
		sub := d.Subscription
		seller := c.Sellers[sub.SellerID]
		bank, ok := c.InvoiceAccount(seller.ID, sub.Currency)
		if !ok {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.seller_no_bank_account", prolong.Args{"Seller": seller.Key, "Currency": sub.Currency})
		}
		period := d.Period
		lines, totals, err := chargeLines(paperLanguage(seller, d.Account), d.Charge, seller, period.From)
		if err != nil {
			return nil, err
		}
		issued := today[seller.ID]
		dueOn := period.From.AddDays(-1)
		if sub.PaidThrough.Before(dueOn) { // the service ends before the days that the invoice names
			dueOn = sub.PaidThrough
		}
		if dueOn.Before(issued) {
			dueOn = issued
		}
		x := draft{sub: sub, plan: d.Plan, account: d.Account, charge: d.Charge, Invoice: Invoice{
			Kind: KindPeriod, SellerID: seller.ID, AccountID: d.Account.ID, SubscriptionID: sub.ID, BankAccountID: bank.ID,
			Number: numbers[i], IssuedOn: issued, DueOn: dueOn, Period: period,
			Total: d.Charge.Total, Tax: prolong.NewMoney(totals.Tax, sub.Currency), Paid: prolong.NewMoney(0, sub.Currency), Credited: prolong.NewMoney(0, sub.Currency),
			Once: d.Charge.Once, Status: StatusOpen,
		}}
		x.document = invoiceDocument(seller, bank, d.Account, x.Invoice, lines, totals)
		drafts = append(drafts, x)
	}
	return drafts, nil
}

func insertDrafts(ctx context.Context, tx postgres.Tx, drafts []draft) error {
	ids, err := postgres.NextIDs(ctx, tx, "invoices", len(drafts))
	if err != nil {
		return err
	}
	invoicedTo := map[billing.SubscriptionID]prolong.Date{}
	charged := make([]billing.InvoicedCharge, len(drafts))
	for i := range drafts {
		d := &drafts[i]
		d.ID = InvoiceID(ids[i])
		charged[i] = billing.InvoicedCharge{Invoice: ids[i], Charge: d.charge}
		if d.Kind == KindPeriod && !d.sub.Metered { // otherwise an order (order.go), a change (change.go) or hours (hours.go)
			invoicedTo[d.SubscriptionID] = d.Period.To
			d.sub.InvoicedTo = d.Period.To
		}
	}
	columns := []string{"id", "seller_id", "account_id", "subscription_id", "bank_account_id", "number", "issued_on", "due_on", "period_from", "period_to",
		"currency", "total_minor", "tax_minor", "status", "paid_minor", "snapshot", "renderer", "created_at", "kind", "once_minor", "change_id"}
	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"invoices"}, columns, pgx.CopyFromSlice(len(drafts), func(i int) ([]any, error) {
		d := &drafts[i]
		snapshot, err := json.Marshal(d.document)
		if err != nil {
			return nil, err
		}
		status := StatusOpen
		if d.Total.IsZero() {
			status = StatusPaid
		}
		return []any{int64(d.ID), int64(d.SellerID), int64(d.AccountID), postgres.NullID(d.SubscriptionID), int64(d.BankAccountID), d.Number, d.IssuedOn, d.DueOn,
			d.Period.From, d.Period.To, string(d.Total.Currency()), d.Total.Minor(), d.Tax.Minor(), string(status), int64(0),
			snapshot, render.RendererVersion, tx.Now, string(d.Kind), d.Once.Minor(), postgres.NullID(d.ChangeID)}, nil
	}))
	if err != nil {
		return postgres.MapConstraint(err, constraints)
	}
	if err := billing.MarkCharged(ctx, tx, charged); err != nil {
		return err
	}
	return billing.MarkInvoiced(ctx, tx, invoicedTo)
}

// settleFromBalances pays new invoices from what their clients have with us, and lets
// invoices of nought settle themselves.
func (s *Service) settleFromBalances(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, drafts []draft, today map[billing.SellerID]prolong.Date) error {
	accounts := make([]billing.AccountID, len(drafts))
	for i := range drafts {
		accounts[i] = drafts[i].AccountID
	}
	rests, err := billing.PaymentsWithRest(ctx, tx, accounts)
	if err != nil {
		return err
	}
	j := billing.NewJournal(tx, actor)
	w := newSettling(tx, j, actor, c)
	// each allocation uses up a payment or an invoice
	most := 0
	for _, payments := range rests {
		most += len(payments) + 1
	}
	if most > 0 {
		most += len(drafts)
	}
	if err := w.reserve(ctx, most); err != nil {
		return err
	}
	for i := range drafts {
		d := &drafts[i]
		if d.Total.IsZero() {
			w.subs[d.SubscriptionID] = d.sub
			j.Extend(d.sub, d.plan, d.sub.Renew(d.Period, today[d.SellerID], d.plan), billing.ExtendedByInvoice, int64(d.ID))
			d.Status = StatusPaid
			continue
		}
		for k := range rests[d.AccountID] {
			p := &rests[d.AccountID][k]
			if p.Amount.Currency() != d.Total.Currency() || p.Rest().IsZero() || d.Residual().IsZero() {
				continue
			}
			amount := min(p.Rest().Minor(), d.Residual().Minor())
			if d.sub != nil {
				w.subs[d.SubscriptionID] = d.sub
			}
			w.allocate(p, &d.Invoice, prolong.NewMoney(amount, d.Total.Currency()), today[d.SellerID])
		}
	}
	if err := j.Write(ctx); err != nil {
		return err
	}
	if err := w.write(ctx); err != nil {
		return err
	}
	// Early or late, the balance may have bought earlier days than the invoices name.
	after := billing.NewJournal(tx, actor)
	if err := resumeStuck(ctx, tx, after, actor, c, w.subs); err != nil {
		return err
	}
	return after.Write(ctx)
}
