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
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

const (
	candidatesMax   = 3
	clientsFoundMax = 8
	noteRunesMax    = 500
	queueLookMax    = 200
)

// PaymentPage is the data of office/payment: what the bank said, who it may be for, and what a
// person can do with it.
type PaymentPage struct {
	web.Base
	Payment  banksync.Received
	State    web.Badge
	Why      string
	Pieces   []Piece
	Marks    map[string]string // which requisites of the payer were recognised
	Vetoes   []Chip            // what forbade to post by itself
	Past     []PastRow
	Queue    QueuePlace
	Open     bool // it waits for a person, or was taken for not ours: it can be assigned
	CanAct   bool // the reader may decide
	Cards    []CandidateCard
	Search   ClientSearch
	Where    []WhereRow // where the money is, once assigned
	Facts    []Chip     // of an assigned payment: why it went there
	UndoHref string     // empty if there is nothing to undo
	History  []HistoryRow
	Note     string // typed before a refusal
	Problem  string // why the last attempt was refused
}

// QueuePlace says where in the queue a payment is.
type QueuePlace struct {
	Name, Back         string
	Number, Total      int
	Previous, NextHref string
}

// CandidateCard is an account that the payment may be for.
type CandidateCard struct {
	Number  int // the key that chooses it
	Account billing.AccountBrief
	State   web.Badge
	Href    string
	Chips   []Chip
	Open    []OpenRow
	Effect  EffectView
	Action  string
	Preview string // the address that works out the effect of another choice
	Chosen  bool   // by the reader, not by matching
	CanAct  bool   // the reader may decide
	Other   bool   // of another seller: cannot be assigned
}

// OpenRow is an open invoice that can be ticked.
type OpenRow struct {
	ID             int64
	Number         string
	Period         prolong.Period
	DueOn          prolong.Date
	Residual       prolong.Money
	Checked, Match bool // Match: the residual is the sum of the payment
	Currency       bool // another currency than the payment's: cannot be ticked
}

// EffectView says in words what a choice would do.
type EffectView struct {
	ID    int64 // of the account
	Lines []EffectLine
}

// EffectLine is one consequence.
type EffectLine struct {
	Icon string
	Text string
	Tone web.Tone
}

// WhereRow is a share of the money of an assigned payment.
type WhereRow struct {
	Account, AccountHref string
	Invoice, InvoiceHref string // empty: on the balance
	Amount               prolong.Money
}

// PastRow says for whom the payer has paid before.
type PastRow struct {
	Text, Href string
	Choose     string // makes the client a candidate
}

// HistoryRow is a decision about the payment.
type HistoryRow struct {
	At    string
	Text  string
	By    string
	Note  string
	Tone  web.Tone
	Stamp string
}

// ClientSearch is the search for another client.
type ClientSearch struct {
	Text   string
	Asked  bool
	Action string
	Queue  string
	Found  []FoundClient
}

// FoundClient is a client in a short list.
type FoundClient struct {
	Account billing.AccountBrief
	State   web.Badge
	Href    string
}

func (r *Room) showPayment(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	page, err := r.paymentPage(c, billing.PaymentID(id), choiceOf(c))
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/payment", "", page)
	return nil
}

// choice is what the reader has chosen on the page and not yet done.
type choice struct {
	account  billing.AccountID
	invoices []invoices.InvoiceID
	ticked   bool // the invoices were chosen by hand
	note     string
	text     string // of the search
	problem  string
}

func choiceOf(c *gin.Context) choice {
	query := c.Request.URL.Query()
	ch := choice{account: billing.AccountID(idQuery(c, "account")), ticked: query.Has("ticked"), text: web.ReadQuery(c).Text("q", 100), note: web.ReadQuery(c).Lines("note", noteRunesMax)}
	ch.invoices = invoiceIDs(query["invoice"])
	return ch
}

func invoiceIDs(values []string) []invoices.InvoiceID {
	var ids []invoices.InvoiceID
	for _, v := range values {
		if id, err := strconv.ParseInt(v, 10, 64); err == nil && !slices.Contains(ids, invoices.InvoiceID(id)) {
			ids = append(ids, invoices.InvoiceID(id))
		}
	}
	return ids
}

func (r *Room) paymentPage(c *gin.Context, id billing.PaymentID, ch choice) (PaymentPage, error) {
	ctx := c.Request.Context()
	base, err := r.base(c, "")
	if err != nil {
		return PaymentPage{}, err
	}
	facts, err := r.paymentFacts(ctx, c, id, ch)
	if err != nil {
		return PaymentPage{}, err
	}
	facts.mayAct = may(c, identity.RightOfficePaymentsReview)
	return paymentPage(base, facts, ch), nil
}

// paymentFacts is what the page of a payment is made of.
type paymentFacts struct {
	payment  banksync.Received
	history  []banksync.DecisionRecord
	past     []banksync.PayerPast
	queue    []banksync.Received
	queueBy  string
	accounts map[billing.AccountID]billing.AccountBrief
	open     map[billing.AccountID][]invoices.Invoice
	subs     map[billing.AccountID][]billing.Subscription
	catalog  billing.Catalog
	found    []billing.AccountBrief
	parts    []billing.Payment
	where    []invoices.PaidPart
	staff    map[int64]string
	mayAct   bool
}

func (r *Room) paymentFacts(ctx context.Context, c *gin.Context, id billing.PaymentID, ch choice) (f paymentFacts, err error) {
	if f.payment, err = r.banksync.FindReceivedByID(ctx, id); err != nil {
		return f, err
	}
	if f.history, err = r.banksync.DecisionsOf(ctx, id); err != nil {
		return f, err
	}
	if f.past, err = r.banksync.PastOf(ctx, f.payment); err != nil {
		return f, err
	}
	if f.catalog, err = r.billing.Catalog(ctx); err != nil {
		return f, err
	}
	if f.staff, err = r.staffNames(ctx); err != nil {
		return f, err
	}
	if f.payment.State == billing.PaymentReview {
		name, reason := queueOf(c)
		f.queueBy = name
		if f.queue, err = r.banksync.FindQueue(ctx, banksync.QueueFilter{Reason: reason, Limit: queueLookMax}); err != nil {
			return f, err
		}
	}
	if !assignable(f.payment.State) {
		return f, r.whereFacts(ctx, &f)
	}
	if ch.text != "" {
		if f.found, err = r.billing.FindAccounts(ctx, billing.AccountFilter{Text: ch.text, Limit: clientsFoundMax}); err != nil {
			return f, err
		}
	}
	ids := candidateIDs(f.decision(), ch.account)
	if f.accounts, err = r.billing.FindAccountBriefs(ctx, ids); err != nil {
		return f, err
	}
	if f.open, err = r.invoices.OpenOf(ctx, ids); err != nil {
		return f, err
	}
	f.subs = map[billing.AccountID][]billing.Subscription{}
	for _, id := range ids {
		if f.subs[id], err = r.billing.SubscriptionsOf(ctx, id); err != nil {
			return f, err
		}
	}
	return f, nil
}

// whereFacts reads where the money of an assigned payment is.
func (r *Room) whereFacts(ctx context.Context, f *paymentFacts) (err error) {
	ids := []billing.PaymentID{f.payment.ID}
	if f.payment.State == billing.PaymentSplit {
		if f.parts, err = r.banksync.PartsOf(ctx, f.payment.ID); err != nil {
			return err
		}
		ids = nil
		for _, p := range f.parts {
			ids = append(ids, p.ID)
		}
	}
	if f.where, err = r.invoices.PaidBy(ctx, ids); err != nil {
		return err
	}
	accounts := []billing.AccountID{}
	if f.payment.AccountID != 0 {
		accounts = append(accounts, f.payment.AccountID)
	}
	for _, p := range f.parts {
		accounts = append(accounts, p.AccountID)
	}
	f.accounts, err = r.billing.FindAccountBriefs(ctx, accounts)
	return err
}

// staffNames maps people of the vendor to their names, for histories.
func (r *Room) staffNames(ctx context.Context) (map[int64]string, error) {
	staff, err := r.identity.FindStaff(ctx)
	return namesOf(staff), err
}

func assignable(s billing.PaymentState) bool {
	return s == billing.PaymentReview || s == billing.PaymentIgnored
}

// decision is what matching said last; what people decided since has no facts of its own.
func (f paymentFacts) decision() match.Decision {
	for i := len(f.history) - 1; i >= 0; i-- {
		if !f.history[i].Manual() {
			return f.history[i].Decision
		}
	}
	return f.payment.Decision
}

// candidateIDs lists who may be meant, the reader's own choice first.
func candidateIDs(d match.Decision, chosen billing.AccountID) []billing.AccountID {
	var ids []billing.AccountID
	if chosen != 0 {
		ids = append(ids, chosen)
	}
	for _, part := range d.Parts {
		if id := billing.AccountID(part.AccountID); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, c := range d.Candidates {
		if id := billing.AccountID(c.AccountID); !slices.Contains(ids, id) && len(ids) < candidatesMax {
			ids = append(ids, id)
		}
	}
	return ids[:min(len(ids), candidatesMax)]
}

func paymentPage(b web.Base, f paymentFacts, ch choice) PaymentPage {
	t, p, d := b.Translator, f.payment, f.decision()
	b.Title = t.T("office.payment.title", "Amount", p.Amount, "Date", p.ValueOn)
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: queueHref(paymentsPath, f.queueBy)}}
	page := PaymentPage{
		Base: b, Payment: p, State: paymentBadge(t, p.State), Why: paymentWhy(t, p), Pieces: piecesOf(t, p, d), Marks: payerMarks(d),
		Open: assignable(p.State), CanAct: f.mayAct, Queue: queuePlace(f, p), History: historyOf(b, f), Note: ch.note, Problem: ch.problem,
	}
	for _, v := range d.Vetoes {
		page.Vetoes = append(page.Vetoes, Chip{Tone: web.ToneBad, Sign: t.T("office.fact.conflicts"), Text: factText(t, v, p.Amount.Currency())})
	}
	for _, past := range f.past {
		page.Past = append(page.Past, PastRow{Text: t.N("office.payment.past", past.Count, "Account", unquoted.Replace(past.Account), "Last", past.LastOn), Href: clientHref(past.AccountID),
			Choose: withParams(paymentHref(p.ID), "queue", f.queueBy, "account", past.AccountID)})
	}
	if page.Open {
		page.Search = searchOf(t, f, ch)
		for i, id := range candidateIDs(d, ch.account) {
			if brief, ok := f.accounts[id]; ok {
				page.Cards = append(page.Cards, candidateCard(b, f, d, ch, i+1, brief))
			}
		}
		return page
	}
	page.Where = whereOf(f)
	page.Facts = chipsOf(t, d.Facts, nil, p.Amount.Currency())[:min(len(d.Facts), 6)]
	if p.State == billing.PaymentMatched && f.mayAct {
		page.UndoHref = paymentHref(p.ID) + "/undo"
	}
	return page
}

func candidateCard(b web.Base, f paymentFacts, d match.Decision, ch choice, number int, brief billing.AccountBrief) CandidateCard {
	t, p := b.Translator, f.payment
	card := CandidateCard{
		Number: number, Account: brief, State: accessBadge(t, brief.Access), Href: clientHref(brief.ID), CanAct: f.mayAct, Chosen: ch.account == brief.ID,
		Action: withParams(paymentHref(p.ID)+"/assign", "queue", f.queueBy), Preview: paymentHref(p.ID) + "/effect", Other: brief.SellerID != p.SellerID,
	}
	facts, proposed := candidateFacts(d, brief.ID)
	card.Chips = chipsOf(t, facts, nil, p.Amount.Currency())
	ticked := proposed
	if ch.ticked && ch.account == brief.ID {
		ticked = ch.invoices
	} else if len(ticked) == 0 {
		ticked = oldestCovered(f.open[brief.ID], p.Amount)
	}
	card.Open = openRows(f.open[brief.ID], p.Amount, ticked)
	card.Effect = effectOf(b, f, brief, ticked)
	return card
}

// candidateFacts returns what matching said about an account and which invoices it would have
// chosen.
func candidateFacts(d match.Decision, id billing.AccountID) (facts []match.Fact, proposed []invoices.InvoiceID) {
	for _, c := range d.Candidates {
		if billing.AccountID(c.AccountID) == id {
			facts = c.Facts
			for _, a := range c.Allocations {
				if a.InvoiceID != 0 {
					proposed = append(proposed, invoices.InvoiceID(a.InvoiceID))
				}
			}
		}
	}
	if len(facts) == 0 && billing.AccountID(d.AccountID) == id {
		facts = d.Facts
	}
	return facts, proposed
}

// oldestCovered ticks the invoices that the money covers, the earliest period first.
func oldestCovered(open []invoices.Invoice, amount prolong.Money) []invoices.InvoiceID {
	rest := amount.Minor()
	var ids []invoices.InvoiceID
	for _, inv := range open {
		if inv.Total.Currency() == amount.Currency() && inv.Residual().Minor() <= rest {
			ids = append(ids, inv.ID)
			rest -= inv.Residual().Minor()
		}
	}
	return ids
}

func openRows(open []invoices.Invoice, amount prolong.Money, ticked []invoices.InvoiceID) []OpenRow {
	rows := make([]OpenRow, len(open))
	for i, inv := range open {
		same := inv.Total.Currency() == amount.Currency()
		rows[i] = OpenRow{ID: int64(inv.ID), Number: inv.Number, Period: inv.Period, DueOn: inv.DueOn, Residual: inv.Residual(),
			Checked: same && slices.Contains(ticked, inv.ID), Match: same && inv.Residual().Minor() == amount.Minor(), Currency: !same}
	}
	return rows
}

// effectOf works out what giving the payment to the account does, and says it.
func effectOf(b web.Base, f paymentFacts, brief billing.AccountBrief, ticked []invoices.InvoiceID) EffectView {
	var chosen []invoices.Invoice
	for _, inv := range f.open[brief.ID] {
		if slices.Contains(ticked, inv.ID) {
			chosen = append(chosen, inv)
		}
	}
	forecast := invoices.Foresee(f.catalog, f.subs[brief.ID], chosen, f.payment.Amount, f.payment.ValueOn)
	view := EffectView{ID: int64(brief.ID)}
	t := b.Translator
	for _, inv := range forecast.Paid {
		view.Lines = append(view.Lines, EffectLine{"check", t.T("office.effect.paid", "Number", inv.Number), web.ToneGood})
	}
	for _, inv := range forecast.Partial {
		view.Lines = append(view.Lines, EffectLine{"alert", t.T("office.effect.partial", "Number", inv.Number), web.ToneWarn})
	}
	for _, e := range forecast.Extended {
		view.Lines = append(view.Lines, EffectLine{"calendar", t.T("office.effect.extended", "Plan", e.Plan, "Before", e.Before, "After", e.After), web.ToneGood})
		terms := billing.AccessTerms{PaidThrough: e.After, GraceDays: graceOf(f, brief.ID, e.Subscription), Location: brief.Location}
		if was, becomes := brief.Access, terms.At(b.Now); !was.Active() && becomes.Active() {
			view.Lines = append(view.Lines, EffectLine{"refresh", t.T("office.effect.access_on"), web.ToneGood})
		}
	}
	if !forecast.Balance.IsZero() {
		tone := web.ToneNeutral
		if len(forecast.Paid) > 0 || len(f.open[brief.ID]) > 0 {
			tone = web.ToneInfo
		}
		view.Lines = append(view.Lines, EffectLine{"payment", t.T("office.effect.balance", "Amount", forecast.Balance), tone})
	}
	if len(forecast.Extended) == 0 {
		view.Lines = append(view.Lines, EffectLine{"info", t.T("office.effect.nothing"), web.ToneNeutral})
	}
	return view
}

func graceOf(f paymentFacts, account billing.AccountID, id billing.SubscriptionID) int {
	for _, s := range f.subs[account] {
		if s.ID == id {
			return f.catalog.Plans[s.PlanID].GraceDays
		}
	}
	return 0
}

// EffectPart is the data of the block "effect" of office/payment.
type EffectPart struct {
	web.Base
	Effect EffectView
}

// showEffect answers with what another choice of invoices would do; the page asks for it while
// invoices are ticked. Without scripts the page is shown anew with the choice.
func (r *Room) showEffect(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if !web.IsFragment(c) {
		web.Redirect(c, paymentHref(billing.PaymentID(id))+"?"+c.Request.URL.RawQuery)
		return nil
	}
	ch := choiceOf(c)
	page, err := r.paymentPage(c, billing.PaymentID(id), ch)
	if err != nil {
		return err
	}
	for _, card := range page.Cards {
		if card.Chosen {
			r.site.Show(c, http.StatusOK, "office/payment", "effect-part", EffectPart{Base: page.Base, Effect: card.Effect})
			return nil
		}
	}
	return prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(ch.account)})
}

func queuePlace(f paymentFacts, p banksync.Received) QueuePlace {
	place := QueuePlace{Name: f.queueBy, Back: queueHref(paymentsPath, f.queueBy), Total: len(f.queue)}
	for i, q := range f.queue {
		if q.ID != p.ID {
			continue
		}
		place.Number = i + 1
		if i > 0 {
			place.Previous = queueHref(paymentHref(f.queue[i-1].ID), f.queueBy)
		}
		if i+1 < len(f.queue) {
			place.NextHref = queueHref(paymentHref(f.queue[i+1].ID), f.queueBy)
		}
	}
	return place
}

func whereOf(f paymentFacts) []WhereRow {
	name := func(id billing.AccountID) string { return f.accounts[id].LegalName() }
	type share struct {
		id      billing.PaymentID
		account billing.AccountID
		amount  prolong.Money
	}
	shares := []share{}
	if f.payment.State == billing.PaymentMatched {
		shares = append(shares, share{f.payment.ID, f.payment.AccountID, f.payment.Amount})
	}
	for _, p := range f.parts {
		shares = append(shares, share{p.ID, p.AccountID, p.Amount})
	}
	var rows []WhereRow
	for _, s := range shares {
		rest := s.amount.Minor()
		for _, w := range f.where {
			if w.PaymentID == s.id {
				rows = append(rows, WhereRow{Account: name(s.account), AccountHref: clientHref(s.account), Invoice: w.Number, InvoiceHref: invoiceHref(w.InvoiceID), Amount: w.Amount})
				rest -= w.Amount.Minor()
			}
		}
		if rest != 0 {
			rows = append(rows, WhereRow{Account: name(s.account), AccountHref: clientHref(s.account), Amount: prolong.NewMoney(rest, s.amount.Currency())})
		}
	}
	return rows
}

func historyOf(b web.Base, f paymentFacts) []HistoryRow {
	t := b.Translator
	var rows []HistoryRow
	for i := len(f.history) - 1; i >= 0; i-- {
		d := f.history[i]
		row := HistoryRow{At: t.DateTime(d.At, b.Zone), Stamp: d.At.UTC().Format("2006-01-02T15:04:05Z"), By: actorName(t, d.By, f.staff), Note: d.Note}
		row.Text, row.Tone = decisionText(t, d)
		rows = append(rows, row)
	}
	return rows
}

// decisionText says what was decided: posted to which invoices, by which rule, or not.
func decisionText(t i18n.Translator, d banksync.DecisionRecord) (text string, tone web.Tone) {
	tone = web.ToneGood
	switch {
	case d.Class == match.ClassReview && d.Manual():
		text, tone = t.T("office.history.taken_back"), web.ToneWarn
	case d.Class == match.ClassReview:
		text, tone = t.T("office.history.review", "Reason", reasonName(t, d.Reason)), web.ToneWarn
	case d.Class == match.ClassNotOurs:
		text, tone = t.T("office.history.not_ours"), web.ToneNeutral
	case d.Manual():
		text = t.T("office.history.assigned")
	default:
		text = t.T("office.history.posted", "Rule", ruleName(t, d.Rule))
	}
	if numbers := numbersOf(d.Allocations); numbers != "" {
		text += ": " + numbers
	}
	return text, tone
}

func searchOf(t i18n.Translator, f paymentFacts, ch choice) ClientSearch {
	s := ClientSearch{Text: ch.text, Asked: ch.text != "", Action: paymentHref(f.payment.ID), Queue: f.queueBy}
	for _, a := range f.found {
		s.Found = append(s.Found, FoundClient{Account: a, State: accessBadge(t, a.Access), Href: withParams(paymentHref(f.payment.ID), "queue", f.queueBy, "account", a.ID)})
	}
	return s
}
