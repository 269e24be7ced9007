package invoices_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/notify"
)

// settled is a client whose invoice of 2000.00 is paid and, if wanted, closed.
func settled(t *testing.T, closed bool) (*house, invoices.Invoice, billing.Payment) {
	t.Helper()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	payment := h.receive(t, inv.AccountID, 200000, "2026-03-05")
	h.clock.Advance(8 * 24 * time.Hour)
	if closed {
		_, err := h.invoices.CloseDue(context.Background(), tester, prolong.Date{})
		require.NoError(t, err)
	}
	return h, inv, payment
}

// billing.md case 33, in its bearing on us: prices contain the tax, and notes over a whole invoice
// carry its whole tax, whatever the parts.
func TestCreditNotesOverAWholeInvoiceCarryItsWholeTax(t *testing.T) {
	t.Parallel()
	for _, closed := range []bool{false, true} {
		h, inv, _ := settled(t, closed)
		var tax int64
		for _, minor := range []int64{33333, 1, 66666, 99999, 1} {
			note, err := h.invoices.Credit(context.Background(), tester, inv.ID, rub(minor), "простой сервиса")
			require.NoError(t, err)
			tax += note.Tax.Minor()
			h.sound(t)
		}
		require.Equal(t, inv.Tax.Minor(), tax)
		require.Equal(t, -200000, h.ledger(t, billing.LedgerAdvances), "all of it is the client's again")
		require.Zero(t, h.ledger(t, billing.LedgerDeferred))
		require.Zero(t, h.ledger(t, billing.LedgerRevenue))
		require.Zero(t, h.ledger(t, billing.LedgerVAT))
		require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"), "bought days stay")
		_, err := h.invoices.Credit(context.Background(), tester, inv.ID, rub(1), "ещё")
		codeOf(t, err, "error.credit_amount")
		_, err = h.invoices.CloseDue(context.Background(), tester, prolong.Date{})
		require.NoError(t, err)
		_, err = h.invoices.Void(context.Background(), tester, inv.ID, "ошибка")
		require.NoError(t, err)
		require.Equal(t, "2026-03-20", h.paidThrough(t, "c00000"))
		require.Zero(t, h.ledger(t, billing.LedgerRevenue))
		h.sound(t)
	}
}

// billing.md case 33: Lago, credit_note_rounding_spec.rb, prices without tax: the part of the days is
// rounded, then the tax on it; an item of 726.86 at 20 % is worth 872.23 though 872.24 was asked.
func TestTaxOnPartsOfDaysIsRoundedAsOtherSystemsExpect(t *testing.T) {
	t.Parallel()
	thirty := prolong.Period{From: prolong.MustDate("2026-06-01"), To: prolong.MustDate("2026-07-01")}
	week := prolong.Period{From: thirty.From, To: thirty.From.AddDays(7)}
	for _, c := range []struct {
		net, rateBP      int64
		period           prolong.Period
		wantNet, wantTax int64
	}{{20000, 2500, thirty, 19333, 4833}, {16000, 2500, thirty, 15467, 3867}, {2999, 2333, week, 2571, 600}} {
		net, err := billing.Prorate(rub(c.net), c.period, prolong.Period{From: c.period.From.AddDays(1), To: c.period.To})
		require.NoError(t, err)
		tax, err := net.MulRatio(c.rateBP, 10000, prolong.HalfUp)
		require.NoError(t, err)
		require.Equal(t, []int64{c.wantNet, c.wantTax}, []int64{net.Minor(), tax.Minor()})
	}
	tax, err := rub(72686).MulRatio(2000, 10000, prolong.HalfUp)
	require.NoError(t, err)
	require.Equal(t, int64(87223), 72686+tax.Minor())
}

func TestACreditNoteBeforeTheActLowersTheAct(t *testing.T) {
	t.Parallel()
	h, inv, _ := settled(t, false)
	note, err := h.invoices.Credit(context.Background(), tester, inv.ID, rub(50000), "скидка задним числом")
	require.NoError(t, err)
	require.Equal(t, "260000013", note.Number)
	_, err = h.invoices.CloseDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	docs, err := h.invoices.FindDocuments(context.Background(), invoices.DocumentFilter{InvoiceID: inv.ID})
	require.NoError(t, err)
	require.Equal(t, int64(150000), docs[0].Total.Minor())
	require.Zero(t, h.ledger(t, billing.LedgerDeferred))
	h.sound(t)

	// The paper is drawn, and names the invoice that it is taken off.
	_, _, body, err := h.invoices.Attachment(context.Background(), invoices.AttachCreditNote, int64(note.ID))
	require.NoError(t, err)
	require.Equal(t, "%PDF", string(body[:4]))
}

// What is missing of a partly paid invoice can be given up; then it buys its days.
func TestACreditNoteMaySettleWhatAPaymentHasLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	_, err := h.invoices.Credit(context.Background(), tester, inv.ID, rub(200000), "всё")
	codeOf(t, err, "error.credit_all")
	payment := h.receive(t, inv.AccountID, 190000, "2026-03-05")
	_, err = h.invoices.Credit(context.Background(), tester, inv.ID, rub(10000), "договорились")
	require.NoError(t, err)
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))
	h.sound(t)
	_, err = h.invoices.Chargeback(context.Background(), tester, payment.ID, prolong.MustDate("2026-03-06"), "банк вернул")
	require.NoError(t, err)
	require.Equal(t, "2026-03-20", h.paidThrough(t, "c00000"))
	require.Equal(t, int64(190000), h.find(t, invoices.StatusOpen)[0].Residual().Minor())
	h.sound(t)
}

// billing.md case 31: Kill Bill, testVoidRepairedInvoice: credit 20.00, invoice 19.95 for a month of 30
// days, 9.31 of it given back for the last 14; 10.64 stays asked for and 9.36 is the client's. All of it
// cancelled, all is the client's; drawn up again, the month is asked for once.
func TestAPartGivenBackLeavesTheRestAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.at(2026, time.June, 1)
	h.flat(t, "plan", month, 1995)
	h.flat(t, "nothing", month, 0)
	h.accounts(t, 1, "2030-12-31", "")
	account := h.account(t, "c00000")
	h.receive(t, account, 2000, "2026-06-01")
	sub, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: account, PlanKey: "plan", Currency: prolong.RUB})
	require.NoError(t, err)
	inv := h.find(t, invoices.StatusPaid)[0]
	require.Equal(t, -5, h.ledger(t, billing.LedgerAdvances))
	h.at(2026, time.June, 17)
	done, err := h.invoices.ChangeTerms(context.Background(), tester, sub.ID, invoices.Change{PlanKey: "nothing", AtOnce: true, Reason: "расторжение"})
	require.NoError(t, err)
	require.Equal(t, int64(-931), done.Net().Minor())
	require.Equal(t, int64(1064), h.find(t, invoices.StatusPaid)[0].Owed().Minor())
	require.Equal(t, -936, h.ledger(t, billing.LedgerAdvances))
	h.sound(t)
	_, err = h.invoices.Void(context.Background(), tester, inv.ID, "расторжение")
	require.NoError(t, err)
	require.Equal(t, -2000, h.ledger(t, billing.LedgerAdvances))
	h.sound(t)
}

// billing.md case 33: Lago, credit_note_rounding_spec.rb, its last value: an item of 726.86 with 20 %
// is worth 872.23, so a note over that carries 145.37, and the next over the kopeck that 872.24 would
// have had carries none.
func TestACreditNoteCarriesTheTaxOfWhatItTakesOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.at(2025, time.March, 1) // 20 % until the end of that year
	h.accounts(t, 1, "2025-03-20", "1200.00")
	inv := h.issue(t)[0]
	require.Equal(t, int64(20000), inv.Tax.Minor())
	h.receive(t, inv.AccountID, 120000, "2025-03-01")
	for _, c := range []struct{ total, tax int64 }{{87223, 14537}, {1, 0}} {
		note, err := h.invoices.Credit(context.Background(), tester, inv.ID, rub(c.total), "простой")
		require.NoError(t, err)
		require.Equal(t, []int64{c.total, c.tax}, []int64{note.Total.Minor(), note.Tax.Minor()})
	}
	h.sound(t)
}

// billing.md case 32: Kill Bill, TestInvoicePayment.testPartialRefunds: 249.95 is paid; 10 refunded
// without adjustment are owed again; 1 and then 10 refunded with adjustment change nothing in that.
// Before anything is owed they leave the invoice settled.
func TestARefundIsOwedAgainUnlessTheInvoiceIsAdjusted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.flat(t, "plan", month, 24995)
	h.accounts(t, 1, "2025-12-31", "")
	account := h.account(t, "c00000")
	_, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: account, PlanKey: "plan", Currency: prolong.RUB})
	require.NoError(t, err)
	inv := h.find(t, invoices.StatusOpen)[0]
	payment := h.receive(t, account, 24995, "2026-03-01")
	require.Equal(t, "2026-03-31", h.paidThrough(t, "c00000"))
	refund := func(minor int64, adjust bool) error {
		_, err := h.invoices.Refund(context.Background(), tester, invoices.Refund{Payment: payment.ID, Invoice: inv.ID, Amount: rub(minor), Adjust: adjust, On: prolong.MustDate("2026-03-01"), Reason: "по заявлению"})
		return err
	}
	require.NoError(t, refund(500, true))
	require.Zero(t, h.ledger(t, billing.LedgerAdvances))
	require.Equal(t, 24995-500, h.ledger(t, billing.LedgerBank))
	require.Equal(t, "2026-03-31", h.paidThrough(t, "c00000"), "nothing is owed")
	h.sound(t)

	back := int64(500)
	for _, r := range []struct {
		minor  int64
		adjust bool
	}{{1000, false}, {100, true}, {1000, true}} {
		require.NoError(t, refund(r.minor, r.adjust))
		back += r.minor
		require.Equal(t, int64(1000), h.find(t, invoices.StatusOpen)[0].Residual().Minor())
		require.Equal(t, int(24995-back), h.ledger(t, billing.LedgerBank))
		require.Zero(t, h.ledger(t, billing.LedgerAdvances))
		require.Equal(t, "2026-02-28", h.paidThrough(t, "c00000"), "overdue again: testShouldBeInOverdueAfterRefundWithoutAdjustment")
		h.sound(t)
	}
	codeOf(t, refund(24995, false), "error.refund_amount")
	codeOf(t, refund(24995, true), "error.refund_amount")
	h.receive(t, account, 1000, "2026-03-02")
	require.Equal(t, "2026-03-31", h.paidThrough(t, "c00000"))
	h.sound(t)
}

func TestADiscountReissuesTheOpenInvoiceAndIsUsedUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	open := h.issue(t)[0]
	given, err := h.invoices.GiveDiscount(context.Background(), tester, open.SubscriptionID, billing.Discount{PercentBP: 1000, From: prolong.MustDate("2026-03-01"), Periods: 2, Reason: "акция"})
	require.NoError(t, err)
	require.Equal(t, int64(180000), given.Reissued.New.Total.Minor())
	paper, err := h.invoices.InvoiceOf(context.Background(), open.AccountID, given.Reissued.New.ID)
	require.NoError(t, err)
	require.Equal(t, int64(20000), paper.Paper.Lines[0].Discount)
	require.Equal(t, int64(20000), paper.Paper.Totals.Discount)
	require.NoError(t, paper.Paper.Validate())

	totals := []int64{}
	for range 3 {
		inv := h.find(t, invoices.StatusOpen)[0]
		totals = append(totals, inv.Total.Minor())
		h.receive(t, inv.AccountID, inv.Total.Minor(), inv.DueOn.String())
		h.clock.Advance(31 * 24 * time.Hour)
		h.issue(t)
	}
	require.Equal(t, []int64{180000, 180000, 200000}, totals)
	h.sound(t)

	// A second one, until a day, is ended by a person; the open invoice follows each time.
	given, err = h.invoices.GiveDiscount(context.Background(), tester, open.SubscriptionID, billing.Discount{Amount: rub(50000), From: prolong.MustDate("2026-03-01"), Until: prolong.MustDate("2026-12-31"), Reason: "за отзыв"})
	require.NoError(t, err)
	require.Equal(t, int64(150000), given.Reissued.New.Total.Minor())
	ended, err := h.invoices.EndDiscount(context.Background(), tester, open.SubscriptionID, given.ID, "договор изменён")
	require.NoError(t, err)
	require.Equal(t, int64(200000), ended.Reissued.New.Total.Minor())
	_, err = h.invoices.EndDiscount(context.Background(), tester, open.SubscriptionID, 999, "нет такой")
	codeOf(t, err, "error.discount_not_found")
	require.Equal(t, 3, h.count(t, `SELECT count(*) FROM audit_entries WHERE action LIKE 'discount.%'`))
	h.sound(t)
}

func TestDiscountsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	sub := h.issue(t)[0].SubscriptionID
	from := prolong.MustDate("2026-03-01")
	for name, c := range map[string]struct {
		d   billing.Discount
		key string
	}{
		"no reason":      {billing.Discount{PercentBP: 100, From: from}, "error.field_missing"},
		"neither":        {billing.Discount{From: from, Reason: "x"}, "error.discount_kind"},
		"both":           {billing.Discount{PercentBP: 1, Amount: rub(1), From: from, Reason: "x"}, "error.discount_kind"},
		"too much":       {billing.Discount{PercentBP: 10001, From: from, Reason: "x"}, "error.discount_value"},
		"negative":       {billing.Discount{Amount: rub(-1), From: from, Reason: "x"}, "error.discount_value"},
		"until before":   {billing.Discount{PercentBP: 1, From: from, Until: from.AddDays(-1), Reason: "x"}, "error.period_invalid"},
		"other currency": {billing.Discount{Amount: prolong.NewMoney(1, prolong.KZT), From: from, Reason: "x"}, "error.currency_mismatch"},
	} {
		_, err := h.invoices.GiveDiscount(context.Background(), tester, sub, c.d)
		require.Error(t, err, name)
		codeOf(t, err, c.key)
	}
}

// Whoever of the company gets documents is written to with the credit note, in his own language, and
// reads what becomes of the money: it lies on the balance, goes back, or less is to be paid.
func TestACreditNoteIsSentWithItsPaper(t *testing.T) {
	t.Parallel()
	letter := func(t *testing.T, h *house) notify.CreditIssued {
		t.Helper()
		var raw []byte
		require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT payload FROM messages WHERE purpose = 'credit.issued'`).Scan(&raw))
		var p notify.CreditIssued
		require.NoError(t, json.Unmarshal(raw, &p))
		return p
	}
	t.Run("kept", func(t *testing.T) {
		t.Parallel()
		h, inv, _ := settled(t, true)
		queue, err := jobs.NewClient(h.db, jobs.Config{})
		require.NoError(t, err)
		people := identity.New(h.db, queue, h.notify, identity.Config{Issuer: "Prolong", Location: moscow})
		require.NoError(t, h.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			_, err := people.EnsureContacts(ctx, tx, tester, []identity.AccountContact{{AccountID: inv.AccountID, Email: "books@example.test", Role: identity.MemberAccountant, Language: "kk"}})
			return err
		}))
		note, err := h.invoices.Credit(t.Context(), tester, inv.ID, rub(50000), "простой сервиса")
		require.NoError(t, err)
		require.Contains(t, h.letters(t), "credit.issued books@example.test kk")
		require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'credit.issued' AND attachments->0->>'kind' = 'credit_note'`))
		p := letter(t, h)
		require.Equal(t, []any{note.Number, inv.Number, rub(50000), rub(50000), true, true}, []any{p.Number, p.InvoiceNumber, p.Total, p.Balance, p.Owed.IsZero(), p.Refunded.IsZero()})
		name, mime, body, err := h.invoices.Attachment(t.Context(), invoices.AttachCreditNote, int64(note.ID))
		require.NoError(t, err)
		require.Equal(t, []string{"kredit-nota-" + note.Number + "-2026-03-09.pdf", "application/pdf", "%PDF"}, []string{name, mime, string(body[:4])})
	})
	t.Run("paid back", func(t *testing.T) {
		t.Parallel()
		h, inv, payment := settled(t, false)
		_, err := h.invoices.Refund(t.Context(), tester, invoices.Refund{Payment: payment.ID, Invoice: inv.ID, Amount: rub(50000), Adjust: true, Reason: "простой сервиса"})
		require.NoError(t, err)
		p := letter(t, h)
		require.Equal(t, []any{rub(50000), true, true}, []any{p.Refunded, p.Owed.IsZero(), p.Balance.IsZero()})
	})
	t.Run("not paid yet", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.accounts(t, 1, "2026-03-20", "")
		inv := h.issue(t)[0]
		_, err := h.invoices.Credit(t.Context(), tester, inv.ID, rub(50000), "простой сервиса")
		require.NoError(t, err)
		p := letter(t, h)
		require.Equal(t, []any{rub(150000), true, true}, []any{p.Owed, p.Balance.IsZero(), p.Refunded.IsZero()})
	})
	t.Run("only looked at", func(t *testing.T) {
		t.Parallel()
		h, inv, _ := settled(t, true)
		_, err := h.invoices.QuoteRemedy(t.Context(), tester, invoices.Remedy{Kind: invoices.RemedyCredit, Invoice: inv.ID, Amount: rub(50000), Reason: "простой сервиса"})
		require.NoError(t, err)
		require.Zero(t, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'credit.issued'`))
	})
}
