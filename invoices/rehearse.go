package invoices

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/workdays"
)

// Rehearsal asks what the coming days would bring.
type Rehearsal struct {
	// Until is the last day; at most a year ahead.
	Until prolong.Date
	// AllPay lets every client pay each invoice in full on its last day; otherwise nobody pays.
	AllPay bool
	// Sellers and Plans are settings to try, as `prolong apply` would bring them in today.
	Sellers []billing.SellerSpec
	Plans   []billing.PlanSpec
	// Calendars are working days to try.
	Calendars []workdays.Day
}

// RehearsedKind says what would happen.
type RehearsedKind string

// What can happen in a rehearsal.
const (
	RehearsedInvoice  RehearsedKind = "invoiced"
	RehearsedReminder RehearsedKind = "reminded"  // a letter of the dunning schedule leaves
	RehearsedGrace    RehearsedKind = "grace"     // the paid term is over, the service goes on
	RehearsedSuspend  RehearsedKind = "suspended" // the service stops
	RehearsedClosed   RehearsedKind = "closed"    // the subscription is closed
)

// Rehearsed is one thing that would happen to one account.
type Rehearsed struct {
	On         prolong.Date
	Kind       RehearsedKind
	AccountID  billing.AccountID
	ExternalID string
	Account    string // its legal name
	// Step names the letter of a reminder and its day: "reminder 3 days before end".
	Step string
	// Invoice is its number, Period what it is for; both empty for grace and suspension. The
	// number is the one it would get if nothing else happened before.
	Invoice string
	Period  prolong.Period
	// Amount is what is to be paid: of the invoice, or of all open ones of the subscription.
	Amount prolong.Money
}

const rehearsalDaysMax = 366

// Rehearse runs renewals, reminders and the ends of paid terms on a virtual clock, day by day,
// with the code that runs on the real one, and tells what would happen; nothing stays. All of
// it is one transaction that is rolled back: accounts that it invoices are locked until it
// ends, so large bases are rehearsed on a copy. Returns CodeInvalid for a day in the past or
// too far ahead.
func (s *Service) Rehearse(ctx context.Context, r Rehearsal) ([]Rehearsed, error) {
	var events []Rehearsed
	o := postgres.TxOptions{StatementTimeout: time.Hour}
	err := s.db.WithTxOptions(ctx, o, func(ctx context.Context, tx postgres.Tx) (err error) {
		if events, err = s.rehearse(ctx, tx, r); err != nil {
			return err
		}
		return errRolledBack
	})
	if errors.Is(err, errRolledBack) {
		err = nil
	}
	return events, prolong.Wrap("invoices.Rehearse", err)
}

func (s *Service) rehearse(ctx context.Context, tx postgres.Tx, r Rehearsal) ([]Rehearsed, error) {
	today := prolong.DateOf(tx.Now, time.UTC)
	if days := r.Until.DaysSince(today); r.Until.IsZero() || days < 0 || days > rehearsalDaysMax {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.rehearsal_until", prolong.Args{"Until": r.Until, "First": today, "Last": today.AddDays(rehearsalDaysMax)})
	}
	if _, err := billing.ApplyCalendarsIn(ctx, tx, r.Calendars); err != nil {
		return nil, err
	}
	if _, err := billing.ApplyIn(ctx, tx, r.Sellers, r.Plans); err != nil {
		return nil, err
	}
	var events []Rehearsed
	for day := today; !day.After(r.Until); day = day.AddDays(1) {
		if day.After(today) {
			// nine in the morning by UTC is the same day for every seller we have laws for
			tx.Now = day.Start(time.UTC).Add(9 * time.Hour)
		}
		happened, err := s.rehearseDay(ctx, tx, day, r.AllPay)
		if err != nil {
			return nil, err
		}
		events = append(events, happened...)
	}
	return events, nil
}

func (s *Service) rehearseDay(ctx context.Context, tx postgres.Tx, day prolong.Date, allPay bool) ([]Rehearsed, error) {
	actor := prolong.System("rehearsal")
	var before int64
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM invoices`).Scan(&before); err != nil {
		return nil, err
	}
	for after := (billing.RenewalCursor{}); ; {
		batch, err := s.claimRenewals(ctx, tx, day, after)
		if err != nil {
			return nil, err
		}
		if batch.last == after {
			break
		}
		if _, err := s.issueClaimed(ctx, tx, actor, batch); err != nil {
			return nil, err
		}
		after = batch.last
	}
	events, err := rehearsedInvoices(ctx, tx, day, RehearsedInvoice, `i.id > $1`, before)
	if err != nil {
		return nil, err
	}
	reminded, err := s.rehearseDunning(ctx, tx, actor, day)
	if err != nil {
		return nil, err
	}
	if allPay {
		if err := s.rehearsePayments(ctx, tx, actor, day); err != nil {
			return nil, err
		}
	}
	ended, err := rehearsedExpiries(ctx, tx, day)
	return append(append(events, reminded...), ended...), err
}

// rehearseDunning runs the day's dunning and tells which letters left and what was closed. The
// banks count as read: what is asked is what happens if nobody has paid.
func (s *Service) rehearseDunning(ctx context.Context, tx postgres.Tx, actor prolong.Actor, day prolong.Date) ([]Rehearsed, error) {
	var before int64
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM dunning_events`).Scan(&before); err != nil {
		return nil, err
	}
	for after := (billing.DunningCursor{}); ; {
		_, last, err := s.dunBatch(ctx, tx, actor, day, after, nil)
		if err != nil {
			return nil, err
		}
		if last == after {
			break
		}
		after = last
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT a.id, a.external_id, a.legal_form, a.name, e.letter, e.step, coalesce(i.number, ''), i.period_from, i.period_to,
			coalesce(i.total_minor - i.credited_minor - i.paid_minor, 0), coalesce(i.currency, s.currency)
		FROM dunning_events e JOIN published_accounts a ON a.id = e.account_id JOIN published_subscriptions s ON s.id = e.subscription_id LEFT JOIN invoices i ON i.id = e.invoice_id
		WHERE e.id > $1 AND (e.outcome IN ('closed', 'ended') OR e.outcome = 'sent' AND e.letter <> 'closed') ORDER BY e.id`, before)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Rehearsed, error) {
		r := Rehearsed{On: day}
		var a billing.Account
		var minor int64
		var letter, cur string
		err := row.Scan((*int64)(&r.AccountID), &r.ExternalID, &a.LegalForm, &a.Name, &letter, &r.Step, &r.Invoice, &r.Period.From, &r.Period.To, &minor, &cur)
		r.Account, r.Amount = a.LegalName(), prolong.NewMoney(minor, prolong.Currency(cur))
		if r.Kind = RehearsedReminder; letter == "" {
			r.Kind, r.Step = RehearsedClosed, ""
		}
		return r, err
	})
}

func rehearsedInvoices(ctx context.Context, tx postgres.Tx, day prolong.Date, kind RehearsedKind, where string, arg any) ([]Rehearsed, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT a.id, a.external_id, a.legal_form, a.name, i.number, i.period_from, i.period_to, i.total_minor - i.credited_minor - i.paid_minor, i.currency
		FROM invoices i JOIN published_accounts a ON a.id = i.account_id WHERE `+where+` ORDER BY i.id`, arg)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Rehearsed, error) {
		r := Rehearsed{On: day, Kind: kind}
		var a billing.Account
		var minor int64
		var cur string
		err := row.Scan((*int64)(&r.AccountID), &r.ExternalID, &a.LegalForm, &a.Name, &r.Invoice, &r.Period.From, &r.Period.To, &minor, &cur)
		r.Account, r.Amount = a.LegalName(), prolong.NewMoney(minor, prolong.Currency(cur))
		return r, err
	})
}

func rehearsedExpiries(ctx context.Context, tx postgres.Tx, day prolong.Date) ([]Rehearsed, error) {
	expiries, err := billing.ExpiriesIn(ctx, tx, day)
	if err != nil || len(expiries) == 0 {
		return nil, err
	}
	accounts := make([]billing.AccountID, len(expiries))
	for i := range expiries {
		accounts[i] = expiries[i].Account.ID
	}
	open, err := LockOpen(ctx, tx, accounts)
	if err != nil {
		return nil, err
	}
	events := make([]Rehearsed, len(expiries))
	for i, e := range expiries {
		events[i] = Rehearsed{On: day, Kind: RehearsedGrace, AccountID: e.Account.ID, ExternalID: e.Account.ExternalID, Account: e.Account.LegalName()}
		if e.State == billing.AccessSuspended {
			events[i].Kind = RehearsedSuspend
		}
		for _, inv := range open[e.Account.ID] {
			if inv.SubscriptionID == e.SubscriptionID {
				events[i].Amount = prolong.NewMoney(events[i].Amount.Minor()+inv.Residual().Minor(), inv.Total.Currency())
			}
		}
	}
	return events, nil
}

// rehearsePayments pays every invoice whose last day it is.
func (s *Service) rehearsePayments(ctx context.Context, tx postgres.Tx, actor prolong.Actor, day prolong.Date) error {
	rows, err := tx.Pgx.Query(ctx, `SELECT DISTINCT account_id FROM invoices WHERE status = 'open' AND due_on = $1`, day)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return err
	}
	list := make([]billing.AccountID, len(ids))
	for i, id := range ids {
		list[i] = billing.AccountID(id)
	}
	accounts, err := billing.LockAccounts(ctx, tx, list)
	if err != nil {
		return err
	}
	open, err := LockOpen(ctx, tx, list)
	if err != nil {
		return err
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return err
	}
	var payments []billing.Payment
	var settlements []Settlement
	var days []prolong.Date
	for _, id := range list {
		for _, inv := range open[id] {
			if inv.DueOn == day {
				// Negative, so that it never meets the reference of a correction that was made.
				payments = append(payments, billing.Payment{SellerID: inv.SellerID, AccountID: id, Channel: billing.ChannelCorrection, ChannelRef: -int64(inv.ID),
					Amount: inv.Residual(), State: billing.PaymentMatched, ValueOn: day})
				settlements = append(settlements, Settlement{AccountID: id, Parts: []Part{{Invoice: inv.ID, Amount: inv.Residual()}}})
				days = append(days, day)
			}
		}
	}
	j := billing.NewJournal(tx, actor)
	received, err := j.Receive(ctx, payments, days)
	if err != nil {
		return err
	}
	for i := range received {
		settlements[i].Payment = received[i]
	}
	_, err = s.Settle(ctx, tx, j, actor, c, accounts, open, settlements)
	return err
}
