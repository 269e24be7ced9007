package billing

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// ClientView is what a client may know of his own account.
type ClientView struct {
	Account Account
	Seller  Seller
	// Access and Zone, in which its days are meant; without meaning unless Subscribed.
	Access     Access
	Zone       *time.Location
	Subscribed bool
	Plans      []ClientPlan
	// Balances are the amounts that lie with us on no invoice, by currency; none of them is zero.
	Balances []prolong.Money
}

// ClientPlan is one subscription as its client sees it.
type ClientPlan struct {
	ID          SubscriptionID
	Name        string
	Term        prolong.Term
	Seats       int
	Price       prolong.Money // of the next period; no currency if the plan has no price then
	PaidThrough prolong.Date
	RenewOn     prolong.Date // when the next invoice is drawn up; no date while it is there already
}

// ClientView returns what a client may know of the account. Whether the asker belongs to it is
// checked at the route; no row of another account is read. Returns CodeNotFound.
func (s *Service) ClientView(ctx context.Context, account AccountID) (ClientView, error) {
	a, err := s.FindAccountByID(ctx, account)
	if err != nil {
		return ClientView{}, err
	}
	c, err := s.Catalog(ctx)
	if err != nil {
		return ClientView{}, err
	}
	subs, err := s.SubscriptionsOf(ctx, account)
	if err != nil {
		return ClientView{}, err
	}
	v := ClientView{Account: a, Seller: c.Sellers[a.SellerID], Subscribed: len(subs) > 0}
	v.Zone = v.Seller.Location
	for i := range subs {
		sub := &subs[i]
		plan := c.Plans[sub.PlanID]
		p := ClientPlan{ID: sub.ID, Name: plan.Name, Term: sub.Term, Seats: max(sub.Seats, 1), PaidThrough: sub.PaidThrough, RenewOn: sub.RenewOn(plan.Lead)}
		if renewal, err := c.RenewalOf(sub, a); err == nil && !sub.Metered { // without a price there is none to show
			p.Price = renewal.Charge.Total
		}
		v.Plans = append(v.Plans, p)
	}
	if v.Subscribed {
		if v.Access, v.Zone, err = s.AccessOf(ctx, a.ExternalID); err != nil {
			return ClientView{}, err
		}
	}
	v.Balances, err = s.balancesOf(ctx, account)
	return v, prolong.Wrap("billing.ClientView", err)
}

func (s *Service) balancesOf(ctx context.Context, account AccountID) ([]prolong.Money, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT currency, amount_minor FROM balances WHERE account_id = $1 AND amount_minor <> 0 ORDER BY currency`, int64(account))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (prolong.Money, error) {
		var cur string
		var minor int64
		err := row.Scan(&cur, &minor)
		return prolong.NewMoney(minor, prolong.Currency(cur)), err
	})
}

// ClientAccount is one of the accounts that a person chooses from.
type ClientAccount struct {
	ID         AccountID
	LegalName  string
	Access     Access // without meaning unless Subscribed
	Zone       *time.Location
	Subscribed bool
}

// ClientAccounts returns names and access of accounts, in the order of their names. Unknown
// ids are left out.
func (s *Service) ClientAccounts(ctx context.Context, ids []AccountID) ([]ClientAccount, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+accountColumns+` FROM accounts a WHERE a.id = ANY($1) ORDER BY a.name, a.id`, postgres.Int64s(ids))
	if err != nil {
		return nil, prolong.Wrap("billing.ClientAccounts", err)
	}
	accounts, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, prolong.Wrap("billing.ClientAccounts", err)
	}
	terms := map[string]AccessTerms{}
	if err := readAccess(ctx, s.db, terms, `WHERE a.id = ANY($1)`, postgres.Int64s(ids)); err != nil {
		return nil, prolong.Wrap("billing.ClientAccounts", err)
	}
	list := make([]ClientAccount, len(accounts))
	for i, a := range accounts {
		list[i] = ClientAccount{ID: a.ID, LegalName: a.LegalName()}
		if t, ok := terms[a.ExternalID]; ok {
			list[i].Access, list[i].Zone, list[i].Subscribed = t.At(s.db.Now()), t.Location, true
		}
	}
	return list, nil
}
