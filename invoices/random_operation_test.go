package invoices_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// operations are what can happen to one account, each with how often it happens among the others.
// An operation calls use cases as their callers do and tells what it did; it must leave every
// invariant in place. A new use case that moves money or terms gets a line here.
var operations = []struct {
	weight int
	run    func(w *walk, t *testing.T)
}{
	{6, (*walk).pay},
	{1, (*walk).undo},
	{1, (*walk).assign},
	{1, (*walk).void},
	{2, (*walk).reissue},
	{1, (*walk).chargeback},
	{1, (*walk).refund},
	{1, (*walk).changePlan},
	{2, (*walk).changeNow},
	{1, (*walk).changeNext},
	{1, (*walk).discount},
	{1, (*walk).credit},
	{1, (*walk).refundInvoice},
	{1, (*walk).transfer},
	{1, (*walk).undoTransfer},
	{1, (*walk).realign},
	{1, (*walk).announceEnd},
	{1, (*walk).keepOn},
	{1, (*walk).open},
	{1, (*walk).rent},
	{1, (*walk).available},
	{1, (*walk).order},
	{1, (*walk).consume},
	{1, (*walk).giveBack},
}

// sweeps are operations that are about all accounts at once.
var sweeps = []struct {
	weight int
	run    func(c *cohort, t *testing.T)
}{
	{3, (*cohort).days},
	{1, (*cohort).closing},
	{1, (*cohort).accrue},
}

// days lets time pass; the sweeps do what has fallen due.
func (c *cohort) days(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	c.h.clock.Advance(time.Duration(1+c.rng.IntN(12)) * 24 * time.Hour)
	_, err := c.h.invoices.IssueDue(ctx, tester, prolong.Date{})
	c.tell(t, err, "days pass, invoices are issued")
	_, err = c.h.invoices.BillHours(ctx, tester, prolong.Date{})
	c.tell(t, err, "hours are invoiced")
	_, err = c.h.invoices.DunDue(ctx, tester, prolong.Date{})
	c.tell(t, err, "reminders are sent")
	_, err = c.h.billing.ExpireMinutes(ctx, tester, prolong.Date{})
	c.tell(t, err, "minutes expire")
}

// pay receives money and puts it on the open invoices, the oldest first: exactly, in part, too
// much, or short by kopecks.
func (w *walk) pay(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	today := w.today()
	valueOn := today.AddDays(-w.rng.IntN(20))
	var minor int64
	err := w.h.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		open, accounts, c := w.lock(ctx, t, tx)
		list := open[w.account]
		minor = 200000 * (1 + w.rng.Int64N(3))
		if len(list) > 0 {
			minor = list[0].Residual().Minor()
			switch w.rng.IntN(6) {
			case 0:
				minor = 1 + w.rng.Int64N(minor)
			case 1:
				minor += 1 + w.rng.Int64N(500000)
			case 2:
				minor = max(1, minor-w.rng.Int64N(150)) // some within the policy of kopecks, some beyond
			}
		}
		w.refs++
		j := billing.NewJournal(tx, tester)
		received, err := j.Receive(ctx, []billing.Payment{{SellerID: accounts[w.account].SellerID, AccountID: w.account, Channel: billing.ChannelCorrection,
			ChannelRef: int64(w.account)<<32 + w.refs, Amount: prolong.NewMoney(minor, prolong.RUB), State: billing.PaymentMatched, ValueOn: valueOn}}, []prolong.Date{today})
		if err != nil {
			return err
		}
		return w.settle(ctx, tx, j, c, accounts, open, received[0])
	})
	w.tell(t, err, "pay %d of %s", minor, valueOn)
}

func (w *walk) lock(ctx context.Context, t *testing.T, tx postgres.Tx) (map[billing.AccountID][]*invoices.Invoice, map[billing.AccountID]billing.Account, billing.Catalog) {
	t.Helper()
	accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{w.account})
	require.NoError(t, err)
	open, err := invoices.LockOpen(ctx, tx, []billing.AccountID{w.account})
	require.NoError(t, err)
	c, err := billing.CatalogIn(ctx, tx)
	require.NoError(t, err)
	return open, accounts, c
}

func (w *walk) settle(ctx context.Context, tx postgres.Tx, j *billing.Journal, c billing.Catalog, accounts map[billing.AccountID]billing.Account, open map[billing.AccountID][]*invoices.Invoice, p billing.Payment) error {
	st := invoices.Settlement{Payment: p, AccountID: w.account}
	rest := p.Rest().Minor()
	for _, inv := range open[w.account] {
		if part := min(rest, inv.Residual().Minor()); part > 0 {
			st.Parts = append(st.Parts, invoices.Part{Invoice: inv.ID, Amount: prolong.NewMoney(part, prolong.RUB)})
			rest -= part
		}
	}
	_, err := w.h.invoices.Settle(ctx, tx, j, tester, c, accounts, open, []invoices.Settlement{st})
	return err
}

// undo takes a payment back into review, as banksync does.
func (w *walk) undo(t *testing.T) {
	t.Helper()
	id := w.pick(t, `SELECT id FROM payments WHERE account_id = $1 AND channel = 'correction'`)
	if id == 0 {
		return
	}
	err := w.h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		_, _, c := w.lock(ctx, t, tx)
		p, err := billing.PaymentForUpdate(ctx, tx, billing.PaymentID(id))
		require.NoError(t, err)
		if p.Held().IsZero() {
			return nil
		}
		j := billing.NewJournal(tx, tester)
		if _, err := w.h.invoices.TakeBack(ctx, tx, j, tester, c, p); err != nil {
			return err
		}
		w.refs++
		j.Unassign(p, prolong.DateOf(tx.Now, moscow), int64(w.account)<<32+w.refs)
		return j.Write(ctx)
	})
	w.tell(t, err, "undo payment %d", id)
}

// assign gives a payment that an undo left in review to the account again.
func (w *walk) assign(t *testing.T) {
	t.Helper()
	id := w.pick(t, `SELECT id FROM payments WHERE state = 'review' AND channel_ref >> 32 = $1 AND amount_minor > refunded_minor`)
	if id == 0 {
		return
	}
	err := w.h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		open, accounts, c := w.lock(ctx, t, tx)
		p, err := billing.PaymentForUpdate(ctx, tx, billing.PaymentID(id))
		require.NoError(t, err)
		j := billing.NewJournal(tx, tester)
		w.refs++
		j.Assign(p, w.account, prolong.DateOf(tx.Now, moscow), int64(w.account)<<32+w.refs)
		p.State, p.AccountID = billing.PaymentMatched, w.account
		return w.settle(ctx, tx, j, c, accounts, open, p)
	})
	w.tell(t, err, "assign payment %d", id)
}

// void cancels an invoice for good.
func (w *walk) void(t *testing.T) {
	t.Helper()
	if id := w.pick(t, `SELECT id FROM invoices WHERE account_id = $1`); id != 0 {
		_, err := w.h.invoices.Void(context.Background(), tester, invoices.InvoiceID(id), "test")
		w.tell(t, err, "void %d", id)
	}
}

// reissue puts another invoice in the place of an open or a void one.
func (w *walk) reissue(t *testing.T) {
	t.Helper()
	if id := w.pick(t, `SELECT id FROM invoices i WHERE account_id = $1 AND status <> 'paid' AND NOT EXISTS (SELECT 1 FROM invoices n WHERE n.replaces_id = i.id)`); id != 0 {
		_, err := w.h.invoices.Reissue(context.Background(), tester, invoices.InvoiceID(id), "test")
		w.tell(t, err, "reissue %d", id)
	}
}

// chargeback lets the bank take a payment back.
func (w *walk) chargeback(t *testing.T) {
	t.Helper()
	if id := w.pick(t, `SELECT id FROM payments WHERE account_id = $1`); id != 0 {
		_, err := w.h.invoices.Chargeback(context.Background(), tester, billing.PaymentID(id), w.today(), "test")
		w.tell(t, err, "chargeback %d", id)
	}
}

// refund pays back a part of what lies on the balance.
func (w *walk) refund(t *testing.T) {
	t.Helper()
	if id := w.pick(t, `SELECT id FROM payments WHERE account_id = $1`); id != 0 {
		err := w.h.billing.RefundBalance(context.Background(), tester, billing.PaymentID(id), prolong.NewMoney(1+w.rng.Int64N(5000), prolong.RUB), w.today(), "test")
		w.tell(t, err, "refund %d", id)
	}
}

// changePlan takes the subscription to another plan: a longer one, a shorter one, a free one.
func (w *walk) changePlan(t *testing.T) {
	t.Helper()
	id := w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1 AND ended_on IS NULL`)
	key := []string{"standard", "quarter", "thirty", "free"}[w.rng.IntN(4)]
	_, err := w.h.invoices.ChangePlan(context.Background(), tester, billing.SubscriptionID(id), key, prolong.Money{})
	w.tell(t, err, "change to %s", key)
}

// closing draws up the closing documents that are due.
func (c *cohort) closing(t *testing.T) {
	t.Helper()
	_, err := c.h.invoices.CloseDue(context.Background(), tester, prolong.Date{})
	c.tell(t, err, "close")
}

// order asks for a pack of prepaid minutes.
func (w *walk) order(t *testing.T) {
	t.Helper()
	w.refs++
	_, err := w.h.invoices.OrderPacks(context.Background(), tester, w.account, []string{"hours", "month"}[w.rng.IntN(2)], 1+w.rng.IntN(2), w.key())
	w.tell(t, err, "order of minutes")
}

// consume takes minutes: as many as asked, or what is there.
func (w *walk) consume(t *testing.T) {
	t.Helper()
	w.refs++
	done, err := w.h.billing.Consume(context.Background(), tester, billing.Consumption{Account: w.account, Minutes: 1 + w.rng.IntN(200), Cause: "test", Key: w.key(), Partly: w.rng.IntN(2) == 0})
	w.tell(t, err, "use %d minutes", done.Minutes)
}

// giveBack returns the minutes of some use.
func (w *walk) giveBack(t *testing.T) {
	t.Helper()
	if ref := w.pick(t, `SELECT key::bigint FROM prepaid_uses WHERE account_id = $1 AND returns_id IS NULL`); ref != 0 {
		_, err := w.h.billing.Return(context.Background(), tester, w.account, strconv.FormatInt(ref, 10), "test")
		w.tell(t, err, "give back the minutes of %d", ref)
	}
}

// key names the act of the moment.
func (w *walk) key() string { return strconv.FormatInt(w.refs, 10) }

// accrue writes the commission of whoever brought the client. Whatever was paid, taken back and
// paid again before: what stands is what the money that stands now is worth.
func (c *cohort) accrue(t *testing.T) {
	t.Helper()
	n, err := c.h.invoices.AccrueCommissions(context.Background())
	c.tell(t, err, "accrue %d commissions", n)
	require.Zero(t, c.h.count(t, `SELECT count(*) FROM (SELECT partner_id, account_id, sum(amount_minor) AS sum FROM commissions GROUP BY 1, 2) c
		FULL JOIN (SELECT partner_id, account_id, sum(amount_minor) AS sum FROM commission_of_allocation v
			WHERE NOT EXISTS (SELECT 1 FROM allocations r WHERE r.reverses_id = v.allocation_id) GROUP BY 1, 2) v USING (partner_id, account_id)
		WHERE coalesce(c.sum, 0) <> coalesce(v.sum, 0)`), c)
}

// transfer moves some of the balance to another account of the client.
func (w *walk) transfer(t *testing.T) {
	t.Helper()
	if to := w.pick(t, `SELECT id FROM accounts WHERE id <> $1`); to != 0 {
		_, err := w.h.invoices.Transfer(context.Background(), tester, w.account, billing.AccountID(to), prolong.NewMoney(1+w.rng.Int64N(300000), prolong.RUB), "test")
		w.tell(t, err, "transfer to %d", to)
	}
}

// undoTransfer takes a transfer back.
func (w *walk) undoTransfer(t *testing.T) {
	t.Helper()
	if id := w.pick(t, `SELECT id FROM transfers WHERE from_account_id = $1`); id != 0 {
		_, err := w.h.invoices.UndoTransfer(context.Background(), tester, billing.TransferID(id), "test")
		w.tell(t, err, "undo transfer %d", id)
	}
}

// realign lets a suspended subscription begin again today.
func (w *walk) realign(t *testing.T) {
	t.Helper()
	if id := w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1 AND ended_on IS NULL`); id != 0 {
		_, err := w.h.invoices.Realign(context.Background(), tester, billing.SubscriptionID(id), w.today(), "test")
		w.tell(t, err, "realign %d", id)
	}
}

// announceEnd lets a subscription end with its paid term or some periods later.
func (w *walk) announceEnd(t *testing.T) {
	t.Helper()
	id := w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1 AND ended_on IS NULL`)
	if id == 0 {
		return
	}
	var on prolong.Date
	if w.rng.IntN(2) == 0 {
		on = w.today().AddDays(w.rng.IntN(90))
	}
	out, err := w.h.invoices.AnnounceEnd(context.Background(), tester, billing.SubscriptionID(id), on, "test")
	var refusal *prolong.Error
	if after, ok := refusedFor(err, &refusal, "error.end_inside_period"); ok { // what it was told can be had
		out, err = w.h.invoices.AnnounceEnd(context.Background(), tester, billing.SubscriptionID(id), after, "test")
		require.NoError(t, err, "%s", w.cohort)
	}
	w.tell(t, err, "subscription %d ends on %s", id, out.EndsOn)
}

// refusedFor returns the later of the two days that a refusal offers.
func refusedFor(err error, refusal **prolong.Error, key string) (after prolong.Date, ok bool) {
	if !errors.As(err, refusal) || (*refusal).Key != key {
		return after, false
	}
	after, ok = (*refusal).Args["After"].(prolong.Date)
	return after, ok
}

// keepOn takes an announced end back.
func (w *walk) keepOn(t *testing.T) {
	t.Helper()
	if id := w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1 AND ended_on IS NULL AND ends_on IS NOT NULL`); id != 0 {
		_, err := w.h.invoices.KeepOn(context.Background(), tester, billing.SubscriptionID(id), "test")
		w.tell(t, err, "subscription %d goes on", id)
	}
}

// open brings a client whose last subscription has ended back with another one.
func (w *walk) open(t *testing.T) {
	t.Helper()
	if w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1 AND ended_on IS NULL AND NOT metered`) != 0 {
		return
	}
	o := billing.Opening{AccountID: w.account, PlanKey: walkedPlans[w.rng.IntN(len(walkedPlans))], Currency: prolong.RUB}
	if w.rng.IntN(2) == 0 {
		o.Anchor = w.today().AddDays(w.rng.IntN(400) - 200)
	}
	sub, err := w.h.invoices.OpenSubscription(context.Background(), tester, o)
	w.tell(t, err, "opened subscription %d, the first period to %v", sub.ID, sub.FirstTo)
}

// rent gives a client who has none rent by the hour, from a day around today on.
func (w *walk) rent(t *testing.T) {
	t.Helper()
	if w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1 AND ended_on IS NULL AND metered`) != 0 {
		return
	}
	w.refs++
	from := w.today().AddDays(w.rng.IntN(40) - 20)
	id, err := w.h.billing.OpenRent(context.Background(), tester, w.account, "rent", from, w.key())
	w.tell(t, err, "rent %d from %s", id, from)
}

// available says for how long rent was fully available, or was not.
func (w *walk) available(t *testing.T) {
	t.Helper()
	id := w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1 AND metered`)
	if id == 0 {
		return
	}
	from := w.h.db.Now().Add(-time.Duration(w.rng.IntN(60*24)) * time.Hour)
	hours := 1 + w.rng.IntN(30*24)
	_, err := w.h.billing.RecordAvailability(context.Background(), tester, []billing.Availability{
		{Subscription: billing.SubscriptionID(id), From: from, To: from.Add(time.Duration(hours) * time.Hour), Down: w.rng.IntN(4) == 0},
	})
	w.tell(t, err, "%d hours of rent %d from %s", hours, id, from)
}
