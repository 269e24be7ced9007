package billing

import (
	"context"
	"encoding/json"
	"sort"

	"prolong"
	"prolong/internal/postgres"
)

// SellerSpec declares a seller with its bank accounts (`prolong apply`).
type SellerSpec struct {
	Seller       Seller
	BankAccounts []BankAccount
	// Images has the pictures that Seller.Papers names, where they are not kept yet.
	Images []SellerImage
}

// PlanSpec declares a plan with its prices.
type PlanSpec struct {
	Plan   Plan
	Seller string // key
	Prices []prolong.Money
	// PricesFrom is the first day of these prices; zero means "always".
	PricesFrom prolong.Date
	// PricesForExisting is the first day of these prices for those who are clients before
	// PricesFrom; zero is the same day.
	PricesForExisting prolong.Date
	// Items are add-ons and fees; their prices follow the same days.
	Items []ItemSpec
	// Meter makes the plan bill by the hour; the prices are then those of an hour.
	Meter *Meter
}

// ItemSpec declares an add-on or a fee of a plan.
type ItemSpec struct {
	Key    string
	Kind   ItemKind
	Name   string
	Prices []prolong.Money
}

// Applied counts what a declaration changed.
type Applied struct {
	Sellers, BankAccounts, Plans, Prices int
}

// Apply makes the catalogue as declared: what is new is created, what differs is changed,
// what is not named stays. Running it again changes nothing. A changed price is a new version
// from today, so that periods already begun keep theirs.
func (s *Service) Apply(ctx context.Context, sellers []SellerSpec, plans []PlanSpec) (done Applied, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = ApplyIn(ctx, tx, sellers, plans)
		return err
	})
	return done, prolong.Wrap("billing.Apply", err)
}

// ApplyIn is Apply in the transaction of a higher package, which may roll it back.
func ApplyIn(ctx context.Context, tx postgres.Tx, sellers []SellerSpec, plans []PlanSpec) (done Applied, err error) {
	for _, spec := range sellers {
		if err := applySeller(ctx, tx, spec, &done); err != nil {
			return done, err
		}
	}
	c, err := readCatalog(ctx, tx.Pgx)
	if err != nil {
		return done, err
	}
	for _, spec := range plans {
		seller, ok := c.SellerByKey(spec.Seller)
		if !ok {
			return done, prolong.NewError(prolong.CodeInvalid, "error.plan_seller_unknown", prolong.Args{"Plan": spec.Plan.Key, "Seller": spec.Seller})
		}
		if err := applyPlan(ctx, tx, c, seller, spec, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

func applySeller(ctx context.Context, tx postgres.Tx, spec SellerSpec, done *Applied) error {
	x := spec.Seller
	if err := applyImages(ctx, tx, spec.Images); err != nil {
		return err
	}
	var id int64
	err := tx.Pgx.QueryRow(ctx, `
		INSERT INTO sellers (key, country, name, short_name, tax_id, kpp, reg_no, address, phone, email, director, accountant, time_zone, vat_regime, closing_policy, created_at, write_off_minor, closing_document, advance_from, kbe, knp,
			stamp, facsimile, invoice_notice, invoice_valid_days, acceptance_days, one_sided)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,coalesce(nullif($18, ''), 'act'),$19,$20,$21,nullif($22, ''),nullif($23, ''),$24,$25,$26,$27)
		ON CONFLICT ON CONSTRAINT sellers_key_unique DO UPDATE SET country=excluded.country, name=excluded.name, short_name=excluded.short_name, tax_id=excluded.tax_id,
			kpp=excluded.kpp, reg_no=excluded.reg_no, address=excluded.address, phone=excluded.phone, email=excluded.email, director=excluded.director,
			accountant=excluded.accountant, time_zone=excluded.time_zone, vat_regime=excluded.vat_regime, closing_policy=excluded.closing_policy, write_off_minor=excluded.write_off_minor,
			closing_document=excluded.closing_document, advance_from=excluded.advance_from, kbe=excluded.kbe, knp=excluded.knp, stamp=excluded.stamp, facsimile=excluded.facsimile,
			invoice_notice=excluded.invoice_notice, invoice_valid_days=excluded.invoice_valid_days, acceptance_days=excluded.acceptance_days, one_sided=excluded.one_sided
		RETURNING id`,
		x.Key, string(x.Country), x.Name, x.ShortName, string(x.TaxID), x.KPP, x.RegNo, x.Address, x.Phone, x.Email, x.Director, x.Accountant,
		x.Location.String(), string(x.VAT), string(x.ClosingPolicy), tx.Now, x.WriteOffMinor, string(x.Closing), x.AdvanceFrom, x.KBe, x.KNP,
		x.Papers.Stamp, x.Papers.Facsimile, x.Papers.Notice, x.Papers.ValidDays, x.Papers.AcceptanceDays, x.Papers.OneSided).Scan(&id)
	if err != nil {
		return err
	}
	if err := applyVATChanges(ctx, tx, id, x); err != nil {
		return err
	}
	done.Sellers++
	for i, b := range spec.BankAccounts {
		config, err := json.Marshal(map[string]string{"path": b.SourcePath})
		if err != nil {
			return err
		}
		var owner int64
		if err := tx.Pgx.QueryRow(ctx, `
			INSERT INTO seller_bank_accounts (seller_id, number, bic, bank, corr_account, currency, source_kind, source_config, position, created_at)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
			ON CONFLICT ON CONSTRAINT seller_bank_accounts_number_unique DO UPDATE SET bic=excluded.bic, bank=excluded.bank, corr_account=excluded.corr_account,
				source_kind=excluded.source_kind, source_config=excluded.source_config, position=excluded.position
			RETURNING seller_id`,
			id, b.Number, b.BIC, b.Bank, b.CorrAccount, string(b.Currency), b.SourceKind, config, i, tx.Now).Scan(&owner); err != nil {
			return err
		}
		if owner != id {
			return prolong.NewError(prolong.CodeConflict, "error.bank_account_other_seller", prolong.Args{"Number": b.Number})
		}
		done.BankAccounts++
	}
	return nil
}

func applyPlan(ctx context.Context, tx postgres.Tx, c Catalog, seller Seller, spec PlanSpec, done *Applied) error {
	p := spec.Plan
	if err := p.checkDunning(); err != nil {
		return err
	}
	dunning, err := json.Marshal(append([]DunningStep{}, p.Dunning...))
	if err != nil {
		return err
	}
	dunFrom := p.DunFrom
	if dunFrom == nil {
		dunFrom = map[prolong.Currency]int64{}
	}
	var id int64
	err = tx.Pgx.QueryRow(ctx, `
		INSERT INTO plans (key, seller_id, name, period_count, period_unit, lead_count, lead_unit, grace_days, remind_days, resume, created_at, first_periods, trial_count, trial_unit, reprice,
			dunning, grace_working, suspend_working, terminate_days, offered, dun_from)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,greatest($12, 1),$13,coalesce(nullif($14, ''), 'day'),coalesce(nullif($15, ''), 'period'),$16,$17,$18,$19,$20,$21)
		ON CONFLICT ON CONSTRAINT plans_key_unique DO UPDATE SET name=excluded.name, period_count=excluded.period_count, period_unit=excluded.period_unit,
			lead_count=excluded.lead_count, lead_unit=excluded.lead_unit, grace_days=excluded.grace_days, remind_days=excluded.remind_days, resume=excluded.resume,
			first_periods=excluded.first_periods, trial_count=excluded.trial_count, trial_unit=excluded.trial_unit, reprice=excluded.reprice,
			dunning=excluded.dunning, grace_working=excluded.grace_working, suspend_working=excluded.suspend_working, terminate_days=excluded.terminate_days, offered=excluded.offered, dun_from=excluded.dun_from
		RETURNING id`,
		p.Key, int64(seller.ID), p.Name, p.Period.Count, string(p.Period.Unit), p.Lead.Count, string(p.Lead.Unit), p.GraceDays, p.RemindDays, string(p.Resume), tx.Now,
		p.FirstPeriods, p.Trial.Count, string(p.Trial.Unit), string(p.Reprice), dunning, p.GraceWorking, p.SuspendWorking, p.TerminateDays, p.Offered, dunFrom).Scan(&id)
	if err != nil {
		return err
	}
	done.Plans++
	if p.Offered && spec.Meter != nil {
		return prolong.NewError(prolong.CodeInvalid, "error.plan_offered_meter", prolong.Args{"Plan": p.Key})
	}
	if err := declareMeter(ctx, tx, id, p.Key, spec.Meter); err != nil {
		return err
	}
	// A changed lead moves the days on which renewal invoices fall due.
	if old, ok := c.PlanByKey(p.Key); ok && old.Lead != p.Lead {
		if err := rescheduleRenewals(ctx, tx, PlanID(id), p.Lead); err != nil {
			return err
		}
	}
	if old, ok := c.PlanByKey(p.Key); ok && old.dunsOtherwise(p) {
		if err := replanDunning(ctx, tx, PlanID(id)); err != nil {
			return err
		}
	}
	if err := applyPrices(ctx, tx, seller, spec, spec.Prices, c.Prices[PlanID(id)], `
		INSERT INTO plan_prices (plan_id, currency, amount_minor, valid_from, existing_from) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT ON CONSTRAINT plan_prices_version_unique DO UPDATE SET amount_minor = excluded.amount_minor, existing_from = excluded.existing_from`, id, done); err != nil {
		return err
	}
	return applyItems(ctx, tx, c, seller, spec, PlanID(id), done)
}

func applyItems(ctx context.Context, tx postgres.Tx, c Catalog, seller Seller, spec PlanSpec, plan PlanID, done *Applied) error {
	for _, item := range spec.Items {
		var id int64
		var kind string
		if err := tx.Pgx.QueryRow(ctx, `INSERT INTO plan_items (plan_id, key, kind, name, created_at) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT ON CONSTRAINT plan_items_key_unique DO UPDATE SET name = excluded.name RETURNING id, kind`, int64(plan), item.Key, string(item.Kind), item.Name, tx.Now).Scan(&id, &kind); err != nil {
			return err
		}
		if kind != string(item.Kind) {
			return prolong.NewError(prolong.CodeConflict, "error.item_kind", prolong.Args{"Item": item.Key, "Plan": spec.Plan.Key})
		}
		known, _ := c.ItemOf(plan, item.Key)
		if err := applyPrices(ctx, tx, seller, spec, item.Prices, known.Prices, `
			INSERT INTO plan_item_prices (item_id, currency, amount_minor, valid_from, existing_from) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT ON CONSTRAINT plan_item_prices_version_unique DO UPDATE SET amount_minor = excluded.amount_minor, existing_from = excluded.existing_from`, id, done); err != nil {
			return err
		}
	}
	return nil
}

// applyPrices writes the declared prices of a plan or item that differ from the known ones: a
// first one is valid always, a changed one from the seller's today, unless the declaration says
// from when.
func applyPrices(ctx context.Context, tx postgres.Tx, seller Seller, spec PlanSpec, prices []prolong.Money, known []Price, insert string, id int64, done *Applied) error {
	sort.Slice(prices, func(a, b int) bool { return prices[a].Currency() < prices[b].Currency() })
	for _, price := range prices {
		from := spec.PricesFrom
		if from.IsZero() {
			from = prolong.NewDate(2000, 1, 1)
			if _, ok := PriceOn(known, price.Currency(), seller.Today(tx.Now)); ok {
				from = seller.Today(tx.Now)
			}
		}
		if now, ok := PriceOn(known, price.Currency(), from); ok && now == price {
			continue
		}
		if _, err := tx.Pgx.Exec(ctx, insert, id, string(price.Currency()), price.Minor(), from, spec.PricesForExisting); err != nil {
			return err
		}
		done.Prices++
	}
	return nil
}

// rescheduleRenewals recomputes when the invoices of a plan's subscriptions fall due.
func rescheduleRenewals(ctx context.Context, tx postgres.Tx, plan PlanID, lead prolong.Term) error {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, invoiced_to FROM subscriptions WHERE plan_id = $1 AND renew_on IS NOT NULL ORDER BY id FOR NO KEY UPDATE`, int64(plan))
	if err != nil {
		return err
	}
	defer rows.Close()
	var ids []int64
	var days []prolong.Date
	for rows.Next() {
		var id int64
		var invoiced prolong.Date
		if err := rows.Scan(&id, &invoiced); err != nil {
			return err
		}
		ids, days = append(ids, id), append(days, lead.Before(invoiced))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `UPDATE subscriptions s SET renew_on = u.day FROM unnest($1::bigint[], $2::date[]) AS u (id, day) WHERE s.id = u.id`, ids, days)
	return err
}
