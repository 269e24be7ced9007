package backoffice

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/web"
)

// What the form of a candidate asks for.
const (
	toInvoices = "invoices"
	toBalance  = "balance"
)

// assignPayment gives a payment to one client: to the ticked invoices, the rest to the balance.
func (r *Room) assignPayment(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ch := choice{account: billing.AccountID(form.Int("account", 1, 1<<62)), invoices: invoiceIDs(c.Request.PostForm["invoice"]), ticked: true, note: form.Lines("note", noteRunesMax)}
	if form.Value("to") == toBalance {
		ch.invoices = nil
	}
	if !form.Valid() {
		return r.refusePayment(c, billing.PaymentID(id), ch, form.Err())
	}
	_, err = r.banksync.AssignAndLearn(c.Request.Context(), web.Actor(c), billing.PaymentID(id), banksync.Share{AccountID: ch.account, Invoices: ch.invoices},
		banksync.Teaching{Always: form.Checked("always"), Lift: form.Checked("lift")}, ch.note)
	if err != nil {
		return r.refusePayment(c, billing.PaymentID(id), ch, err)
	}
	return r.afterDecision(c, billing.PaymentID(id), "flash.payment_assigned")
}

// refusePayment shows the page again with the reason, everything typed and ticked kept. What is
// no mistake of the reader fails as any page does.
func (r *Room) refusePayment(c *gin.Context, id billing.PaymentID, ch choice, cause error) error {
	switch prolong.CodeOf(cause) {
	case prolong.CodeInvalid, prolong.CodeConflict:
	case prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeNotFound, prolong.CodeRateLimited, prolong.CodeUnauthorized, prolong.CodeUnavailable:
		return cause
	}
	ch.problem = r.site.Translator(c).Error(cause)
	page, err := r.paymentPage(c, id, ch)
	if err != nil {
		return err
	}
	r.site.Show(c, web.StatusOf(cause), "office/payment", "", page)
	return nil
}

// ignorePayment says of a payment that it is not ours.
func (r *Room) ignorePayment(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ch := choice{note: form.Lines("note", noteRunesMax)}
	if !form.Valid() {
		return r.refusePayment(c, billing.PaymentID(id), ch, form.Err())
	}
	if err := r.banksync.Ignore(c.Request.Context(), web.Actor(c), billing.PaymentID(id), ch.note); err != nil {
		return r.refusePayment(c, billing.PaymentID(id), ch, err)
	}
	return r.afterDecision(c, billing.PaymentID(id), "flash.payment_ignored")
}

// afterDecision leads to the next payment that waits, or to the queue when none does. The
// message names the payment that was decided, with a way back to it.
func (r *Room) afterDecision(c *gin.Context, id billing.PaymentID, message string) error {
	ctx := c.Request.Context()
	done, err := r.banksync.FindReceivedByID(ctx, id)
	if err != nil {
		return err
	}
	t := r.site.Translator(c)
	r.site.SetFlashLink(c, web.ToneGood, message, "flash.payment_link", paymentHref(id), "Amount", t.Money(done.Amount), "Payer", shortPayer(done.Payer.Name), "Account", done.Account)
	queue, reason := queueOf(c)
	filter := queueFilter(queue, reason)
	filter.AfterOn, filter.AfterID, filter.Limit = done.ValueOn, id, 1
	next, err := r.banksync.FindQueue(ctx, filter)
	if err == nil && len(next) == 0 {
		filter.AfterOn, filter.AfterID = prolong.Date{}, 0
		next, err = r.banksync.FindQueue(ctx, filter)
	}
	if err != nil {
		return err
	}
	if len(next) == 0 {
		web.Redirect(c, paymentsPath)
		return nil
	}
	web.Redirect(c, queueHref(paymentHref(next[0].ID), queue))
	return nil
}

// UndoPage is the data of office/payment_undo: what taking a payment back would change.
type UndoPage struct {
	web.Base
	Payment banksync.Received
	Clients string // who has the money now
	Lines   []EffectLine
	Sent    bool // a closing document has left for the client: it cannot be fetched back
	Action  string
	Back    string
	Note    string
	Problem string
}

func (r *Room) showUndo(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	return r.showUndoWith(c, http.StatusOK, billing.PaymentID(id), "", nil)
}

func (r *Room) showUndoWith(c *gin.Context, status int, id billing.PaymentID, note string, problem error) error {
	ctx := c.Request.Context()
	payment, err := r.banksync.FindReceivedByID(ctx, id)
	if err != nil {
		return err
	}
	preview, err := r.banksync.PreviewUndo(ctx, web.Actor(c), id)
	if err != nil {
		return err
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	page := undoPage(base, payment, preview)
	page.Note = note
	if problem != nil {
		page.Problem = base.Error(problem)
	}
	r.site.Show(c, status, "office/payment_undo", "", page)
	return nil
}

func undoPage(b web.Base, payment banksync.Received, preview banksync.Undone) UndoPage {
	t := b.Translator
	b.Title = t.T("office.undo.title")
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: paymentsPath}, {Text: t.T("office.payment.title", "Amount", payment.Amount, "Date", payment.ValueOn), Href: paymentHref(payment.ID)}}
	clients := payment.Account
	if len(preview.Clients) > 0 {
		clients = strings.Join(preview.Clients, ", ")
	}
	page := UndoPage{Base: b, Payment: payment, Clients: clients, Sent: preview.Sent, Action: paymentHref(payment.ID) + "/undo", Back: paymentHref(payment.ID)}
	add := func(icon string, tone web.Tone, text string) {
		page.Lines = append(page.Lines, EffectLine{icon, text, tone})
	}
	add("review", web.ToneInfo, t.T("office.undo.review", "Amount", payment.Amount))
	if len(preview.Clients) > 1 {
		add("users", web.ToneWarn, t.T("office.undo.clients", "Clients", clients))
	}
	if len(preview.Reopened) > 0 {
		add("invoice", web.ToneWarn, t.T("office.undo.reopened", "Numbers", strings.Join(preview.Reopened, ", ")))
	}
	for _, s := range preview.Shortened {
		add("calendar", web.ToneWarn, t.T("office.undo.shortened", "Plan", s.Plan, "Before", s.Before, "After", s.After))
		if s.After.Before(prolong.DateOf(b.Now, b.Zone)) {
			add("alert", web.ToneBad, t.T("office.undo.access_off", "After", s.After))
		}
	}
	if len(preview.Cancelled) > 0 {
		add("document", web.ToneWarn, t.T("office.undo.cancelled", "Numbers", strings.Join(preview.Cancelled, ", ")))
	}
	if preview.Sent {
		add("mail", web.ToneBad, t.T("office.undo.sent"))
	}
	if preview.Aliases > 0 {
		add("users", web.ToneWarn, t.T("office.undo.aliases"))
	}
	if preview.Automatic {
		add("info", web.ToneInfo, t.T("office.undo.automatic"))
	}
	return page
}

// undoPayment takes a payment back into review.
func (r *Room) undoPayment(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	note := form.Required("note", noteRunesMax)
	if !form.Valid() {
		return r.showUndoWith(c, http.StatusUnprocessableEntity, billing.PaymentID(id), form.Value("note"), prolong.NewError(prolong.CodeInvalid, "error.undo_without_reason", nil))
	}
	if _, err := r.banksync.Undo(c.Request.Context(), web.Actor(c), billing.PaymentID(id), note); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.payment_taken_back")
	web.Redirect(c, paymentHref(billing.PaymentID(id)))
	return nil
}
