package invoices

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices/render"
	"prolong/notify"
)

// Taken says what taking a payment back changed, or would change.
type Taken struct {
	// Reopened are the numbers of invoices that are to be paid again.
	Reopened []string `json:"reopened"`
	// Cancelled are the numbers of closing documents that a storno cancelled.
	Cancelled []string `json:"cancelled"`
	// Sent says of Cancelled that at least one had been sent to the client.
	Sent bool `json:"sent"`
	// Shortened are subscriptions with the last paid day before and after.
	Shortened []Shortened `json:"shortened"`
}

// Shortened is a subscription whose paid term goes back.
type Shortened struct {
	Subscription billing.SubscriptionID `json:"subscription"`
	Plan         string                 `json:"plan"`
	Before       prolong.Date           `json:"before"`
	After        prolong.Date           `json:"after"`
}

// activeAllocation is an allocation that was not taken back.
type activeAllocation struct {
	id      int64
	payment billing.Payment
	amount  prolong.Money
	invoice Invoice
}

// TakeBack takes payments off every invoice in the caller's transaction: reversing
// allocations, invoices open again, their closing documents cancelled by storno documents,
// subscriptions shortened to what the other payments bought. Nothing is deleted. The caller
// has locked the payments' accounts, and writes j afterwards; the money is then on the
// accounts' balances. One journal takes back once: the parts of a payment go together.
func (s *Service) TakeBack(ctx context.Context, tx postgres.Tx, j *billing.Journal, actor prolong.Actor, c billing.Catalog, payments ...billing.Payment) (Taken, error) {
	done, err := s.takeBack(ctx, tx, j, actor, c, billing.PaymentIDs(payments))
	return done, prolong.Wrap("invoices.TakeBack", err)
}

// takeBack takes payments off every invoice. All that one journal takes back goes through one
// call, so that each subscription is moved on from where the one before left it.
func (s *Service) takeBack(ctx context.Context, tx postgres.Tx, j *billing.Journal, actor prolong.Actor, c billing.Catalog, payments []int64) (Taken, error) {
	var done Taken
	active, err := activeAllocations(ctx, tx, `l.payment_id = ANY($1)`, payments)
	if err != nil || len(active) == 0 {
		return done, err
	}
	var subIDs []billing.SubscriptionID
	for _, a := range active {
		if a.invoice.SubscriptionID != 0 {
			subIDs = append(subIDs, a.invoice.SubscriptionID)
		}
	}
	subs, err := billing.SubscriptionsForUpdate(ctx, tx, subIDs)
	if err != nil {
		return done, err
	}
	// The latest first: each undo then finds its extension at the end of the trail.
	slices.Reverse(active)
	if err := s.takeOff(ctx, tx, j, actor, c, active, subs, &done); err != nil {
		return done, err
	}
	return done, nil
}

// takeOff reverses allocations in the given order. Kopecks that were given up to complete an
// invoice are owed again with the money that they completed.
func (s *Service) takeOff(ctx context.Context, tx postgres.Tx, j *billing.Journal, actor prolong.Actor, c billing.Catalog, active []activeAllocation,
	subs map[billing.SubscriptionID]*billing.Subscription, done *Taken) error {
	seen := map[int64]bool{}
	var touched []InvoiceID
	for _, a := range active {
		seen[a.id] = true
		touched = append(touched, a.invoice.ID)
	}
	there, err := activeAllocations(ctx, tx, `l.invoice_id = ANY($1)`, postgres.Int64s(touched))
	if err != nil {
		return err
	}
	for _, invoice := range touched {
		for _, g := range there {
			if g.invoice.ID == invoice && g.payment.Channel == billing.ChannelWriteOff && !seen[g.id] {
				seen[g.id] = true
				active = append(active, g)
			}
		}
	}
	ids, err := postgres.NextIDs(ctx, tx, "allocations", len(active))
	if err != nil {
		return err
	}
	for i := range active {
		a := &active[i]
		today := c.Sellers[a.invoice.SellerID].Today(tx.Now)
		if err := s.takeBackOne(ctx, tx, j, actor, c, a.payment, a, ids[i], today, subs[a.invoice.SubscriptionID], done); err != nil {
			return err
		}
		if a.payment.Channel == billing.ChannelWriteOff {
			j.Refund(billing.Refund{Payment: a.payment, Kind: billing.RefundWriteOff, Amount: a.amount, BookedOn: today, Reason: a.invoice.Number})
		}
	}
	return resumeStuck(ctx, tx, j, actor, c, subs)
}

func (s *Service) takeBackOne(ctx context.Context, tx postgres.Tx, j *billing.Journal, actor prolong.Actor, c billing.Catalog, payment billing.Payment, a *activeAllocation, reversal int64, today prolong.Date, sub *billing.Subscription, done *Taken) error {
	inv := &a.invoice
	j.Allocate(payment, inv.AccountID, a.amount.Neg(), today, reversal)
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO allocations (id, account_id, payment_id, invoice_id, amount_minor, reverses_id, actor, created_at)
		OVERRIDING SYSTEM VALUE VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		reversal, int64(inv.AccountID), int64(payment.ID), int64(inv.ID), -a.amount.Minor(), a.id, actor.String(), tx.Now); err != nil {
		return err
	}
	if _, err := tx.Pgx.Exec(ctx, `UPDATE invoices SET paid_minor = paid_minor - $2, status = 'open', paid_on = NULL, close_on = NULL WHERE id = $1 AND status IN ('open', 'paid')`,
		int64(inv.ID), a.amount.Minor()); err != nil {
		return err
	}
	if !slices.Contains(done.Reopened, inv.Number) {
		done.Reopened = append(done.Reopened, inv.Number)
	}
	if sub == nil {
		if err := billing.WithdrawMinutes(ctx, tx, actor, int64(inv.ID)); err != nil {
			return err
		}
	}
	if sub != nil {
		before := sub.PaidThrough
		plan := c.Plans[sub.PlanID]
		// The allocation that completed the invoice carries the extension; it may be another
		// payment's than the one that is taken back.
		completing, err := completingAllocation(ctx, tx, inv.ID)
		if err != nil {
			return err
		}
		for _, id := range completing {
			moved, err := j.Undo(ctx, sub, plan, billing.ExtendedByAllocation, id)
			if err != nil {
				return err
			}
			if moved {
				if err := billing.RevokeBlocked(ctx, tx, actor, int64(inv.ID)); err != nil {
					return err
				}
				done.Shortened = append(done.Shortened, Shortened{Subscription: sub.ID, Plan: plan.Name, Before: before, After: sub.PaidThrough})
			}
		}
		// A credit note may have settled what the payments had left.
		moved, err := j.Undo(ctx, sub, plan, billing.ExtendedByInvoice, int64(inv.ID))
		if err != nil {
			return err
		}
		if moved {
			done.Shortened = append(done.Shortened, Shortened{Subscription: sub.ID, Plan: plan.Name, Before: before, After: sub.PaidThrough})
		}
	}
	return s.cancelDocument(ctx, tx, j, c.Sellers[inv.SellerID], *inv, today, done)
}

// activeAllocations returns the allocations that were not taken back, the oldest first.
func activeAllocations(ctx context.Context, tx postgres.Tx, where string, arg any) ([]activeAllocation, error) {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT l.id, l.amount_minor, l.payment_id, `+invoiceColumns+` FROM allocations l JOIN invoices i ON i.id = l.invoice_id
		WHERE `+where+` AND l.amount_minor > 0 AND NOT EXISTS (SELECT 1 FROM allocations r WHERE r.reverses_id = l.id)
		ORDER BY l.id`, arg)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a activeAllocation, err error) {
		var minor int64
		var r invoiceRow
		err = row.Scan(slices.Concat([]any{&a.id, &minor, (*int64)(&a.payment.ID)}, r.columns())...)
		a.invoice = r.invoice()
		a.amount = prolong.NewMoney(minor, a.invoice.Total.Currency())
		return a, err
	})
	if err != nil {
		return nil, err
	}
	ids := make([]billing.PaymentID, len(list))
	for i, a := range list {
		ids[i] = a.payment.ID
	}
	payments, err := billing.PaymentsIn(ctx, tx, ids)
	for i := range list {
		list[i].payment = payments[list[i].payment.ID]
	}
	return list, err
}

// completingAllocation returns the allocations of an invoice, any of which may have been the
// one that completed it; billing knows which extended.
func completingAllocation(ctx context.Context, tx postgres.Tx, invoice InvoiceID) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id FROM allocations WHERE invoice_id = $1 AND amount_minor > 0 ORDER BY id DESC`, int64(invoice))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// cancelDocument cancels the closing document of an invoice by a storno document with a
// number of its own: an issued document is never changed or removed.
func (s *Service) cancelDocument(ctx context.Context, tx postgres.Tx, j *billing.Journal, seller billing.Seller, inv Invoice, today prolong.Date, done *Taken) error {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT d.id, d.number, d.snapshot, d.total_minor, d.tax_minor, d.kind
		FROM documents d WHERE d.invoice_id = $1 AND d.status = 'issued' AND d.kind IN ('act', 'upd', 'sf') ORDER BY d.id FOR UPDATE`, int64(inv.ID))
	if err != nil {
		return err
	}
	type issued struct {
		ID         int64
		Number     string
		Snapshot   []byte
		Total, Tax int64
		Kind       string
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[issued])
	if err != nil {
		return err
	}
	if len(list) > 0 {
		if err := unbookCredits(ctx, tx, j, inv, today); err != nil {
			return err
		}
	}
	for _, d := range list {
		if err := s.storno(ctx, tx, j, seller, inv, today, d.ID, d.Snapshot, d.Total, d.Tax, d.Kind != string(DocumentSF)); err != nil {
			return err
		}
		sent, err := s.sentDocument(ctx, d.ID)
		if err != nil {
			return err
		}
		done.Cancelled, done.Sent = append(done.Cancelled, d.Number), done.Sent || sent
	}
	return nil
}

// storno cancels a document by another one; posted says that it stands in the ledger.
func (s *Service) storno(ctx context.Context, tx postgres.Tx, j *billing.Journal, seller billing.Seller, inv Invoice, today prolong.Date, document int64, snapshot []byte, total, tax int64, posted bool) error {
	n, err := takeNumbers(ctx, tx, seller.ID, DocumentStorno, today.Year(), 1)
	if err != nil {
		return err
	}
	var doc render.Document
	if err := json.Unmarshal(snapshot, &doc); err != nil {
		return err
	}
	storno := doc.Reversal(documentNumber(today.Year(), n), today)
	frozen, err := json.Marshal(storno)
	if err != nil {
		return err
	}
	if _, err := tx.Pgx.Exec(ctx, `UPDATE documents SET status = 'cancelled' WHERE id = $1`, document); err != nil {
		return err
	}
	ids, err := postgres.NextIDs(ctx, tx, "documents", 1)
	if err != nil {
		return err
	}
	if _, err := tx.Pgx.Exec(ctx, `
		INSERT INTO documents (id, seller_id, account_id, invoice_id, kind, year, running, number, issued_on, period_from, period_to, currency, total_minor, tax_minor, status, snapshot, renderer, created_at)
		OVERRIDING SYSTEM VALUE VALUES ($1,$2,$3,$4,'storno',$5,$6,$7,$8,$9,$10,$11,$12,$13,'issued',$14,$15,$16)`,
		ids[0], int64(seller.ID), int64(inv.AccountID), postgres.NullID(inv.ID), today.Year(), n, storno.Number, today, inv.Period.From, inv.Period.To, string(inv.Total.Currency()),
		total, tax, frozen, render.RendererVersion, tx.Now); err != nil {
		return err
	}
	if !posted { // a счёт-фактура moves no money
		return nil
	}
	cur := inv.Total.Currency()
	j.Close(seller.ID, inv.AccountID, today, prolong.NewMoney(total-tax, cur), prolong.NewMoney(tax, cur), ids[0], true)
	return nil
}

// sentDocument says whether a closing document has left for the client.
func (s *Service) sentDocument(ctx context.Context, id int64) (bool, error) {
	letters, err := s.notify.FindMessages(ctx, notify.MessageFilter{Subject: notify.Subject{Kind: "document", ID: id}})
	for _, l := range letters {
		if l.State == notify.StateSent {
			return true, err
		}
	}
	return false, err
}
