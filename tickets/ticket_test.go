package tickets

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/postgres"
)

// TestConversation: a ticket from the cabinet is answered, answered back, resolved, reopened;
// the promises follow.
func TestConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.file("Не проходит оплата.")
	require.Equal(t, StatusNew, ticket.Status)
	require.Greater(t, ticket.Number, int64(1000))

	th := w.thread(w.mary, ticket.ID)
	require.NotNil(t, th.Main)
	require.Equal(t, MetricFirstResponse, th.Main.Metric)
	require.Equal(t, 4*time.Hour, th.Main.Left, "the standard service level promises four hours")
	require.True(t, th.Main.Ticking)
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-01 14:00:00").UTC(), th.Main.DueAt.UTC())

	w.at("2026-06-01 12:00:00")
	w.reply(w.agent, ticket.ID, "Какая ошибка?", "")
	th = w.thread(w.mary, ticket.ID)
	require.Equal(t, StatusWaiting, th.Status)
	require.True(t, th.ClientActs())
	require.Equal(t, MetricResolution, th.Main.Metric)
	require.Equal(t, ClockPaused, th.Main.State, "we wait for the client: the count stands")
	require.Equal(t, 25*time.Hour, th.Main.Left)
	require.Equal(t, w.agent.ID, w.thread(w.agent, ticket.ID).AssigneeID, "who answers first takes it")
	require.Len(t, w.outbox.sent(LetterReplied), 1)
	require.Equal(t, "mary@one.example", w.outbox.sent(LetterReplied)[0].To.Email)
	require.Contains(t, w.outbox.sent(LetterReplied)[0].ReplyTo, "support+t")

	w.at("2026-06-02 10:00:00")
	w.reply(w.mary, ticket.ID, "Ошибка 12.", "")
	th = w.thread(w.mary, ticket.ID)
	require.Equal(t, StatusOpen, th.Status)
	require.Equal(t, MetricNextResponse, th.Main.Metric)
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-02 14:00:00").UTC(), th.Main.DueAt.UTC())

	w.at("2026-06-02 11:00:00")
	w.reply(w.mary, ticket.ID, "И ещё 13.", "")
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-02 14:00:00").UTC(), w.thread(w.mary, ticket.ID).Main.DueAt.UTC(),
		"S6b: a second message does not move the promise")

	w.at("2026-06-02 12:00:00")
	w.reply(w.agent, ticket.ID, "Исправили.", StatusResolved)
	th = w.thread(w.mary, ticket.ID)
	require.Equal(t, StatusResolved, th.Status)
	require.Nil(t, th.Main)

	w.at("2026-06-03 10:00:00")
	w.reply(w.mary, ticket.ID, "Опять не работает.", "")
	th = w.thread(w.mary, ticket.ID)
	require.Equal(t, StatusOpen, th.Status)
	var resolution Countdown
	for _, c := range th.Countdowns {
		if c.Metric == MetricResolution {
			resolution = c
		}
	}
	require.Equal(t, ClockRunning, resolution.State)
	require.Equal(t, 27*time.Hour-4*time.Hour, resolution.Left, "2 h before the first answer, 2 h of the second day; waiting and closed time do not count")
}

// TestStaffTextsStayInside: a contact never sees notes, folded letters or inner events, in
// whatever view.
func TestStaffTextsStayInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.file("Вопрос.")
	ctx := t.Context()
	_, err := w.service.Note(ctx, w.agent, ticket.ID, Reply{Text: "Тайна", Files: []Upload{{Name: "secret.txt", ContentType: "text/plain", Data: []byte("x")}}})
	require.NoError(t, err)
	require.NoError(t, w.service.Assign(ctx, w.agent, ticket.ID, w.colleague.ID))
	require.NoError(t, w.service.SetPriority(ctx, w.agent, ticket.ID, PriorityHigh))
	inside := w.thread(w.agent, ticket.ID)
	require.Len(t, inside.Messages, 4)
	outside := w.thread(w.mary, ticket.ID)
	require.Len(t, outside.Messages, 1)
	require.Empty(t, outside.Tags)
	for _, m := range inside.Messages {
		for _, a := range m.Attachments {
			_, err := w.service.AttachmentFile(ctx, w.agent, a.ID)
			require.NoError(t, err)
			_, err = w.service.AttachmentFile(ctx, w.mary, a.ID)
			require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
		}
	}
	cards, _, err := w.service.ListTickets(ctx, w.mary, Filter{})
	require.NoError(t, err)
	require.Equal(t, "Вопрос.", cards[0].Snippet)
}

// TestMerchantsSeeTheirOwnOnly tries every use case on a stranger's ticket.
func TestMerchantsSeeTheirOwnOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	ticket, err := w.service.FileTicket(ctx, w.mary, NewTicket{AccountID: w.first, Text: "Наш вопрос", Files: []Upload{{Name: "a.txt", ContentType: "text/plain", Data: []byte("наш файл")}}})
	require.NoError(t, err)
	fileID := w.thread(w.mary, ticket.ID).Messages[0].Attachments[0].ID
	messageID := w.thread(w.mary, ticket.ID).Messages[0].ID

	stranger := w.peter
	for name, attempt := range map[string]func() error{
		"thread":     func() error { _, err := w.service.Thread(ctx, stranger, ticket.ID); return err },
		"by number":  func() error { _, err := w.service.FindTicketByNumber(ctx, stranger, ticket.Number); return err },
		"reply":      func() error { _, err := w.service.Reply(ctx, stranger, ticket.ID, Reply{Text: "x"}); return err },
		"status":     func() error { return w.service.SetStatus(ctx, stranger, ticket.ID, StatusResolved) },
		"attachment": func() error { _, err := w.service.AttachmentFile(ctx, stranger, fileID); return err },
		"html": func() error {
			_, err := w.service.MessageHTML(ctx, stranger, messageID, false, func(int64) string { return "" })
			return err
		},
		"file for a foreign account": func() error {
			_, err := w.service.FileTicket(ctx, stranger, NewTicket{AccountID: w.first, Text: "x"})
			return err
		},
		"file for no account": func() error { _, err := w.service.FileTicket(ctx, stranger, NewTicket{Text: "x"}); return err },
	} {
		require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(attempt()), name)
	}
	for name, attempt := range map[string]func(a prolong.Actor) error{
		"note":        func(a prolong.Actor) error { _, err := w.service.Note(ctx, a, ticket.ID, Reply{Text: "x"}); return err },
		"assign":      func(a prolong.Actor) error { return w.service.Assign(ctx, a, ticket.ID, w.agent.ID) },
		"priority":    func(a prolong.Actor) error { return w.service.SetPriority(ctx, a, ticket.ID, PriorityUrgent) },
		"account":     func(a prolong.Actor) error { return w.service.SetAccount(ctx, a, ticket.ID, w.second, true) },
		"subject":     func(a prolong.Actor) error { return w.service.SetSubject(ctx, a, ticket.ID, "x") },
		"tag":         func(a prolong.Actor) error { return w.service.Tag(ctx, a, ticket.ID, "x") },
		"untag":       func(a prolong.Actor) error { return w.service.Untag(ctx, a, ticket.ID, "x") },
		"participant": func(a prolong.Actor) error { return w.service.AddParticipant(ctx, a, ticket.ID, "x@y.example", "") },
		"drop":        func(a prolong.Actor) error { return w.service.RemoveParticipant(ctx, a, ticket.ID, "x@y.example") },
		"tags":        func(a prolong.Actor) error { _, err := w.service.Tags(ctx, a, true); return err },
		"apply tags":  func(a prolong.Actor) error { return w.service.ApplyTags(ctx, a, nil) },
		"archive tag": func(a prolong.Actor) error { return w.service.ArchiveTag(ctx, a, "x") },
		"letters":     func(a prolong.Actor) error { _, _, err := w.service.ListLetters(ctx, a, LetterFilter{}); return err },
		"raw letter":  func(a prolong.Actor) error { _, err := w.service.RawLetter(ctx, a, 1); return err },
		"file letter": func(a prolong.Actor) error { _, err := w.service.FileLetter(ctx, a, 1, 0); return err },
		"reread":      func(a prolong.Actor) error { return w.service.RereadLetter(ctx, a, 1) },
		"mailboxes":   func(a prolong.Actor) error { _, err := w.service.Mailboxes(ctx, a); return err },
		"calendars":   func(a prolong.Actor) error { _, err := w.service.ApplyCalendars(ctx, a, nil); return err },
		"policies":    func(a prolong.Actor) error { return w.service.ApplyPolicies(ctx, a, nil) },
	} {
		for _, a := range []prolong.Actor{w.mary, stranger, {Kind: prolong.ActorMachine, ID: 1}, {}} {
			require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(attempt(a)), "%s by %s", name, a)
		}
	}
	machine := prolong.Actor{Kind: prolong.ActorMachine, ID: 1}
	_, err = w.service.Thread(ctx, machine, ticket.ID)
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
	cards, total, err := w.service.ListTickets(ctx, stranger, Filter{AccountID: w.first, ContactID: w.mary.ID, Search: "вопрос"})
	require.NoError(t, err)
	require.Empty(t, cards)
	require.Zero(t, total)

	_, err = w.service.Thread(ctx, w.vera, ticket.ID)
	require.NoError(t, err, "a colleague in the same account sees the ticket: it is the company's")
	_, err = w.db.Pool.Exec(ctx, `UPDATE memberships SET valid_to = '2026-05-31' WHERE contact_id = $1`, w.vera.ID)
	require.NoError(t, err)
	_, err = w.service.Thread(ctx, w.vera, ticket.ID)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err), "who has left the company does not")
}

// TestScopeRulesAgree: the rule in Go and the rule in SQL choose the same rows.
func TestScopeRulesAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for _, n := range []NewTicket{
		{AccountID: w.first, Text: "a"}, {AccountID: w.second, Text: "b"}, {Text: "c", Email: "nobody@x.example"}, {Text: "d", ContactID: w.vera.ID}, {Text: "e", ContactID: w.peter.ID},
	} {
		_, err := w.service.FileTicket(ctx, w.agent, n)
		require.NoError(t, err)
	}
	require.NoError(t, w.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		rows, err := tx.Pgx.Query(ctx, `SELECT `+ticketColumns+` FROM tickets t ORDER BY t.id`)
		all, err := postgres.Collect[ticketRow](rows, err)
		require.NoError(t, err)
		require.Len(t, all, 5)
		for _, a := range []prolong.Actor{w.mary, w.peter, w.vera, w.agent} {
			sc, err := w.service.scopeOf(ctx, tx, a)
			require.NoError(t, err)
			args := &postgres.Args{}
			where := sc.where(args)
			rows, err := tx.Pgx.Query(ctx, `SELECT `+ticketColumns+` FROM tickets t WHERE `+where+` ORDER BY t.id`, args.Values...)
			bySQL, err := postgres.Collect[ticketRow](rows, err)
			require.NoError(t, err)
			var byGo []ticketRow
			for i := range all {
				if sc.sees(&all[i]) {
					byGo = append(byGo, all[i])
				}
			}
			require.Equal(t, byGo, bySQL, a.String())
		}
		return nil
	}))
	cards, _, err := w.service.ListTickets(ctx, w.vera, Filter{})
	require.NoError(t, err)
	require.Len(t, cards, 4, "both accounts' tickets, and her own that belongs to none yet")
}

// TestColleagueWasFaster: an answer is refused if a colleague has written since the page was
// loaded; a page that is sent twice answers once.
func TestColleagueWasFaster(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	ticket := w.file("Вопрос.")
	seen := w.thread(w.agent, ticket.ID).LastSeen()
	first, err := w.service.Reply(ctx, w.colleague, ticket.ID, Reply{Text: "Ответ.", SeenMessageID: seen, RequestKey: "k1"})
	require.NoError(t, err)
	_, err = w.service.Reply(ctx, w.agent, ticket.ID, Reply{Text: "Другой ответ.", SeenMessageID: seen})
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
	again, err := w.service.Reply(ctx, w.colleague, ticket.ID, Reply{Text: "Ответ.", SeenMessageID: seen, RequestKey: "k1"})
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Len(t, w.outbox.sent(LetterReplied), 1)

	a, err := w.service.FileTicket(ctx, w.mary, NewTicket{AccountID: w.first, Text: "Раз", RequestKey: "f1"})
	require.NoError(t, err)
	b, err := w.service.FileTicket(ctx, w.mary, NewTicket{AccountID: w.first, Text: "Раз", RequestKey: "f1"})
	require.NoError(t, err)
	require.Equal(t, a.ID, b.ID)
}

func TestClosedTicketTakesNoMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.file("Вопрос.")
	require.NoError(t, w.service.SetStatus(t.Context(), w.agent, ticket.ID, StatusClosed))
	for _, a := range []prolong.Actor{w.mary, w.agent} {
		_, err := w.service.Reply(t.Context(), a, ticket.ID, Reply{Text: "x"})
		require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
	}
	th := w.thread(w.mary, ticket.ID)
	require.False(t, th.MayReply)
	require.Empty(t, th.Countdowns, "closed without an answer or a solution: the promises are cancelled, not kept")
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(w.service.SetStatus(t.Context(), w.agent, ticket.ID, StatusOpen)))
}

func TestContactMayOnlyResolve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.file("Вопрос.")
	require.Equal(t, []Status{StatusResolved}, w.thread(w.mary, ticket.ID).NextStatuses)
	for _, st := range []Status{StatusOpen, StatusWaiting, StatusOnHold, StatusClosed, "nonsense"} {
		require.Equal(t, prolong.CodeConflict, prolong.CodeOf(w.service.SetStatus(t.Context(), w.mary, ticket.ID, st)), st)
	}
	require.NoError(t, w.service.SetStatus(t.Context(), w.mary, ticket.ID, StatusResolved))
}

// TestPriorityChangesThePromise: what was used stays used.
func TestPriorityChangesThePromise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.file("Вопрос.")
	w.at("2026-06-01 11:00:00")
	require.NoError(t, w.service.SetPriority(t.Context(), w.agent, ticket.ID, PriorityHigh))
	th := w.thread(w.agent, ticket.ID)
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-01 12:00:00").UTC(), th.Main.DueAt.UTC(), "two hours, of which one is used")
	require.NoError(t, w.service.SetPriority(t.Context(), w.agent, ticket.ID, PriorityUrgent))
	th = w.thread(w.agent, ticket.ID)
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-01 11:00:00").UTC(), th.Main.DueAt.UTC(), "a promise that is used up is due now, not in the past")
	require.Equal(t, 6, w.count(`SELECT count(*) FROM ticket_clock_events`), "2 activated, 2 x 2 retargeted")
}

// TestPlanDecidesTheServiceLevel: a client's plan may promise more than the default.
func TestPlanDecidesTheServiceLevel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	require.NoError(t, w.service.ApplyPolicies(ctx, prolong.System("apply"), []PolicySpec{{
		Key: "gold", Name: "Gold", Plans: []string{"gold"},
		Targets: []TargetSpec{{PriorityNormal, MetricFirstResponse, 60, "office", []int{50}}},
	}}))
	_, err := w.db.Pool.Exec(ctx, `INSERT INTO plans (key, seller_id, name, period_count, period_unit, lead_count, lead_unit, grace_days, remind_days, resume, created_at)
		SELECT 'gold', id, 'Gold', 1, 'month', 1, 'month', 3, 3, 'latest', now() FROM sellers`)
	require.NoError(t, err)
	_, err = w.db.Pool.Exec(ctx, `INSERT INTO subscriptions (account_id, seller_id, plan_id, currency, period_count, period_unit, anchor_day, paid_through, invoiced_to, created_at)
		SELECT $1, s.id, p.id, 'RUB', 1, 'month', 1, '2026-06-30', '2026-07-01', now() FROM sellers s, plans p`, w.first)
	require.NoError(t, err)
	ticket := w.file("Вопрос.")
	th := w.thread(w.mary, ticket.ID)
	require.Len(t, th.Countdowns, 1, "gold promises nothing about resolution")
	require.Equal(t, time.Hour, th.Main.Target)

	stranger, err := w.service.FileTicket(ctx, w.agent, NewTicket{Text: "Кто-то звонил", Channel: ChannelPhone, Name: "Неизвестный"})
	require.NoError(t, err)
	require.Equal(t, 4*time.Hour, w.thread(w.agent, stranger.ID).Main.Target)
	require.NoError(t, w.service.SetAccount(ctx, w.agent, stranger.ID, w.first, false))
	th = w.thread(w.agent, stranger.ID)
	require.Equal(t, time.Hour, th.Main.Target, "once it is known whose it is, his plan counts")
	require.Len(t, th.Countdowns, 1)
	_, err = w.service.Thread(ctx, w.mary, stranger.ID)
	require.NoError(t, err, "and his people see it")
}

func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	ticket := w.file("Вопрос.")
	for name, r := range map[string]Reply{
		"empty":      {Text: "  \n "},
		"too long":   {Text: string(make([]byte, bodyBytesMax+1))},
		"program":    {Text: "x", Files: []Upload{{Name: "счёт.pdf.exe", Data: []byte("MZ")}}},
		"empty file": {Text: "x", Files: []Upload{{Name: "a.txt"}}},
		"many files": {Text: "x", Files: make([]Upload, uploadsMax+1)},
		"large file": {Text: "x", Files: []Upload{{Name: "a.bin", Data: make([]byte, UploadsBytesMax+1)}}},
	} {
		_, err := w.service.Reply(ctx, w.mary, ticket.ID, r)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), name)
	}
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.Assign(ctx, w.agent, ticket.ID, 999)))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.Tag(ctx, w.agent, ticket.ID, "unknown")))
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(w.service.Assign(ctx, w.agent, 999, w.agent.ID)))
	_, err := w.service.FileTicket(ctx, w.agent, NewTicket{Text: "x", Email: "not an address"})
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	_, err = w.service.Reply(ctx, w.agent, ticket.ID, Reply{Text: "x", Status: "nonsense"})
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
}

func TestTagsAndLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	require.NoError(t, w.service.ApplyTags(ctx, w.agent, []Tag{{Key: "billing", Name: "Оплата"}, {Key: "access", Name: "Доступ"}}))
	a, b := w.file("Первый"), w.file("Второй 100%")
	require.NoError(t, w.service.Tag(ctx, w.agent, a.ID, "billing"))
	require.NoError(t, w.service.Tag(ctx, w.agent, a.ID, "billing"))
	list := func(f Filter) []int64 {
		cards, total, err := w.service.ListTickets(ctx, w.agent, f)
		require.NoError(t, err)
		require.Len(t, cards, total)
		ids := make([]int64, 0, len(cards))
		for _, c := range cards {
			ids = append(ids, c.ID)
		}
		return ids
	}
	require.Equal(t, []int64{a.ID}, list(Filter{Tag: "billing"}))
	require.Empty(t, list(Filter{Tag: "access"}))
	require.Equal(t, []int64{b.ID}, list(Filter{Search: "#" + itoa(b.Number)}))
	require.Empty(t, list(Filter{Search: "100%"}), "the subject is searched, not the text; % is no wildcard")
	require.Len(t, list(Filter{Search: "ВОПРОС"}), 2)
	require.Len(t, list(Filter{Search: "mary@"}), 2)
	require.NoError(t, w.service.Assign(ctx, w.agent, b.ID, w.colleague.ID))
	require.Equal(t, []int64{b.ID}, list(Filter{AssigneeID: w.colleague.ID}))
	require.Equal(t, []int64{a.ID}, list(Filter{Unassigned: true}))
	require.NoError(t, w.service.SetStatus(ctx, w.agent, a.ID, StatusResolved))
	require.Equal(t, []int64{b.ID}, list(Filter{Open: true}))
	require.Equal(t, []int64{b.ID, a.ID}, list(Filter{}), "what is done comes last")
	require.Equal(t, []int64{a.ID}, list(Filter{Statuses: []Status{StatusResolved, StatusClosed}}))
	require.NoError(t, w.service.ArchiveTag(ctx, w.agent, "billing"))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.Tag(ctx, w.agent, b.ID, "billing")))
	require.Len(t, w.thread(w.agent, a.ID).Tags, 1, "what bears an archived word keeps it")
	require.NoError(t, w.service.Untag(ctx, w.agent, a.ID, "billing"))
	require.Empty(t, w.thread(w.agent, a.ID).Tags)
}
