package backoffice

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

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
	Learn   LearnView
	AskTo   string // where the client is asked; empty if that cannot be
	Group   Link   // to the payments that can be accepted together with this; empty if there are none
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
	} else if said := saidInvoices(f, brief.ID); len(said) > 0 {
		ticked = said
	} else if len(ticked) == 0 {
		ticked = oldestCovered(f.open[brief.ID], p.Amount)
	}
	card.Open = openRows(f.open[brief.ID], p.Amount, ticked)
	card.Effect = effectOf(b, f, brief, ticked)
	card.Learn = learnView(t, f.lessons[brief.ID])
	if p.State == billing.PaymentReview && f.mayAct && !card.Other {
		card.AskTo = withParams(paymentHref(p.ID)+"/ask", "queue", f.queueBy)
		if n := f.alike[brief.ID]; n > 1 {
			card.Group = Link{Href: withParams(paymentHref(p.ID)+"/group", "queue", f.queueBy, "account", brief.ID), Text: t.N("office.group.link", n)}
		}
	}
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
