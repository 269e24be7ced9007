package backoffice

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// Link leads somewhere; empty if there is nowhere to go.
type Link struct{ Text, Href string }

// LearnView says what accepting would teach about the payer, tried on history.
type LearnView struct {
	Offer  bool   // the payer can be remembered
	Lift   bool   // only after what was taught before about him is given up
	Text   string // what history says
	Reason string // why he cannot; empty if nothing is to be learned
}

// AnswerView is what the client said who was asked what the payment is for.
type AnswerView struct {
	Asked  string // whom, and when
	Said   string // empty while no answer came
	Text   string // in his words
	Number int
}

// learningFacts reads what giving the payment to one of the accounts would teach, how many
// payments are alike, and what clients were asked.
func (r *Room) learningFacts(ctx context.Context, f *paymentFacts, ids []billing.AccountID) (err error) {
	if f.asked, err = r.banksync.QuestionsOf(ctx, f.payment.ID); err != nil {
		return err
	}
	f.lessons, f.alike = map[billing.AccountID][]banksync.Lesson{}, map[billing.AccountID]int{}
	for _, id := range ids {
		if f.lessons[id], err = r.banksync.Lessons(ctx, f.payment.ID, id); err != nil {
			return err
		}
		group, err := r.banksync.GroupOf(ctx, f.payment.ID, id)
		if err != nil {
			return err
		}
		f.alike[id] = len(group)
	}
	return nil
}

// candidates lists who may be meant: the reader's choice, the client who has said that it is his,
// and whom matching found.
func (f paymentFacts) candidates(ch choice) []billing.AccountID {
	chosen := ch.account
	if len(f.asked) > 0 && chosen == 0 && (f.asked[0].Answer == banksync.AnswerInvoices || f.asked[0].Answer == banksync.AnswerBalance) {
		chosen = f.asked[0].AccountID
	}
	return candidateIDs(f.decision(), chosen)
}

// saidInvoices are the invoices that the client said the payment is for.
func saidInvoices(f paymentFacts, account billing.AccountID) []invoices.InvoiceID {
	if len(f.asked) == 0 || f.asked[0].AccountID != account {
		return nil
	}
	var ids []invoices.InvoiceID
	for _, inv := range f.open[account] {
		if slices.Contains(f.asked[0].Invoices, inv.ID) {
			ids = append(ids, inv.ID)
		}
	}
	return ids
}

func learnView(t i18n.Translator, lessons []banksync.Lesson) LearnView {
	var best *banksync.Lesson
	view := LearnView{}
	for i := range lessons {
		l := &lessons[i]
		switch {
		case l.Refusal == match.RefusalNone, l.Refusal == banksync.RefusalQuarantined:
			// What needs nothing given up goes first.
			if best == nil || l.Refusal == match.RefusalNone && best.Refusal != match.RefusalNone || l.Refusal == best.Refusal && l.Decides > best.Decides {
				best = l
			}
		case l.Refusal != match.RefusalNeedless && view.Reason == "":
			view.Reason = t.T("office.learn.refusal." + string(l.Refusal))
		}
	}
	if best == nil {
		return view
	}
	view.Offer, view.Lift, view.Reason = true, best.Refusal == banksync.RefusalQuarantined, ""
	view.Text = t.N("office.learn.past", best.Payments)
	if best.Decides > 0 {
		view.Text += " " + t.N("office.learn.decides", best.Decides)
	}
	if best.Confirmations > 0 {
		view.Text += " " + t.N("office.learn.before", best.Confirmations)
	}
	return view
}

func answerView(b web.Base, f paymentFacts) AnswerView {
	if len(f.asked) == 0 {
		return AnswerView{}
	}
	t, q := b.Translator, f.asked[0]
	name := t.T("office.ask.somebody")
	if a, ok := f.accounts[q.AccountID]; ok {
		name = unquoted.Replace(a.LegalName())
	}
	view := AnswerView{Asked: t.T("office.ask.asked", "Account", name, "At", t.DateTime(q.AskedAt, b.Zone)), Text: q.Text}
	if q.Answer != "" {
		view.Said = t.T("office.ask.answer.in_words")
		if q.Answer != banksync.AnswerOther {
			view.Said = t.T("office.ask.answer." + string(q.Answer))
		}
	}
	return view
}

// parkPayment puts a payment aside until a day.
func (r *Room) parkPayment(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ch := choice{note: form.Lines("note", noteRunesMax)}
	if form.Checked("back") {
		if err := r.banksync.UnparkPayment(c.Request.Context(), web.Actor(c), billing.PaymentID(id)); err != nil {
			return err
		}
		web.Redirect(c, paymentHref(billing.PaymentID(id)))
		return nil
	}
	until := form.Date("until")
	if !form.Valid() {
		return r.refusePayment(c, billing.PaymentID(id), ch, form.Err())
	}
	if err := r.banksync.ParkPayment(c.Request.Context(), web.Actor(c), billing.PaymentID(id), until, ch.note); err != nil {
		return r.refusePayment(c, billing.PaymentID(id), ch, err)
	}
	return r.afterDecision(c, billing.PaymentID(id), "flash.payment_parked")
}

// askPayment asks a client what a payment is for.
func (r *Room) askPayment(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ch := choice{account: billing.AccountID(form.Int("account", 1, 1<<62)), note: form.Lines("note", noteRunesMax)}
	if !form.Valid() {
		return r.refusePayment(c, billing.PaymentID(id), ch, form.Err())
	}
	_, err = r.banksync.AskClient(c.Request.Context(), web.Actor(c), banksync.Ask{PaymentID: billing.PaymentID(id), AccountID: ch.account, Note: ch.note})
	if prolong.CodeOf(err) == prolong.CodeUnavailable {
		// No letters are set up: nothing is broken, but nobody can be asked this way.
		err = prolong.NewError(prolong.CodeConflict, "error.ask_unavailable", nil).Because(err)
	}
	if err != nil {
		return r.refusePayment(c, billing.PaymentID(id), ch, err)
	}
	return r.afterDecision(c, billing.PaymentID(id), "flash.payment_asked")
}

// GroupPage is the data of office/payment_group: payments that can be accepted together, each
// with what would become of it.
type GroupPage struct {
	web.Base
	Account billing.AccountBrief
	Rows    []GroupRow
	Action  string
	Back    string
	Problem string
}

// GroupRow is a payment of a group.
type GroupRow struct {
	ID       int64
	Href     string
	Date     prolong.Date
	DocNo    string
	Payer    string
	Purpose  string
	Amount   prolong.Money
	Invoices string // what it pays; empty: the balance
}

func (r *Room) showGroup(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	account := billing.AccountID(idQuery(c, "account"))
	if account == 0 {
		web.Redirect(c, paymentHref(billing.PaymentID(id)))
		return nil
	}
	return r.showGroupWith(c, http.StatusOK, billing.PaymentID(id), account, nil)
}

func (r *Room) showGroupWith(c *gin.Context, status int, id billing.PaymentID, account billing.AccountID, problem error) error {
	ctx := c.Request.Context()
	briefs, err := r.billing.FindAccountBriefs(ctx, []billing.AccountID{account})
	if err != nil {
		return err
	}
	brief, ok := briefs[account]
	if !ok {
		return prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(account)})
	}
	members, err := r.banksync.GroupOf(ctx, id, account)
	if err != nil {
		return err
	}
	open, err := r.invoices.OpenOf(ctx, []billing.AccountID{account})
	if err != nil {
		return err
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	queue, _ := queueOf(c)
	page := groupPage(base, queue, brief, id, members, open[account])
	if problem != nil {
		page.Problem = base.Error(problem)
	}
	r.site.Show(c, status, "office/payment_group", "", page)
	return nil
}

func groupPage(b web.Base, queue string, account billing.AccountBrief, id billing.PaymentID, members []banksync.GroupMember, open []invoices.Invoice) GroupPage {
	t := b.Translator
	b.Title = t.T("office.group.title")
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: queueHref(paymentsPath, queue)}}
	page := GroupPage{Base: b, Account: account, Action: queueHref(paymentHref(id)+"/group", queue), Back: queueHref(paymentHref(id), queue)}
	numbers := map[invoices.InvoiceID]string{}
	for _, inv := range open {
		numbers[inv.ID] = inv.Number
	}
	for _, m := range members {
		row := GroupRow{ID: int64(m.ID), Href: paymentHref(m.ID), Date: m.ValueOn, DocNo: m.DocNo, Payer: shortPayer(m.Payer.Name), Purpose: m.Purpose, Amount: m.Amount}
		for _, id := range m.Share.Invoices {
			if row.Invoices != "" {
				row.Invoices += ", "
			}
			row.Invoices += numbers[id]
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

// acceptGroup gives the ticked payments to the client, each as its own facts say.
func (r *Room) acceptGroup(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	account, note := billing.AccountID(form.Int("account", 1, 1<<62)), form.Lines("note", noteRunesMax)
	ids := []billing.PaymentID{}
	for _, v := range invoiceIDs(c.Request.PostForm["payment"]) {
		ids = append(ids, billing.PaymentID(v))
	}
	if !form.Valid() {
		web.Redirect(c, paymentHref(billing.PaymentID(id)))
		return nil
	}
	done, err := r.banksync.AcceptGroup(c.Request.Context(), web.Actor(c), ids, account, note)
	if err != nil {
		if code := prolong.CodeOf(err); code == prolong.CodeConflict || code == prolong.CodeInvalid {
			return r.showGroupWith(c, web.StatusOf(err), billing.PaymentID(id), account, err)
		}
		return err
	}
	accepted, failed := 0, 0
	for _, d := range done {
		switch {
		case d.Err == nil:
			accepted++
		case prolong.CodeOf(d.Err) == prolong.CodeInternal:
			return d.Err
		default:
			failed++
		}
	}
	r.site.SetFlash(c, web.ToneGood, "flash.payments_accepted", "Accepted", strconv.Itoa(accepted), "Left", strconv.Itoa(failed))
	queue, _ := queueOf(c)
	web.Redirect(c, queueHref(paymentsPath, queue))
	return nil
}

// besidePayments leads to the pages around the review.
func besidePayments(b web.Base) []web.Link {
	return []web.Link{
		{Text: b.T("office.statements.title"), Href: statementsPath},
		{Text: b.T("office.returns.title"), Href: returnsPath},
		{Text: b.T("office.aliases.title"), Href: aliasesPath},
		{Text: b.T("office.incidents.title"), Href: incidentsPath},
	}
}
