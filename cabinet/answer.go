package cabinet

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/internal/web"
	"prolong/invoices"
)

// AnswerPath is the page on which a client says what a payment was for; whoever has the token of
// the letter may.
func AnswerPath(token string) string { return "/answer/" + token }

const answerTextRunesMax = 500

// answerInvoice begins the choice of an invoice: "invoice-41".
const answerInvoice = "invoice-"

// AnswerPage is the data of cabinet/answer.
type AnswerPage struct {
	web.Base
	Action  string
	Company string
	Facts   []Requisite
	Note    string
	Choices []Choice
	Text    string
	Problem string
	Done    bool // answered just now
	Closed  bool // cannot be answered any more
}

// showQuestion shows the question, with the choice of the letter's link. It changes nothing:
// programs that look into mails follow links.
func (r *Room) showQuestion(c *gin.Context) error {
	letter, err := r.questions.QuestionOf(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	r.showAnswer(c, http.StatusOK, answerPage(r.site.Base(c, ""), letter, c.Param("token"), c.Query("answer"), ""))
	return nil
}

// showAnswer keeps the token out of other sites' logs and out of caches.
func (r *Room) showAnswer(c *gin.Context, status int, page AnswerPage) {
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("Cache-Control", "private, no-store")
	r.site.Show(c, status, "cabinet/answer", "", page)
}

func answerPage(b web.Base, letter banksync.AskLetter, token, chosen, text string) AnswerPage {
	t, p := b.Translator, letter.Payment
	b.Title, b.Path = t.T("cabinet.answer.question"), AnswerPath(token)
	page := AnswerPage{Base: b, Action: AnswerPath(token), Company: letter.Account.LegalName(), Note: letter.Question.Note, Text: text, Closed: letter.Closed}
	for _, fact := range [][2]string{
		{"mail.label.amount", t.Money(p.Amount)}, {"mail.label.received_on", t.Date(p.ValueOn)}, {"mail.label.payer", p.Payer.Name}, {"mail.label.payment_purpose_short", p.Purpose},
	} {
		if fact[1] != "" {
			page.Facts = append(page.Facts, Requisite{Label: t.T(fact[0]), Value: fact[1]})
		}
	}
	for _, inv := range letter.Open {
		page.Choices = append(page.Choices, Choice{Value: answerInvoice + strconv.FormatInt(int64(inv.ID), 10), Label: t.T("cabinet.answer.invoice", "Number", inv.Number, "Amount", inv.Residual()), Hint: t.Period(inv.Period)})
	}
	page.Choices = append(page.Choices,
		Choice{Value: string(banksync.AnswerBalance), Label: t.T("cabinet.answer.balance"), Hint: t.T("cabinet.answer.balance_hint")},
		Choice{Value: string(banksync.AnswerNotMine), Label: t.T("cabinet.answer.not_mine")},
		Choice{Value: string(banksync.AnswerOther), Label: t.T("cabinet.answer.other"), Hint: t.T("cabinet.answer.other_hint")})
	for i := range page.Choices {
		page.Choices[i].Chosen = page.Choices[i].Value == chosen
	}
	return page
}

// answerQuestion takes the answer. A person of the vendor decides by it: whoever has the letter
// is not proved to be the payer.
func (r *Room) answerQuestion(c *gin.Context) error {
	ctx, token := c.Request.Context(), c.Param("token")
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	choice, text := form.Value("answer"), form.Lines("text", answerTextRunesMax)
	answer := banksync.Answer{Kind: banksync.AnswerKind(choice), Text: text}
	if id, ok := strings.CutPrefix(choice, answerInvoice); ok {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			n = 0 // no invoice has it, so the answer is refused
		}
		answer.Kind, answer.Invoices = banksync.AnswerInvoices, []invoices.InvoiceID{invoices.InvoiceID(n)}
	}
	actor := prolong.System("letter")
	if v, ok := visitOf(c); ok {
		actor = v.session.Actor
	}
	_, problem := r.questions.AnswerOf(ctx, actor, token, answer)
	code := prolong.CodeOf(problem)
	if code != "" && code != prolong.CodeInvalid && code != prolong.CodeConflict {
		return problem
	}
	letter, err := r.questions.QuestionOf(ctx, token)
	if err != nil {
		return err
	}
	page := answerPage(r.site.Base(c, ""), letter, token, choice, text)
	status := http.StatusOK
	switch code {
	case "":
		page.Done = true
	case prolong.CodeInvalid:
		status, page.Problem = web.StatusOf(problem), page.Error(problem)
	default:
		status = web.StatusOf(problem)
	}
	r.showAnswer(c, status, page)
	return nil
}
