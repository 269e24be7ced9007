package backoffice

import (
	"context"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

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
	booked   billing.Payment // the payment itself, once it was assigned
	refunds  map[billing.PaymentID][]billing.RefundRecord
	where    []invoices.PaidPart
	staff    map[int64]string
	mayAct   bool
	lessons  map[billing.AccountID][]banksync.Lesson
	alike    map[billing.AccountID]int
	asked    []banksync.Question
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
		filter := queueFilter(name, reason)
		filter.Limit = queueLookMax
		if f.queue, err = r.banksync.FindQueue(ctx, filter); err != nil {
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
	ids := f.candidates(ch)
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
	return f, r.learningFacts(ctx, &f, ids)
}

// whereFacts reads where the money of an assigned payment is.
func (r *Room) whereFacts(ctx context.Context, f *paymentFacts) (err error) {
	ids := []billing.PaymentID{f.payment.ID}
	if f.payment.State == billing.PaymentSplit {
		if f.parts, err = r.billing.PartsOf(ctx, f.payment.ID); err != nil {
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
	if f.booked, err = r.billing.FindPayment(ctx, f.payment.ID); err != nil {
		return err
	}
	if f.refunds, err = r.billing.RefundsOf(ctx, append(ids, f.payment.ID)); err != nil {
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
