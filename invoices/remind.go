package invoices

import (
	"context"
	"encoding/json"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices/render"
	"prolong/notify"
)

// Reminded counts what a reminder sweep did.
type Reminded struct {
	Reminders int `json:"reminders"`
	// Late are invoices whose term had ended before we came to remind: nothing is sent for them.
	Late int `json:"late"`
}

const remindBatch = 500

// RemindDue sends every unpaid invoice again whose day of reminding has come; a zero on means
// today. An invoice is reminded once.
func (s *Service) RemindDue(ctx context.Context, on prolong.Date) (Reminded, error) {
	var done Reminded
	for {
		n := 0
		err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			step, seen, err := s.remindBatch(ctx, tx, on)
			n = seen
			done.Reminders, done.Late = done.Reminders+step.Reminders, done.Late+step.Late
			return err
		})
		if err != nil {
			return done, prolong.Wrap("invoices.RemindDue", err)
		}
		if n < remindBatch {
			return done, nil
		}
	}
}

func (s *Service) remindBatch(ctx context.Context, tx postgres.Tx, on prolong.Date) (done Reminded, seen int, err error) {
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return done, 0, err
	}
	// No seller's day is later than that of the easternmost zone; the exact day is checked below.
	latest := on
	if on.IsZero() {
		for _, seller := range c.Sellers {
			if day := seller.Today(tx.Now); day.After(latest) {
				latest = day
			}
		}
	}
	rows, err := tx.Pgx.Query(ctx, `
		SELECT `+invoiceColumns+`, i.snapshot, a.email, a.language, a.legal_form, a.name, p.name
		FROM invoices i JOIN accounts a ON a.id = i.account_id JOIN subscriptions s ON s.id = i.subscription_id JOIN plans p ON p.id = s.plan_id
		WHERE i.remind_on IS NOT NULL AND i.remind_on <= $1 AND i.status = 'open'
		ORDER BY i.remind_on, i.id LIMIT $2 FOR NO KEY UPDATE OF i SKIP LOCKED`, latest, remindBatch)
	if err != nil {
		return done, 0, err
	}
	defer rows.Close()
	var ids []int64
	var messages []notify.Message
	accounts := map[billing.AccountID]billing.Account{}
	for rows.Next() {
		var r invoiceRow
		var service string
		var account billing.Account
		var raw []byte
		if err := rows.Scan(append(r.columns(), &raw, &account.Email, &account.Language, &account.LegalForm, &account.Name, &service)...); err != nil {
			return done, 0, err
		}
		seen++
		i := r.invoice()
		today := on
		if on.IsZero() {
			today = c.Sellers[i.SellerID].Today(tx.Now)
		}
		ids = append(ids, int64(i.ID))
		// After the term the reminder «the term ends in three days» would be wrong.
		if paidThrough := i.Period.From.AddDays(-1); today.After(paidThrough) {
			done.Late++
			continue
		} else {
			var doc render.Document
			if err := json.Unmarshal(raw, &doc); err != nil {
				return done, 0, err
			}
			accounts[i.AccountID] = account
			messages = append(messages, notify.Message{
				Subject: notify.Subject{Kind: "invoice", ID: int64(i.ID)}, AccountID: i.AccountID, SellerID: i.SellerID,
				Payload:     notify.InvoiceReminder{Bill: billOf(doc, i, account, service), PaidThrough: paidThrough, DaysLeft: paidThrough.DaysSince(today)},
				Attachments: []notify.Attachment{{Kind: AttachInvoice, ID: int64(i.ID)}},
			})
		}
	}
	if err := rows.Err(); err != nil {
		return done, 0, err
	}
	if _, err := tx.Pgx.Exec(ctx, `UPDATE invoices SET remind_on = NULL WHERE id = ANY($1)`, ids); err != nil {
		return done, 0, err
	}
	people, err := addresseesOf(ctx, tx, identity.TopicInvoices, latest, accounts)
	if err != nil {
		return done, 0, err
	}
	var letters []notify.Message
	for _, m := range messages {
		if to := people.address(m); len(to) > 0 {
			done.Reminders++
			letters = append(letters, to...)
		}
	}
	_, err = s.notify.Queue(ctx, tx, letters...)
	return done, seen, err
}
