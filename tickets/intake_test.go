package tickets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
)

// TestNoSampleIsLost takes each of the 120 sample letters into an empty store: each ends in a
// state that people can see, and what a person wrote is a ticket.
func TestNoSampleIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	data, err := os.ReadFile("testdata/mail/MANIFEST.tsv")
	require.NoError(t, err)
	rows := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	require.Len(t, rows, 120)
	filed := 0
	for _, row := range rows {
		f := strings.Split(row, "\t")
		raw, err := os.ReadFile(filepath.Join("testdata/mail", f[0]))
		require.NoError(t, err)
		// each sample meets an empty store, as the samples' README asks
		_, err = w.db.Pool.Exec(t.Context(), `TRUNCATE ticket_attachments, ticket_files, ticket_messages, ticket_message_ids, ticket_participants, ticket_mails CASCADE`)
		require.NoError(t, err)
		l := w.receive(raw)
		switch class, from := f[4], f[5]; {
		case class == "human" && strings.Contains(from, "@") && !strings.Contains(from, ";"):
			require.Equal(t, LetterFiled, l.State, "%s: %s", f[0], l.Reason)
			filed++
		case class == "human":
			require.Contains(t, []LetterState{LetterFiled, LetterQuarantine}, l.State, f[0])
		default:
			require.Contains(t, []LetterState{LetterFiled, LetterIgnored}, l.State, "%s: %s", f[0], l.Reason)
		}
	}
	require.Greater(t, filed, 60)
}

// TestSamplesWithEqualIdsAreAllKept: att01 to att04 have the same id, sender and words, and
// different files; cs13 and cs15 are the same bytes.
func TestSamplesWithEqualIdsAreAllKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	take := func(name string) StoredLetter {
		raw, err := os.ReadFile("testdata/mail/synthetic/" + name)
		require.NoError(t, err)
		return w.receive(raw)
	}
	for _, name := range []string{"att01-rfc2047-in-param-koi8.eml", "att03-rfc2231-utf8.eml", "att04-path-traversal.eml"} {
		require.Equal(t, LetterFiled, take(name).State, name)
	}
	require.Equal(t, LetterDuplicate, take("att02-rfc2231-cont-cp1251.eml").State, "the same name and bytes as att01, written otherwise: the same letter")
	require.Equal(t, LetterFiled, take("cs13-koi8-u-long-declared.eml").State)
	require.Equal(t, LetterDuplicate, take("cs15-koi8-u-short-declared.eml").State)
}

// TestLetterBecomesATicket of the sender's account; the answer by mail joins it and the clock
// counts from when the mail server took the letter.
func TestLetterBecomesATicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "Мария <mary@one.example>", subject: "Re: Не вижу оплату", text: "Оплатили вчера.", id: "<m1@one.example>"}.raw())
	require.Equal(t, LetterFiled, l.State)
	th := w.thread(w.mary, l.TicketID)
	require.Equal(t, w.first, th.AccountID)
	require.Equal(t, "Не вижу оплату", th.Subject)
	require.Equal(t, ChannelMail, th.Channel)
	require.Equal(t, "Оплатили вчера.", th.Messages[0].Shown)
	require.Equal(t, AuthorContact, th.Messages[0].AuthorKind)

	ack := w.outbox.sent(LetterReceived)
	require.Len(t, ack, 1)
	require.Equal(t, "Не вижу оплату", ack[0].TicketTitle)
	require.True(t, ack[0].Automatic)
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-01 14:00:00").UTC(), ack[0].DueAt.UTC())
	require.Equal(t, "m1@one.example", ack[0].InReplyTo)

	w.reply(w.agent, l.TicketID, "Проверяем.", "")
	answer := w.outbox.sent(LetterReplied)[0]
	require.Len(t, answer.References, 2)
	w.clock.Advance(time.Hour)
	back := w.receive(letter{from: "mary@one.example", to: answer.ReplyTo, subject: "Re: что угодно", text: "Спасибо!\n\n01.06.2026, 10:00, \"Поддержка\" <support@vendor.example>:\n> Проверяем.", id: "<m2@one.example>"}.raw())
	require.Equal(t, l.TicketID, back.TicketID)
	th = w.thread(w.mary, l.TicketID)
	require.Equal(t, StatusOpen, th.Status)
	last := th.Messages[len(th.Messages)-2] // the change of status follows it
	require.Equal(t, "Спасибо!", last.Shown)
	require.True(t, last.Trimmed())
	require.Len(t, w.outbox.sent(LetterReceived), 1, "an answer is not acknowledged")
}

// TestThreading: by what a letter finds its ticket, and what does not suffice.
func TestThreading(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.receive(letter{from: "mary@one.example", subject: "Вопрос", text: "Раз", id: "<q1@one.example>"}.raw())
	w.reply(w.agent, first.TicketID, "Ответ.", "")
	var n int
	for i, l := range w.outbox.letters {
		if l.Kind == LetterReplied {
			n = i
		}
	}
	ours := w.outbox.letters[n]
	number := w.thread(w.agent, first.TicketID).Number
	trusted := "Authentication-Results: mx.vendor.example; spf=pass smtp.mailfrom=one.example; dkim=pass header.d=one.example"
	for _, tc := range []struct {
		name  string
		in    letter
		joins bool
	}{
		{"reply address", letter{from: "boss@one.example", to: ours.ReplyTo, subject: "x", text: "1"}, true},
		{"reply address in upper case", letter{from: "boss@one.example", to: strings.ToUpper(ours.ReplyTo), subject: "x", text: "2"}, true},
		{"forged reply address", letter{from: "boss@one.example", to: strings.Replace(ours.ReplyTo, "+t1", "+t2", 1), subject: "x", text: "3"}, false},
		{"delivered to", letter{from: "boss@one.example", subject: "x", text: "4", headers: []string{"Delivered-To: " + ours.ReplyTo}}, true},
		{"in reply to ours", letter{from: "anybody@x.example", subject: "x", text: "5", headers: []string{"In-Reply-To: <" + idOf(n) + ">"}}, true},
		{"root in references", letter{from: "anybody@x.example", subject: "x", text: "6", headers: []string{"References: <a@b> <" + ours.References[0] + ">"}}, true},
		{"in reply to the client's own, by a colleague", letter{from: "vera@both.example", subject: "x", text: "7", headers: []string{"In-Reply-To: <q1@one.example>"}}, true},
		{"in reply to the client's own, by a stranger", letter{from: "stranger@x.example", subject: "x", text: "8", headers: []string{"In-Reply-To: <q1@one.example>"}}, false},
		{"subject, authenticated", letter{from: "mary@one.example", subject: "Re: [#" + itoa(number) + "] Вопрос", text: "9", headers: []string{trusted}}, true},
		{"subject, not authenticated", letter{from: "mary@one.example", subject: "Re: [#" + itoa(number) + "] Вопрос", text: "10"}, false},
		{"subject, authenticated by somebody else", letter{from: "mary@one.example", subject: "[#" + itoa(number) + "]", text: "11", headers: []string{strings.Replace(trusted, "mx.vendor", "mx.evil", 1)}}, false},
		{"subject, another domain passed", letter{from: "mary@one.example", subject: "[#" + itoa(number) + "]", text: "12", headers: []string{strings.ReplaceAll(trusted, "one.example", "evil.example")}}, false},
		{"subject, authenticated stranger", letter{from: "peter@two.example", subject: "[#" + itoa(number) + "]", text: "13", headers: []string{strings.ReplaceAll(trusted, "one.example", "two.example")}}, false},
		{"same subject only", letter{from: "mary@one.example", subject: "Re: Вопрос", text: "14"}, false},
	} {
		got := w.receive(tc.in.raw())
		require.Equal(t, LetterFiled, got.State, tc.name)
		require.Equal(t, tc.joins, got.TicketID == first.TicketID, tc.name)
	}
	_, err := w.service.Thread(t.Context(), w.peter, first.TicketID)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}

// TestClosedTicketGoesOnInANewOne: nothing is dropped, and the new ticket says what it follows.
func TestClosedTicketGoesOnInANewOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "mary@one.example", subject: "Вопрос", text: "Раз", id: "<q1@one.example>"}.raw())
	w.reply(w.agent, l.TicketID, "Готово.", StatusResolved)
	replyTo := w.outbox.sent(LetterReplied)[0].ReplyTo
	again := w.receive(letter{from: "mary@one.example", to: replyTo, subject: "Re: Вопрос", text: "Не работает"}.raw())
	require.Equal(t, l.TicketID, again.TicketID)
	require.Equal(t, StatusOpen, w.thread(w.mary, l.TicketID).Status)
	require.NoError(t, w.service.SetStatus(t.Context(), w.agent, l.TicketID, StatusResolved))
	w.clock.Advance(8 * 24 * time.Hour)
	late := w.receive(letter{from: "mary@one.example", to: replyTo, subject: "Re: Вопрос", text: "Через неделю"}.raw())
	require.NotEqual(t, l.TicketID, late.TicketID)
	th := w.thread(w.mary, late.TicketID)
	require.Equal(t, l.TicketID, th.FollowsID)
	require.Equal(t, w.thread(w.mary, l.TicketID).Number, th.FollowsNumber)
}

// TestMachinesMoveNothing is S19 and its kin: an out-of-office answer starts no clock, reopens
// nothing and is answered by nobody; it is kept, folded.
func TestMachinesMoveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "mary@one.example", subject: "Вопрос", text: "Раз", id: "<q1@one.example>"}.raw())
	w.reply(w.agent, l.TicketID, "Готово.", StatusResolved)
	replyTo := w.outbox.sent(LetterReplied)[0].ReplyTo
	w.clock.Advance(5 * time.Minute)
	letters := len(w.outbox.letters)
	for i, headers := range [][]string{
		{"Auto-Submitted: auto-replied"}, {"Precedence: bulk"}, {"X-Autoreply: yes"}, {"Auto-Submitted: auto-generated"},
	} {
		got := w.receive(letter{from: "mary@one.example", to: replyTo, subject: "Автоответ", text: strings.Repeat("x", i+1), headers: headers}.raw())
		require.Equal(t, LetterFiled, got.State)
		require.Equal(t, l.TicketID, got.TicketID)
	}
	th := w.thread(w.mary, l.TicketID)
	require.Equal(t, StatusResolved, th.Status)
	require.Nil(t, th.Main)
	require.Len(t, w.outbox.letters, letters)
	folded := 0
	for _, m := range w.thread(w.agent, l.TicketID).Messages {
		if m.Folded {
			folded++
		}
	}
	require.Equal(t, 4, folded)
	alone := w.receive(letter{from: "robot@x.example", subject: "Новости", text: "x", headers: []string{"List-Id: <n.x.example>"}}.raw())
	require.Equal(t, LetterIgnored, alone.State)
	require.Equal(t, "list", alone.Reason)
	ticket, err := w.service.FileLetter(t.Context(), w.agent, alone.ID, w.first)
	require.NoError(t, err, "an agent can make a ticket of it all the same")
	require.Equal(t, w.first, ticket.AccountID)
	_, err = w.service.FileLetter(t.Context(), w.agent, alone.ID, 0)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
}

// TestBounce: the outbox learns which address is dead, the agent sees it in the ticket.
func TestBounce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "mary@one.example", subject: "Вопрос", text: "Раз", id: "<q1@one.example>"}.raw())
	w.reply(w.agent, l.TicketID, "Ответ.", "")
	n := len(w.outbox.letters) - 1
	raw := "From: MAILER-DAEMON@mx.one.example\r\nTo: support@vendor.example\r\nSubject: Undelivered\r\nReturn-Path: <>\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
		"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; Mary@one.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n" +
		"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <" + idOf(n) + ">\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
	b := w.receive([]byte(raw))
	require.Equal(t, LetterFiled, b.State)
	require.Equal(t, l.TicketID, b.TicketID)
	require.Equal(t, []ReturnedLetter{{MessageID: idOf(n), Email: "mary@one.example", Hard: true, Reason: "5.1.1 550 no such user"}}, w.outbox.returned)
	seen := false
	for _, m := range w.thread(w.agent, l.TicketID).Messages {
		seen = seen || m.Event == EventBounced && m.EventArgs["Email"] == "Mary@one.example"
	}
	require.True(t, seen)
	require.Equal(t, StatusWaiting, w.thread(w.mary, l.TicketID).Status)
}

// TestLoopsComeToRest: another helpdesk that answers every letter of ours without any header
// (sample auto09) is stopped by numbers.
func TestLoopsComeToRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 60 {
		w.clock.Advance(10 * time.Second)
		w.receive(letter{from: "helpdesk@other.example", subject: "[#" + itoa(int64(117000+i)) + "] Заявка принята", text: "Ваша заявка зарегистрирована " + itoa(int64(i))}.raw())
	}
	require.Len(t, w.outbox.sent(LetterReceived), 3, "three acknowledgements per hour and address")
	require.Equal(t, 30, w.count(`SELECT count(*) FROM tickets`))
	require.Equal(t, 30, w.count(`SELECT count(*) FROM ticket_mails WHERE state = 'quarantine' AND reason = 'flood'`), "the rest is kept where people see it")

	quiet := newWorld(t)
	l := quiet.receive(letter{from: "mary@one.example", subject: "Вопрос", text: "Раз"}.raw())
	quiet.reply(quiet.agent, l.TicketID, "Ответ", "")
	replyTo := quiet.outbox.sent(LetterReplied)[0].ReplyTo
	for i := range 15 {
		quiet.receive(letter{from: "mary@one.example", to: replyTo, subject: "x", text: itoa(int64(i))}.raw())
	}
	require.Equal(t, 6, quiet.count(`SELECT count(*) FROM ticket_messages WHERE folded`), "ten letters in ten minutes is what people write")
}

func TestReopeningByMailHasALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "mary@one.example", subject: "Вопрос", text: "Раз"}.raw())
	w.reply(w.agent, l.TicketID, "Готово", StatusResolved)
	replyTo := w.outbox.sent(LetterReplied)[0].ReplyTo
	for i := range 7 {
		w.clock.Advance(30 * time.Minute)
		w.receive(letter{from: "mary@one.example", to: replyTo, subject: "x", text: itoa(int64(i))}.raw())
		if st := w.thread(w.agent, l.TicketID).Status; i < 5 {
			require.Equal(t, StatusOpen, st)
			require.NoError(t, w.service.SetStatus(t.Context(), w.agent, l.TicketID, StatusResolved))
		} else {
			require.Equal(t, StatusResolved, st)
		}
	}
	require.Equal(t, 8, w.count(`SELECT count(*) FROM ticket_messages WHERE channel = 'mail'`), "the letters themselves are all there")
}

// TestStrangersAreNotQuoted: whoever forges a sender gets nothing of his text sent to others.
func TestStrangersAreNotQuoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "victim@x.example", subject: "КУПИТЕ ЭТО", text: "реклама"}.raw())
	ack := w.outbox.sent(LetterReceived)
	require.Len(t, ack, 1)
	require.Empty(t, ack[0].TicketTitle)
	require.Empty(t, ack[0].Text)
	th := w.thread(w.agent, l.TicketID)
	require.Zero(t, th.AccountID)
	require.Equal(t, AuthorStranger, th.Messages[0].AuthorKind)
}

// TestOwnLettersNeverBecomeClients: libredesk merged everything into one ticket that way.
func TestOwnLettersNeverBecomeClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, from := range []string{"support@vendor.example", "Support <SUPPORT+t1.aaaaaaaaaaaaaaaa@vendor.example>"} {
		l := w.receive(letter{from: from, subject: "x", text: from}.raw())
		require.Equal(t, LetterIgnored, l.State)
		require.Equal(t, "own", l.Reason)
	}
	w.file("Вопрос")
	w.receive(letter{from: "mary@one.example", subject: "x", text: "y"}.raw())
	back := w.receive(letter{from: "relay@x.example", subject: "x", text: "z", id: "<" + idOf(0) + ">"}.raw())
	require.Equal(t, "own", back.Reason)
}

// TestSenderOfSeveralAccounts: the agent decides, and the address is remembered if he says so.
func TestSenderOfSeveralAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "vera@both.example", subject: "x", text: "1"}.raw())
	require.Zero(t, w.thread(w.agent, l.TicketID).AccountID)
	_, err := w.service.Thread(t.Context(), w.vera, l.TicketID)
	require.NoError(t, err, "she sees her own ticket all the same")
	_, err = w.service.Thread(t.Context(), w.mary, l.TicketID)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	require.NoError(t, w.service.SetAccount(t.Context(), w.agent, l.TicketID, w.first, true))
	_, err = w.service.Thread(t.Context(), w.mary, l.TicketID)
	require.NoError(t, err)
	next := w.receive(letter{from: "vera@both.example", subject: "x", text: "2"}.raw())
	require.Equal(t, w.first, w.thread(w.agent, next.TicketID).AccountID)
}

// TestCopiesTakePart: who had the question in copy has the answer, and his letters belong.
func TestCopiesTakePart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "mary@one.example", subject: "Вопрос", text: "Раз", id: "<q1@one.example>", headers: []string{"Cc: Director <boss@one.example>, support@vendor.example"}}.raw())
	w.reply(w.agent, l.TicketID, "Ответ", "")
	var to []string
	for _, o := range w.outbox.sent(LetterReplied) {
		to = append(to, o.To.Email)
	}
	require.Equal(t, []string{"mary@one.example", "boss@one.example"}, to)
	back := w.receive(letter{from: "boss@one.example", subject: "Re: Вопрос", text: "Согласен", headers: []string{"In-Reply-To: <q1@one.example>"}}.raw())
	require.Equal(t, l.TicketID, back.TicketID)
	require.NoError(t, w.service.RemoveParticipant(t.Context(), w.agent, l.TicketID, "boss@one.example"))
	w.reply(w.agent, l.TicketID, "Ещё ответ", "")
	require.Len(t, w.outbox.sent(LetterReplied), 3)
}

// TestStaffByMail: an agent's answer by mail is a note, never a public message that a forged
// sender could put into our mouth; a forwarded letter is its writer's ticket.
func TestStaffByMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive(letter{from: "mary@one.example", subject: "Вопрос", text: "Раз"}.raw())
	w.reply(w.agent, l.TicketID, "Ответ", "")
	replyTo := w.outbox.sent(LetterReplied)[0].ReplyTo
	note := w.receive(letter{from: "colleague@vendor.example", to: replyTo, subject: "Re", text: "Осторожно, должник"}.raw())
	require.Equal(t, l.TicketID, note.TicketID)
	require.Len(t, w.thread(w.mary, l.TicketID).Messages, 3)
	inside := w.thread(w.agent, l.TicketID).Messages
	require.Equal(t, MessageNote, inside[len(inside)-1].Kind)

	fwd := w.receive(letter{from: "agent@vendor.example", subject: "Fwd: Помогите", text: "Заведите\n\n-------- Пересылаемое сообщение --------\nОт: Пётр <peter@two.example>\nДата: 01.06.2026\nТема: Помогите\n\nНе работает."}.raw())
	th := w.thread(w.agent, fwd.TicketID)
	require.Equal(t, w.second, th.AccountID)
	require.Equal(t, "peter@two.example", th.ContactEmail)
	require.Equal(t, "Помогите", th.Subject)
	require.Contains(t, th.Messages[0].Shown, "Не работает.")
	require.Len(t, w.outbox.sent(LetterReceived), 1, "he does not know that his letter went on")
}

// TestSameLetterByTwoMailboxes is one message.
func TestSameLetterByTwoMailboxes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) {
		c.Mailboxes = append(c.Mailboxes, Mailbox{Key: "billing", Address: "billing@vendor.example"})
	})
	in := letter{from: "mary@one.example", to: "support@vendor.example, billing@vendor.example", subject: "x", text: "y", id: "<m@one.example>"}
	first := w.receiveFrom("support", append([]byte("Received: from a by b\r\n"), in.raw()...))
	second := w.receiveFrom("billing", append([]byte("Received: from a by c\r\n"), in.raw()...))
	require.Equal(t, LetterFiled, first.State)
	require.Equal(t, LetterDuplicate, second.State)
	require.Equal(t, first.TicketID, second.TicketID)
}

// TestQuarantine: what cannot be read waits where people see it, and can be read once more.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.receive([]byte("   \r\n"))
	require.Equal(t, LetterQuarantine, l.State)
	require.Contains(t, l.Reason, "unreadable")
	require.NoError(t, w.service.RereadLetter(t.Context(), w.agent, l.ID))
	require.NoError(t, w.service.ReadLetter(t.Context(), l.ID))
	_, err := w.service.FileLetter(t.Context(), w.agent, l.ID, 0)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	nobody := w.receive([]byte("Subject: x\r\n\r\ntext"))
	require.Equal(t, LetterQuarantine, nobody.State)
	require.Equal(t, "no_sender", nobody.Reason)
	raw, err := w.service.RawLetter(t.Context(), w.agent, nobody.ID)
	require.NoError(t, err)
	require.Equal(t, "Subject: x\r\n\r\ntext", string(raw), "byte for byte")
	boxes, err := w.service.Mailboxes(t.Context(), w.agent)
	require.NoError(t, err)
	require.Equal(t, 2, boxes[0].Quarantine)
}

// TestLetterFetchedLate counts from when the server took it, but turns no clock back.
func TestLetterFetchedLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.at("2026-06-01 13:00:00")
	raw := letter{from: "mary@one.example", subject: "x", text: "y"}.raw()
	_, err := w.service.openCursor(ctx, "support")
	require.NoError(t, err)
	_, err = w.service.storeGroup(ctx, w.service.cfg.Mailboxes[0], 1, 900001, []incoming{{mailbox: "support", uidValidity: 1, uid: 900001, size: int64(len(raw)), raw: raw,
		receivedAt: at(t, "Europe/Moscow", "2026-06-01 09:30:00")}})
	require.NoError(t, err)
	letters, _, err := w.service.ListLetters(ctx, w.agent, LetterFilter{})
	require.NoError(t, err)
	require.NoError(t, w.service.ReadLetter(ctx, letters[0].ID))
	cards, _, err := w.service.ListTickets(ctx, w.agent, Filter{})
	require.NoError(t, err)
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-01 13:30:00").UTC(), cards[0].Countdown.DueAt.UTC())
}

// TestInlinePicturesAndRemoteOnes: a letter's own pictures are served by us, others' are left
// out unless asked for.
func TestInlinePictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw, err := os.ReadFile("testdata/mail/synthetic/tnef02-html-inline-cid.eml")
	require.NoError(t, err)
	l := w.receive(raw)
	th := w.thread(w.agent, l.TicketID)
	require.True(t, th.Messages[0].HasHTML)
	safe, err := w.service.MessageHTML(t.Context(), w.agent, th.Messages[0].ID, false, func(id int64) string { return "/files/" + itoa(id) })
	require.NoError(t, err)
	require.Contains(t, safe.HTML, `src="/files/`)
	file, err := w.service.AttachmentFile(t.Context(), w.agent, th.Messages[0].Attachments[1].ID)
	require.NoError(t, err)
	require.Equal(t, "Счёт №1024.pdf", file.Name)
	require.Len(t, file.Data, int(file.Size))
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Добрый день": "ru", "Доброго дня! Ми оплатили рахунок, але доступ і досі закритий. Перевірте": "uk", "Қайырлы күн": "kk", "Hello there": "en", "": "ru", "123": "ru",
	} {
		require.Equal(t, want, languageOf(text), text)
	}
}
