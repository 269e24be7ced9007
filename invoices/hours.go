package invoices

import (
	"context"
	"fmt"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/notify"
)

const hoursBatch = 100

// BillHours draws up the invoice of every metered subscription whose period is over by its
// seller's day: the hours in which the service was fully available, at the price of an hour on
// the period's first day. It may run at any time, in any number of processes, and be killed
// anywhere: a period is invoiced once. Periods are invoiced whether or not the one before was
// paid, since their hours have been delivered. A zero on means today.
func (s *Service) BillHours(ctx context.Context, actor prolong.Actor, on prolong.Date) (Issued, error) {
	var done Issued
	for {
		n := 0
		err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			step, seen, err := s.billHoursBatch(ctx, tx, actor, on)
			n = seen
			done.Invoices, done.Settled = done.Invoices+step.Invoices, done.Settled+step.Settled
			return err
		})
		if err != nil || n == 0 {
			return done, prolong.Wrap("invoices.BillHours", err)
		}
	}
}

func (s *Service) billHoursBatch(ctx context.Context, tx postgres.Tx, actor prolong.Actor, on prolong.Date) (done Issued, seen int, err error) {
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return done, 0, err
	}
	today := map[billing.SellerID]prolong.Date{}
	for id, seller := range c.Sellers {
		if today[id] = on; on.IsZero() {
			today[id] = seller.Today(tx.Now)
		}
	}
	due, err := billing.ClaimMeters(ctx, tx, today, hoursBatch)
	if err != nil {
		return done, 0, err
	}
	for _, d := range due {
		inv, sub, err := s.billHours(ctx, tx, actor, c, d, today)
		if err != nil {
			return done, 0, err
		}
		if err := billing.NextMeterPeriod(ctx, tx, d, sub, c.Plans[sub.PlanID]); err != nil {
			return done, 0, err
		}
		done.Invoices++
		if inv.Status == StatusPaid {
			done.Settled++
		}
	}
	return done, len(due), nil
}

// billHours draws up the invoice of one metered period; the account is locked.
func (s *Service) billHours(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, due billing.DueMeter, today map[billing.SellerID]prolong.Date) (Invoice, *billing.Subscription, error) {
	accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{due.Account})
	if err != nil {
		return Invoice{}, nil, err
	}
	subs, err := billing.SubscriptionsForUpdate(ctx, tx, []billing.SubscriptionID{due.Subscription})
	if err != nil {
		return Invoice{}, nil, err
	}
	sub := subs[due.Subscription]
	d, count, err := draftHours(ctx, tx, c, accounts[due.Account], sub, due.Period, today[sub.SellerID])
	if err != nil {
		return Invoice{}, nil, err
	}
	drafts := []draft{d}
	if err := insertDrafts(ctx, tx, drafts); err != nil {
		return Invoice{}, nil, err
	}
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO metered_invoices (invoice_id, account_id, seconds, hours_milli, price_minor) VALUES ($1,$2,$3,$4,$5)`,
		int64(drafts[0].ID), int64(due.Account), count.seconds, count.milli, count.price.Minor()); err != nil {
		return Invoice{}, nil, err
	}
	if err := s.settleFromBalances(ctx, tx, actor, c, drafts, today); err != nil {
		return Invoice{}, nil, err
	}
	letters, err := addressed(ctx, tx, identity.TopicInvoices, d.IssuedOn, accounts, []notify.Message{drafts[0].message()})
	if err == nil {
		_, err = s.notify.Queue(ctx, tx, letters...)
	}
	return drafts[0].Invoice, sub, err
}

// hourCount is what the hours of a period came to.
type hourCount struct {
	seconds int64
	milli   int64 // thousandths of an hour, rounded by the plan
	price   prolong.Money
}

// amount prices the hours, half a kopeck up: the one place where the price of hours is rounded.
func (n hourCount) amount() prolong.Money {
	const milli = 1000
	return prolong.NewMoney((n.price.Minor()*n.milli+milli/2)/milli, n.price.Currency())
}

func draftHours(ctx context.Context, tx postgres.Tx, c billing.Catalog, account billing.Account, sub *billing.Subscription, period prolong.Period, today prolong.Date) (draft, hourCount, error) {
	var n hourCount
	seller, plan := c.Sellers[sub.SellerID], c.Plans[sub.PlanID]
	bank, ok := c.InvoiceAccount(seller.ID, sub.Currency)
	if !ok {
		return draft{}, n, prolong.NewError(prolong.CodeInvalid, "error.seller_no_bank_account", prolong.Args{"Seller": seller.Key, "Currency": sub.Currency})
	}
	meter, err := billing.MeterOf(ctx, tx, plan)
	if err != nil {
		return draft{}, n, err
	}
	available, err := billing.AvailableIn(ctx, tx, sub.ID, period, seller.Location)
	if err != nil {
		return draft{}, n, err
	}
	n.seconds, n.milli, n.price = int64(available/time.Second), meter.Rounding.Milli(available), sub.Price
	if n.price.Currency() == "" {
		if n.price, ok = billing.PriceFor(c.Prices[plan.ID], sub.Currency, period.From, sub.Since); !ok {
			return draft{}, n, prolong.NewError(prolong.CodeInvalid, "error.plan_no_price", prolong.Args{"Plan": plan.Key, "Currency": sub.Currency})
		}
	}
	// Hours on both sides of a change of the tax are lines of their own, each with what was counted
	// on its days.
	parts, err := taxParts(seller, period, today)
	if err != nil {
		return draft{}, n, err
	}
	total, none := n.amount(), prolong.NewMoney(0, sub.Currency)
	charge := billing.Charge{Total: total, Once: none}
	var milli []int64
	so := hourCount{price: n.price}
	for i, part := range parts {
		now := n
		if i < len(parts)-1 {
			some, err := billing.AvailableIn(ctx, tx, sub.ID, prolong.Period{From: period.From, To: part.days.To}, seller.Location)
			if err != nil {
				return draft{}, n, err
			}
			now.milli = meter.Rounding.Milli(some)
		}
		if last := i == len(parts)-1 && len(milli) == 0; !last && now.milli == so.milli {
			continue
		}
		charge.Lines = append(charge.Lines, billing.ChargeLine{Kind: billing.LineFee, Key: plan.Key, Name: fmt.Sprintf(hourLines[documentLanguage(seller.Country)], plan.Name),
			Quantity: 1, Price: n.price, Discount: none, Amount: prolong.NewMoney(now.amount().Minor()-so.amount().Minor(), sub.Currency), Period: part.days})
		milli, so = append(milli, now.milli-so.milli), now
	}
	lines, totals, err := chargeLines(paperLanguage(seller, account), charge, seller, today)
	if err != nil {
		return draft{}, n, err
	}
	// The last day of use that has been granted; after it the service stops unless this is paid.
	// Hours that end sooner, because the rent does, are paid as many days after them as ever.
	dueOn := sub.PaidThrough
	if last := period.To.AddDays(meter.PayDays - 1); dueOn.After(last) {
		dueOn = last
	}
	if dueOn.Before(today) {
		dueOn = today
	}
	numbers, err := takeInvoiceNumbers(ctx, tx, account)
	if err != nil {
		return draft{}, n, err
	}
	d := draft{sub: sub, plan: plan, account: account, charge: charge, Invoice: Invoice{
		Kind: KindPeriod, SellerID: seller.ID, AccountID: account.ID, SubscriptionID: sub.ID, BankAccountID: bank.ID, Number: numbers[0],
		IssuedOn: today, DueOn: dueOn, Period: period, Total: total, Tax: prolong.NewMoney(totals.Tax, sub.Currency), Paid: none, Credited: none, Once: none, Status: StatusOpen,
	}}
	for i := range lines {
		lines[i].QuantityMilli, lines[i].Unit, lines[i].UnitCode = milli[i], hourUnits[documentLanguage(seller.Country)], hourUnitCode
	}
	d.document = invoiceDocument(seller, bank, account, d.Invoice, lines, totals)
	return d, n, nil
}

// hourUnitCode is the hour of ОКЕИ.
const hourUnitCode = "356"

var (
	hourUnits = map[string]string{"ru": "ч", "uk": "год", "kk": "сағ", "en": "h"}
	hourLines = map[string]string{
		"ru": "Аренда «%s» за часы полной доступности",
		"uk": "Оренда «%s» за години повної доступності",
		"kk": "«%s» жалдау, толық қолжетімді сағаттар үшін",
		"en": "Rent of “%s” for hours of full availability",
	}
)

// reissueHours draws up the invoice of a metered period again after it was cancelled, with the
// hours as they are known today.
func (s *Service) reissueHours(ctx context.Context, v *voiding) (Invoice, error) {
	today := map[billing.SellerID]prolong.Date{v.inv.SellerID: v.today}
	inv, _, err := s.billHours(ctx, v.tx, v.actor, v.catalog, billing.DueMeter{Subscription: v.sub.ID, Account: v.inv.AccountID, Period: v.inv.Period}, today)
	if err != nil {
		return inv, err
	}
	_, err = v.tx.Pgx.Exec(ctx, `UPDATE invoices SET replaces_id = $2 WHERE id = $1`, int64(inv.ID), int64(v.inv.ID))
	return inv, postgres.MapConstraint(err, constraints)
}
