package billing

import (
	"context"
	"fmt"
	"sort"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// Journal collects what one transaction does to money and terms and writes it in a few
// strokes, however many payments it is about: COPY for new rows, one UPDATE per table for
// changed ones. Nothing is visible before Write, and all of it is in the caller's
// transaction.
//
// The caller holds the locks of the accounts concerned (LockAccounts).
type Journal struct {
	tx         postgres.Tx
	actor      prolong.Actor
	payments   []Payment         // new ones, with their ids
	isNew      map[PaymentID]int // index into payments
	assigned   map[PaymentID]AccountID
	ignored    []PaymentID
	split      []PaymentID
	whole      []PaymentID // split before, in review again
	voided     []PaymentID // their parts
	allocated  map[PaymentID]int64
	refunds    []Refund
	postings   []Posting
	extensions []Extension
	terms      map[SubscriptionID]*Subscription
	plans      map[SubscriptionID]Plan
	feed       map[AccountID]feedRow
}

type feedRow struct {
	through prolong.Date
	grace   int
	cause   string
}

// NewJournal returns an empty journal of the transaction; actor goes into its rows.
func NewJournal(tx postgres.Tx, actor prolong.Actor) *Journal {
	return &Journal{
		tx: tx, actor: actor,
		isNew: map[PaymentID]int{}, assigned: map[PaymentID]AccountID{}, allocated: map[PaymentID]int64{},
		terms: map[SubscriptionID]*Subscription{}, plans: map[SubscriptionID]Plan{}, feed: map[AccountID]feedRow{},
	}
}

// Receive books received money and returns the payments with their ids. Payments of state
// PaymentMatched carry their account; the money goes to its balance until it is allocated. The
// parts of a split payment (ChannelSplit) come right after it; ChannelRef 0 stands for its id.
func (j *Journal) Receive(ctx context.Context, payments []Payment, bookedOn []prolong.Date) ([]Payment, error) {
	ids, err := postgres.NextIDs(ctx, j.tx, "payments", len(payments))
	if err != nil {
		return nil, err
	}
	out := make([]Payment, len(payments))
	var whole PaymentID
	for i, p := range payments {
		p.ID = PaymentID(ids[i])
		if p.Channel != ChannelSplit {
			whole = p.ID
		} else if p.ChannelRef == 0 {
			p.ChannelRef = int64(whole)
		}
		p.Allocated, p.Refunded = prolong.NewMoney(0, p.Amount.Currency()), prolong.NewMoney(0, p.Amount.Currency())
		out[i] = p
		j.isNew[p.ID] = len(j.payments)
		j.payments = append(j.payments, p)
		from, to := LedgerBank, LedgerSuspense
		switch p.State {
		case PaymentMatched:
			to = LedgerAdvances
		case PaymentIgnored:
			to = LedgerNotOurs
		case PaymentReview, PaymentSplit, PaymentVoid:
		}
		switch p.Channel {
		case ChannelSplit:
			from = LedgerSuspense
		case ChannelWriteOff:
			from = LedgerWriteOff
		case ChannelTransfer:
			from = LedgerTransfer
		case ChannelBank, ChannelCard, ChannelCorrection:
		}
		j.postings = append(j.postings, Posting{
			SellerID: p.SellerID, AccountID: p.AccountID, BookedOn: bookedOn[i],
			Debit: from, Credit: to, Amount: p.Amount, Cause: "payment", CauseID: int64(p.ID),
		})
	}
	return out, nil
}

// Split marks a payment in review as paid for several accounts. Its parts are received beside
// it as payments of ChannelSplit, and must sum to it.
func (j *Journal) Split(p Payment) { j.split = append(j.split, p.ID) }

// Unsplit takes all parts of a split payment back into it, and it waits in review again. All
// allocations of the parts must have been taken back before, and no part may have left us.
func (j *Journal) Unsplit(whole Payment, parts []Payment, on prolong.Date) {
	j.whole = append(j.whole, whole.ID)
	for _, p := range parts {
		j.voided = append(j.voided, p.ID)
		j.postings = append(j.postings, Posting{
			SellerID: p.SellerID, AccountID: p.AccountID, BookedOn: on, Debit: LedgerAdvances, Credit: LedgerSuspense,
			Amount: p.Amount, Cause: "unsplit", CauseID: int64(p.ID),
		})
	}
}

// Assign gives a payment that waited in review, or was taken for not ours, to an account:
// its money moves to the account's balance. decisionID names the decision for the ledger.
func (j *Journal) Assign(p Payment, to AccountID, on prolong.Date, decisionID int64) {
	from := LedgerSuspense
	if p.State == PaymentIgnored {
		from = LedgerNotOurs
	}
	j.assigned[p.ID] = to
	j.postings = append(j.postings, Posting{
		SellerID: p.SellerID, AccountID: to, BookedOn: on, Debit: from, Credit: LedgerAdvances,
		Amount: p.Held(), Cause: "decision", CauseID: decisionID,
	})
}

// Unassign takes a payment from its account back into review. All its allocations must have
// been taken back before.
func (j *Journal) Unassign(p Payment, on prolong.Date, decisionID int64) {
	j.assigned[p.ID] = 0
	j.postings = append(j.postings, Posting{
		SellerID: p.SellerID, AccountID: p.AccountID, BookedOn: on, Debit: LedgerAdvances, Credit: LedgerSuspense,
		Amount: p.Held(), Cause: "decision", CauseID: decisionID,
	})
}

// Ignore marks a payment in review as not ours.
func (j *Journal) Ignore(p Payment, on prolong.Date, decisionID int64) {
	j.ignored = append(j.ignored, p.ID)
	j.postings = append(j.postings, Posting{
		SellerID: p.SellerID, BookedOn: on, Debit: LedgerSuspense, Credit: LedgerNotOurs,
		Amount: p.Held(), Cause: "decision", CauseID: decisionID,
	})
}

// Withdraw takes a payment that has left again out of review: nobody has to say whose it is.
func (j *Journal) Withdraw(p Payment) { j.ignored = append(j.ignored, p.ID) }

// Allocate moves a part of a payment from the account's balance to a service that an invoice
// charges; a negative amount takes it back. allocationID names the row of invoices behind it.
func (j *Journal) Allocate(p Payment, account AccountID, amount prolong.Money, on prolong.Date, allocationID int64) {
	j.allocated[p.ID] += amount.Minor()
	post := Posting{
		SellerID: p.SellerID, AccountID: account, BookedOn: on, Debit: LedgerAdvances, Credit: LedgerDeferred,
		Amount: amount, Cause: "allocation", CauseID: allocationID,
	}
	if amount.Minor() < 0 {
		post.Debit, post.Credit, post.Amount = post.Credit, post.Debit, amount.Neg()
	}
	j.postings = append(j.postings, post)
}

// Close books a closing document: the service leaves the deferred money and becomes revenue
// and VAT. A cancelled document is closed with reverse = true.
func (j *Journal) Close(seller SellerID, account AccountID, on prolong.Date, net, tax prolong.Money, documentID int64, reverse bool) {
	for _, leg := range []struct {
		to     LedgerAccount
		amount prolong.Money
	}{{LedgerRevenue, net}, {LedgerVAT, tax}} {
		if leg.amount.IsZero() {
			continue
		}
		post := Posting{
			SellerID: seller, AccountID: account, BookedOn: on, Debit: LedgerDeferred, Credit: leg.to,
			Amount: leg.amount, Cause: "document", CauseID: documentID,
		}
		if reverse {
			post.Debit, post.Credit = post.Credit, post.Debit
		}
		j.postings = append(j.postings, post)
	}
}

// Extend moves the paid term of a subscription to the end of the renewal. sub must come from
// SubscriptionsForUpdate of the same transaction; it is changed in place, so that a second
// payment of the same transaction goes on from the new end.
func (j *Journal) Extend(sub *Subscription, plan Plan, r Renewal, cause ExtensionCause, causeID int64) {
	j.move(sub, plan, Extension{Cause: cause, CauseID: causeID, From: r.Period.From, After: r.Period.Last(), AnchorDay: r.AnchorDay})
	if sub.InvoicedTo.Before(r.Period.To) {
		sub.InvoicedTo = r.Period.To
	}
}

// Restart moves the paid term of a subscription to the end of a period that a change of terms has
// put in the place of the days that were paid; it may end earlier than they did.
func (j *Journal) Restart(sub *Subscription, plan Plan, p prolong.Period, changeID int64) {
	j.move(sub, plan, Extension{Cause: ExtendedByChange, CauseID: changeID, From: p.From, After: p.Last(), AnchorDay: anchorAt(p.From, sub.AnchorDay)})
	sub.InvoicedTo = p.To
}

// move writes an extension of the subscription and brings it to the extension's end.
func (j *Journal) move(sub *Subscription, plan Plan, e Extension) {
	e.AccountID, e.SubscriptionID, e.Before = sub.AccountID, sub.ID, sub.PaidThrough
	j.extensions = append(j.extensions, e)
	sub.PaidThrough, sub.AnchorDay = e.After, e.AnchorDay
	sub.ReopenedOn = prolong.Date{}
	sub.SuspendOn = sub.movedSuspension(plan)
	j.Touch(sub, plan, string(e.Cause))
}

// Touch records that the subscription's terms changed: its row is written and the account's
// access is announced.
func (j *Journal) Touch(sub *Subscription, plan Plan, cause string) {
	j.terms[sub.ID], j.plans[sub.ID] = sub, plan
	row, seen := j.feed[sub.AccountID]
	if !seen || row.through.AddDays(row.grace).Before(sub.PaidThrough.AddDays(plan.GraceDays)) || cause == string(ExtendedByUndo) || cause == string(ExtendedByChange) {
		j.feed[sub.AccountID] = feedRow{through: sub.PaidThrough, grace: plan.GraceDays, cause: cause}
	}
}

// Write puts everything collected into the transaction. The journal is spent afterwards.
func (j *Journal) Write(ctx context.Context) error {
	steps := []func(context.Context) error{
		j.writePayments, j.writeAssignments, j.writeAllocated, j.writeRefunds, j.writePostings, j.writeBalances, j.writeTerms, j.writeExtensions, j.writeFeed,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return prolong.Wrap("billing.Journal", err)
		}
	}
	return nil
}

func (j *Journal) writePayments(ctx context.Context) error {
	if len(j.payments) == 0 {
		return nil
	}
	for id, minor := range j.allocated {
		if i, ok := j.isNew[id]; ok {
			j.payments[i].Allocated = prolong.NewMoney(minor, j.payments[i].Amount.Currency())
			delete(j.allocated, id)
		}
	}
	columns := []string{"id", "seller_id", "account_id", "channel", "channel_ref", "part", "currency", "amount_minor", "allocated_minor", "state", "value_on", "received_at", "from_payment_id"}
	_, err := j.tx.Pgx.CopyFrom(ctx, pgx.Identifier{"payments"}, columns, pgx.CopyFromSlice(len(j.payments), func(i int) ([]any, error) {
		p := &j.payments[i]
		return []any{int64(p.ID), int64(p.SellerID), postgres.NullID(p.AccountID), string(p.Channel), p.ChannelRef, p.Part, string(p.Amount.Currency()),
			p.Amount.Minor(), p.Allocated.Minor(), string(p.State), p.ValueOn, j.tx.Now, postgres.NullID(p.From)}, nil
	}))
	return err
}

func (j *Journal) writeAssignments(ctx context.Context) error {
	if len(j.ignored) > 0 {
		if _, err := j.tx.Pgx.Exec(ctx, `UPDATE payments SET state = 'ignored' WHERE id = ANY($1) AND state = 'review'`, postgres.Int64s(j.ignored)); err != nil {
			return err
		}
	}
	if len(j.split) > 0 {
		if _, err := j.tx.Pgx.Exec(ctx, `UPDATE payments SET state = 'split' WHERE id = ANY($1) AND state = 'review'`, postgres.Int64s(j.split)); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		ids      []PaymentID
		from, to PaymentState
	}{{j.voided, PaymentMatched, PaymentVoid}, {j.whole, PaymentSplit, PaymentReview}} {
		if len(x.ids) == 0 {
			continue
		}
		tag, err := j.tx.Pgx.Exec(ctx, `UPDATE payments SET state = $3, account_id = NULL WHERE id = ANY($1) AND state = $2`, postgres.Int64s(x.ids), string(x.from), string(x.to))
		if err == nil && tag.RowsAffected() != int64(len(x.ids)) {
			err = fmt.Errorf("%s: %d of %d payments", x.to, tag.RowsAffected(), len(x.ids))
		}
		if err != nil {
			return err
		}
	}
	if len(j.assigned) == 0 {
		return nil
	}
	var ids, accounts []int64
	for id, account := range j.assigned {
		ids, accounts = append(ids, int64(id)), append(accounts, int64(account))
	}
	tag, err := j.tx.Pgx.Exec(ctx, `
		UPDATE payments p SET account_id = nullif(a.account_id, 0), state = CASE WHEN a.account_id = 0 THEN 'review' ELSE 'matched' END
		FROM unnest($1::bigint[], $2::bigint[]) AS a (id, account_id) WHERE p.id = a.id`, ids, accounts)
	if err == nil && tag.RowsAffected() != int64(len(ids)) {
		err = fmt.Errorf("assigned %d of %d payments", tag.RowsAffected(), len(ids))
	}
	return err
}

func (j *Journal) writeAllocated(ctx context.Context) error {
	var ids, minors []int64
	for id, minor := range j.allocated {
		if minor != 0 {
			ids, minors = append(ids, int64(id)), append(minors, minor)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	tag, err := j.tx.Pgx.Exec(ctx, `
		UPDATE payments p SET allocated_minor = allocated_minor + a.minor
		FROM unnest($1::bigint[], $2::bigint[]) AS a (id, minor) WHERE p.id = a.id`, ids, minors)
	if err == nil && tag.RowsAffected() != int64(len(ids)) {
		err = fmt.Errorf("allocated %d of %d payments", tag.RowsAffected(), len(ids))
	}
	return err
}

func (j *Journal) writePostings(ctx context.Context) error {
	if len(j.postings) == 0 {
		return nil
	}
	columns := []string{"seller_id", "account_id", "booked_on", "debit", "credit", "currency", "amount_minor", "cause", "cause_id", "created_at"}
	_, err := j.tx.Pgx.CopyFrom(ctx, pgx.Identifier{"ledger_postings"}, columns, pgx.CopyFromSlice(len(j.postings), func(i int) ([]any, error) {
		p := &j.postings[i]
		return []any{int64(p.SellerID), postgres.NullID(p.AccountID), p.BookedOn, string(p.Debit), string(p.Credit), string(p.Amount.Currency()),
			p.Amount.Minor(), p.Cause, p.CauseID, j.tx.Now}, nil
	}))
	return err
}

// writeBalances adds up what the postings do to clients' balances. A payment that went whole
// onto an invoice changes nothing and writes nothing.
func (j *Journal) writeBalances(ctx context.Context) error {
	type key struct {
		account  AccountID
		currency prolong.Currency
	}
	delta := map[key]int64{}
	for _, p := range j.postings {
		k := key{p.AccountID, p.Amount.Currency()}
		if p.Credit == LedgerAdvances {
			delta[k] += p.Amount.Minor()
		}
		if p.Debit == LedgerAdvances {
			delta[k] -= p.Amount.Minor()
		}
	}
	var keys []key
	for k, minor := range delta {
		if minor != 0 {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	// one order for all writers, so that two of them cannot deadlock
	sort.Slice(keys, func(a, b int) bool { return keys[a].account < keys[b].account })
	accounts, currencies, minors := make([]int64, len(keys)), make([]string, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		accounts[i], currencies[i], minors[i] = int64(k.account), string(k.currency), delta[k]
	}
	_, err := j.tx.Pgx.Exec(ctx, `
		INSERT INTO balances (account_id, currency, amount_minor)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])
		ON CONFLICT ON CONSTRAINT balances_pkey DO UPDATE SET amount_minor = balances.amount_minor + excluded.amount_minor`,
		accounts, currencies, minors)
	return err
}

func (j *Journal) writeTerms(ctx context.Context) error {
	if len(j.terms) == 0 {
		return nil
	}
	n := len(j.terms)
	ids, through, invoiced := make([]int64, 0, n), make([]prolong.Date, 0, n), make([]prolong.Date, 0, n)
	renew, anchors := make([]prolong.Date, 0, n), make([]int32, 0, n)
	suspend, dunning, ended := make([]prolong.Date, 0, n), make([]prolong.Date, 0, n), make([]prolong.Date, 0, n)
	reopened := make([]prolong.Date, 0, n)
	for id, s := range j.terms {
		ids, through, invoiced = append(ids, int64(id)), append(through, s.PaidThrough), append(invoiced, s.InvoicedTo)
		renew, anchors = append(renew, s.RenewOn(j.plans[id].Lead)), append(anchors, int32(s.AnchorDay))
		suspend, dunning, ended = append(suspend, s.SuspendOn), append(dunning, s.FirstDunning(j.plans[id])), append(ended, s.EndedOn)
		reopened = append(reopened, s.ReopenedOn)
	}
	tag, err := j.tx.Pgx.Exec(ctx, `
		UPDATE subscriptions s SET paid_through = u.through, invoiced_to = u.invoiced, renew_on = u.renew, anchor_day = u.anchor,
			suspend_on = u.suspend, dunning_on = u.dunning, ended_on = u.ended, reopened_on = u.reopened
		FROM unnest($1::bigint[], $2::date[], $3::date[], $4::date[], $5::int[], $6::date[], $7::date[], $8::date[], $9::date[])
			AS u (id, through, invoiced, renew, anchor, suspend, dunning, ended, reopened) WHERE s.id = u.id`,
		ids, through, invoiced, renew, anchors, suspend, dunning, ended, reopened)
	if err == nil && tag.RowsAffected() != int64(n) {
		err = fmt.Errorf("moved %d of %d subscriptions", tag.RowsAffected(), n)
	}
	return err
}

func (j *Journal) writeExtensions(ctx context.Context) error {
	if len(j.extensions) == 0 {
		return nil
	}
	columns := []string{"account_id", "subscription_id", "cause", "cause_id", "through_before", "through_after", "bought_from", "anchor_day", "actor", "created_at"}
	_, err := j.tx.Pgx.CopyFrom(ctx, pgx.Identifier{"extensions"}, columns, pgx.CopyFromSlice(len(j.extensions), func(i int) ([]any, error) {
		e := &j.extensions[i]
		return []any{int64(e.AccountID), int64(e.SubscriptionID), string(e.Cause), e.CauseID, e.Before, e.After, e.From, int32(e.AnchorDay), j.actor.String(), j.tx.Now}, nil
	}))
	return err
}

func (j *Journal) writeFeed(ctx context.Context) error {
	if len(j.feed) == 0 {
		return nil
	}
	rows := make([][]any, 0, len(j.feed))
	for account, f := range j.feed {
		rows = append(rows, []any{int64(account), f.through, f.grace, f.cause, j.tx.Now})
	}
	sort.Slice(rows, func(a, b int) bool { return rows[a][0].(int64) < rows[b][0].(int64) }) //nolint:forcetypeassert // built five lines above
	_, err := j.tx.Pgx.CopyFrom(ctx, pgx.Identifier{"access_feed"}, []string{"account_id", "paid_through", "grace_days", "cause", "created_at"}, pgx.CopyFromRows(rows))
	return err
}
