package banksync_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
)

// partner is a payer who is no subscriber and pays for one.
const partner = "7713699602"

func (h *house) partnerPays(t testing.TB, day, no, purpose string, minor int64) banksync.Received {
	t.Helper()
	h.bank(t, statementFile(prolong.MustDate(day), credit{no: no, name: "ООО Партнёр", taxID: partner, purpose: purpose, minor: minor}))
	list, err := h.banksync.FindReceived(context.Background(), banksync.ReviewFilter{Limit: 1})
	require.NoError(t, err)
	return list[0]
}

func (h *house) aliases(t testing.TB) []banksync.Alias {
	t.Helper()
	list, err := h.banksync.FindAliases(context.Background(), banksync.AliasFilter{})
	require.NoError(t, err)
	return list
}

// nextMonth goes on by a month and issues the invoices of it.
func (h *house) nextMonth(t *testing.T) {
	t.Helper()
	h.clock.Advance(31 * 24 * time.Hour)
	h.issue(t)
}

func TestAPersonTeachesOncePerPayerAndMatchingRemembers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 3)
	a := h.account(t, open[0].externalID)
	payment := h.partnerPays(t, "2026-03-02", "1", "Оплата за услуги", 200000)
	require.Equal(t, billing.PaymentReview, payment.State)

	lessons, err := h.banksync.Lessons(ctx, payment.ID, a.ID)
	require.NoError(t, err)
	require.Len(t, lessons, 2, "tax id and account")
	require.Empty(t, lessons[0].Refusal)
	require.Equal(t, 1, lessons[0].Payments)
	require.Equal(t, 1, lessons[0].Decides, "with the lesson this payment would have been posted")
	require.Empty(t, h.aliases(t), "looking teaches nothing")

	_, err = h.banksync.AssignAndLearn(ctx, accountant, payment.ID, banksync.Share{AccountID: a.ID}, banksync.Teaching{Always: true}, "письмо")
	require.NoError(t, err)
	require.Len(t, h.aliases(t), 2)
	require.Equal(t, match.AliasActive, h.aliases(t)[0].State)
	steps, err := h.banksync.AliasSteps(ctx, h.aliases(t)[0].ID)
	require.NoError(t, err)
	require.Equal(t, banksync.AliasConfirmed, steps[0].Cause)

	h.nextMonth(t)
	second := h.partnerPays(t, "2026-04-02", "2", "Оплата за услуги", 200000)
	require.Equal(t, billing.PaymentMatched, second.State, "%v", second.Decision.Reason)
	require.Equal(t, a.ID, second.AccountID)
	used, err := h.banksync.AliasPayments(ctx, h.aliases(t)[0].ID)
	require.NoError(t, err)
	require.Len(t, used, 1)
	h.sound(t)

	// Taking it back takes back what was taught, too, and says so before.
	preview, err := h.banksync.PreviewUndo(ctx, accountant, second.ID)
	require.NoError(t, err)
	require.Equal(t, 2, preview.Aliases)
	_, err = h.banksync.Undo(ctx, accountant, second.ID, "не тот клиент")
	require.NoError(t, err)
	for _, alias := range h.aliases(t) {
		require.Equal(t, match.AliasQuarantined, alias.State)
	}
	incidents, err := h.banksync.FindIncidents(ctx, banksync.IncidentFilter{})
	require.NoError(t, err)
	require.Len(t, incidents, 1)
	require.Equal(t, a.ID, incidents[0].WrongID)
	require.Zero(t, incidents[0].RightID)
	require.NotEmpty(t, incidents[0].Decision.Facts, "with what had led to it")
	b := h.account(t, open[1].externalID)
	lessons, err = h.banksync.AssignAndLearn(ctx, accountant, second.ID, banksync.Share{AccountID: b.ID}, banksync.Teaching{Always: true}, "")
	require.NoError(t, err)
	require.Equal(t, banksync.RefusalElsewhere, lessons[0].Refusal, "he has paid for two")
	incidents, err = h.banksync.FindIncidents(ctx, banksync.IncidentFilter{})
	require.NoError(t, err)
	require.Equal(t, b.ID, incidents[0].RightID)
	exported := 0
	require.NoError(t, h.banksync.ExportIncidents(ctx, func(e banksync.IncidentExport) error {
		exported++
		require.Equal(t, open[1].externalID, e.Right)
		require.Len(t, e.Cells(), len(banksync.IncidentExportColumns))
		return nil
	}))
	require.Equal(t, 1, exported)
	h.sound(t)
}

func TestWithoutAlwaysAnAliasProposesUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	a := h.account(t, open[0].externalID)
	for i, day := range []string{"2026-03-02", "2026-04-02"} {
		payment := h.partnerPays(t, day, day, "Оплата за услуги", 200000)
		require.Equal(t, billing.PaymentReview, payment.State)
		if i == 1 {
			require.Equal(t, int64(a.ID), payment.Decision.Candidates[0].AccountID, "it proposes")
		}
		_, err := h.banksync.AssignAndLearn(ctx, accountant, payment.ID, banksync.Share{AccountID: a.ID}, banksync.Teaching{}, "")
		require.NoError(t, err)
		h.nextMonth(t)
	}
	require.Equal(t, match.AliasActive, h.aliases(t)[0].State)
	third := h.partnerPays(t, "2026-05-02", "3", "Оплата за услуги", 200000)
	require.Equal(t, a.ID, third.AccountID)

	require.NoError(t, h.banksync.RevokeAlias(ctx, accountant, h.aliases(t)[0].ID, "сменили бухгалтера"))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(h.banksync.RevokeAlias(ctx, accountant, h.aliases(t)[0].ID, "")))
	require.NoError(t, h.banksync.RevokeAlias(ctx, accountant, h.aliases(t)[1].ID, ""))
	h.nextMonth(t)
	require.Equal(t, billing.PaymentReview, h.partnerPays(t, "2026-06-02", "4", "Оплата за услуги", 200000).State, "what is revoked posts nothing")
	require.NoError(t, h.banksync.RestoreAlias(ctx, accountant, h.aliases(t)[0].ID, ""))
	require.Equal(t, match.AliasCandidate, h.aliases(t)[0].State)
}

func TestAPayerOfTwoIsNotBelieved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 3)
	a, b := h.account(t, open[0].externalID), h.account(t, open[1].externalID)
	first := h.partnerPays(t, "2026-03-02", "1", "Оплата за услуги", 200000)
	_, err := h.banksync.AssignAndLearn(ctx, accountant, first.ID, banksync.Share{AccountID: a.ID}, banksync.Teaching{Always: true}, "")
	require.NoError(t, err)

	// He pays for another client, and says so with the number: matching itself sees it.
	h.bank(t, statementFile(prolong.MustDate("2026-03-03"), credit{no: "2", name: "ООО Партнёр", taxID: partner, purpose: "Оплата по счету " + open[1].number + " за услуги", minor: 200000}))
	waiting := h.inReview(t)
	lessons, err := h.banksync.AssignAndLearn(ctx, accountant, waiting.ID, banksync.Share{AccountID: b.ID}, banksync.Teaching{Always: true}, "")
	require.NoError(t, err)
	require.Equal(t, banksync.RefusalElsewhere, lessons[0].Refusal)
	require.Equal(t, []billing.PaymentID{first.ID}, lessons[0].Elsewhere)
	for _, alias := range h.aliases(t) {
		require.Equal(t, match.AliasQuarantined, alias.State)
	}
	h.nextMonth(t)
	require.Equal(t, billing.PaymentReview, h.partnerPays(t, "2026-04-02", "3", "Оплата за услуги", 200000).State)
}

func TestWhatIsOnTheStopListIsNotLearned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 3)
	a := h.account(t, open[0].externalID)
	for i, c := range []struct {
		name, taxID string
		want        match.Refusal
	}{
		{"ПАО СБЕРБАНК", "7707083893", match.RefusalBank},
		{"УФК по г. Москве (ГБУ Пример)", "7725074789", match.RefusalTreasury},
		{"ООО НКО «Пример Процессинг»", partner, match.RefusalAgent},
		{"ООО " + open[1].name, open[1].taxID, match.RefusalSubscriber},
		{"ООО " + open[0].name, open[0].taxID, match.RefusalNeedless},
	} {
		h.bank(t, statementFile(prolong.MustDate("2026-03-02"), credit{no: "9" + string(rune('0'+i)), name: c.name, taxID: c.taxID, purpose: "За мебель", minor: 123400}))
		list, err := h.banksync.FindReceived(ctx, banksync.ReviewFilter{Limit: 1})
		require.NoError(t, err)
		lessons, err := h.banksync.Lessons(ctx, list[0].ID, a.ID)
		require.NoError(t, err)
		require.NotEmpty(t, lessons)
		for _, l := range lessons {
			require.Equal(t, c.want, l.Refusal, "%s: %s %s", c.name, l.Kind, l.Value)
		}
	}
}

func TestReplayWithTheSameRulesChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 8)
	a := h.account(t, open[0].externalID)
	var credits []credit
	for i, o := range open[1:] {
		c := exact(i, o)
		switch i {
		case 1:
			c.purpose = "Оплата за услуги" // by tax id and sum
		case 2:
			c.minor -= 5000 // too little
		case 3:
			c.taxID = "" // nobody knows the payer
		case 4:
			c.minor *= 2
		}
		credits = append(credits, c)
	}
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), credits...))
	first := h.partnerPays(t, "2026-03-03", "1", "Оплата за услуги", 200000)
	_, err := h.banksync.AssignAndLearn(ctx, accountant, first.ID, banksync.Share{AccountID: a.ID}, banksync.Teaching{Always: true}, "")
	require.NoError(t, err)
	h.nextMonth(t)
	h.partnerPays(t, "2026-04-02", "2", "Оплата за услуги", 200000)
	var credits2 []credit
	for i, o := range h.open(t) {
		credits2 = append(credits2, exact(100+i, o))
	}
	h.bank(t, statementFile(prolong.MustDate("2026-04-03"), credits2...))

	report, err := h.banksync.Replay(ctx, banksync.ReplaySpec{}, func(r banksync.Replayed) error {
		require.Fail(t, "changed", "%+v", r)
		return nil
	})
	require.NoError(t, err)
	require.Zero(t, report.Wrong)
	require.Positive(t, report.Posted)
	require.Equal(t, report.Posted, report.Posts)

	var changed []banksync.Replayed
	report, err = h.banksync.Replay(ctx, banksync.ReplaySpec{Rules: "2026.1-numbers-only"}, func(r banksync.Replayed) error {
		changed = append(changed, r)
		return nil
	})
	require.NoError(t, err)
	require.Len(t, changed, 2, "tax id and sum, and the payer who was learned")
	for _, r := range changed {
		require.Equal(t, banksync.ChangedReview, r.Changed)
		require.Equal(t, banksync.VerdictPerson, r.Verdict)
	}
	require.Equal(t, 2, report.Changed[banksync.ChangedReview])
	report, err = h.banksync.Replay(ctx, banksync.ReplaySpec{Rules: "2026.1-numbers-only", From: prolong.MustDate("2026-04-01")}, func(banksync.Replayed) error { return nil })
	require.NoError(t, err)
	require.Equal(t, 1, report.Changed[banksync.ChangedReview])
	_, err = h.banksync.Replay(ctx, banksync.ReplaySpec{Rules: "none"}, nil)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}

// A network of outlets under one tax id: people say by which word the payer means an outlet, and
// after the second time matching knows it (reference 5.3, W7).
func TestPeopleTeachByWhichWordAPayerMeansAnOutlet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.network(t, 3)
	first, second := h.account(t, open[0].externalID), h.account(t, open[1].externalID)
	pays := func(day, no, purpose string) banksync.Received {
		h.bank(t, statementFile(prolong.MustDate(day), credit{no: no, name: "ООО Сеть", taxID: open[0].taxID, purpose: purpose, minor: 200000}))
		list, err := h.banksync.FindReceived(ctx, banksync.ReviewFilter{Limit: 1})
		require.NoError(t, err)
		return list[0]
	}
	word := func(lessons []banksync.Lesson) banksync.Lesson {
		for _, l := range lessons {
			if l.Kind == match.AliasKeyword {
				return l
			}
		}
		return banksync.Lesson{}
	}

	payment := pays("2026-03-02", "1", "Оплата за услуги, Речная")
	require.Equal(t, billing.PaymentReview, payment.State)
	lessons, err := h.banksync.Lessons(ctx, payment.ID, first.ID)
	require.NoError(t, err)
	require.Empty(t, word(lessons).Refusal)
	require.Equal(t, 1, word(lessons).Payments)
	require.Equal(t, 1, word(lessons).Decides)
	_, err = h.banksync.AssignAndLearn(ctx, accountant, payment.ID, banksync.Share{AccountID: first.ID}, banksync.Teaching{Always: true}, "")
	require.NoError(t, err)

	h.nextMonth(t)
	payment = pays("2026-04-02", "2", "Оплата за услуги, Речная")
	require.Equal(t, billing.PaymentReview, payment.State, "once is not enough for a word, even with always")
	_, err = h.banksync.AssignAndLearn(ctx, accountant, payment.ID, banksync.Share{AccountID: first.ID}, banksync.Teaching{}, "")
	require.NoError(t, err)

	h.nextMonth(t)
	payment = pays("2026-05-03", "3", "Оплата за услуги, РЕЧНАЯ")
	require.Equal(t, billing.PaymentMatched, payment.State, "%v", payment.Decision.Reason)
	require.Equal(t, first.ID, payment.AccountID)
	require.Equal(t, match.RuleW7, payment.Decision.Rule)
	require.Equal(t, billing.PaymentReview, pays("2026-05-03", "4", "Оплата за услуги").State, "without the word nobody knows")
	used, err := h.banksync.AliasPayments(ctx, h.aliases(t)[0].ID)
	require.NoError(t, err)
	require.Len(t, used, 1)
	h.sound(t)

	// The same word for another outlet, by the number: it tells nothing any more.
	number := h.openNumber(t, second.ID)
	payment = pays("2026-05-04", "5", "Речная, счет "+number)
	require.Equal(t, second.ID, payment.AccountID)
	require.Equal(t, match.AliasQuarantined, h.aliases(t)[0].State)
	h.sound(t)
}
