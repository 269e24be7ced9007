package banksync_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// postbox keeps the letters that ask clients.
type postbox struct {
	letters []banksync.AskLetter
	none    bool // the client has no address
}

func (p *postbox) SendPaymentQuestion(_ context.Context, _ postgres.Tx, letter banksync.AskLetter) (int, error) {
	if p.none {
		return 0, nil
	}
	p.letters = append(p.letters, letter)
	return 1, nil
}

// unclear brings in a payment that nobody can be told from.
func (h *house) unclear(t testing.TB, minor int64) banksync.Received {
	t.Helper()
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), credit{no: "7", name: "ООО Третье Лицо", taxID: "7713699602", purpose: "Оплата за партнёра", minor: minor}))
	return h.inReview(t)
}

func (h *house) queue(t testing.TB, f banksync.QueueFilter) []banksync.Received {
	t.Helper()
	list, err := h.banksync.FindQueue(context.Background(), f)
	require.NoError(t, err)
	return list
}

func TestAClientIsAskedAndTheAnswerPostsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	box := &postbox{}
	h.banksync.AskThrough(box)
	payment := h.unclear(t, 200000)
	a := h.account(t, open[0].externalID)

	_, err := h.banksync.AskClient(ctx, accountant, banksync.Ask{PaymentID: payment.ID, AccountID: a.ID, Note: "Это ваш платёж?"})
	require.NoError(t, err)
	require.Len(t, box.letters, 1)
	letter := box.letters[0]
	require.Len(t, letter.Open, 1)
	require.Empty(t, h.queue(t, banksync.QueueFilter{}), "a payment that a client was asked about waits aside")
	require.Len(t, h.queue(t, banksync.QueueFilter{Parked: true}), 1)

	seen, err := h.banksync.QuestionOf(ctx, letter.Token)
	require.NoError(t, err)
	require.False(t, seen.Closed)
	require.Empty(t, seen.Token)
	client := prolong.System("letter")
	for _, wrong := range []banksync.Answer{{}, {Kind: banksync.AnswerOther}, {Kind: banksync.AnswerInvoices}, {Kind: banksync.AnswerInvoices, Invoices: []invoices.InvoiceID{999}},
		{Kind: banksync.AnswerBalance, Invoices: []invoices.InvoiceID{letter.Open[0].ID}}} {
		_, err := h.banksync.AnswerOf(ctx, client, letter.Token, wrong)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), wrong)
	}
	_, err = h.banksync.AnswerOf(ctx, client, letter.Token+"x", banksync.Answer{Kind: banksync.AnswerBalance})
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	_, err = h.banksync.AnswerOf(ctx, client, letter.Token, banksync.Answer{Kind: banksync.AnswerInvoices, Invoices: []invoices.InvoiceID{letter.Open[0].ID}})
	require.NoError(t, err)
	_, err = h.banksync.AnswerOf(ctx, client, letter.Token, banksync.Answer{Kind: banksync.AnswerNotMine})
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err), "answered once")

	back := h.queue(t, banksync.QueueFilter{Answered: true})
	require.Len(t, back, 1, "the answer brings it back into the queue")
	require.Equal(t, banksync.AnswerInvoices, back[0].Answer)
	require.Equal(t, billing.PaymentReview, back[0].State)
	require.Empty(t, h.queue(t, banksync.QueueFilter{Parked: true}))
	groups, err := h.banksync.ReviewReasons(ctx)
	require.NoError(t, err)
	require.Len(t, groups, 1)
	require.True(t, groups[0].Answered)
	h.sound(t)

	require.NoError(t, h.banksync.Assign(ctx, accountant, payment.ID, []banksync.Share{{AccountID: a.ID}}, ""))
	seen, err = h.banksync.QuestionOf(ctx, letter.Token)
	require.NoError(t, err)
	require.True(t, seen.Closed)
}

func TestANewQuestionTakesThePlaceOfTheOldOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	payment := h.unclear(t, 200000)
	ask := func(i int) error {
		_, err := h.banksync.AskClient(ctx, accountant, banksync.Ask{PaymentID: payment.ID, AccountID: h.account(t, open[i].externalID).ID})
		return err
	}
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(ask(0)), "nobody writes letters")
	box := &postbox{none: true}
	h.banksync.AskThrough(box)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(ask(0)), "the client has no address")
	require.Len(t, h.queue(t, banksync.QueueFilter{}), 1, "a question that was not asked parks nothing")
	box.none = false
	require.NoError(t, ask(0))
	require.NoError(t, ask(1))
	_, err := h.banksync.AnswerOf(ctx, prolong.System("letter"), box.letters[0].Token, banksync.Answer{Kind: banksync.AnswerBalance})
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
	_, err = h.banksync.AnswerOf(ctx, prolong.System("letter"), box.letters[1].Token, banksync.Answer{Kind: banksync.AnswerNotMine})
	require.NoError(t, err)
	list, err := h.banksync.QuestionsOf(ctx, payment.ID)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, banksync.AnswerNotMine, list[0].Answer)
}

func TestAQuestionExpires(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 1)
	payment := h.unclear(t, 200000)
	box := &postbox{}
	h.banksync.AskThrough(box)
	_, err := h.banksync.AskClient(ctx, accountant, banksync.Ask{PaymentID: payment.ID, AccountID: h.account(t, open[0].externalID).ID, ParkDays: 3})
	require.NoError(t, err)
	h.clock.Advance(3 * 24 * time.Hour)
	require.Len(t, h.queue(t, banksync.QueueFilter{}), 1, "no answer came: a person looks again")
	h.clock.Advance(30 * 24 * time.Hour)
	_, err = h.banksync.AnswerOf(ctx, prolong.System("letter"), box.letters[0].Token, banksync.Answer{Kind: banksync.AnswerBalance})
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
}

func TestAPaymentIsParkedUntilADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	h.accounts(t, 1)
	payment := h.unclear(t, 200000)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(h.banksync.ParkPayment(ctx, accountant, payment.ID, prolong.MustDate("2026-03-01"), "")), "today is not later")
	require.NoError(t, h.banksync.ParkPayment(ctx, accountant, payment.ID, prolong.MustDate("2026-03-05"), "ждём письма"))
	require.Empty(t, h.queue(t, banksync.QueueFilter{}))
	h.clock.Advance(4 * 24 * time.Hour)
	require.Len(t, h.queue(t, banksync.QueueFilter{}), 1)
	require.NoError(t, h.banksync.ParkPayment(ctx, accountant, payment.ID, prolong.MustDate("2026-03-20"), ""))
	require.NoError(t, h.banksync.UnparkPayment(ctx, accountant, payment.ID))
	require.Len(t, h.queue(t, banksync.QueueFilter{}), 1)
	require.NoError(t, h.banksync.Ignore(ctx, accountant, payment.ID, ""))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(h.banksync.ParkPayment(ctx, accountant, payment.ID, prolong.MustDate("2026-03-20"), "")))
}
