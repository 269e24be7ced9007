package invoices_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// family gives the accounts of the house one tax id and returns their ids.
func (h *house) family(t testing.TB) []billing.AccountID {
	t.Helper()
	_, err := h.db.Pool.Exec(context.Background(), `UPDATE accounts SET tax_id = '7701001238'`)
	require.NoError(t, err)
	rows, err := h.db.Pool.Query(context.Background(), `SELECT id FROM accounts ORDER BY id`)
	require.NoError(t, err)
	defer rows.Close()
	var ids []billing.AccountID
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		ids = append(ids, billing.AccountID(id))
	}
	require.NoError(t, rows.Err())
	return ids
}

// deposit receives money onto an account's balance.
func (h *house) deposit(t testing.TB, account billing.AccountID, minor int64, valueOn string) {
	t.Helper()
	require.NoError(t, h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{account})
		require.NoError(t, err)
		j := billing.NewJournal(tx, tester)
		day := prolong.MustDate(valueOn)
		_, err = j.Receive(ctx, []billing.Payment{{SellerID: accounts[account].SellerID, AccountID: account, Channel: billing.ChannelCorrection, ChannelRef: correction.Add(1),
			Amount: prolong.NewMoney(minor, prolong.RUB), State: billing.PaymentMatched, ValueOn: day}}, []prolong.Date{day})
		require.NoError(t, err)
		return j.Write(ctx)
	}))
}

func (h *house) balance(t testing.TB, account billing.AccountID) int64 {
	t.Helper()
	var minor int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT coalesce((SELECT amount_minor FROM balances WHERE account_id = $1), 0)`, int64(account)).Scan(&minor))
	return minor
}

func TestTransferPaysTheOtherAccountsInvoiceAndCanBeUndone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 2, "2026-03-20", "")
	ids := h.family(t)
	_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	h.deposit(t, ids[0], 150000, "2026-02-27")
	h.deposit(t, ids[0], 100000, "2026-02-28")
	id, err := h.invoices.Transfer(context.Background(), tester, ids[0], ids[1], prolong.NewMoney(240000, prolong.RUB), "письмо клиента")
	require.NoError(t, err)
	require.Equal(t, int64(10000), h.balance(t, ids[0]))
	require.Equal(t, int64(40000), h.balance(t, ids[1]))
	require.Equal(t, prolong.MustDate("2026-04-20"), h.access(t, "c00001").PaidThrough)
	require.Equal(t, prolong.MustDate("2026-03-20"), h.access(t, "c00000").PaidThrough)
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM audit_entries WHERE action = 'balance.transfer'`))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM payments WHERE channel = 'transfer' AND value_on = '2026-02-27'`), "the bank's day goes along")
	h.sound(t)

	done, err := h.invoices.UndoTransfer(context.Background(), tester, id, "ошибка")
	require.NoError(t, err)
	require.Len(t, done.Reopened, 1)
	require.Equal(t, int64(250000), h.balance(t, ids[0]))
	require.Zero(t, h.balance(t, ids[1]))
	require.Equal(t, prolong.MustDate("2026-03-20"), h.access(t, "c00001").PaidThrough)
	h.sound(t)
	_, err = h.invoices.UndoTransfer(context.Background(), tester, id, "ошибка")
	codeOf(t, err, "error.transfer_undone")

	// What came back can be moved again.
	_, err = h.invoices.Transfer(context.Background(), tester, ids[0], ids[1], prolong.NewMoney(250000, prolong.RUB), "снова")
	require.NoError(t, err)
	h.sound(t)
}

func TestTransferIsRefusedWhereItIsNotTheClientsOwnMoney(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 2, "2026-03-20", "")
	ids := h.family(t)
	h.deposit(t, ids[0], 100000, "2026-02-27")
	move := func(to billing.AccountID, minor int64, reason string) error {
		_, err := h.invoices.Transfer(context.Background(), tester, ids[0], to, prolong.NewMoney(minor, prolong.RUB), reason)
		return err
	}
	codeOf(t, move(ids[1], 100001, "x"), "error.transfer_amount")
	codeOf(t, move(ids[1], 0, "x"), "error.transfer_amount")
	codeOf(t, move(ids[1], 1, ""), "error.field_missing")
	codeOf(t, move(ids[0], 1, "x"), "error.transfer_other_client")
	_, err := h.invoices.Transfer(context.Background(), tester, ids[0], ids[1], prolong.NewMoney(1, prolong.UAH), "x")
	codeOf(t, err, "error.transfer_amount")
	_, err = h.db.Pool.Exec(context.Background(), `UPDATE accounts SET tax_id = '' WHERE id = $1`, int64(ids[1]))
	require.NoError(t, err)
	codeOf(t, move(ids[1], 1, "x"), "error.transfer_other_client")
	require.Equal(t, int64(100000), h.balance(t, ids[0]))
	h.sound(t)
}

// Two clerks at once move no more than there is, in whatever direction.
func TestConcurrentTransfersKeepTheMoney(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 2, "2026-03-20", "")
	ids := h.family(t)
	h.deposit(t, ids[0], 100000, "2026-02-27")
	together(12, func() error {
		_, _ = h.invoices.Transfer(context.Background(), tester, ids[0], ids[1], prolong.NewMoney(30000, prolong.RUB), "x") // refused when the money is gone
		_, _ = h.invoices.Transfer(context.Background(), tester, ids[1], ids[0], prolong.NewMoney(10000, prolong.RUB), "x") // as above
		return nil
	})
	require.Equal(t, int64(100000), h.balance(t, ids[0])+h.balance(t, ids[1]))
	h.sound(t)
}

// Issue 4, "chargeback of a bank line" of money that has moved: it is taken back where it lies now,
// off the invoices that it paid there, and every account of the ledger goes back to nought.
func TestMovedMoneyIsChargedBackWhereItLies(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.accounts(t, 3, "2026-03-20", "")
	ids := h.family(t)
	_, err := h.invoices.IssueDue(ctx, tester, prolong.Date{})
	require.NoError(t, err)
	h.deposit(t, ids[0], 300000, "2026-02-27")
	move := func(from, to billing.AccountID, minor int64) billing.TransferID {
		id, err := h.invoices.Transfer(ctx, tester, from, to, rub(minor), "письмо клиента")
		require.NoError(t, err)
		return id
	}
	move(ids[0], ids[1], 290000)         // pays the invoice there, 900.00 stay
	again := move(ids[1], ids[2], 70000) // a part of the other one's invoice
	back := move(ids[1], ids[0], 15000)
	_, err = h.invoices.UndoTransfer(ctx, tester, back, "ошибка")
	require.NoError(t, err)
	require.Equal(t, prolong.MustDate("2026-04-20"), h.access(t, "c00001").PaidThrough)
	h.sound(t)

	var payment int64
	require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT id FROM payments WHERE channel = 'correction'`).Scan(&payment))
	done, err := h.invoices.Chargeback(ctx, tester, billing.PaymentID(payment), prolong.MustDate("2026-03-02"), "возврат банка")
	require.NoError(t, err)
	require.Len(t, done.Reopened, 2)
	require.Equal(t, prolong.MustDate("2026-03-20"), h.access(t, "c00001").PaidThrough)
	for _, id := range ids {
		require.Zero(t, h.balance(t, id))
	}
	for _, account := range []billing.LedgerAccount{billing.LedgerBank, billing.LedgerAdvances, billing.LedgerTransfer, billing.LedgerDeferred} {
		require.Zero(t, h.ledger(t, account), account)
	}
	require.Equal(t, 3, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'open' AND paid_minor = 0`))
	h.sound(t)
	_, err = h.invoices.UndoTransfer(ctx, tester, again, "ошибка")
	codeOf(t, err, "error.transfer_spent")
	_, err = h.invoices.Chargeback(ctx, tester, billing.PaymentID(payment), prolong.MustDate("2026-03-02"), "ещё раз")
	codeOf(t, err, "error.payment_not_refundable")
}

// What was paid back from the account that it was moved to has left us: the bank cannot take it
// once more.
func TestMovedMoneyThatWasPaidBackIsNotChargedBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.accounts(t, 2, "2026-03-20", "")
	ids := h.family(t)
	h.deposit(t, ids[0], 100000, "2026-02-27")
	_, err := h.invoices.Transfer(ctx, tester, ids[0], ids[1], rub(60000), "x")
	require.NoError(t, err)
	var payment, moved int64
	require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT min(id), max(id) FROM payments`).Scan(&payment, &moved))
	require.NoError(t, h.billing.RefundBalance(ctx, tester, billing.PaymentID(moved), rub(100), prolong.MustDate("2026-03-02"), "x"))
	_, err = h.invoices.Chargeback(ctx, tester, billing.PaymentID(payment), prolong.MustDate("2026-03-02"), "возврат банка")
	codeOf(t, err, "error.payment_not_refundable")
	require.Equal(t, int64(40000), h.balance(t, ids[0]))
	require.Equal(t, int64(59900), h.balance(t, ids[1]))
	h.sound(t)
}
