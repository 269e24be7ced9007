package backoffice

import (
	"bytes"
	"cmp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/internal/web/webtest"
	"prolong/telephony"
	"prolong/templates"
	"prolong/tickets"
	"prolong/tickets/mail"
)

func supportEntries() []gallery.Entry {
	tags := []tickets.Tag{{Key: "payment", Name: "Оплата"}, {Key: "documents", Name: "Документы"}, {Key: "error", Name: "Ошибка"}}
	return []gallery.Entry{
		{Page: "office/ticket_list", State: "filled", Make: func(b web.Base) web.Page {
			b = officeBase(b, ticketsPath, "office.tickets.title")
			client := clientExample(b).client
			page := TicketListPage{Base: b, Self: ticketsPath, View: viewWaiting, Tabs: ticketTabs(b, viewWaiting, 0, ""), New: ticketsPath + "/new", Mails: mailsPath,
				Rows: ticketRows(b, galleryCards(b), map[billing.AccountID]billing.AccountBrief{12: client}, map[int64]string{3: "Анна Примерова"})}
			for _, tag := range tags {
				page.Tags = append(page.Tags, TagChip{Text: tag.Name, Href: withParams(ticketsPath, "tag", tag.Key), Current: tag.Key == "payment"})
			}
			return page
		}},
		{Page: "office/ticket_list", State: "empty", Make: func(b web.Base) web.Page {
			b = officeBase(b, ticketsPath, "office.tickets.title")
			return TicketListPage{Base: b, Self: ticketsPath, View: viewMine, Tabs: ticketTabs(b, viewMine, 0, ""), New: ticketsPath + "/new", Mails: mailsPath}
		}},
		{Page: "office/ticket", State: "filled", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			return ticketPage(officeBase(b, ticketsPath, "office.tickets.title"), ticketFacts{thread: galleryThread(b), times: galleryTimes(b), hours: billing.Prepaid{Minutes: 530}, client: &f.client, tags: tags, mayAct: true,
				staff: []identity.Staff{{ID: 3, Name: "Анна Примерова"}, {ID: 4, Name: "Борис Образцов"}}, draft: ReplyDraft{Key: "x"}})
		}},
		{Page: "office/ticket", State: "stranger", Make: func(b web.Base) web.Page {
			th := galleryThread(b)
			th.AccountID, th.Messages = 0, th.Messages[:1]
			th.Messages[0].AuthorKind = tickets.AuthorStranger
			return ticketPage(officeBase(b, ticketsPath, "office.tickets.title"), ticketFacts{thread: th, tags: tags, mayAct: true, query: "торг", found: []billing.AccountBrief{clientExample(b).client},
				draft: ReplyDraft{Key: "x", Text: "Здравствуйте! Уже смотрим.", Problem: b.T("error.ticket_answered_meanwhile", "Number", 1041)}})
		}},
		{Page: "office/ticket_new", State: "empty", Make: func(b web.Base) web.Page {
			page := ticketNewPage(officeBase(b, ticketsPath, "office.ticket.new"), nil, web.NewForm(nil))
			page.Key = "x"
			return page
		}},
		{Page: "office/ticket_new", State: "wrong", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"subject": {"Не приходит акт"}, "email": {"buh@"}})
			form.Email("email")
			form.Required("text", replyRunesMax)
			f := clientExample(b)
			page := ticketNewPage(officeBase(b, ticketsPath, "office.ticket.new"), &f.client, form)
			page.Key, page.Problem = "x", b.Error(form.Err())
			return page
		}},
		{Page: "office/mail_list", State: "filled", Make: func(b web.Base) web.Page {
			return mailListPage(officeBase(b, mailsPath, "office.mails.title"), []tickets.StoredLetter{
				{ID: 1, ReceivedAt: b.Now.Add(-time.Hour), From: mail.Address{Name: "ООО «Пример»", Email: "info@example.test"}, Subject: "Вопрос по счёту", State: tickets.LetterQuarantine, Reason: "вложение слишком велико"},
				{ID: 2, ReceivedAt: b.Now.Add(-2 * time.Hour), From: mail.Address{Email: "noreply@example.test"}, Subject: "Автоответ", State: tickets.LetterIgnored},
				{ID: 3, ReceivedAt: b.Now.Add(-3 * time.Hour), From: mail.Address{Email: "buh@example.test"}, Subject: "Акт за ноябрь", State: tickets.LetterFiled, TicketID: 7},
			}, "all")
		}},
		{Page: "office/mail_list", State: "empty", Make: func(b web.Base) web.Page {
			return mailListPage(officeBase(b, mailsPath, "office.mails.title"), nil, tickets.LetterQuarantine)
		}},
		{Page: "office/call_list", State: "filled", Make: func(b web.Base) web.Page {
			b = officeBase(b, callsPath, "office.calls.title")
			names := map[billing.AccountID]billing.AccountBrief{12: clientExample(b).client}
			page := CallListPage{Base: b, Self: callsPath, MayAct: true, Rows: callRows(b, galleryCalls(b), names), Callbacks: callbackRows(b.Translator, []telephony.Callback{
				{ID: 1, Phone: "+79160000001", AccountID: 12, Missed: 3, LastMissedAt: b.Now.Add(-20 * time.Minute), DueAt: b.Now.Add(-5 * time.Minute), Overdue: true, AssigneeID: 3},
				{ID: 2, Phone: "+79250000002", Missed: 1, LastMissedAt: b.Now.Add(-4 * time.Minute), DueAt: b.Now.Add(11 * time.Minute)},
			}, names, map[int64]string{3: "Анна Примерова"})}
			for _, v := range callViews {
				page.Tabs = append(page.Tabs, Tab{Text: b.T("office.calls.tab." + cmp.Or(v, "all")), Href: callsPath, Current: v == ""})
			}
			return page
		}},
		{Page: "office/call_list", State: "empty", Make: func(b web.Base) web.Page {
			return CallListPage{Base: officeBase(b, callsPath, "office.calls.title"), Self: callsPath}
		}},
		{Page: "office/call", State: "filled", Make: func(b web.Base) web.Page { return callExample(b) }},
		{Page: "office/call", State: "unknown", Make: func(b web.Base) web.Page {
			calls := galleryCalls(b)
			return callPage(officeBase(b, callsPath, "office.calls.title"), callFacts{mayAct: true, tags: tags, call: telephony.PopUp{Call: calls[2], Missed: 2,
				Candidates: []telephony.Candidate{{AccountID: 12, AccountName: "«Пример Торг»"}, {AccountID: 77, AccountName: "«Пример Логистика»"}}}})
		}},
	}
}

func callExample(b web.Base) CallPage {
	f, calls := clientExample(b), galleryCalls(b)
	return callPage(officeBase(b, callsPath, "office.calls.title"), callFacts{call: telephony.PopUp{Call: calls[0], Missed: 1, Last: calls[1:2]}, client: &f.client, open: galleryCards(b)[:1],
		debt: []prolong.Money{rub(14_900_00)}, tags: []tickets.Tag{{Key: "payment", Name: "Оплата"}, {Key: "error", Name: "Ошибка"}}, mayAct: true})
}

// TestRingingSpeaksEveryLanguage renders the pop-up, which no whole page shows.
func TestRingingSpeaksEveryLanguage(t *testing.T) {
	t.Parallel()
	assets, err := web.LoadAssets(templates.FS)
	require.NoError(t, err)
	renderer, err := web.NewRenderer(templates.FS, assets, Pages())
	require.NoError(t, err)
	for lang, base := range webtest.Bases(t, galleryNow) {
		var page bytes.Buffer
		require.NoError(t, renderer.Render(&page, "office/call", "ringing", callExample(base)))
		require.False(t, i18n.Missing(page.String()), lang)
		require.Contains(t, page.String(), "7\u00a0916\u00a0000-00-01")
	}
}

func galleryCards(b web.Base) []tickets.Card {
	ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
	running := tickets.Countdown{Metric: tickets.MetricFirstResponse, State: tickets.ClockRunning, Target: 4 * time.Hour, Used: 3*time.Hour + 20*time.Minute, Left: 40 * time.Minute, DueAt: b.Now.Add(40 * time.Minute), AsOf: b.Now, Ticking: true}
	late, fresh := running, running
	late.Metric, late.Used, late.Left, late.BreachedAt = tickets.MetricNextResponse, 5*time.Hour, -time.Hour, ago(time.Hour)
	fresh.Used, fresh.Left = 10*time.Minute, 3*time.Hour+50*time.Minute
	return []tickets.Card{
		{Ticket: tickets.Ticket{ID: 7, Number: 1041, AccountID: 12, ContactName: "Ольга Примерова", Subject: "Не приходит акт за октябрь", Status: tickets.StatusOpen, Priority: tickets.PriorityHigh, AssigneeID: 3, Channel: tickets.ChannelCabinet, CreatedAt: ago(5 * time.Hour), UpdatedAt: ago(time.Hour)},
			Snippet: "Добрый день! Оплатили 28 октября, но акта до сих пор нет ни в кабинете, ни на почте. Пришлите, пожалуйста, он нужен для отчёта.", LastAuthor: tickets.AuthorContact, Countdown: &late, Tags: []tickets.Tag{{Key: "documents", Name: "Документы"}}},
		{Ticket: tickets.Ticket{ID: 8, Number: 1042, AccountID: 12, ContactEmail: "buh@example.test", Subject: "Вопрос по счёту 58291375-13", Status: tickets.StatusNew, Priority: tickets.PriorityNormal, Channel: tickets.ChannelMail, CreatedAt: ago(3 * time.Hour), UpdatedAt: ago(3 * time.Hour)},
			Snippet: "Можно ли оплатить сразу за три месяца?", LastAuthor: tickets.AuthorContact, Countdown: &running},
		{Ticket: tickets.Ticket{ID: 9, Number: 1043, ContactEmail: "stranger@example.test", Subject: "Здравствуйте", Status: tickets.StatusNew, Priority: tickets.PriorityUrgent, Channel: tickets.ChannelMail, CreatedAt: ago(10 * time.Minute), UpdatedAt: ago(10 * time.Minute)},
			Snippet: "Не могу войти в кабинет", LastAuthor: tickets.AuthorStranger, Countdown: &fresh},
	}
}

func galleryThread(b web.Base) tickets.Thread {
	card := galleryCards(b)[0]
	card.FollowsID = 5
	ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
	met := tickets.Countdown{Metric: tickets.MetricFirstResponse, State: tickets.ClockMet, Target: 4 * time.Hour, Used: time.Hour, MetAt: ago(4 * time.Hour)}
	paused := tickets.Countdown{Metric: tickets.MetricResolution, State: tickets.ClockPaused, Target: 16 * time.Hour, Used: 6 * time.Hour, Left: 10 * time.Hour}
	return tickets.Thread{
		Ticket: card.Ticket, Tags: card.Tags, MayReply: true, AsOf: b.Now, FollowsNumber: 1012, NextStatuses: []tickets.Status{tickets.StatusWaiting, tickets.StatusResolved, tickets.StatusClosed},
		Countdowns: []tickets.Countdown{met, *card.Countdown, paused}, Participants: []tickets.Participant{{Email: "director@example.test"}},
		Messages: []tickets.Message{
			{ID: 1, Kind: tickets.MessagePublic, AuthorKind: tickets.AuthorContact, AuthorName: "Ольга Примерова", Shown: card.Snippet, Body: card.Snippet + "\n\n> прежняя переписка", HasHTML: true, CreatedAt: ago(5 * time.Hour),
				Attachments: []tickets.Attachment{{ID: 1, Name: "платёжное поручение 1356.pdf", Size: 214_000}, {ID: 2, Name: "setup.exe", Size: 3_400_000, Blocked: true}}},
			{ID: 2, Kind: tickets.MessageEvent, Event: tickets.EventAssigned, EventArgs: prolong.Args{"Name": "Анна Примерова"}, CreatedAt: ago(4*time.Hour + 30*time.Minute)},
			{ID: 3, Kind: tickets.MessageNote, AuthorKind: tickets.AuthorStaff, AuthorName: "Борис Образцов", Shown: "Акт ушёл на старый адрес, бухгалтер сменился.", Body: "Акт ушёл на старый адрес, бухгалтер сменился.", CreatedAt: ago(4*time.Hour + 10*time.Minute)},
			{ID: 4, Kind: tickets.MessagePublic, AuthorKind: tickets.AuthorStaff, AuthorName: "Анна Примерова", Shown: "Ольга, здравствуйте!\nАкт уходил на прежний адрес бухгалтерии. Отправили ещё раз.", Body: "Ольга, здравствуйте!\nАкт уходил на прежний адрес бухгалтерии. Отправили ещё раз.", CreatedAt: ago(4 * time.Hour)},
			{ID: 5, Kind: tickets.MessageEvent, Event: tickets.EventStatus, EventArgs: prolong.Args{"From": "open", "To": "waiting"}, CreatedAt: ago(4 * time.Hour)},
			{ID: 6, Kind: tickets.MessagePublic, AuthorKind: tickets.AuthorContact, AuthorName: "Ольга Примерова", Shown: "Нет, не пришёл.", Body: "Нет, не пришёл.", CreatedAt: ago(time.Hour)},
		},
	}
}

func galleryCalls(b web.Base) []telephony.Call {
	ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
	return []telephony.Call{
		{ID: 31, Direction: telephony.DirectionInbound, State: telephony.StateEnded, Outcome: telephony.OutcomeAnswered, AccountID: 12, Phone: "+79160000001", AgentName: "Анна Примерова", Extension: "101", StartedAt: ago(30 * time.Minute), TalkSeconds: 254,
			Tags: []tickets.Tag{{Key: "payment", Name: "Оплата"}}, Note: "Просила выставить счёт на три месяца", Recording: true, Final: true},
		{ID: 30, Direction: telephony.DirectionOutbound, State: telephony.StateEnded, Outcome: telephony.OutcomeNoAnswer, AccountID: 12, Phone: "+79160000001", AgentName: "Анна Примерова", StartedAt: ago(26 * time.Hour)},
		{ID: 29, Direction: telephony.DirectionInbound, State: telephony.StateEnded, Outcome: telephony.OutcomeGaveUp, Missed: true, Phone: "+79250000002", StartedAt: ago(27 * time.Hour)},
		{ID: 28, Direction: telephony.DirectionInbound, State: telephony.StateRinging, PhoneRaw: "", StartedAt: ago(10 * time.Second)},
	}
}
