package banksync_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
)

func TestAGroupIsAcceptedEachPaymentByItsOwnFacts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 3)
	a := h.account(t, open[0].externalID)
	var credits []credit
	for i := range 3 {
		credits = append(credits, credit{no: fmt.Sprint(20 + i), name: "ООО " + open[0].name, taxID: open[0].taxID, purpose: fmt.Sprintf("Оплата за мебель и услуги, часть %d", i+1), minor: 150000})
	}
	// The same payer with another reason, and another payer with the same: no members.
	credits = append(credits, credit{no: "30", name: "ООО " + open[0].name, taxID: open[0].taxID, purpose: "Возврат займа", minor: 150000},
		credit{no: "31", name: "ООО " + open[1].name, taxID: open[1].taxID, purpose: "Оплата за мебель и услуги", minor: 150000})
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), credits...))
	waiting := h.queue(t, banksync.QueueFilter{})
	require.Len(t, waiting, 5)

	members, err := h.banksync.GroupOf(ctx, waiting[0].ID, a.ID)
	require.NoError(t, err)
	require.Len(t, members, 3)
	none, err := h.banksync.GroupOf(ctx, waiting[4].ID, a.ID)
	require.NoError(t, err)
	require.Empty(t, none)
	ids := []billing.PaymentID{members[0].ID, members[1].ID, members[2].ID}
	require.NoError(t, h.banksync.Ignore(ctx, accountant, ids[2], "не наш"))
	_, err = h.banksync.AcceptGroup(ctx, accountant, ids, a.ID, "")
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err), "what the reader saw is not there any more")
	done, err := h.banksync.AcceptGroup(ctx, accountant, ids[:2], a.ID, "письмо")
	require.NoError(t, err)
	for _, d := range done {
		require.NoError(t, d.Err)
	}
	require.Equal(t, "2026-04-20", h.paidThrough(t, open[0].externalID), "together they pay the invoice")
	h.sound(t)
}
