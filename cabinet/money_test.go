package cabinet_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/jhillyerd/enmime/v2"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// payOpen receives money of an account and puts it on its open invoices, the oldest first.
func payOpen(t *testing.T, h *house, account billing.AccountID, minor int64) {
	t.Helper()
	require.NoError(t, h.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		c, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		ids := []billing.AccountID{account}
		accounts, err := billing.LockAccounts(ctx, tx, ids)
		if err != nil {
			return err
		}
		unpaid, err := invoices.LockOpen(ctx, tx, ids)
		if err != nil {
			return err
		}
		seller := c.Sellers[accounts[account].SellerID]
		today := seller.Today(tx.Now)
		var ref int64
		if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(channel_ref), 0) + 1 FROM payments`).Scan(&ref); err != nil {
			return err
		}
		j := billing.NewJournal(tx, prolong.System("test"))
		received, err := j.Receive(ctx, []billing.Payment{{SellerID: seller.ID, AccountID: account, Channel: billing.ChannelCorrection, ChannelRef: ref,
			Amount: prolong.NewMoney(minor, prolong.RUB), State: billing.PaymentMatched, ValueOn: today}}, []prolong.Date{today})
		if err != nil {
			return err
		}
		s := invoices.Settlement{AccountID: account, Payment: received[0]}
		rest := minor
		for _, inv := range unpaid[account] {
			part := min(rest, inv.Residual().Minor())
			if rest -= part; part > 0 {
				s.Parts = append(s.Parts, invoices.Part{Invoice: inv.ID, Amount: prolong.NewMoney(part, prolong.RUB)})
			}
		}
		_, err = h.Invoices.Settle(ctx, tx, j, prolong.System("test"), c, accounts, unpaid, []invoices.Settlement{s})
		return err
	}))
}

// readable returns the headers and the text of a letter.
func readable(t *testing.T, raw []byte) string {
	t.Helper()
	e, err := enmime.ReadEnvelope(io.Reader(bytes.NewReader(raw)))
	require.NoError(t, err)
	return "To: " + e.GetHeader("To") + "\nSubject: " + e.GetHeader("Subject") + "\n\n" + e.Text
}
