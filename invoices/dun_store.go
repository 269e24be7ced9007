package invoices

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices/render"
	"prolong/notify"
)

// DunningOutcome says what became of a step.
type DunningOutcome string

// The outcomes of dunning.
const (
	OutcomeClosed    DunningOutcome = "closed"    // the subscription was closed
	OutcomeEnded     DunningOutcome = "ended"     // the announced last day was over
	OutcomeHeld      DunningOutcome = "held"      // the suspension waits for the bank's statement
	OutcomeSent      DunningOutcome = "sent"      // a letter left
	OutcomeSkipped   DunningOutcome = "skipped"   // its day passed while there was nothing to say or a later letter said more
	OutcomeSuspended DunningOutcome = "suspended" // the service stopped
)

// DunningEvent is what dunning did about a subscription.
type DunningEvent struct {
	AccountID      billing.AccountID
	SubscriptionID billing.SubscriptionID
	// Round is the extension behind the paid term: a debt that comes to life again is another.
	Round     int64
	Step      string
	Outcome   DunningOutcome
	Letter    billing.DunningLetter // "" for what is no letter
	On        prolong.Date
	InvoiceID InvoiceID // 0 for none
}

// read brings what the batch has to know in a constant number of queries.
func (b *dunning) read(ctx context.Context, due []billing.DueDunning) error {
	accounts, subs := make([]billing.AccountID, len(due)), make([]int64, len(due))
	rounds := make([]int64, len(due))
	for i := range due {
		accounts[i], subs[i], rounds[i] = due[i].Account.ID, int64(due[i].Subscription.ID), due[i].Round
	}
	open, err := LockOpen(ctx, b.tx, accounts)
	if err != nil {
		return err
	}
	b.open, b.past = map[billing.SubscriptionID][]*Invoice{}, map[billing.SubscriptionID][]DunningEvent{}
	var ids []int64
	for _, list := range open {
		for _, inv := range list {
			if inv.SubscriptionID != 0 {
				b.open[inv.SubscriptionID] = append(b.open[inv.SubscriptionID], inv)
				ids = append(ids, int64(inv.ID))
			}
		}
	}
	// The oldest debt speaks; when it is paid, the next one's own days count (billing.md case 37).
	for _, list := range b.open {
		slices.SortFunc(list, func(x, y *Invoice) int {
			if by := x.DueOn.Compare(y.DueOn); by != 0 {
				return by
			}
			return int(x.ID - y.ID)
		})
	}
	rows, err := b.tx.Pgx.Query(ctx, `SELECT e.account_id, e.subscription_id, e.round, e.step, e.outcome, e.letter, e.on_day, coalesce(e.invoice_id, 0)
		FROM dunning_events e JOIN unnest($1::bigint[], $2::bigint[]) AS u (id, round) ON e.subscription_id = u.id AND e.round = u.round
		UNION SELECT e.account_id, e.subscription_id, e.round, e.step, e.outcome, e.letter, e.on_day, e.invoice_id
		FROM dunning_events e WHERE e.invoice_id = ANY($3)`, subs, rounds, ids)
	if err != nil {
		return err
	}
	events, err := pgx.CollectRows(rows, scanDunningEvent)
	for _, e := range events {
		b.past[e.SubscriptionID] = append(b.past[e.SubscriptionID], e)
	}
	return err
}

func scanDunningEvent(row pgx.CollectableRow) (e DunningEvent, err error) {
	err = row.Scan((*int64)(&e.AccountID), (*int64)(&e.SubscriptionID), &e.Round, &e.Step, (*string)(&e.Outcome), (*string)(&e.Letter), &e.On, (*int64)(&e.InvoiceID))
	return e, err
}

// happened says whether the step of the present debt is done.
func (b *dunning) happened(d *billing.DueDunning, step string) bool {
	return slices.ContainsFunc(b.past[d.Subscription.ID], func(e DunningEvent) bool { return e.Round == d.Round && e.Step == step+again(d) })
}

// again tells the steps of a debt apart since which the service was opened once more from those
// before.
func again(d *billing.DueDunning) string {
	if on := d.Subscription.ReopenedOn; !on.IsZero() {
		return againAfter + on.String()
	}
	return ""
}

const againAfter = ", again after "

// before returns the plan's own name of a recorded step.
func before(step string) string {
	step, _, _ = strings.Cut(step, againAfter)
	return step
}

// sent says whether the step's letter about the invoice has left in whatever round.
func (b *dunning) sent(inv *Invoice, step billing.DunningStep) bool {
	return slices.ContainsFunc(b.past[inv.SubscriptionID], func(e DunningEvent) bool {
		return e.InvoiceID == inv.ID && before(e.Step) == step.String() && e.Outcome == OutcomeSent
	})
}

// suspendedOn returns from when the present debt's suspension counts; false if there is none.
func (b *dunning) suspendedOn(d *billing.DueDunning) (prolong.Date, bool) {
	for _, e := range b.past[d.Subscription.ID] {
		if e.Round == d.Round && e.Outcome == OutcomeSuspended && e.Step == string(OutcomeSuspended)+again(d) && !b.today[d.Subscription.SellerID].Before(d.Subscription.Suspends(d.Plan)) {
			return e.On, true
		}
	}
	return prolong.Date{}, false
}

func (b *dunning) record(d *billing.DueDunning, e DunningEvent) {
	e.AccountID, e.SubscriptionID, e.Round, e.Step = d.Account.ID, d.Subscription.ID, d.Round, e.Step+again(d)
	b.events = append(b.events, e)
	b.past[e.SubscriptionID] = append(b.past[e.SubscriptionID], e)
}

func (b *dunning) write(ctx context.Context) error {
	if err := b.journal.Write(ctx); err != nil {
		return err
	}
	if err := billing.PlanDunning(ctx, b.tx, b.next); err != nil {
		return err
	}
	unreachable, err := b.send(ctx)
	if err != nil {
		return err
	}
	columns := []string{"account_id", "subscription_id", "round", "step", "outcome", "letter", "on_day", "invoice_id", "created_at"}
	_, err = b.tx.Pgx.CopyFrom(ctx, pgx.Identifier{"dunning_events"}, columns, pgx.CopyFromSlice(len(b.events), func(i int) ([]any, error) {
		e := &b.events[i]
		if e.Outcome == OutcomeSent && unreachable[e.AccountID] {
			e.Outcome = OutcomeSkipped
		}
		return []any{int64(e.AccountID), int64(e.SubscriptionID), e.Round, e.Step, string(e.Outcome), string(e.Letter), e.On, postgres.NullID(e.InvoiceID), b.tx.Now}, nil
	}))
	return err
}

// send words the letters and queues them for everybody who is written to about invoices. It
// returns the accounts in which nobody can be written to.
func (b *dunning) send(ctx context.Context) (unreachable map[billing.AccountID]bool, err error) {
	if len(b.post) == 0 {
		return nil, nil
	}
	papers, err := b.papers(ctx)
	if err != nil {
		return nil, err
	}
	balances := map[billing.AccountID]prolong.Money{}
	accounts := map[billing.AccountID]billing.Account{}
	var ended []int64
	for _, p := range b.post {
		accounts[p.due.Account.ID] = p.due.Account
		if p.invoice == nil {
			ended = append(ended, int64(p.due.Account.ID))
		}
	}
	if len(ended) > 0 {
		if balances, err = billing.BalancesIn(ctx, b.tx, ended); err != nil {
			return nil, err
		}
	}
	people, err := addresseesOf(ctx, b.tx, identity.TopicInvoices, latest(b.today), accounts)
	if err != nil {
		return nil, err
	}
	unreachable = map[billing.AccountID]bool{}
	var letters []notify.Message
	for _, p := range b.post {
		m := notify.Message{AccountID: p.due.Account.ID, SellerID: p.due.Subscription.SellerID, Occasion: p.occasion, Subject: notify.Subject{Kind: "subscription", ID: int64(p.due.Subscription.ID)}}
		var paper render.Document
		if p.invoice != nil {
			m.Subject = notify.Subject{Kind: "invoice", ID: int64(p.invoice.ID)}
			m.Attachments = []notify.Attachment{{Kind: AttachInvoice, ID: int64(p.invoice.ID)}}
			paper = papers[p.invoice.ID]
		}
		m.Payload = p.letter(paper, b.today[p.due.Subscription.SellerID], balances[p.due.Account.ID], b.owed(p.due.Subscription))
		to := people.address(m)
		if unreachable[m.AccountID] = len(to) == 0; len(to) > 0 {
			b.done.Reminders++
			letters = append(letters, to...)
		}
	}
	_, err = b.service.notify.Queue(ctx, b.tx, letters...)
	return unreachable, err
}

// owed returns what stays to be paid for what was used when the subscription is closed.
func (b *dunning) owed(sub *billing.Subscription) prolong.Money {
	sum := prolong.NewMoney(0, sub.Currency)
	for _, inv := range b.open[sub.ID] {
		if sub.Metered || !inv.rests(sub) {
			sum = prolong.NewMoney(sum.Minor()+inv.Residual().Minor(), sub.Currency)
		}
	}
	return sum
}

// papers reads what stands on the invoices that letters are about.
func (b *dunning) papers(ctx context.Context) (map[InvoiceID]render.Document, error) {
	var ids []int64
	for _, p := range b.post {
		if p.invoice != nil {
			ids = append(ids, int64(p.invoice.ID))
		}
	}
	rows, err := b.tx.Pgx.Query(ctx, `SELECT id, snapshot FROM invoices WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	papers := map[InvoiceID]render.Document{}
	var id InvoiceID
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&id), &raw}, func() error {
		var doc render.Document
		err := json.Unmarshal(raw, &doc)
		papers[id] = doc
		return err
	})
	return papers, err
}

// letter words a step.
func (p *dunningPost) letter(paper render.Document, today prolong.Date, balance, owed prolong.Money) notify.Payload {
	account, plan, through := p.due.Account, p.due.Plan, p.due.Subscription.PaidThrough
	if p.step.Letter == billing.LetterClosed {
		return notify.ServiceClosed{AccountName: account.LegalName(), Service: plan.Name, PaidThrough: through, ClosedOn: today, Balance: balance, Owed: owed, Announced: !p.due.Subscription.EndsOn.IsZero()}
	}
	bill := billOf(paper, *p.invoice, account, plan.Name)
	switch p.step.Letter {
	case billing.LetterSuspending:
		return notify.ServiceSuspending{Bill: bill, PaidThrough: through, StopsOn: p.days.Suspension}
	case billing.LetterSuspended:
		return notify.ServiceSuspended{Bill: bill, PaidThrough: through, StoppedOn: p.days.Suspension}
	case billing.LetterClosing:
		return notify.ServiceClosing{Bill: bill, PaidThrough: through, ClosesOn: p.days.Closing}
	case billing.LetterReminder, billing.LetterClosed:
	}
	return notify.InvoiceReminder{Bill: bill, PaidThrough: through, DaysLeft: through.DaysSince(today)}
}

const dunningEventsShownMax = 200

// DunningOf lists what dunning did about an account's subscriptions, the latest first, without
// the steps that were passed over.
func (s *Service) DunningOf(ctx context.Context, account billing.AccountID, limit int) ([]DunningEvent, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT account_id, subscription_id, round, step, outcome, letter, on_day, coalesce(invoice_id, 0) FROM dunning_events
		WHERE account_id = $1 AND outcome <> 'skipped' ORDER BY id DESC LIMIT $2`, int64(account), min(max(limit, 1), dunningEventsShownMax))
	if err != nil {
		return nil, prolong.Wrap("invoices.DunningOf", err)
	}
	list, err := pgx.CollectRows(rows, scanDunningEvent)
	return list, prolong.Wrap("invoices.DunningOf", err)
}
