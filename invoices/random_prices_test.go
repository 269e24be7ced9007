package invoices_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

var walkedPlans = []string{"standard", "quarter", "thirty", "free"}

func (w *walk) subscription(t *testing.T) billing.SubscriptionID {
	t.Helper()
	return billing.SubscriptionID(w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1 AND ended_on IS NULL`))
}

// changeNow changes plan, seats and add-ons inside the paid days; the quote says what comes, and
// what is asked for or given back is the difference to the kopeck.
func (w *walk) changeNow(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	id := w.subscription(t)
	ch := invoices.Change{AtOnce: true, Seats: 1 + w.rng.IntN(4), Reason: "test"}
	switch w.rng.IntN(3) {
	case 0:
		ch.PlanKey = walkedPlans[w.rng.IntN(len(walkedPlans))]
	case 1:
		ch.Addons = map[string]int{"sms": w.rng.IntN(3)}
	}
	quoted := w.rng.IntN(4) == 0 // it costs as much as the change itself
	var quote invoices.Changed
	var refused error
	if quoted {
		quote, refused = w.h.invoices.QuoteTerms(ctx, tester, id, ch)
	}
	done, err := w.h.invoices.ChangeTerms(ctx, tester, id, ch)
	w.tell(t, err, "at once: plan %q, %d seats, add-ons %v: %s", ch.PlanKey, ch.Seats, ch.Addons, done.Net())
	log := w.cohort
	if quoted {
		require.Equal(t, refused == nil, err == nil, log)
	}
	if err != nil {
		return
	}
	if quoted {
		require.Equal(t, quote.Net(), done.Net(), log)
		require.Equal(t, quote.PaidAfter, done.PaidAfter, log)
	}
	asked := int64(0)
	if done.Invoice != nil {
		asked = done.Invoice.Total.Minor()
	}
	for _, n := range done.Notes {
		asked -= n.Total.Minor()
	}
	require.Equal(t, done.Net().Minor(), asked, log)
}

// changeNext changes seats and add-ons from the next period on.
func (w *walk) changeNext(t *testing.T) {
	t.Helper()
	ch := invoices.Change{Seats: 1 + w.rng.IntN(4), Addons: map[string]int{"sms": w.rng.IntN(3)}}
	_, err := w.h.invoices.ChangeTerms(context.Background(), tester, w.subscription(t), ch)
	w.tell(t, err, "from the next period %d seats, add-ons %v", ch.Seats, ch.Addons)
}

// discount gives a discount or ends one.
func (w *walk) discount(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	sub := w.subscription(t)
	if id := w.pick(t, `SELECT id FROM discounts WHERE account_id = $1 AND ended_at IS NULL`); id != 0 && w.rng.IntN(2) == 0 {
		_, err := w.h.invoices.EndDiscount(ctx, tester, sub, billing.DiscountID(id), "test")
		w.tell(t, err, "end discount %d", id)
		return
	}
	d := billing.Discount{From: w.today(), Periods: w.rng.IntN(3), Reason: "test"}
	if w.rng.IntN(2) == 0 {
		d.PercentBP = 1 + w.rng.IntN(10000)
	} else {
		d.Amount = rub(1 + w.rng.Int64N(100000))
	}
	_, err := w.h.invoices.GiveDiscount(ctx, tester, sub, d)
	w.tell(t, err, "discount of %d bp or %s for %d periods", d.PercentBP, d.Amount, d.Periods)
}

// credit takes something off an invoice.
func (w *walk) credit(t *testing.T) {
	t.Helper()
	id := w.pick(t, `SELECT id FROM invoices WHERE account_id = $1`)
	if id == 0 {
		return
	}
	minor := 1 + w.rng.Int64N(250000)
	_, err := w.h.invoices.Credit(context.Background(), tester, invoices.InvoiceID(id), rub(minor), "test")
	w.tell(t, err, "credit %d by %d", id, minor)
}

// refundInvoice pays something back that is on an invoice.
func (w *walk) refundInvoice(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	id := w.pick(t, `SELECT id FROM allocations WHERE account_id = $1 AND amount_minor > 0`)
	if id == 0 {
		return
	}
	var payment, invoice, minor int64
	require.NoError(t, w.h.db.Pool.QueryRow(ctx, `SELECT payment_id, invoice_id, amount_minor FROM allocations WHERE id = $1`, id).Scan(&payment, &invoice, &minor))
	r := invoices.Refund{Payment: billing.PaymentID(payment), Invoice: invoices.InvoiceID(invoice), Amount: prolong.NewMoney(1+w.rng.Int64N(minor), prolong.RUB), Adjust: w.rng.IntN(2) == 0, On: w.today(), Reason: "test"}
	_, err := w.h.invoices.Refund(ctx, tester, r)
	w.tell(t, err, "refund %s of payment %d on invoice %d, adjust %t", r.Amount, payment, invoice, r.Adjust)
}
