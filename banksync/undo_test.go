package banksync_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
)

// splitPays has a payer pay for two clients in one payment, and a person split it.
func (h *house) splitPays(t *testing.T, a, b billing.Account) banksync.Received {
	t.Helper()
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), credit{no: "7", name: "ООО Третье Лицо", taxID: "7713699602", purpose: "Оплата за партнёров", minor: 450000}))
	waiting := h.inReview(t)
	h.split(t, waiting.ID, a, 200000, b, 250000)
	return waiting
}

func (h *house) split(t *testing.T, id billing.PaymentID, a billing.Account, minorA int64, b billing.Account, minorB int64) {
	t.Helper()
	share := func(account billing.Account, minor int64) banksync.Share {
		open, err := h.invoices.OpenOf(context.Background(), []billing.AccountID{account.ID})
		require.NoError(t, err)
		s := banksync.Share{AccountID: account.ID, Amount: prolong.NewMoney(minor, prolong.RUB)}
		for _, inv := range open[account.ID] {
			s.Invoices = append(s.Invoices, inv.ID)
		}
		return s
	}
	require.NoError(t, h.banksync.Assign(context.Background(), accountant, id, []banksync.Share{share(a, minorA), share(b, minorB)}, ""))
}

func TestUndoOfASplitTakesAllPartsBackTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	a, b := h.account(t, open[0].externalID), h.account(t, open[1].externalID)
	payment := h.splitPays(t, a, b)
	h.sound(t)
	require.Equal(t, "2026-04-20", h.paidThrough(t, a.ExternalID))
	require.Equal(t, "2026-04-20", h.paidThrough(t, b.ExternalID))

	preview, err := h.banksync.PreviewUndo(ctx, accountant, payment.ID)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{a.LegalName(), b.LegalName()}, preview.Clients)
	require.ElementsMatch(t, []string{open[0].number, open[1].number}, preview.Reopened)
	require.Len(t, preview.Shortened, 2)
	require.False(t, preview.Automatic)
	require.Equal(t, "2026-04-20", h.paidThrough(t, b.ExternalID), "looking changes nothing")
	h.sound(t)

	done, err := h.banksync.Undo(ctx, accountant, payment.ID, "ошибка")
	require.NoError(t, err)
	require.Equal(t, preview, done)
	require.Equal(t, payment.ID, h.inReview(t).ID)
	require.Equal(t, "2026-03-20", h.paidThrough(t, a.ExternalID))
	require.Equal(t, "2026-03-20", h.paidThrough(t, b.ExternalID))
	parts, err := h.billing.PartsOf(ctx, payment.ID)
	require.NoError(t, err)
	require.Empty(t, parts)
	h.sound(t)
	_, err = h.banksync.Undo(ctx, accountant, payment.ID, "")
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err), "taken back twice")

	// It can be split again, otherwise, and given whole to one.
	h.split(t, payment.ID, a, 250000, b, 200000)
	h.sound(t)
	parts, err = h.billing.PartsOf(ctx, payment.ID)
	require.NoError(t, err)
	require.Len(t, parts, 2)
	_, err = h.banksync.Undo(ctx, accountant, payment.ID, "")
	require.NoError(t, err)
	require.NoError(t, h.banksync.Assign(ctx, accountant, payment.ID, []banksync.Share{{AccountID: b.ID}}, ""))
	h.sound(t)
}

// What matching had split by itself is an incident when it is taken back, as any match is.
func TestUndoOfASplitThatMatchingMadeIsAnIncident(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), credit{no: "7", name: "ООО " + open[0].name, taxID: open[0].taxID,
		purpose: "По счету № " + open[0].number + " 2000-00, по счету № " + open[1].number + " 2000-00", minor: 400000}))
	list, err := h.banksync.FindReceived(ctx, banksync.ReviewFilter{State: billing.PaymentSplit})
	require.NoError(t, err)
	require.Len(t, list, 1)
	done, err := h.banksync.Undo(ctx, accountant, list[0].ID, "платил только за себя")
	require.NoError(t, err)
	require.True(t, done.Automatic)
	require.Len(t, done.Reopened, 2)
	incidents, err := h.banksync.FindIncidents(ctx, banksync.IncidentFilter{})
	require.NoError(t, err)
	require.Len(t, incidents, 1)
	h.sound(t)
	h.reverse(t, list[0].ID)
	h.sound(t)
}

// reverse has the bank take the line of a payment back.
func (h *house) reverse(t *testing.T, id billing.PaymentID) {
	t.Helper()
	var line int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT channel_ref FROM payments WHERE id = $1`, int64(id)).Scan(&line))
	_, err := h.banksync.ReverseLine(context.Background(), prolong.System("test"), banksync.LineID(line), "сторно")
	require.NoError(t, err)
}

// Money of a part that has left cannot come back with the others.
func TestASplitWhosePartWasPaidBackStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	a, b := h.account(t, open[0].externalID), h.account(t, open[1].externalID)
	payment := h.splitPays(t, a, b)
	parts, err := h.billing.PartsOf(ctx, payment.ID)
	require.NoError(t, err)
	require.NoError(t, h.billing.RefundBalance(ctx, accountant, parts[1].ID, prolong.NewMoney(50000, prolong.RUB), prolong.MustDate("2026-03-03"), "просил вернуть"))
	_, err = h.banksync.PreviewUndo(ctx, accountant, payment.ID)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
	require.Equal(t, "2026-04-20", h.paidThrough(t, b.ExternalID))
	h.sound(t)
	h.reverse(t, payment.ID)
	h.sound(t)
}

// taughtWrong teaches a payer to a client, and takes it back.
func (h *house) taughtWrong(t *testing.T, a billing.Account) banksync.Received {
	t.Helper()
	ctx := context.Background()
	payment := h.partnerPays(t, "2026-03-02", "1", "Оплата за услуги", 200000)
	_, err := h.banksync.AssignAndLearn(ctx, accountant, payment.ID, banksync.Share{AccountID: a.ID}, banksync.Teaching{Always: true}, "")
	require.NoError(t, err)
	_, err = h.banksync.Undo(ctx, accountant, payment.ID, "не тот клиент")
	require.NoError(t, err)
	return payment
}

// states are the states of an account's aliases.
func (h *house) states(t *testing.T, a billing.Account) []match.AliasState {
	t.Helper()
	var out []match.AliasState
	for _, alias := range h.aliases(t) {
		if alias.AccountID == a.ID {
			out = append(out, alias.State)
		}
	}
	return out
}

func TestAPersonLiftsTheQuarantineOfAPayerForAnotherClient(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	a, b := h.account(t, open[0].externalID), h.account(t, open[1].externalID)
	payment := h.taughtWrong(t, a)
	lessons, err := h.banksync.Lessons(ctx, payment.ID, b.ID)
	require.NoError(t, err)
	require.Equal(t, banksync.RefusalQuarantined, lessons[0].Refusal, "nothing else speaks against it")
	require.Equal(t, 1, lessons[0].Decides, "tried on history all the same")

	// Without the choice nothing is learned.
	_, err = h.banksync.AssignAndLearn(ctx, accountant, payment.ID, banksync.Share{AccountID: b.ID}, banksync.Teaching{Always: true}, "")
	require.NoError(t, err)
	require.Empty(t, h.states(t, b))
	_, err = h.banksync.Undo(ctx, accountant, payment.ID, "")
	require.NoError(t, err)

	_, err = h.banksync.AssignAndLearn(ctx, accountant, payment.ID, banksync.Share{AccountID: b.ID}, banksync.Teaching{Always: true, Lift: true}, "платит за второго")
	require.NoError(t, err)
	require.Equal(t, []match.AliasState{match.AliasDropped, match.AliasDropped}, h.states(t, a))
	require.Equal(t, []match.AliasState{match.AliasActive, match.AliasActive}, h.states(t, b))
	h.nextMonth(t)
	second := h.partnerPays(t, "2026-04-02", "2", "Оплата за услуги", 200000)
	require.Equal(t, b.ID, second.AccountID, "%v", second.Decision.Reason)
	h.sound(t)
}

func TestAPersonLiftsTheQuarantineOfAPayerForTheSameClient(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 1)
	a := h.account(t, open[0].externalID)
	payment := h.taughtWrong(t, a)
	lessons, err := h.banksync.AssignAndLearn(ctx, accountant, payment.ID, banksync.Share{AccountID: a.ID}, banksync.Teaching{Lift: true}, "всё-таки он")
	require.NoError(t, err)
	require.Equal(t, match.AliasCandidate, lessons[0].State, "it begins anew")
	require.Equal(t, 1, lessons[0].Confirmations)
	h.sound(t)
}

// A payer who has truly paid for two stays unknown, whatever is ticked.
func TestALiftedQuarantineStillAsksHistory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	a, b := h.account(t, open[0].externalID), h.account(t, open[1].externalID)
	payment := h.taughtWrong(t, a)
	require.NoError(t, h.banksync.Assign(ctx, accountant, payment.ID, []banksync.Share{{AccountID: a.ID}}, "это его платёж"))
	other := h.partnerPays(t, "2026-03-03", "2", "Оплата за услуги", 200000)
	lessons, err := h.banksync.AssignAndLearn(ctx, accountant, other.ID, banksync.Share{AccountID: b.ID}, banksync.Teaching{Always: true, Lift: true}, "")
	require.NoError(t, err)
	require.Equal(t, banksync.RefusalElsewhere, lessons[0].Refusal)
	require.Empty(t, h.states(t, b))
	require.Equal(t, []match.AliasState{match.AliasQuarantined, match.AliasQuarantined}, h.states(t, a))
	h.sound(t)
}
