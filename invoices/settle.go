package invoices

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/notify"
)

// Part is what of a payment goes to which invoice.
type Part struct {
	Invoice InvoiceID
	Amount  prolong.Money
}

// Settlement gives a payment of a known account to invoices of that account; what the parts
// leave over stays on the account's balance.
type Settlement struct {
	Payment   billing.Payment
	AccountID billing.AccountID
	Parts     []Part
	// DocNo is the number of the payment order, for the mail to the client.
	DocNo string
}

// Settled counts what settling did.
type Settled struct {
	Payments    int `json:"payments"`
	Allocations int `json:"allocations"`
	Paid        int `json:"paid"` // invoices now paid in full
}

// LockOpen returns the open invoices of accounts that the caller has locked
// (billing.LockAccounts), the earliest period first.
func LockOpen(ctx context.Context, tx postgres.Tx, accounts []billing.AccountID) (map[billing.AccountID][]*Invoice, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i WHERE i.account_id = ANY($1) AND i.status = 'open' ORDER BY i.account_id, i.period_from, i.id`, postgres.Int64s(accounts))
	if err != nil {
		return nil, prolong.Wrap("invoices.LockOpen", err)
	}
	list, err := pgx.CollectRows(rows, scanInvoice)
	if err != nil {
		return nil, prolong.Wrap("invoices.LockOpen", err)
	}
	out := map[billing.AccountID][]*Invoice{}
	for i := range list {
		out[list[i].AccountID] = append(out[list[i].AccountID], &list[i])
	}
	return out, nil
}

// Settle puts payments on invoices in the caller's transaction: allocations, ledger, invoices
// paid, subscriptions extended, access announced, mails queued. The caller has locked the
// accounts, received or assigned the payments in j, and taken open from LockOpen; Settle
// writes j. On an error the caller rolls back.
func (s *Service) Settle(ctx context.Context, tx postgres.Tx, j *billing.Journal, actor prolong.Actor, c billing.Catalog, accounts map[billing.AccountID]billing.Account,
	open map[billing.AccountID][]*Invoice, settlements []Settlement) (Settled, error) {
	var done Settled
	fail := func(err error) (Settled, error) { return done, prolong.Wrap("invoices.Settle", err) }
	w := newSettling(tx, j, actor, c)
	byID := map[InvoiceID]*Invoice{}
	var subIDs []billing.SubscriptionID
	for _, st := range settlements {
		for _, inv := range open[st.AccountID] {
			byID[inv.ID] = inv
		}
		for _, part := range st.Parts {
			if inv := byID[part.Invoice]; inv != nil && inv.SubscriptionID != 0 {
				subIDs = append(subIDs, inv.SubscriptionID)
			}
		}
	}
	var err error
	if w.subs, err = billing.SubscriptionsForUpdate(ctx, tx, subIDs); err != nil {
		return fail(err)
	}
	parts := 0
	for i := range settlements {
		parts += len(settlements[i].Parts)
	}
	if err := w.reserve(ctx, parts); err != nil {
		return fail(err)
	}
	var messages []notify.Message
	var latest prolong.Date
	reached := map[billing.AccountID]billing.Account{}
	for i := range settlements {
		st := &settlements[i]
		on := c.Sellers[st.Payment.SellerID].Today(tx.Now)
		receipt := notify.PaymentReceived{Amount: st.Payment.Amount, ReceivedOn: st.Payment.ValueOn, DocNo: st.DocNo}
		var paidFor InvoiceID // the first
		var owed int64
		for _, part := range st.Parts {
			inv := byID[part.Invoice]
			if err := checkPart(st, inv, part); err != nil {
				return fail(err)
			}
			w.allocate(&st.Payment, inv, part.Amount, on)
			done.Allocations++
			if err := w.writeOff(ctx, &st.Payment, inv, on); err != nil {
				return fail(err)
			}
			receipt.Invoices = append(receipt.Invoices, inv.Number)
			paidFor = cmp.Or(paidFor, inv.ID)
			owed += inv.Residual().Minor()
			if inv.Status == StatusPaid {
				done.Paid++
				if sub := w.subs[inv.SubscriptionID]; sub != nil {
					receipt.PaidThrough, receipt.Service = sub.PaidThrough, c.Plans[sub.PlanID].Name
				}
			}
		}
		done.Payments++
		receipt.AccountName, receipt.Balance, receipt.Owed = accounts[st.AccountID].LegalName(), st.Payment.Rest(), prolong.NewMoney(owed, st.Payment.Amount.Currency())
		if on.After(latest) {
			latest = on
		}
		reached[st.AccountID] = accounts[st.AccountID]
		messages = append(messages, notify.Message{
			Subject: notify.Subject{Kind: "payment", ID: int64(st.Payment.ID)}, Thread: threadOf(paidFor), AccountID: st.AccountID, SellerID: st.Payment.SellerID, Payload: receipt,
		})
	}
	w.resume(open)
	w.reopen(open, settlements)
	if err := j.Write(ctx); err != nil {
		return fail(err)
	}
	if err := w.write(ctx); err != nil {
		return fail(err)
	}
	if err := w.remindChanges(ctx, open); err != nil {
		return fail(err)
	}
	if err := keepPaymentOrders(ctx, tx, settlements); err != nil {
		return fail(err)
	}
	if messages, err = addressed(ctx, tx, identity.TopicInvoices, latest, reached, messages); err != nil {
		return fail(err)
	}
	if _, err := s.notify.Queue(ctx, tx, messages...); err != nil {
		return fail(err)
	}
	return done, nil
}

func checkPart(st *Settlement, inv *Invoice, part Part) error {
	switch {
	case inv == nil || inv.AccountID != st.AccountID || inv.Status != StatusOpen:
		return prolong.NewError(prolong.CodeConflict, "error.invoice_not_open", prolong.Args{"Invoice": int64(part.Invoice)})
	case part.Amount.Currency() != inv.Total.Currency() || st.Payment.Amount.Currency() != inv.Total.Currency():
		return prolong.NewError(prolong.CodeInvalid, "error.currency_mismatch", prolong.Args{"A": st.Payment.Amount.Currency(), "B": inv.Total.Currency()})
	case part.Amount.Minor() <= 0 || part.Amount.Minor() > inv.Residual().Minor() || part.Amount.Minor() > st.Payment.Rest().Minor():
		return prolong.NewError(prolong.CodeInvalid, "error.allocation_amount", prolong.Args{"Invoice": inv.Number, "Amount": part.Amount})
	}
	return nil
}

// settling collects the rows of invoices that a transaction of money changes.
type settling struct {
	tx          postgres.Tx
	journal     *billing.Journal
	actor       prolong.Actor
	catalog     billing.Catalog
	subs        map[billing.SubscriptionID]*billing.Subscription
	ids         []int64 // reserved for allocations
	allocations []allocation
	touched     map[InvoiceID]*Invoice
	blocked     []blockedDays
}

// blockedDays are days without service in a period that was paid after the suspension.
type blockedDays struct {
	sub             *billing.Subscription
	invoice         *Invoice
	bought, blocked prolong.Period
}

// giveBack credits blocked days by the plan's policy (billing.ResumeCredit).
func (w *settling) giveBack(ctx context.Context) error {
	for _, b := range w.blocked {
		recurring := prolong.NewMoney(b.invoice.Owed().Minor()-b.invoice.Once.Minor(), b.invoice.Total.Currency())
		reason := fmt.Sprintf(blockedReasons[documentLanguage(w.catalog.Sellers[b.invoice.SellerID].Country)], b.invoice.Number, shortDate(b.blocked.From), shortDate(b.blocked.Last()))
		if err := billing.CreditBlocked(ctx, w.tx, w.actor, b.sub, int64(b.invoice.ID), recurring, b.bought, b.blocked, reason); err != nil {
			return err
		}
	}
	return nil
}

// blockedReasons word the discount in the language of the seller's papers.
var blockedReasons = map[string]string{
	"ru": "Дни без сервиса по счёту № %s: %s–%s", "uk": "Дні без сервісу за рахунком № %s: %s–%s", "kk": "№ %s шот бойынша сервиссіз күндер: %s–%s", "en": "Days without service on invoice %s: %s–%s",
}

type allocation struct {
	id      int64
	payment billing.PaymentID
	invoice *Invoice
	amount  prolong.Money
}

func newSettling(tx postgres.Tx, j *billing.Journal, actor prolong.Actor, c billing.Catalog) *settling {
	return &settling{tx: tx, journal: j, actor: actor, catalog: c, subs: map[billing.SubscriptionID]*billing.Subscription{}, touched: map[InvoiceID]*Invoice{}}
}

// reserve takes ids for up to n allocations, so that what follows from an allocation can name
// it before it is written.
func (w *settling) reserve(ctx context.Context, n int) (err error) {
	w.ids, err = postgres.NextIDs(ctx, w.tx, "allocations", n)
	return err
}

// allocate gives amount of the payment to the invoice and extends the subscription if that
// pays it in full. The ids must have been reserved.
func (w *settling) allocate(p *billing.Payment, inv *Invoice, amount prolong.Money, on prolong.Date) {
	a := allocation{id: w.ids[len(w.allocations)], payment: p.ID, invoice: inv, amount: amount}
	w.allocations = append(w.allocations, a)
	w.touched[inv.ID] = inv
	w.journal.Allocate(*p, inv.AccountID, amount, on, a.id)
	cur := amount.Currency()
	p.Allocated = prolong.NewMoney(p.Allocated.Minor()+amount.Minor(), cur)
	inv.Paid = prolong.NewMoney(inv.Paid.Minor()+amount.Minor(), cur)
	if !inv.Residual().IsZero() {
		return
	}
	inv.Status, inv.PaidOn = StatusPaid, on
	if sub := w.subs[inv.SubscriptionID]; sub != nil {
		plan := w.catalog.Plans[sub.PlanID]
		if plan.Resume == billing.ResumeCredit && inv.Kind == KindPeriod && !sub.Metered {
			bought, stopped, served := inv.renewal(*sub, plan, p.ValueOn).Period, sub.Suspends(plan), p.ValueOn
			if !sub.ReopenedOn.IsZero() {
				stopped, served = sub.Suspension(plan), sub.ReopenedOn
			}
			if blocked := billing.Blocked(bought, stopped, served); blocked.Days() > 0 {
				w.blocked = append(w.blocked, blockedDays{sub, inv, bought, blocked})
			}
		}
		buy(w.journal, sub, plan, inv, p.ValueOn, billing.ExtendedByAllocation, a.id)
	}
}

// buy extends a subscription by what an invoice that is settled now has bought, if it buys days
// at all.
func buy(j *billing.Journal, sub *billing.Subscription, plan billing.Plan, inv *Invoice, valueOn prolong.Date, cause billing.ExtensionCause, causeID int64) {
	if !inv.rests(sub) {
		return
	}
	j.Extend(sub, plan, inv.renewal(*sub, plan, valueOn), cause, causeID)
}

// writeOff settles an invoice that a payment left short of no more than the seller's policy
// allows: the missing kopecks become a payment from the ledger account of that name, so that
// the invoice is paid by allocations like every other (billing.md case 19). A payment with
// money left over has left nothing short.
func (w *settling) writeOff(ctx context.Context, p *billing.Payment, inv *Invoice, on prolong.Date) error {
	short := inv.Residual()
	if short.IsZero() || short.Minor() > w.catalog.Sellers[inv.SellerID].WriteOffMinor || !p.Rest().IsZero() {
		return nil
	}
	part, err := billing.NextPart(ctx, w.tx, billing.ChannelWriteOff, int64(inv.ID))
	if err != nil {
		return err
	}
	given, err := w.journal.Receive(ctx, []billing.Payment{{
		SellerID: inv.SellerID, AccountID: inv.AccountID, Channel: billing.ChannelWriteOff, ChannelRef: int64(inv.ID), Part: part,
		Amount: short, State: billing.PaymentMatched, ValueOn: p.ValueOn,
	}}, []prolong.Date{on})
	if err != nil {
		return err
	}
	id, err := postgres.NextIDs(ctx, w.tx, "allocations", 1)
	if err != nil {
		return err
	}
	w.ids = slices.Insert(w.ids, len(w.allocations), id...)
	w.allocate(&given[0], inv, short, on)
	return nil
}

// resume lets renewals go on for subscriptions that were invoiced beyond what they are paid
// through and have nothing left to pay: a payment taken back and come again on a better day
// buys earlier days than it did at first.
func (w *settling) resume(open map[billing.AccountID][]*Invoice) {
	for _, sub := range w.subs {
		owes := false
		for _, inv := range open[sub.AccountID] {
			owes = owes || (inv.SubscriptionID == sub.ID && inv.Status == StatusOpen && inv.rests(sub))
		}
		if !owes && sub.InvoicedTo.After(sub.PaidThrough.AddDays(1)) {
			sub.InvoicedTo = sub.PaidThrough.AddDays(1)
			w.journal.Touch(sub, w.catalog.Plans[sub.PlanID], string(billing.ExtendedByAllocation))
		}
	}
}

// reopen lets suspended subscriptions be served again of which the payments have left a debt that is
// spared.
func (w *settling) reopen(open map[billing.AccountID][]*Invoice, settlements []Settlement) {
	for i := range settlements {
		st := &settlements[i]
		for _, part := range st.Parts {
			inv := w.touched[part.Invoice]
			sub := w.subs[inv.SubscriptionID]
			if sub == nil || inv.Status != StatusOpen {
				continue
			}
			var owed []*Invoice
			for _, other := range open[st.AccountID] {
				if other.SubscriptionID == sub.ID && other.Status == StatusOpen {
					owed = append(owed, other)
				}
			}
			reopen(w.journal, sub, w.catalog.Plans[sub.PlanID], owed, st.Payment.ValueOn, w.catalog.Sellers[sub.SellerID].Today(w.tx.Now))
		}
	}
}

// remindChanges lets dunning look at subscriptions whose terms have moved while the invoice of a
// change is open: its day to pay is none of the term's days.
func (w *settling) remindChanges(ctx context.Context, open map[billing.AccountID][]*Invoice) error {
	look := map[billing.SubscriptionID]prolong.Date{}
	for id, sub := range w.subs {
		for _, inv := range open[sub.AccountID] {
			if inv.SubscriptionID == id && inv.Kind == KindChange && inv.Status == StatusOpen {
				look[id] = w.catalog.Sellers[sub.SellerID].Today(w.tx.Now)
			}
		}
	}
	if len(look) == 0 {
		return nil
	}
	return billing.PlanDunning(ctx, w.tx, look)
}

// resumeStuck does what resume does for those of the subscriptions that are invoiced beyond what
// they are paid through; few are. Invoices must be written by then, the caller writes j.
func resumeStuck(ctx context.Context, tx postgres.Tx, j *billing.Journal, actor prolong.Actor, c billing.Catalog, subs map[billing.SubscriptionID]*billing.Subscription) error {
	w := newSettling(tx, j, actor, c)
	var accounts []billing.AccountID
	for id, sub := range subs {
		if sub.InvoicedTo.After(sub.PaidThrough.AddDays(1)) {
			w.subs[id] = sub
			accounts = append(accounts, sub.AccountID)
		}
	}
	if len(accounts) == 0 {
		return nil
	}
	open, err := LockOpen(ctx, tx, accounts)
	if err != nil {
		return err
	}
	w.resume(open)
	return nil
}

func (w *settling) write(ctx context.Context) error {
	if len(w.allocations) == 0 {
		return nil
	}
	columns := []string{"id", "account_id", "payment_id", "invoice_id", "amount_minor", "actor", "created_at"}
	_, err := w.tx.Pgx.CopyFrom(ctx, pgx.Identifier{"allocations"}, columns, pgx.CopyFromSlice(len(w.allocations), func(i int) ([]any, error) {
		a := &w.allocations[i]
		return []any{a.id, int64(a.invoice.AccountID), int64(a.payment), int64(a.invoice.ID), a.amount.Minor(), w.actor.String(), w.tx.Now}, nil
	}))
	if err != nil {
		return err
	}
	if err := w.writeInvoices(ctx); err != nil {
		return err
	}
	if err := w.giveBack(ctx); err != nil {
		return err
	}
	return w.grantOrders(ctx)
}

func (w *settling) writeInvoices(ctx context.Context) error {
	list := make([]*Invoice, 0, len(w.touched))
	for _, inv := range w.touched {
		list = append(list, inv)
	}
	sort.Slice(list, func(a, b int) bool { return list[a].ID < list[b].ID })
	n := len(list)
	ids, paid, statuses := make([]int64, n), make([]int64, n), make([]string, n)
	paidOn, closeOn := make([]prolong.Date, n), make([]prolong.Date, n)
	for i, inv := range list {
		ids[i], paid[i], statuses[i] = int64(inv.ID), inv.Paid.Minor(), string(inv.Status)
		if inv.Status == StatusPaid {
			paidOn[i] = inv.PaidOn
			closeOn[i] = closeDay(w.catalog.Sellers[inv.SellerID].ClosingPolicy, inv.PaidOn, inv.Period)
		}
	}
	tag, err := w.tx.Pgx.Exec(ctx, `
		UPDATE invoices i SET paid_minor = u.paid, status = u.status, paid_on = u.paid_on, close_on = u.close_on
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::date[], $5::date[]) AS u (id, paid, status, paid_on, close_on)
		WHERE i.id = u.id AND i.status <> 'void'`, ids, paid, statuses, paidOn, closeOn)
	if err == nil && tag.RowsAffected() != int64(n) {
		err = fmt.Errorf("wrote %d of %d invoices", tag.RowsAffected(), n)
	}
	return err
}

// closeDay returns when the closing document of a paid invoice is due by the seller's policy.
func closeDay(policy billing.ClosingPolicy, paidOn prolong.Date, period prolong.Period) prolong.Date {
	switch policy {
	case billing.CloseEndOfPeriod:
		if period.Last().After(paidOn) {
			return period.Last()
		}
	case billing.CloseEndOfMonth:
		return prolong.NewDate(paidOn.Year(), paidOn.Month()+1, 1).AddDays(-1)
	case billing.CloseNextDay:
	}
	return paidOn.AddDays(1)
}
