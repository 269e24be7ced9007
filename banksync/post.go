package banksync

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// posting is one transaction's worth of received money on its way to its accounts.
type posting struct {
	service  *Service
	tx       postgres.Tx
	actor    prolong.Actor
	catalog  billing.Catalog
	bank     billing.BankAccount
	snapshot *match.Snapshot
	own      *own
	taught   bool // there are aliases at all

	accounts map[billing.AccountID]billing.Account
	open     map[billing.AccountID][]*invoices.Invoice
	// moved are accounts whose invoices differ from what the first decisions saw
	moved map[int64]bool
	items []item
}

// item is a credit line with its decision.
type item struct {
	line     line
	payment  match.Payment
	decision match.Decision
	stored   []byte // the decision as it is written
}

// decideAll begins to decide whose money the credits among the lines are, on the snapshot as it
// is; decided is closed when it is done.
func (p *posting) decideAll(lines []line) (decided <-chan struct{}) {
	for _, l := range lines {
		if l.entry.Direction == statement.Credit && l.entry.Status == statement.Booked && l.entry.Amount.Minor() > 0 {
			p.items = append(p.items, item{line: l, payment: p.paymentOf(l)})
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range p.items {
			p.items[i].decision = p.decideItem(&p.items[i])
		}
	}()
	return done
}

// post posts the credits that have been decided about.
//
// WHO was decided on the snapshot, before any lock. The accounts that could be meant are now
// locked, their open invoices read again, and whatever changed meanwhile is decided again;
// WHAT is computed only from the locked rows. So a decision never rests on an invoice that
// somebody else has just paid or cancelled.
func (p *posting) post(ctx context.Context, report *Report) error {
	report.Credits = len(p.items)
	if len(p.items) == 0 {
		return nil
	}
	if err := p.tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM payer_aliases)`).Scan(&p.taught); err != nil {
		return err
	}
	if err := p.lock(ctx); err != nil {
		return err
	}
	return p.settle(ctx, report)
}

// paymentOf says to matching what the bank said.
func (p *posting) paymentOf(l line) match.Payment {
	if p.own == nil {
		p.own = ownOf(p.catalog)
	}
	return p.own.payment(l)
}

// own are the requisites of our sellers, sorted: money from them is an own transfer.
type own struct{ taxIDs, names, accounts []string }

func ownOf(c billing.Catalog) *own {
	o := &own{}
	for _, s := range c.Sellers {
		o.taxIDs, o.names = append(o.taxIDs, string(s.TaxID)), append(o.names, s.Name)
	}
	for _, b := range c.BankAccounts {
		o.accounts = append(o.accounts, b.Number)
	}
	slices.Sort(o.taxIDs)
	slices.Sort(o.names)
	slices.Sort(o.accounts)
	return o
}

func (o *own) payment(l line) match.Payment {
	e := l.entry
	return match.Payment{
		ID: int64(l.id), Amount: e.Amount, Date: valueDate(e), DocNo: e.DocNo,
		PayerName: e.Counterparty.Name, PayerTaxID: e.Counterparty.TaxID, PayerKPP: e.Counterparty.KPP, PayerAccount: e.Counterparty.Account, PayerBIC: e.Counterparty.BIC,
		ActualPayerName: e.Ultimate.Name, ActualPayerTaxID: e.Ultimate.TaxID, StructuredRef: e.PaymentID, Purpose: e.Purpose,
		OwnTaxIDs: o.taxIDs, OwnNames: o.names, OwnAccounts: o.accounts,
	}
}

// decideItem keeps money that the bank gave back, the reversal of an earlier debit, away from
// invoices: nobody has paid it. What the end of a file has cut waits for the rest.
func (p *posting) decideItem(it *item) match.Decision {
	if it.line.entry.Reversal {
		return givenBack(match.Current(), it.payment)
	}
	return p.cutDecision(it, p.decide(it.payment))
}

// givenBack is the decision about money that the bank gave back.
func givenBack(r match.Ruleset, pay match.Payment) match.Decision {
	return match.Decision{RulesetVersion: r.Version, PaymentID: pay.ID, Class: match.ClassReview, Reason: match.ReasonRefund, Currency: pay.Amount.Currency()}
}

// decide never fails: a payment that matching stumbles over waits for a person, and the
// others go on.
func (p *posting) decide(pay match.Payment) (d match.Decision) {
	defer func() {
		if r := recover(); r != nil {
			p.service.log.Error("matching failed", "line", pay.ID, "panic", r)
			d = match.Decision{RulesetVersion: match.Current().Version, PaymentID: pay.ID, Class: match.ClassReview, Reason: match.ReasonNoEvidence, Currency: pay.Amount.Currency()}
		}
	}()
	return match.Decide(pay, p.snapshot)
}

// lock takes the accounts that the decisions name and notes which of them have changed since
// the snapshot.
func (p *posting) lock(ctx context.Context) error {
	seen := map[billing.AccountID]bool{}
	var ids []billing.AccountID
	for i := range p.items {
		for _, part := range p.items[i].decision.Parts {
			if id := billing.AccountID(part.AccountID); !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	var err error
	if p.accounts, err = billing.LockAccounts(ctx, p.tx, ids); err != nil {
		return err
	}
	if p.open, err = invoices.LockOpen(ctx, p.tx, ids); err != nil {
		return err
	}
	p.moved = map[int64]bool{}
	for _, id := range ids {
		if err := p.refresh(id); err != nil {
			return err
		}
	}
	return nil
}

// refresh brings what the snapshot knows of a locked account's invoices up to date.
func (p *posting) refresh(id billing.AccountID) error {
	known := map[int64]match.OpenInvoice{}
	for _, inv := range p.snapshot.Open(int64(id)) {
		known[inv.ID] = inv
	}
	var changes []match.Change
	for _, inv := range p.open[id] {
		if k, ok := known[int64(inv.ID)]; !ok || k.ResidualMinor != inv.Residual().Minor() {
			changes = append(changes, match.InvoicePut{Invoice: openInvoice(inv)})
		}
		delete(known, int64(inv.ID))
	}
	for _, gone := range known {
		changes = append(changes, match.InvoiceClosed{ID: gone.ID, AccountID: int64(id), Number: gone.Number})
	}
	if len(changes) > 0 {
		p.moved[int64(id)] = true
	}
	return p.snapshot.Apply(changes...)
}

func openInvoice(inv *invoices.Invoice) match.Invoice {
	return match.Invoice{ID: int64(inv.ID), AccountID: int64(inv.AccountID), Number: inv.Number, Residual: inv.Residual(), IssuedOn: inv.IssuedOn, DueOn: inv.DueOn,
		Period: inv.Period, VATMinor: inv.Tax.Minor()}
}

// settle allocates the payments one after the other, so that the second payment of an invoice
// sees it paid by the first, and writes everything.
func (p *posting) settle(ctx context.Context, report *Report) error {
	var payments []billing.Payment
	var bookedOn []prolong.Date
	var owner []int // item of each payment
	for i := range p.items {
		it := &p.items[i]
		if err := p.current(it); err != nil {
			return err
		}
		for _, pay := range p.paymentsOf(it) {
			payments, bookedOn, owner = append(payments, pay), append(bookedOn, it.line.entry.Date), append(owner, i)
		}
	}
	j := billing.NewJournal(p.tx, p.actor)
	received, err := j.Receive(ctx, payments, bookedOn)
	if err != nil {
		return err
	}
	var settlements []invoices.Settlement
	decided := make([]billing.PaymentID, len(p.items))
	for k := range received {
		it := &p.items[owner[k]]
		pay := received[k]
		if decided[owner[k]] == 0 {
			decided[owner[k]] = pay.ID
		}
		if pay.State == billing.PaymentMatched {
			settlements = append(settlements, p.settlement(it, pay))
		}
	}
	for i := range p.items {
		it := &p.items[i]
		it.decision.PaymentID = int64(decided[i])
		switch {
		case it.decision.Class.Posts():
			report.Matched++
		case it.decision.Class == match.ClassNotOurs:
			report.Ignored++
		default:
			report.Review++
		}
	}
	// Putting decisions into words needs a processor, settling mostly the database.
	words := make(chan error, 1)
	go func() { words <- p.wordDecisions() }()
	done, err := p.service.invoices.Settle(ctx, p.tx, j, p.actor, p.catalog, p.accounts, p.open, settlements)
	if err := errors.Join(err, <-words); err != nil {
		return err
	}
	report.Paid += done.Paid
	if err := p.insertDecisions(ctx); err != nil {
		return err
	}
	return p.useAliases(ctx)
}

// current decides again what rests on an account that has changed, and allocates.
func (p *posting) current(it *item) error {
	if p.stale(it.decision) {
		it.decision = p.decideItem(it)
		if !p.locked(it.decision) {
			// The evidence has moved to an account that we do not hold: not a case to hurry.
			it.decision = held(it.decision)
		}
	}
	return p.allocate(it)
}

// stale says whether a decision rests on an account that changed after it was made.
func (p *posting) stale(d match.Decision) bool {
	for _, part := range d.Parts {
		if p.moved[part.AccountID] {
			return true
		}
	}
	return false
}

func (p *posting) locked(d match.Decision) bool {
	for _, part := range d.Parts {
		if _, ok := p.accounts[billing.AccountID(part.AccountID)]; !ok {
			return false
		}
	}
	return true
}

// held turns a decision that posts into one that waits.
func held(d match.Decision) match.Decision {
	d.Class, d.Reason, d.AccountID, d.Parts, d.Allocations = match.ClassReview, match.ReasonConflict, 0, nil, nil
	return d
}

// allocate computes WHAT from the locked invoices and tells the snapshot what is left.
func (p *posting) allocate(it *item) error {
	d := &it.decision
	d.Allocations = nil
	if !d.Class.Posts() {
		return nil
	}
	for _, part := range d.Parts {
		what := match.Allocate(match.WhatInput{AccountID: part.AccountID, AmountMinor: part.AmountMinor, References: part.References, Open: p.payable(part.AccountID, it.payment.Amount.Currency())})
		d.Allocations = append(d.Allocations, what.Allocations...)
		for _, a := range what.Allocations {
			if a.InvoiceID == 0 {
				continue
			}
			p.moved[part.AccountID] = true
			if err := p.reduce(part.AccountID, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// payable returns what is open of an account in a currency: money of another one never settles
// by itself.
func (p *posting) payable(account int64, cur prolong.Currency) []match.OpenInvoice {
	var out []match.OpenInvoice
	for _, open := range p.snapshot.Open(account) {
		if slices.ContainsFunc(p.open[billing.AccountID(account)], func(inv *invoices.Invoice) bool { return int64(inv.ID) == open.ID && inv.Total.Currency() == cur }) {
			out = append(out, open)
		}
	}
	return out
}

// reduce tells the snapshot that a part of an open invoice is paid.
func (p *posting) reduce(account int64, a match.Allocation) error {
	for _, inv := range p.open[billing.AccountID(account)] {
		if int64(inv.ID) != a.InvoiceID {
			continue
		}
		m := openInvoice(inv)
		for _, open := range p.snapshot.Open(account) {
			if open.ID == a.InvoiceID {
				m.Residual = prolong.NewMoney(open.ResidualMinor-a.AmountMinor, inv.Total.Currency())
			}
		}
		if m.Residual.Minor() <= 0 {
			return p.snapshot.Apply(match.InvoiceClosed{ID: m.ID, AccountID: account, Number: m.Number})
		}
		return p.snapshot.Apply(match.InvoicePut{Invoice: m})
	}
	return nil
}

// paymentsOf turns a line into its payment; a line for several accounts becomes a split
// payment followed by its parts.
func (p *posting) paymentsOf(it *item) []billing.Payment {
	e := it.line.entry
	pay := billing.Payment{SellerID: p.bank.SellerID, Channel: billing.ChannelBank, ChannelRef: int64(it.line.id), Amount: e.Amount, State: billing.PaymentReview, ValueOn: valueDate(e)}
	d := &it.decision
	switch {
	case d.Class == match.ClassNotOurs:
		pay.State = billing.PaymentIgnored
	case d.Class.Posts() && len(d.Parts) == 1:
		pay.State, pay.AccountID = billing.PaymentMatched, billing.AccountID(d.Parts[0].AccountID)
	case d.Class.Posts():
		pay.State = billing.PaymentSplit
		list := []billing.Payment{pay}
		for i, part := range d.Parts {
			share := pay
			share.Channel, share.ChannelRef, share.Part = billing.ChannelSplit, 0, i+1
			share.State, share.AccountID, share.Amount = billing.PaymentMatched, billing.AccountID(part.AccountID), prolong.NewMoney(part.AmountMinor, e.Amount.Currency())
			list = append(list, share)
		}
		return list
	}
	return []billing.Payment{pay}
}

// settlement gives a payment, or its part, to the invoices of its account.
func (p *posting) settlement(it *item, pay billing.Payment) invoices.Settlement {
	s := invoices.Settlement{Payment: pay, AccountID: pay.AccountID, DocNo: it.line.entry.DocNo}
	for _, a := range it.decision.Allocations {
		if a.AccountID == int64(pay.AccountID) && a.InvoiceID != 0 {
			s.Parts = append(s.Parts, invoices.Part{Invoice: invoices.InvoiceID(a.InvoiceID), Amount: prolong.NewMoney(a.AmountMinor, pay.Amount.Currency())})
		}
	}
	return s
}

// wordDecisions puts the decisions into the form in which they are stored.
func (p *posting) wordDecisions() (err error) {
	for i := range p.items {
		if p.items[i].stored, err = json.Marshal(&p.items[i].decision); err != nil {
			return err
		}
	}
	return nil
}

func (p *posting) insertDecisions(ctx context.Context) error {
	columns := []string{"payment_id", "account_id", "ruleset", "class", "rule", "reason", "decision", "decided_by", "created_at"}
	_, err := p.tx.Pgx.CopyFrom(ctx, pgx.Identifier{"match_decisions"}, columns, pgx.CopyFromSlice(len(p.items), func(i int) ([]any, error) {
		d := &p.items[i].decision
		var account any
		if d.AccountID != 0 {
			account = d.AccountID
		}
		return []any{d.PaymentID, account, d.RulesetVersion, string(d.Class), string(d.Rule), string(d.Reason), p.items[i].stored, p.actor.String(), p.tx.Now}, nil
	}))
	return err
}
