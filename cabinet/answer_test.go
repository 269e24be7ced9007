package cabinet_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/notify"
)

// asked keeps the letters that would ask clients about payments.
type asked struct{ letters []banksync.AskLetter }

// SendPaymentQuestion implements banksync.AskSender.
func (a *asked) SendPaymentQuestion(_ context.Context, _ postgres.Tx, letter banksync.AskLetter) (int, error) {
	a.letters = append(a.letters, letter)
	return 1, nil
}

// ask brings in a payment that nobody can place, asks the client about it and returns the
// token of the letter.
func (h *house) ask(t *testing.T, client int) (token string) {
	t.Helper()
	ctx, day := t.Context(), moscowDay(h).Time().Format("02.01.2006")
	number := 900 + len(h.asked.letters)
	var b strings.Builder
	fmt.Fprintf(&b, "1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\nДатаНачала=%s\r\nДатаКонца=%s\r\nРасчСчет=40702810938000000001\r\n", day, day)
	fmt.Fprintf(&b, "СекцияДокумент=Платежное поручение\r\nНомер=%d\r\nДата=%s\r\nСумма=%d.00\r\nПлательщикСчет=40702810400000000007\r\nПлательщикИНН=7707083893\r\nПлательщик1=ООО Чужой пример\r\nПолучательСчет=40702810938000000001\r\nДатаПоступило=%s\r\nНазначениеПлатежа=За услуги\r\nКонецДокумента\r\nКонецФайла\r\n",
		number, day, number, day)
	_, err := h.Questions.Import(ctx, systemActor, "command", fmt.Sprintf("%d.txt", number), strings.NewReader(b.String()))
	require.NoError(t, err)
	waiting, err := h.Questions.FindReceived(ctx, banksync.ReviewFilter{State: billing.PaymentReview, Limit: 10})
	require.NoError(t, err)
	for _, p := range waiting {
		if p.DocNo == fmt.Sprint(number) {
			_, err = h.Questions.AskClient(ctx, systemActor, banksync.Ask{PaymentID: p.ID, AccountID: h.accounts[client]})
			require.NoError(t, err)
			return h.asked.letters[len(h.asked.letters)-1].Token
		}
	}
	t.Fatal("the payment is not in review")
	return ""
}

// written returns the newest letter of the outbox.
func (h *house) written(t *testing.T) notify.Sent {
	t.Helper()
	list, err := h.Letters.FindMessages(t.Context(), notify.MessageFilter{Limit: 1})
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

func (h *house) visitor(t *testing.T, method, path string, form url.Values) (int, string) {
	t.Helper()
	rec := (&browser{house: h}).call(t, method, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	return rec.Code, rec.Body.String()
}

// Mail programs follow the links of a letter before anybody reads it: looking answers nothing,
// only the form does, once, and nobody need log in for it.
func TestAnAnswerNeedsTheFormAndNoLogin(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	invoice := h.invoice(t, 0)
	path := "/answer/" + h.ask(t, 0)
	choice := fmt.Sprintf("invoice-%d", invoice.ID)
	question := func() banksync.AskLetter {
		q, err := h.Questions.QuestionOf(t.Context(), strings.TrimPrefix(path, "/answer/"))
		require.NoError(t, err)
		return q
	}
	for range 3 {
		status, body := h.visitor(t, http.MethodGet, path+"?answer="+choice, nil)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, invoice.Number)
		require.Contains(t, body, `value="`+choice+`" checked`)
		require.Contains(t, body, "ООО Чужой пример")
	}
	require.Empty(t, question().Question.Answer)
	status, _ := h.visitor(t, http.MethodHead, path, nil)
	require.NotEqual(t, http.StatusInternalServerError, status)

	foreign := fmt.Sprintf("invoice-%d", h.invoice(t, 1).ID)
	for name, form := range map[string]url.Values{
		"nothing chosen": {}, "no words for something else": {"answer": {"other"}}, "another client's invoice": {"answer": {foreign}}, "no invoice": {"answer": {"invoice-x"}},
	} {
		status, body := h.visitor(t, http.MethodPost, path, form)
		require.Equal(t, http.StatusUnprocessableEntity, status, name)
		require.Contains(t, body, "flash-bad", name)
	}
	require.Empty(t, question().Question.Answer)
	status, body := h.visitor(t, http.MethodPost, path, url.Values{"answer": {choice}, "text": {"Платили за филиал"}})
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "Спасибо")
	q := question().Question
	require.Equal(t, banksync.AnswerInvoices, q.Answer)
	require.Equal(t, "Платили за филиал", q.Text)
	require.Equal(t, prolong.System("letter").String(), q.AnsweredBy)
	require.Equal(t, h.invoice(t, 0).Status, invoice.Status, "an answer pays nothing by itself")

	status, body = h.visitor(t, http.MethodPost, path, url.Values{"answer": {"not_mine"}})
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, body, "больше не нужен")
	status, _ = h.visitor(t, http.MethodGet, "/answer/other", nil)
	require.Equal(t, http.StatusNotFound, status)
}

// RFC 8058: the mail program posts "List-Unsubscribe=One-Click" without cookies or an origin.
func TestOneClickUnsubscribes(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	m := h.written(t)
	token, _, _ := strings.Cut(m.MessageID, "@")
	shut := func() notify.Scope {
		found, err := h.Letters.Suppressions(t.Context(), []string{m.Recipient.Email})
		require.NoError(t, err)
		return found[m.Recipient.Email].Scope
	}
	status, body := h.visitor(t, http.MethodGet, "/unsubscribe/"+token, nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, m.Recipient.Email)
	require.Empty(t, shut(), "looking changes nothing")
	for range 2 {
		status, body = h.visitor(t, http.MethodPost, "/unsubscribe/"+token, url.Values{"List-Unsubscribe": {"One-Click"}})
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, "Готово")
	}
	require.Equal(t, notify.ScopeMarketing, shut())
	status, _ = h.visitor(t, http.MethodPost, "/unsubscribe/other", nil)
	require.Equal(t, http.StatusNotFound, status)
}
