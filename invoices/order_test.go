package invoices_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// pack declares ten hours for 30 000 that can be used for a number of months.
func (h *house) pack(t testing.TB, key string, minutes, validMonths int) {
	t.Helper()
	require.NoError(t, h.billing.DeclarePacks(context.Background(), []billing.PackSpec{{Seller: "main",
		Pack: billing.Pack{Key: key, Name: "Часы " + key, Minutes: minutes, ValidMonths: validMonths, Prices: []prolong.Money{prolong.NewMoney(3000000, prolong.RUB)}}}}))
}

// buy orders a pack and pays it.
func (h *house) buy(t testing.TB, account billing.AccountID, key string) invoices.Invoice {
	t.Helper()
	inv, err := h.invoices.OrderPacks(context.Background(), tester, account, key, 1, key+h.db.Now().String())
	require.NoError(t, err)
	h.receiveFor(t, inv)
	return inv
}

// receiveFor pays one invoice exactly.
func (h *house) receiveFor(t testing.TB, inv invoices.Invoice) billing.Payment {
	t.Helper()
	var p billing.Payment
	require.NoError(t, h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		ids := []billing.AccountID{inv.AccountID}
		accounts, err := billing.LockAccounts(ctx, tx, ids)
		require.NoError(t, err)
		open, err := invoices.LockOpen(ctx, tx, ids)
		require.NoError(t, err)
		c, err := billing.CatalogIn(ctx, tx)
		require.NoError(t, err)
		j := billing.NewJournal(tx, tester)
		today := prolong.DateOf(tx.Now, moscow)
		received, err := j.Receive(ctx, []billing.Payment{{SellerID: inv.SellerID, AccountID: inv.AccountID, Channel: billing.ChannelCorrection, ChannelRef: correction.Add(1),
			Amount: inv.Residual(), State: billing.PaymentMatched, ValueOn: today}}, []prolong.Date{today})
		require.NoError(t, err)
		p = received[0]
		_, err = h.invoices.Settle(ctx, tx, j, tester, c, accounts, open, []invoices.Settlement{{Payment: p, AccountID: inv.AccountID, Parts: []invoices.Part{{Invoice: inv.ID, Amount: inv.Residual()}}}})
		return err
	}))
	return p
}

func (h *house) minutes(t testing.TB, account billing.AccountID) int {
	t.Helper()
	p, err := h.billing.PrepaidOf(context.Background(), account, 10)
	require.NoError(t, err)
	return p.Minutes
}

func (h *house) use(t testing.TB, account billing.AccountID, minutes int, key string) billing.Consumed {
	t.Helper()
	done, err := h.billing.Consume(context.Background(), tester, billing.Consumption{Account: account, Minutes: minutes, Cause: "test", Key: key})
	require.NoError(t, err)
	return done
}

func (h *house) client(t testing.TB) billing.AccountID {
	t.Helper()
	h.accounts(t, 1, "2026-05-20", "")
	a, err := h.billing.FindAccountByExternalID(context.Background(), "c00000")
	require.NoError(t, err)
	return a.ID
}

func TestMinutesComeWithThePaymentAndGoInTheOrderOfExpiry(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := h.client(t)
	h.pack(t, "endless", 600, 0)
	h.pack(t, "year", 600, 12)
	h.pack(t, "quarter", 90, 3)
	order, err := h.invoices.OrderPacks(context.Background(), tester, client, "endless", 1, "k1")
	require.NoError(t, err)
	require.Zero(t, h.minutes(t, client), "not paid yet")
	again, err := h.invoices.OrderPacks(context.Background(), tester, client, "endless", 1, "k1")
	require.NoError(t, err)
	require.Equal(t, order.ID, again.ID, "a repeated request orders nothing")
	h.receiveFor(t, order)
	h.buy(t, client, "year")
	h.buy(t, client, "quarter")
	require.Equal(t, 1290, h.minutes(t, client))

	require.Equal(t, 1190, h.use(t, client, 100, "a").Left)
	p, err := h.billing.PrepaidOf(context.Background(), client, 10)
	require.NoError(t, err)
	require.Len(t, p.Lots, 2, "the quarter's are used up first, ten of the year's after them")
	require.Equal(t, []int{590, 600}, []int{p.Lots[0].Left, p.Lots[1].Left})
	require.Equal(t, prolong.MustDate("2027-02-28"), p.Lots[0].ExpiresOn)
	require.True(t, p.Lots[1].ExpiresOn.IsZero())
	require.Equal(t, -100, p.Entries[0].Minutes, "one act, one line")

	repeated := h.use(t, client, 100, "a")
	require.True(t, repeated.Again)
	require.Equal(t, 1190, repeated.Left)
	_, err = h.billing.Consume(context.Background(), tester, billing.Consumption{Account: client, Minutes: 50, Key: "a"})
	codeOf(t, err, "error.prepaid_key")
	_, err = h.billing.Consume(context.Background(), tester, billing.Consumption{Account: client, Minutes: 1191, Key: "b"})
	codeOf(t, err, "error.prepaid_short")
	partly, err := h.billing.Consume(context.Background(), tester, billing.Consumption{Account: client, Minutes: 1191, Key: "b", Partly: true})
	require.NoError(t, err)
	require.Equal(t, billing.Consumed{Minutes: 1190}, partly)
	h.sound(t)
}

func TestMinutesExpireAfterTheirLastDayAndReturnedOnesExpireAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := h.client(t)
	h.pack(t, "month", 120, 1)
	h.buy(t, client, "month")
	h.use(t, client, 50, "a")
	expire := func() int {
		n, err := h.billing.ExpireMinutes(context.Background(), tester, prolong.Date{})
		require.NoError(t, err)
		return n
	}
	h.clock.Set(time.Date(2026, 3, 31, 23, 59, 0, 0, moscow))
	require.Zero(t, expire(), "the last day is one of use")
	require.Equal(t, 70, h.minutes(t, client))
	h.clock.Set(time.Date(2026, 4, 1, 0, 0, 0, 0, moscow))
	require.Zero(t, h.minutes(t, client), "also before the sweep has come by")
	_, err := h.billing.Consume(context.Background(), tester, billing.Consumption{Account: client, Minutes: 1, Key: "late"})
	codeOf(t, err, "error.prepaid_short")
	require.Equal(t, 1, expire())
	require.Zero(t, expire())

	back, err := h.billing.Return(context.Background(), tester, client, "a", "mistake")
	require.NoError(t, err)
	require.Equal(t, 50, back)
	back, err = h.billing.Return(context.Background(), tester, client, "a", "mistake")
	require.NoError(t, err)
	require.Equal(t, 50, back, "once")
	require.Zero(t, h.minutes(t, client))
	require.Equal(t, 1, expire())
	_, err = h.billing.Return(context.Background(), tester, client, "unknown", "")
	codeOf(t, err, "error.prepaid_use_not_found")
	h.sound(t)
}

func TestMinutesOfAnInvoiceThatIsTakenBackLeaveWithItAndComeBackOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := h.client(t)
	h.pack(t, "ten", 600, 0)
	order, err := h.invoices.OrderPacks(context.Background(), tester, client, "ten", 1, "k")
	require.NoError(t, err)
	payment := h.receiveFor(t, order)
	h.use(t, client, 200, "a")
	_, err = h.invoices.Chargeback(context.Background(), tester, payment.ID, prolong.MustDate("2026-03-02"), "возврат")
	require.NoError(t, err)
	require.Zero(t, h.minutes(t, client), "what was used stays used")
	h.sound(t)
	_, err = h.billing.Return(context.Background(), tester, client, "a", "mistake")
	require.NoError(t, err)
	require.Zero(t, h.minutes(t, client), "nobody has paid for it")
	h.sound(t)

	order.Paid = prolong.NewMoney(0, prolong.RUB)
	h.receive(t, client, 3000000, "2026-03-02")
	require.Equal(t, 600, h.minutes(t, client))
	_, err = h.invoices.Void(context.Background(), tester, order.ID, "не нужен")
	require.NoError(t, err)
	require.Zero(t, h.minutes(t, client))
	require.Equal(t, -3000000, h.ledger(t, billing.LedgerAdvances))
	_, err = h.invoices.Reissue(context.Background(), tester, order.ID, "ещё раз")
	codeOf(t, err, "error.invoice_no_subscription")
	h.sound(t)

	paid, err := h.invoices.OrderPacks(context.Background(), tester, client, "ten", 1, "k2")
	require.NoError(t, err)
	require.Equal(t, invoices.StatusPaid, paid.Status, "the balance pays it")
	require.Equal(t, 600, h.minutes(t, client))
	h.sound(t)
}

// Issue 4: a balance of man-hours, row lock; never below zero, no lost minute.
func TestTwentyConsumersNeverTakeMoreMinutesThanThereAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := h.client(t)
	h.pack(t, "a", 100, 1)
	h.pack(t, "b", 130, 2)
	h.buy(t, client, "a")
	h.buy(t, client, "b")
	var taken, refused, turn atomic.Int64
	for _, err := range together(20, func() error {
		n := turn.Add(1) - 1
		for k := range 3 { // 20 x 3 x 7 = 420 are asked for, 230 are there; each key comes twice
			key := strconv.FormatInt(n/2, 10) + "/" + strconv.Itoa(k)
			done, err := h.billing.Consume(context.Background(), tester, billing.Consumption{Account: client, Minutes: 14, Key: key})
			switch {
			case prolong.CodeOf(err) == prolong.CodeConflict:
				refused.Add(1)
			case err != nil:
				return err
			case !done.Again:
				taken.Add(14)
			}
		}
		return nil
	}) {
		require.NoError(t, err)
	}
	require.Equal(t, int64(224), taken.Load(), "sixteen times fourteen")
	require.Positive(t, refused.Load())
	require.Equal(t, 230-224, h.minutes(t, client))
	h.sound(t)
}
