package invoices

import (
	"context"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/notify"
)

// papersKeptYears is for how many years after the one in which a service ended its papers are kept:
// in Russia five, counted from the first of January after their last use, which is the return of
// the year after (documents.md section 8); the other countries ask for less.
const papersKeptYears = 6

// papersUntil is the last day on which a client is sure to find the papers of a service that ends
// on a day.
func papersUntil(ends prolong.Date) prolong.Date {
	return prolong.NewDate(ends.Year()+papersKeptYears, time.December, 31)
}

// tellEnding writes to whoever of the company gets invoices that the end of a subscription was
// announced or taken back, once for each decision. Nothing is said of an announcement that changed
// nothing, and of a last day that is over: the letter of the closing follows within the hour.
func (s *Service) tellEnding(ctx context.Context, tx postgres.Tx, c billing.Catalog, sub *billing.Subscription, e Ending, decision int) error {
	seller := c.Sellers[sub.SellerID]
	today := seller.Today(tx.Now)
	if e.EndsOn == e.Before && e.Withdrawn == "" || !e.EndsOn.IsZero() && sub.LastDay().Before(today) {
		return nil
	}
	account, err := billing.LockAccount(ctx, tx, sub.AccountID) // held already
	if err != nil {
		return err
	}
	_, err = s.SendTo(ctx, tx, identity.TopicInvoices, today, account, notify.Message{
		Subject: notify.Subject{Kind: "subscription", ID: int64(sub.ID)}, SellerID: sub.SellerID, Occasion: decision,
		Payload: endingLetter(account, c.Plans[sub.PlanID], sub, e, today),
	})
	return err
}

// endingLetter words the decision about the end of a subscription.
func endingLetter(account billing.Account, plan billing.Plan, sub *billing.Subscription, e Ending, today prolong.Date) notify.Payload {
	if e.EndsOn.IsZero() {
		kept := notify.ServiceKept{AccountName: account.LegalName(), Service: plan.Name, Announced: e.Before}
		if !sub.Metered {
			kept.PaidThrough = sub.PaidThrough
		}
		if e.RenewOn.After(today) {
			kept.RenewOn = e.RenewOn
		}
		return kept
	}
	last := sub.LastDay()
	letter := notify.ServiceEnding{
		AccountName: account.LegalName(), Service: plan.Name, EndsOn: last, PapersUntil: papersUntil(last), Withdrawn: e.Withdrawn, Owed: e.Owed, Balance: e.BalanceAfter,
	}
	if e.Hours.Days() > 0 {
		letter.LastBillOn = e.Hours.To
	}
	letter.MoreBills = !sub.Metered && last.After(sub.InvoicedTo.AddDays(-1))
	return letter
}
