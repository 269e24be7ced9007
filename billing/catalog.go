package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
	"prolong/internal/workdays"
)

// Catalog is what the vendor sells and as whom: few rows, whole at the start of a use case. Several use
// cases share one that has not changed: it is read only.
type Catalog struct {
	Sellers      map[SellerID]Seller
	BankAccounts map[BankAccountID]BankAccount
	Plans        map[PlanID]Plan
	Prices       map[PlanID][]Price
	Items        map[PlanID][]Item
	// Calendars have the working days of the countries of the sellers.
	Calendars map[prolong.Country]workdays.Calendar
	ownDays   []workdays.Day
}

// CalendarOf returns the working days of a country, also of one in which only clients are.
func (c Catalog) CalendarOf(country prolong.Country) workdays.Calendar {
	if calendar, ok := c.Calendars[country]; ok {
		return calendar
	}
	return workdays.For(country, c.ownDays)
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Catalog reads sellers, their bank accounts, plans and prices.
func (s *Service) Catalog(ctx context.Context) (Catalog, error) {
	c, err := readCatalog(ctx, s.db.Reader(ctx))
	return c, prolong.Wrap("billing.Catalog", err)
}

// CatalogIn reads the catalogue inside a transaction of a higher package.
func CatalogIn(ctx context.Context, tx postgres.Tx) (Catalog, error) {
	c, err := readCatalog(ctx, tx.Pgx)
	return c, prolong.Wrap("billing.CatalogIn", err)
}

// BankAccountByNumber finds a seller's bank account. ok is false for a foreign one.
func (c Catalog) BankAccountByNumber(number string) (b BankAccount, ok bool) {
	for _, b := range c.BankAccounts {
		if b.Number == number {
			return b, true
		}
	}
	return BankAccount{}, false
}

// InvoiceAccount returns the bank account that goes on a seller's invoices in a currency:
// the first one declared.
func (c Catalog) InvoiceAccount(seller SellerID, cur prolong.Currency) (best BankAccount, ok bool) {
	for _, b := range c.BankAccounts {
		if b.SellerID == seller && b.Currency == cur && (!ok || b.Position < best.Position) {
			best, ok = b, true
		}
	}
	return best, ok
}

// SellerByKey finds a seller by its key in the configuration.
func (c Catalog) SellerByKey(key string) (s Seller, ok bool) {
	for _, s := range c.Sellers {
		if s.Key == key {
			return s, true
		}
	}
	return Seller{}, false
}

// PlanByKey finds a plan by its key in the configuration.
func (c Catalog) PlanByKey(key string) (p Plan, ok bool) {
	for _, p := range c.Plans {
		if p.Key == key {
			return p, true
		}
	}
	return Plan{}, false
}

// TermsOf returns what a subscription's access depends on.
func (c Catalog) TermsOf(s Subscription) AccessTerms {
	return AccessTerms{PaidThrough: s.ServedThrough(), GraceDays: c.Plans[s.PlanID].GraceDays, SuspendOn: s.SuspendOn, EndedOn: s.EndedOn, EndsOn: s.EndsOn, Location: c.Sellers[s.SellerID].Location}
}

// readCatalogTables reads the catalogue as it stands in the tables.
func readCatalogTables(ctx context.Context, q querier) (Catalog, error) {
	c := Catalog{Sellers: map[SellerID]Seller{}, BankAccounts: map[BankAccountID]BankAccount{}, Plans: map[PlanID]Plan{}, Prices: map[PlanID][]Price{}, Items: map[PlanID][]Item{},
		Calendars: map[prolong.Country]workdays.Calendar{}}
	rows, err := q.Query(ctx, `SELECT id, key, country, name, short_name, tax_id, kpp, reg_no, address, phone, email, director, accountant, time_zone, vat_regime, closing_policy, write_off_minor, closing_document, advance_from, kbe, knp,
		coalesce(stamp, ''), coalesce(facsimile, ''), invoice_notice, invoice_valid_days, acceptance_days, one_sided FROM sellers`)
	if err != nil {
		return c, err
	}
	var s Seller
	var zone string
	if _, err = pgx.ForEachRow(rows, []any{(*int64)(&s.ID), &s.Key, (*string)(&s.Country), &s.Name, &s.ShortName, (*string)(&s.TaxID), &s.KPP, &s.RegNo, &s.Address,
		&s.Phone, &s.Email, &s.Director, &s.Accountant, &zone, (*string)(&s.VAT), (*string)(&s.ClosingPolicy), &s.WriteOffMinor, (*string)(&s.Closing), &s.AdvanceFrom, &s.KBe, &s.KNP,
		&s.Papers.Stamp, &s.Papers.Facsimile, &s.Papers.Notice, &s.Papers.ValidDays, &s.Papers.AcceptanceDays, &s.Papers.OneSided}, func() error {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			return fmt.Errorf("seller %s: %w", s.Key, err)
		}
		s.Location = loc
		c.Sellers[s.ID] = s
		return nil
	}); err != nil {
		return c, err
	}
	if err := c.readVATChanges(ctx, q); err != nil {
		return c, err
	}
	if err := c.readCalendars(ctx, q); err != nil {
		return c, err
	}
	rows, err = q.Query(ctx, `SELECT id, seller_id, number, bic, bank, corr_account, currency, source_kind, source_config, position FROM seller_bank_accounts`)
	if err != nil {
		return c, err
	}
	var b BankAccount
	var config []byte
	if _, err = pgx.ForEachRow(rows, []any{(*int64)(&b.ID), (*int64)(&b.SellerID), &b.Number, &b.BIC, &b.Bank, &b.CorrAccount, (*string)(&b.Currency), &b.SourceKind, &config, &b.Position}, func() error {
		var source struct {
			Path string `json:"path"`
		}
		if err := json.Unmarshal(config, &source); err != nil {
			return err
		}
		b.SourcePath = source.Path
		c.BankAccounts[b.ID] = b
		return nil
	}); err != nil {
		return c, err
	}
	rows, err = q.Query(ctx, `SELECT id, key, seller_id, name, period_count, period_unit, lead_count, lead_unit, grace_days, remind_days, resume,
		first_periods, trial_count, trial_unit, reprice, dunning, grace_working, suspend_working, terminate_days, offered, dun_from FROM plans`)
	if err != nil {
		return c, err
	}
	var p Plan
	var dunning, dunFrom []byte
	if _, err = pgx.ForEachRow(rows, []any{(*int64)(&p.ID), &p.Key, (*int64)(&p.SellerID), &p.Name, &p.Period.Count, (*string)(&p.Period.Unit), &p.Lead.Count, (*string)(&p.Lead.Unit),
		&p.GraceDays, &p.RemindDays, (*string)(&p.Resume), &p.FirstPeriods, &p.Trial.Count, (*string)(&p.Trial.Unit), (*string)(&p.Reprice),
		&dunning, &p.GraceWorking, &p.SuspendWorking, &p.TerminateDays, &p.Offered, &dunFrom}, func() error {
		p.Dunning, p.DunFrom = nil, nil
		if err := json.Unmarshal(dunning, &p.Dunning); err != nil {
			return fmt.Errorf("plan %s: %w", p.Key, err)
		}
		if err := json.Unmarshal(dunFrom, &p.DunFrom); err != nil {
			return fmt.Errorf("plan %s: %w", p.Key, err)
		}
		p.Calendar = c.Calendars[c.Sellers[p.SellerID].Country]
		c.Plans[p.ID] = p
		return nil
	}); err != nil {
		return c, err
	}
	rows, err = q.Query(ctx, `SELECT plan_id, currency, amount_minor, valid_from, existing_from FROM plan_prices ORDER BY plan_id, currency, valid_from`)
	if err != nil {
		return c, err
	}
	var (
		plan  PlanID
		cur   string
		minor int64
		from  prolong.Date
		later prolong.Date
	)
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&plan), &cur, &minor, &from, &later}, func() error {
		c.Prices[plan] = append(c.Prices[plan], Price{PlanID: plan, Amount: prolong.NewMoney(minor, prolong.Currency(cur)), ValidFrom: from, ExistingFrom: later})
		return nil
	})
	if err != nil {
		return c, err
	}
	return c, readItems(ctx, q, c)
}

// readItems reads add-ons and fees with their prices into the catalogue.
func readItems(ctx context.Context, q querier, c Catalog) error {
	rows, err := q.Query(ctx, `SELECT i.id, i.plan_id, i.key, i.kind, i.name, coalesce(p.currency, ''), coalesce(p.amount_minor, 0), p.valid_from, p.existing_from
		FROM plan_items i LEFT JOIN plan_item_prices p ON p.item_id = i.id ORDER BY i.plan_id, i.id, p.currency, p.valid_from`)
	if err != nil {
		return err
	}
	var i Item
	var cur string
	var minor int64
	var price Price
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&i.ID), (*int64)(&i.PlanID), &i.Key, (*string)(&i.Kind), &i.Name, &cur, &minor, &price.ValidFrom, &price.ExistingFrom}, func() error {
		list := c.Items[i.PlanID]
		if n := len(list); n == 0 || list[n-1].ID != i.ID {
			list = append(list, i)
		}
		if cur != "" {
			price.PlanID, price.Amount = i.PlanID, prolong.NewMoney(minor, prolong.Currency(cur))
			last := &list[len(list)-1]
			last.Prices = append(last.Prices, price)
		}
		c.Items[i.PlanID] = list
		return nil
	})
	return err
}
