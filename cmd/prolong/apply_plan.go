package main

import (
	"prolong"
	"prolong/billing"
)

type planYAML struct {
	Key       string            `yaml:"key"`
	Seller    string            `yaml:"seller"`
	Name      string            `yaml:"name"`
	Period    string            `yaml:"period"`
	Price     map[string]string `yaml:"price"`
	PriceFrom string            `yaml:"price_from"`
	// PricesForExisting is the day from which these prices are for those who were clients before
	// PriceFrom.
	PricesForExisting string        `yaml:"prices_for_existing"`
	Reprice           string        `yaml:"reprice"`
	First             int           `yaml:"first"`
	Trial             string        `yaml:"trial"`
	Addons            []itemYAML    `yaml:"addons"`
	Fees              []itemYAML    `yaml:"fees"`
	Lead              string        `yaml:"lead"`
	Grace             string        `yaml:"grace"`
	Remind            string        `yaml:"remind"`
	Resume            string        `yaml:"resume"`
	Suspend           string        `yaml:"suspend"`
	Terminate         string        `yaml:"terminate"`
	Dunning           []dunningYAML `yaml:"dunning"`
	// DunFrom is the debt from which on a subscription is dunned, by currency.
	DunFrom map[string]string `yaml:"dun_from"`
	Meter   *meterYAML        `yaml:"meter"`
	// Offered lets clients choose the plan themselves in the cabinet.
	Offered bool `yaml:"offered"`
}

// itemYAML is an add-on or a fee of a plan.
type itemYAML struct {
	Key   string            `yaml:"key"`
	Name  string            `yaml:"name"`
	Price map[string]string `yaml:"price"`
}

func (y planYAML) spec() (billing.PlanSpec, error) {
	spec := billing.PlanSpec{Seller: y.Seller, Plan: billing.Plan{
		Key: y.Key, Name: y.Name, Lead: billing.DefaultLead, GraceDays: billing.DefaultGraceDays, RemindDays: billing.DefaultRemindDays, Resume: billing.Resume(y.Resume), Offered: y.Offered,
	}}
	p := &spec.Plan
	if p.Name == "" {
		p.Name = p.Key
	}
	if p.Resume == "" {
		p.Resume = billing.ResumeLatest
	}
	for _, err := range []error{required("key", y.Key), required("seller", y.Seller), oneOf("resume", p.Resume, billing.ResumeExpiry, billing.ResumePayment, billing.ResumeLatest, billing.ResumeCredit)} {
		if err != nil {
			return spec, err
		}
	}
	var err error
	if p.Period, err = prolong.ParseTerm(y.Period); err != nil {
		return spec, err
	}
	if p.Period.IsZero() {
		return spec, prolong.NewError(prolong.CodeInvalid, "error.term_invalid", prolong.Args{"Value": y.Period})
	}
	if y.Lead != "" {
		if p.Lead, err = prolong.ParseTerm(y.Lead); err != nil {
			return spec, err
		}
	}
	if err := y.dunning(p); err != nil {
		return spec, err
	}
	for _, d := range []struct {
		text string
		to   *prolong.Date
	}{{y.PriceFrom, &spec.PricesFrom}, {y.PricesForExisting, &spec.PricesForExisting}} {
		if d.text == "" {
			continue
		}
		if *d.to, err = prolong.ParseDate(d.text); err != nil {
			return spec, err
		}
	}
	if !spec.PricesForExisting.IsZero() && (spec.PricesFrom.IsZero() || spec.PricesForExisting.Before(spec.PricesFrom)) {
		return spec, prolong.NewError(prolong.CodeInvalid, "error.prices_for_existing", prolong.Args{"From": y.PriceFrom, "Existing": y.PricesForExisting})
	}
	if err := y.opening(p); err != nil {
		return spec, err
	}
	if spec.Prices, err = pricesOf(y.Price); err != nil {
		return spec, err
	}
	seen := map[string]bool{}
	for _, list := range []struct {
		kind  billing.ItemKind
		items []itemYAML
	}{{billing.ItemAddon, y.Addons}, {billing.ItemFee, y.Fees}} {
		for _, item := range list.items {
			if err := required("key", item.Key); err != nil {
				return spec, err
			}
			if seen[item.Key] {
				return spec, prolong.NewError(prolong.CodeInvalid, "error.item_twice", prolong.Args{"Item": item.Key})
			}
			seen[item.Key] = true
			x := billing.ItemSpec{Key: item.Key, Kind: list.kind, Name: item.Name}
			if x.Name == "" {
				x.Name = x.Key
			}
			if x.Prices, err = pricesOf(item.Price); err != nil {
				return spec, err
			}
			spec.Items = append(spec.Items, x)
		}
	}
	if y.Meter != nil {
		return spec, y.Meter.onto(&spec)
	}
	return spec, nil
}

// firstPeriodsMax is ten years of months.
const firstPeriodsMax = 120

// opening reads what new subscriptions begin with, and how prices change.
func (y planYAML) opening(p *billing.Plan) (err error) {
	p.Reprice = billing.Reprice(y.Reprice)
	if p.Reprice == "" {
		p.Reprice = billing.RepricePeriod
	}
	if err := oneOf("reprice", p.Reprice, billing.RepricePeriod, billing.RepriceDay); err != nil {
		return err
	}
	if y.First < 0 || y.First > firstPeriodsMax {
		return prolong.NewError(prolong.CodeInvalid, "error.first_periods", prolong.Args{"Value": y.First, "Max": firstPeriodsMax})
	}
	p.FirstPeriods = max(y.First, 1)
	if y.Trial != "" {
		p.Trial, err = prolong.ParseTerm(y.Trial)
	}
	return err
}

// pricesOf reads amounts by the codes of their currencies.
func pricesOf(texts map[string]string) ([]prolong.Money, error) {
	prices := make([]prolong.Money, 0, len(texts))
	for code, text := range texts {
		cur, err := prolong.ParseCurrency(code)
		if err != nil {
			return nil, err
		}
		amount, err := prolong.ParseMoney(text, cur)
		if err != nil {
			return nil, err
		}
		if amount.Minor() < 0 {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.money_invalid", prolong.Args{"Value": text})
		}
		prices = append(prices, amount)
	}
	return prices, nil
}
