package simulation

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/tickets"
)

// topic is something that clients ask about, with what is said to it.
type topic struct {
	tag, subject, question, answer, more, second string
	high                                         bool
}

// topics are the everyday questions of a pass service's clients.
var topics = []topic{
	{tag: "documents", subject: "Нужен акт за прошлый месяц", question: "Добрый день! Не можем найти акт за прошлый месяц. Пришлите, пожалуйста, ещё раз.", answer: "Здравствуйте! Акт лежит в кабинете, в разделе «Документы». На всякий случай отправили его ещё раз на вашу почту.", more: "Спасибо, нашли. А можно получать их сразу на адрес бухгалтера?", second: "Да: в кабинете, в разделе «Люди», добавьте бухгалтера и отметьте «Документы». Следующий акт придёт и ему."},
	{tag: "payment", subject: "Оплатили, но доступ ещё закрыт", question: "Здравствуйте! Вчера оплатили счёт, а в приложении пишет, что доступ закрыт. Платёжное поручение исполнено банком.", answer: "Здравствуйте! Видим платёж, он пришёл без номера счёта. Разнесли его, доступ открыт.", more: "Всё заработало, благодарим. Что писать в назначении, чтобы не повторилось?", second: "Скопируйте назначение из счёта целиком: в нём ваш номер, по нему платёж разносится сам.", high: true},
	{tag: "equipment", subject: "Сканер не читает QR-код", question: "С утра сканер на входе не читает QR-коды с телефонов. С распечатанными всё в порядке. Что делать?", answer: "Добрый день! Скорее всего, на сканере включён режим «только бумага». Отсканируйте настроечный код со второй страницы инструкции.", more: "Отсканировали, теперь читает, но не с первого раза.", second: "Протрите стекло и увеличьте яркость экрана до 70 %. Если не поможет, напишите: заменим сканер.", high: true},
	{tag: "passes", subject: "Как заморозить абонемент", question: "Клиент уезжает на две недели, просит заморозить абонемент. Как это сделать без потери дней?", answer: "Здравствуйте! Карточка клиента, кнопка «Заморозить», укажите обе даты. Дни прибавятся к сроку сами.", more: "А если он вернётся раньше?", second: "Нажмите «Разморозить» в день возвращения: неиспользованные дни заморозки вернутся."},
	{tag: "access", subject: "Добавить сотрудника", question: "Приняли нового администратора. Как дать ему доступ к кабинету, но без счетов?", answer: "Здравствуйте! Раздел «Люди», «Пригласить», роль «Сотрудник»: он увидит обращения и звонки, счета не увидит.", more: "Пригласили, но письмо ему не пришло.", second: "Проверьте адрес: в нём не хватает буквы. Отзовите приглашение и отправьте новое."},
	{tag: "tariff", subject: "Хотим перейти на другой тариф", question: "Клиентов стало больше, хотим тариф побольше. Что будет с оплаченным до конца месяца?", answer: "Добрый день! Остаток дней пересчитаем по новой цене, ничего не пропадёт. Перевести вас сегодня?", more: "Да, переводите с сегодняшнего дня.", second: "Готово. Новый срок виден на главной странице кабинета."},
	{tag: "documents", subject: "Изменились реквизиты", question: "У нас сменился юридический адрес. Как поменять его в договоре и закрывающих документах?", answer: "Здравствуйте! Поменяйте адрес в кабинете, раздел «Компания»: следующие документы выйдут уже с ним.", more: "Поменяли. Старый акт можно переделать?", second: "Выставленный акт остаётся с адресом на свою дату, это правильно для бухгалтерии."},
	{tag: "passes", subject: "Ошибка при продаже абонемента", question: "При продаже абонемента на 12 посещений приложение пишет «Попробуйте позже». На 8 посещений продаёт.", answer: "Здравствуйте! Нашли ошибку, исправление выйдет сегодня вечером. Пока продавайте на 8 и прибавляйте посещения вручную.", more: "После обновления заработало?", second: "Да, обновите приложение до последней версии, продажа на 12 посещений работает.", high: true},
	{tag: "equipment", subject: "Печать чеков", question: "Не печатается чек после оплаты картой. Наличными печатает. Касса на гарантии.", answer: "Добрый день! Включите в настройках кассы «Чек по безналичной оплате». Если пункта нет, пришлите фото экрана.", more: "Пункта нет, касса старая.", second: "Тогда обновите прошивку кассы по инструкции производителя: пункт появится."},
	{tag: "payment", subject: "Сверка расчётов", question: "Просим акт сверки за квартал, готовимся к отчётности.", answer: "Здравствуйте! Подготовили акт сверки, он во вложении следующего письма и в кабинете.", more: "Получили, у нас расхождение на один платёж.", second: "Этот платёж пришёл на третий день следующего месяца, поэтому он в следующем квартале."},
}

// story is the life of one ticket.
type story struct {
	l       *desk
	rng     *rand.Rand
	n       int
	client  *client
	topic   topic
	agent   prolong.Actor
	ticket  int64
	number  int64
	byMail  bool
	goesOn  bool // the client has more to say after the first answer
	late    bool // the first answer comes after what was promised
	thanked bool // the client says himself that it is solved
}

// The habits of those who write, in parts of a hundred.
const (
	mailPercent   = 40
	goesOnPercent = 45
	latePercent   = 12
	thanksPercent = 30
	highPercent   = 50 // of the topics that are pressing
	notePercent   = 25
	filePercent   = 15
	lastDayEvery  = 10 // every tenth question is of the last hours, whatever day it is
)

// planTickets plans when who asks about what.
func (l *desk) planTickets(count int) {
	for n := range count {
		rng := l.w.chance("ticket", strconv.Itoa(n))
		// The last day has questions too, which nobody has answered yet.
		at := l.moment(rng, l.w.cfg.Days+1)
		if n%lastDayEvery == 0 || at.After(l.w.cfg.End) {
			at = l.w.cfg.End.Add(-time.Duration(10+rng.IntN(300)) * time.Minute)
		}
		s := &story{l: l, rng: rng, n: n, topic: topics[rng.IntN(len(topics))], byMail: rng.IntN(100) < mailPercent, goesOn: rng.IntN(100) < goesOnPercent, late: rng.IntN(100) < latePercent, thanked: rng.IntN(100) < thanksPercent}
		s.client, s.agent = l.somebody(rng, at), l.agent(rng)
		l.plan(at, s.begin)
	}
	l.plan(l.moment(l.w.chance("machine"), max(1, l.w.cfg.Days-1)), l.takeNewsletter)
}

// begin files the ticket, in the cabinet or by mail.
func (s *story) begin(ctx context.Context) error {
	if s.byMail {
		return s.write(ctx)
	}
	contact, err := s.l.contact(ctx, s.client)
	if err != nil {
		return err
	}
	n := tickets.NewTicket{AccountID: s.l.key(s.client), Subject: s.topic.subject, Text: s.topic.question, RequestKey: numbered("demo", s.n)}
	if s.topic.high && s.rng.IntN(100) < highPercent {
		n.Priority = tickets.PriorityHigh
	}
	if s.rng.IntN(100) < filePercent {
		n.Files = []tickets.Upload{{Name: "журнал.txt", ContentType: "text/plain; charset=utf-8", Data: []byte("Журнал терминала\nошибка 12: повторите операцию\n")}}
	}
	t, err := s.l.Tickets.FileTicket(ctx, contact, n)
	if err != nil {
		return err
	}
	return s.filed(t)
}

// write sends the question to the mailbox of support, where the product takes it.
func (s *story) write(ctx context.Context) error {
	raw := s.l.letter(s.client, s.l.Address, s.topic.subject, s.topic.question, nil, s.rng)
	id, err := s.l.receive(ctx, raw)
	if err != nil {
		return err
	}
	letters, _, err := s.l.Tickets.ListLetters(ctx, supportActor, tickets.LetterFilter{Limit: 1})
	if err != nil {
		return err
	}
	if len(letters) != 1 || letters[0].ID != id || letters[0].TicketID == 0 {
		return fmt.Errorf("the letter «%s» of %s has become no ticket: %+v", s.topic.subject, s.client.email, letters)
	}
	thread, err := s.l.Tickets.Thread(ctx, supportActor, letters[0].TicketID)
	if err != nil {
		return err
	}
	return s.filed(thread.Ticket)
}

// supportActor is the product's own hand, where it looks for what it has done.
var supportActor = prolong.System("simulation")

// receive hands a letter to the intake and has it read.
func (l *desk) receive(ctx context.Context, raw []byte) (int64, error) {
	id, err := l.Tickets.TakeLetter(ctx, supportActor, l.Mailbox, l.w.product.Clock.Now(), raw)
	if err != nil {
		return 0, err
	}
	l.w.summary.SupportLetters++
	return id, l.w.product.Drain(ctx)
}

// filed plans what staff does about a new ticket.
func (s *story) filed(t tickets.Ticket) error {
	s.ticket, s.number = t.ID, t.Number
	s.l.w.summary.Tickets++
	delay := time.Duration(8+s.rng.IntN(110)) * time.Minute
	if s.late {
		delay = 5*time.Hour + time.Duration(s.rng.IntN(120))*time.Minute
	}
	s.l.plan(s.l.office(t.CreatedAt, delay/2), s.take)
	s.l.plan(s.l.office(t.CreatedAt, delay), s.answer)
	return nil
}

// take lets the agent take the ticket and say what it is about.
func (s *story) take(ctx context.Context) error {
	if err := s.l.Tickets.Assign(ctx, s.agent, s.ticket, s.agent.ID); err != nil {
		return err
	}
	if s.rng.IntN(100) < notePercent {
		if _, err := s.l.Tickets.Note(ctx, s.agent, s.ticket, tickets.Reply{Text: "Проверить в журнале клиента, было ли такое раньше."}); err != nil {
			return err
		}
	}
	return s.l.Tickets.Tag(ctx, s.agent, s.ticket, s.topic.tag)
}

// answer is the first answer of staff.
func (s *story) answer(ctx context.Context) error {
	status := tickets.StatusResolved
	if s.goesOn || s.thanked {
		status = tickets.StatusWaiting
	}
	if _, err := s.l.Tickets.Reply(ctx, s.agent, s.ticket, tickets.Reply{Text: s.topic.answer, Status: status}); err != nil {
		return err
	}
	now := s.l.w.product.Clock.Now()
	switch {
	case s.goesOn && s.byMail: // when the letter has reached him
		s.l.asked[strconv.FormatInt(s.number, 10)] = s
	case s.goesOn:
		s.l.plan(now.Add(time.Duration(20+s.rng.IntN(600))*time.Minute), s.askMore)
	case s.thanked:
		s.l.plan(now.Add(time.Duration(20+s.rng.IntN(600))*time.Minute), s.thank)
	}
	return nil
}

// askMore is the client's second message, in the cabinet.
func (s *story) askMore(ctx context.Context) error {
	contact, err := s.l.contact(ctx, s.client)
	if err != nil {
		return err
	}
	if _, err := s.l.Tickets.Reply(ctx, contact, s.ticket, tickets.Reply{Text: s.topic.more}); err != nil {
		return err
	}
	s.heardMore()
	return nil
}

// answerByMail is the client's second message, by mail: an answer to the letter that he has got.
func (l *desk) answerByMail(ctx context.Context, s *story, got letter) error {
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(got.text), "\n", "\n> ")
	raw := l.letter(s.client, got.replyTo, "Re: "+got.subject, s.topic.more+"\n\n"+quoted, &got, s.rng)
	if _, err := l.receive(ctx, raw); err != nil {
		return err
	}
	s.heardMore()
	return nil
}

// heardMore plans the second answer, which solves it.
func (s *story) heardMore() {
	s.l.plan(s.l.office(s.l.w.product.Clock.Now(), time.Duration(10+s.rng.IntN(150))*time.Minute), func(ctx context.Context) error {
		_, err := s.l.Tickets.Reply(ctx, s.agent, s.ticket, tickets.Reply{Text: s.topic.second, Status: tickets.StatusResolved})
		return err
	})
}

// thank is the client who says himself that his question is solved.
func (s *story) thank(ctx context.Context) error {
	contact, err := s.l.contact(ctx, s.client)
	if err != nil {
		return err
	}
	return s.l.Tickets.SetStatus(ctx, contact, s.ticket, tickets.StatusResolved)
}

// letter writes a letter as a client's mail program does. got is the letter that it answers.
func (l *desk) letter(c *client, to, subject, text string, got *letter, rng *rand.Rand) []byte {
	now := l.w.product.Clock.Now().In(l.w.loc)
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\n", mime.BEncoding.Encode("utf-8", c.legalName()), c.email, to, mime.BEncoding.Encode("utf-8", subject), now.Format(time.RFC1123Z))
	fmt.Fprintf(&b, "Message-ID: <%016x@client.example.test>\r\n", rng.Uint64())
	if got != nil {
		fmt.Fprintf(&b, "In-Reply-To: %[1]s\r\nReferences: %[1]s\r\n", got.id)
	}
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	body := base64.StdEncoding.EncodeToString([]byte(text + "\n"))
	const lineBytes = 76
	for len(body) > lineBytes {
		b.WriteString(body[:lineBytes] + "\r\n")
		body = body[lineBytes:]
	}
	b.WriteString(body + "\r\n")
	return []byte(b.String())
}

// takeNewsletter has a letter come that is nobody's question: it is put aside.
func (l *desk) takeNewsletter(ctx context.Context) error {
	now := l.w.product.Clock.Now().In(l.w.loc)
	raw := fmt.Sprintf("From: news@newsletter.example.test\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <week@newsletter.example.test>\r\nList-Unsubscribe: <https://newsletter.example.test/stop>\r\n"+
		"Precedence: bulk\r\nAuto-Submitted: auto-generated\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		l.Address, mime.BEncoding.Encode("utf-8", "Скидки недели"), now.Format(time.RFC1123Z), "Скидки на канцелярские товары.")
	_, err := l.receive(ctx, []byte(raw))
	return err
}
