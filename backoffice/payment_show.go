package backoffice

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
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
	Refund   string     // where money of it is paid back; empty if that cannot be
	Refunds  []RefundRow
	History  []HistoryRow
	Parked   string     // until when it is put aside; empty if it is not
	Answer   AnswerView // what the client said who was asked
	ParkTo   string     // where it is put aside; empty if that cannot be
	SplitTo  string     // where it is split between clients
	Note     string     // typed before a refusal
	Problem  string     // why the last attempt was refused
}

// QueuePlace says where in the queue a payment is.
type QueuePlace struct {
	Name, Back         string
	Number, Total      int
	Previous, NextHref string
}

// PastRow says for whom the payer has paid before.
type PastRow struct {
	Text, Href string
	Choose     string // makes the client a candidate
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

func paymentPage(b web.Base, f paymentFacts, ch choice) PaymentPage {
	t, p, d := b.Translator, f.payment, f.decision()
	b.Title = t.T("office.payment.title", "Amount", p.Amount, "Date", p.ValueOn)
	list := queueHref(paymentsPath, f.queueBy)
	switch { // the list in which it stands, not the queue that it has left
	case p.State == billing.PaymentReview:
	case slices.Contains(paymentTabs, p.State):
		list = withParams(paymentsPath, "state", p.State)
	default:
		list = withParams(paymentsPath, "state", "any")
	}
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: list}}
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
		page.SplitTo = queueHref(paymentHref(p.ID)+"/split", f.queueBy)
		page.Answer = answerView(b, f)
		if p.State == billing.PaymentReview && f.mayAct {
			page.ParkTo = withParams(paymentHref(p.ID)+"/park", "queue", f.queueBy)
		}
		if !p.Parked.Until.IsZero() {
			page.Parked = t.T("office.park.until", "Date", p.Parked.Until)
		}
		for i, id := range f.candidates(ch) {
			if brief, ok := f.accounts[id]; ok {
				page.Cards = append(page.Cards, candidateCard(b, f, d, ch, i+1, brief))
			}
		}
		return page
	}
	page.Where = whereOf(f)
	page.Facts = chipsOf(t, d.Facts, nil, p.Amount.Currency())[:min(len(d.Facts), 6)]
	page.Refunds = refundRows(b, f.refunds[p.ID])
	if (p.State == billing.PaymentMatched || p.State == billing.PaymentSplit) && f.mayAct {
		page.UndoHref = paymentHref(p.ID) + "/undo"
		if p.State == billing.PaymentMatched && refundable(f.booked) {
			page.Refund = refundHref(p.ID)
		}
	}
	return page
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

func searchOf(t i18n.Translator, f paymentFacts, ch choice) ClientSearch {
	s := ClientSearch{Text: ch.text, Asked: ch.text != "", Action: paymentHref(f.payment.ID), Queue: f.queueBy}
	for _, a := range f.found {
		s.Found = append(s.Found, FoundClient{Account: a, State: accessBadge(t, a.Access), Href: withParams(paymentHref(f.payment.ID), "queue", f.queueBy, "account", a.ID)})
	}
	return s
}
