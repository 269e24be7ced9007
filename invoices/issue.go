package invoices

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/notify"
)

// Issued counts what a renewal sweep did.
type Issued struct {
	Invoices int `json:"invoices"`
	// Settled are those that the client's balance paid at once, wholly.
	Settled int `json:"settled"`
	// Unpriced subscriptions are due, but their plan has no price in their currency.
	Unpriced int `json:"unpriced"`
}

const (
	// issueBatch is how many invoices one transaction issues.
	issueBatch = 500
	// issueWriters is how many transactions of a sweep are under way at a time.
	issueWriters = 2
)

// IssueDue draws up the invoice of every subscription whose next period is due by its
// seller's day; a zero on means today. It may run at any time, in any number of processes,
// and be killed anywhere: a period is invoiced once.
func (s *Service) IssueDue(ctx context.Context, actor prolong.Actor, on prolong.Date) (done Issued, err error) {
	for {
		round, err := s.issueRound(ctx, actor, on)
		done.Invoices, done.Settled, done.Unpriced = done.Invoices+round.Invoices, done.Settled+round.Settled, round.Unpriced
		// A period that the balance has paid may leave the next one due: after a long pause, one after the other.
		if err != nil || round.Settled == 0 {
			return done, prolong.Wrap("invoices.IssueDue", err)
		}
	}
}

// issueRound goes through all that is due, once. Each batch begins where the one before it ended,
// and is claimed as soon as that one is: while the database writes one, the next is worded.
func (s *Service) issueRound(ctx context.Context, actor prolong.Actor, on prolong.Date) (done Issued, err error) {
	turn := make(chan billing.RenewalCursor, 1) // where the next batch begins; closed when nothing is left
	turn <- billing.RenewalCursor{}
	var mu sync.Mutex
	writers, ctx := errgroup.WithContext(ctx)
	for range issueWriters {
		writers.Go(func() error {
			for {
				step, more, err := s.issueNext(ctx, actor, on, turn)
				if err != nil || !more {
					return err
				}
				mu.Lock()
				done.Invoices, done.Settled, done.Unpriced = done.Invoices+step.Invoices, done.Settled+step.Settled, done.Unpriced+step.Unpriced
				mu.Unlock()
			}
		})
	}
	err = writers.Wait()
	return done, err
}

// issueNext waits for its turn to claim a batch, hands the turn on and issues the batch. It
// reports whether there was one.
func (s *Service) issueNext(ctx context.Context, actor prolong.Actor, on prolong.Date, turn chan billing.RenewalCursor) (done Issued, more bool, err error) {
	var after billing.RenewalCursor
	select {
	case <-ctx.Done():
		return done, false, ctx.Err()
	case after, more = <-turn:
	}
	if !more {
		return done, false, nil
	}
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		batch, err := s.claimRenewals(ctx, tx, on, after)
		if err != nil {
			return err
		}
		if more = batch.last != after; !more {
			close(turn)
			return nil
		}
		turn <- batch.last
		done, err = s.issueClaimed(ctx, tx, actor, batch)
		return err
	})
	return done, more, err
}

// renewalBatch are due renewals, locked until the transaction ends, and what they are drawn up by.
type renewalBatch struct {
	catalog  billing.Catalog
	today    map[billing.SellerID]prolong.Date
	due      []billing.DueRenewal
	unpriced int
	last     billing.RenewalCursor
}

// claimRenewals locks the next renewals that are due. Its last is after if there is none.
func (s *Service) claimRenewals(ctx context.Context, tx postgres.Tx, on prolong.Date, after billing.RenewalCursor) (b renewalBatch, err error) {
	if b.catalog, err = billing.CatalogIn(ctx, tx); err != nil {
		return b, err
	}
	b.today = map[billing.SellerID]prolong.Date{}
	for id, seller := range b.catalog.Sellers {
		if b.today[id] = on; on.IsZero() {
			b.today[id] = seller.Today(tx.Now)
		}
	}
	if err := billing.StartPlans(ctx, tx, b.catalog, b.today); err != nil {
		return b, err
	}
	var unpriced []billing.Subscription
	if b.due, unpriced, b.last, err = billing.ClaimRenewals(ctx, tx, b.catalog, b.today, after, issueBatch); err != nil {
		return b, err
	}
	b.unpriced = len(unpriced)
	for _, sub := range unpriced {
		s.log.WarnContext(ctx, "subscription has no price for its next period", "subscription", sub.ID, "account", sub.AccountID, "plan", b.catalog.Plans[sub.PlanID].Key, "currency", sub.Currency)
	}
	return b, nil
}

// issueClaimed draws up the invoices of claimed renewals.
func (s *Service) issueClaimed(ctx context.Context, tx postgres.Tx, actor prolong.Actor, b renewalBatch) (done Issued, err error) {
	due, err := s.beyondInvoiced(ctx, tx, b.catalog, b.due)
	if err != nil {
		return done, err
	}
	drafts, err := s.issue(ctx, tx, actor, b.catalog, due, b.today)
	if err != nil {
		return done, err
	}
	done.Invoices, done.Unpriced = len(drafts), b.unpriced
	for i := range drafts {
		if drafts[i].Status == StatusPaid {
			done.Settled++
		}
	}
	return done, nil
}

// issue draws up the invoices of renewals whose accounts and subscriptions are locked, pays
// them from the balances and queues their letters.
func (s *Service) issue(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, due []billing.DueRenewal, today map[billing.SellerID]prolong.Date) ([]draft, error) {
	drafts, err := draftInvoices(ctx, tx, c, due, today)
	if err != nil || len(drafts) == 0 {
		return nil, err
	}
	return drafts, s.bring(ctx, tx, actor, c, drafts, today)
}

// bring writes invoices that are worded, pays them from the balances and queues their letters.
func (s *Service) bring(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, drafts []draft, today map[billing.SellerID]prolong.Date) error {
	if err := insertDrafts(ctx, tx, drafts); err != nil {
		return err
	}
	if err := s.settleFromBalances(ctx, tx, actor, c, drafts, today); err != nil {
		return err
	}
	messages, accounts := make([]notify.Message, len(drafts)), make(map[billing.AccountID]billing.Account, len(drafts))
	for i := range drafts {
		messages[i], accounts[drafts[i].AccountID] = drafts[i].message(), drafts[i].account
	}
	messages, err := addressed(ctx, tx, identity.TopicInvoices, latest(today), accounts, messages)
	if err != nil {
		return err
	}
	_, err = s.notify.Queue(ctx, tx, messages...)
	return err
}

// latest is the furthest of the sellers' days: whoever was let in or put out by then is.
func latest(today map[billing.SellerID]prolong.Date) (day prolong.Date) {
	for _, d := range today {
		if d.After(day) {
			day = d
		}
	}
	return day
}

// coveredMax bounds how many invoices in a row a renewal may find in its way.
const coveredMax = 120

// beyondInvoiced moves renewals whose first day has an invoice already on to the end of that
// invoice: after an undo the days that an invoice bought may lie elsewhere than it says. The
// papers follow each other, and so do the bought days, so that a period is neither asked for
// twice nor given away. An invoice in the way that is still open is the one to be paid: the
// renewal rests until it is.
func (s *Service) beyondInvoiced(ctx context.Context, tx postgres.Tx, c billing.Catalog, due []billing.DueRenewal) ([]billing.DueRenewal, error) {
	resting := map[billing.SubscriptionID]prolong.Date{}
	moved := due
	for range coveredMax {
		taken, err := invoicedFrom(ctx, tx, moved)
		if err != nil {
			return nil, err
		}
		moved = nil
		for i := range due {
			d := &due[i]
			sub := d.Subscription
			inv, has := taken[sub.ID]
			if !has {
				continue
			}
			if inv.Status == StatusOpen {
				// An open invoice holds the renewals whatever days it names.
				resting[sub.ID] = inv.Period.To
				if least := sub.PaidThrough.AddDays(2); inv.Period.To.Before(least) {
					resting[sub.ID] = least
				}
				continue
			}
			sub.InvoicedTo = inv.Period.To
			renewal, err := c.RenewalOf(sub, d.Account)
			if err != nil {
				return nil, err
			}
			*d = renewal
			moved = append(moved, renewal)
		}
		if len(moved) == 0 {
			break
		}
	}
	if len(resting) == 0 {
		return due, nil
	}
	due = slices.DeleteFunc(due, func(d billing.DueRenewal) bool { return !resting[d.Subscription.ID].IsZero() })
	return due, billing.MarkInvoiced(ctx, tx, resting)
}

// invoicedFrom returns the invoices that begin on the first days of renewals.
func invoicedFrom(ctx context.Context, tx postgres.Tx, due []billing.DueRenewal) (map[billing.SubscriptionID]Invoice, error) {
	ids, days := make([]int64, len(due)), make([]prolong.Date, len(due))
	for i := range due {
		ids[i], days[i] = int64(due[i].Subscription.ID), due[i].Period.From
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT i.subscription_id, i.period_from, i.period_to, i.status FROM unnest($1::bigint[], $2::date[]) AS u (id, day)
		JOIN invoices i ON i.subscription_id = u.id AND i.period_from = u.day AND i.status <> 'void' AND i.kind = 'period'`, ids, days)
	if err != nil {
		return nil, err
	}
	taken := map[billing.SubscriptionID]Invoice{}
	var inv Invoice
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&inv.SubscriptionID), &inv.Period.From, &inv.Period.To, (*string)(&inv.Status)}, func() error {
		taken[inv.SubscriptionID] = inv
		return nil
	})
	return taken, err
}
