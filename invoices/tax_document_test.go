package invoices_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/invoices/register"
	"prolong/invoices/render"
)

// taxSeller makes the seller give out tax invoices.
func (h *house) taxSeller(t testing.TB, closing billing.ClosingDocument, advanceFrom string) {
	t.Helper()
	_, err := h.db.Pool.Exec(context.Background(), `UPDATE sellers SET closing_document = $1, advance_from = nullif($2, '')::date`, string(closing), advanceFrom)
	require.NoError(t, err)
}

// prepay settles money of a payment order on what an account owes; what is left over stays on
// the balance.
func (h *house) prepay(t testing.TB, n int, order string, minor int64) billing.PaymentID {
	t.Helper()
	var id billing.PaymentID
	require.NoError(t, h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		c, err := billing.CatalogIn(ctx, tx)
		require.NoError(t, err)
		var account int64
		require.NoError(t, tx.Pgx.QueryRow(ctx, `SELECT id FROM accounts ORDER BY id OFFSET $1 LIMIT 1`, n).Scan(&account))
		accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{billing.AccountID(account)})
		require.NoError(t, err)
		open, err := invoices.LockOpen(ctx, tx, []billing.AccountID{billing.AccountID(account)})
		require.NoError(t, err)
		j := billing.NewJournal(tx, prolong.System("test"))
		today := c.Sellers[1].Today(tx.Now)
		var ref int64
		require.NoError(t, tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(id), 0) + 1 FROM payments`).Scan(&ref))
		received, err := j.Receive(ctx, []billing.Payment{{SellerID: 1, AccountID: billing.AccountID(account), Channel: billing.ChannelCard, ChannelRef: ref,
			Amount: prolong.NewMoney(minor, prolong.RUB), State: billing.PaymentMatched, ValueOn: today}}, []prolong.Date{today})
		require.NoError(t, err)
		st := invoices.Settlement{Payment: received[0], AccountID: billing.AccountID(account), DocNo: order}
		id = received[0].ID
		for _, inv := range open[billing.AccountID(account)] {
			if part := min(minor, inv.Residual().Minor()); part > 0 {
				st.Parts = append(st.Parts, invoices.Part{Invoice: inv.ID, Amount: prolong.NewMoney(part, prolong.RUB)})
				minor -= part
			}
		}
		_, err = h.invoices.Settle(ctx, tx, j, prolong.System("test"), c, accounts, open, []invoices.Settlement{st})
		return err
	}))
	return id
}

// papers returns the snapshots of the documents that stand, by their order.
func (h *house) papers(t testing.TB, where string) (list []render.Document) {
	t.Helper()
	rows, err := h.db.Pool.Query(context.Background(), `SELECT snapshot FROM documents WHERE `+where+` ORDER BY id`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		require.NoError(t, rows.Scan(&raw))
		var d render.Document
		require.NoError(t, json.Unmarshal(raw, &d))
		require.NoError(t, d.Validate())
		list = append(list, d)
	}
	require.NoError(t, rows.Err())
	return list
}

// An advance of more than five days gets its own счёт-фактура at r/(100+r); the one on the
// supply names it in line 5б and the payment order in line 5 (documents.md 2.3).
func TestAdvanceAndSupplyHaveTheirTaxInvoices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, system := t.Context(), prolong.System("test")
	h.taxSeller(t, billing.ClosingActSF, "2026-03-01")
	_, err := h.db.Pool.Exec(ctx, `UPDATE sellers SET closing_policy = 'end_of_period'`)
	require.NoError(t, err)
	h.accounts(t, 1, "2026-03-31", "2000.00")
	_, err = h.invoices.IssueDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	h.prepay(t, 0, "318", 2000_00)
	advances := func() int {
		done, err := h.invoices.AdvanceDue(ctx, system, prolong.Date{})
		require.NoError(t, err)
		return done.Documents
	}
	require.Zero(t, advances(), "a supply may still close it")
	h.clock.Advance(4 * 24 * time.Hour)
	require.Equal(t, 1, advances())
	require.Zero(t, advances(), "an advance gets one")
	sf := h.papers(t, "kind = 'sf'")
	require.Len(t, sf, 1)
	require.True(t, sf[0].ForAdvance)
	require.Equal(t, render.Totals{Net: 1639_34, Tax: 360_66, Gross: 2000_00}, sf[0].Totals, "22/122")
	require.Equal(t, []render.Reference{{Number: "318", Date: prolong.MustDate("2026-03-01")}}, sf[0].PaymentOrders)

	h.clock.Set(time.Date(2026, 5, 1, 9, 0, 0, 0, moscow))
	_, err = h.invoices.CloseDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	sf = h.papers(t, "kind = 'sf' AND invoice_id IS NOT NULL")
	require.Len(t, sf, 1)
	act := h.papers(t, "kind = 'act'")
	require.Len(t, act, 1)
	require.Equal(t, []render.Reference{{Title: "Акт", Number: act[0].Number, Date: act[0].Date}}, sf[0].Shipments)
	advance := h.papers(t, "payment_id IS NOT NULL")[0]
	require.Equal(t, []render.Reference{{Number: advance.Number, Date: advance.Date}}, sf[0].Advances, "line 5б")
	require.Equal(t, "318", sf[0].PaymentOrders[0].Number)
	require.NotEqual(t, advance.Number, sf[0].Number, "one series for both")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'document.ready' AND jsonb_array_length(attachments) = 2`), "act and счёт-фактура in one letter")
	require.Zero(t, advances(), "nothing is left of the money")
	h.sound(t)
}

// The tax on an advance is charged with its счёт-фактура and taken back with that on the supply,
// part by part and to the last kopeck; a storno takes back what its document did (НК 171 п. 8,
// 172 п. 6).
func TestTaxOnAdvancesIsBooked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, system := t.Context(), prolong.System("test")
	h.taxSeller(t, billing.ClosingUPD, "2026-03-01")
	_, err := h.db.Pool.Exec(ctx, `UPDATE sellers SET closing_policy = 'end_of_period'`)
	require.NoError(t, err)
	h.accounts(t, 1, "2026-03-31", "2000.00")
	_, err = h.invoices.IssueDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	h.prepay(t, 0, "318", 3000_00) // a third stays on the balance
	h.clock.Advance(4 * 24 * time.Hour)
	_, err = h.invoices.AdvanceDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	h.clock.Set(time.Date(2026, 5, 1, 9, 0, 0, 0, moscow))
	_, err = h.invoices.CloseDue(ctx, system, prolong.Date{})
	require.NoError(t, err)

	listed := func(name, from, to string) string {
		table, err := h.invoices.Register(ctx, name, invoices.Interval{From: prolong.MustDate(from), To: prolong.MustDate(to)})
		require.NoError(t, err)
		var out bytes.Buffer
		_, err = register.Write(ctx, &out, register.CSV, table, nil)
		require.NoError(t, err)
		return out.String()
	}
	entries := func(from, to string) string { return listed(invoices.RegisterEntries, from, to) }
	all := entries("2026-03-01", "2026-12-31")
	require.Contains(t, all, "2026-03-05,76.АВ,68.02,540.98,RUB,advance_vat,c00000,")
	require.Contains(t, all, "2026-05-01,68.02,76.АВ,360.65,RUB,advance_vat_deduction,c00000,", "two thirds of the advance's tax")
	require.Less(t, strings.Index(all, "advance_vat,"), strings.Index(all, "advance_vat_deduction,"), "by day")
	require.Contains(t, entries("2026-04-01", "2026-12-31"), "advance_vat_deduction,", "the charge before the interval is known")
	require.NotContains(t, entries("2026-04-01", "2026-12-31"), "advance_vat,")
	require.NotContains(t, entries("2026-06-01", "2026-12-31"), "advance_vat")

	var upd int64
	require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT id FROM documents WHERE kind = 'upd'`).Scan(&upd))
	_, err = h.invoices.CancelDocument(ctx, tester, invoices.DocumentID(upd), "ошибка", false)
	require.NoError(t, err)
	require.Contains(t, entries("2026-03-01", "2026-12-31"), "2026-05-01,68.02,76.АВ,-360.65,RUB,advance_vat_deduction,")

	advance, supply := h.papers(t, "payment_id IS NOT NULL")[0], h.papers(t, "kind = 'upd'")[0]
	sales := listed(invoices.RegisterSalesBook, "2026-03-01", "2026-12-31")
	require.Contains(t, sales, "02,"+advance.Number+",2026-03-05,,")
	require.Contains(t, sales, "22/122,3000.00,2459.02,540.98")
	require.Contains(t, sales, ",318 01.03.2026,"+advance.Number+" 05.03.2026,RUB,22%,2000.00,1639.34,360.66", "line 5б is column 11а")
	require.Contains(t, sales, "RUB,22%,-2000.00,-1639.34,-360.66")
	require.Equal(t, 2, strings.Count(sales, "01,"+supply.Number+",2026-05-01,"), "what was cancelled stands under its own number")
	purchases := listed(invoices.RegisterPurchaseBook, "2026-04-01", "2026-12-31")
	require.Contains(t, purchases, "22,"+advance.Number+",2026-03-05,318 01.03.2026,"+supply.Number+" 01.05.2026,")
	require.Contains(t, purchases, "RUB,2000.00,360.65\n")
	require.Contains(t, purchases, "RUB,-2000.00,-360.65\n")
	h.sound(t)
}

// What remains on the balance, or was paid for a supply in five days, follows the rule as well.
func TestOnlyWhatNoSupplyClosesIsAnAdvance(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, system := t.Context(), prolong.System("test")
	h.taxSeller(t, billing.ClosingUPD, "2026-03-01")
	h.accounts(t, 2, "2026-03-31", "2000.00")
	_, err := h.invoices.IssueDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	h.prepay(t, 0, "1", 2000_00)
	h.prepay(t, 1, "2", 3220_00)
	h.clock.Advance(24 * time.Hour)
	_, err = h.invoices.CloseDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	upd := h.papers(t, "kind = 'upd'")
	require.Len(t, upd, 2)
	require.Equal(t, 1, upd[0].UPDStatus)
	require.Equal(t, "1", upd[0].PaymentOrders[0].Number)
	h.clock.Advance(4 * 24 * time.Hour)
	_, err = h.invoices.AdvanceDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	sf := h.papers(t, "kind = 'sf'")
	require.Len(t, sf, 1)
	require.Equal(t, render.Totals{Net: 1000_00, Tax: 220_00, Gross: 1220_00}, sf[0].Totals, "the rest on the balance")
	h.sound(t)

	// the money was another client's: the paper is cancelled, the right one drawn up
	_, err = h.db.Pool.Exec(ctx, `UPDATE documents SET account_id = (SELECT min(id) FROM accounts) WHERE payment_id IS NOT NULL`)
	require.NoError(t, err)
	done, err := h.invoices.AdvanceDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, invoices.Advanced{Documents: 1, Cancelled: 1}, done)
	require.Len(t, h.papers(t, "kind = 'storno'"), 1)
	h.sound(t)
}

// On the last day of a quarter nothing waits for the next one, and a seller without VAT or
// before his day gives out none.
func TestAdvancesKeepToQuarterRegimeAndDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, system := t.Context(), prolong.System("test")
	h.accounts(t, 1, "2026-04-30", "2000.00")
	h.clock.Set(time.Date(2026, 3, 30, 9, 0, 0, 0, moscow))
	_, err := h.invoices.IssueDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	h.prepay(t, 0, "1", 500_00)
	advances := func() int {
		done, err := h.invoices.AdvanceDue(ctx, system, prolong.Date{})
		require.NoError(t, err)
		return done.Documents
	}
	h.taxSeller(t, billing.ClosingActSF, "")
	h.clock.Advance(24 * time.Hour)
	require.Zero(t, advances(), "not wanted")
	h.taxSeller(t, billing.ClosingActSF, "2026-03-31")
	require.Zero(t, advances(), "before the day")
	h.taxSeller(t, billing.ClosingActSF, "2026-03-01")
	_, err = h.db.Pool.Exec(ctx, `UPDATE sellers SET vat_regime = 'usn_exempt'`)
	require.NoError(t, err)
	require.Zero(t, advances(), "no VAT")
	_, err = h.db.Pool.Exec(ctx, `UPDATE sellers SET vat_regime = 'general'`)
	require.NoError(t, err)
	require.Equal(t, 1, advances(), "the last day of the quarter")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM documents WHERE kind = 'sf' AND issued_on = '2026-03-31'`))
	h.sound(t)
}
