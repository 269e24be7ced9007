package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"prolong"
	"prolong/billing"
)

// packYAML is a pack of prepaid hours under "packs".
type packYAML struct {
	Key    string            `yaml:"key"`
	Seller string            `yaml:"seller"`
	Name   string            `yaml:"name"`
	Hours  string            `yaml:"hours"` // 10 or 1:30
	Valid  string            `yaml:"valid"` // 12 months; empty: for ever
	Price  map[string]string `yaml:"price"`
}

func (y packYAML) spec() (billing.PackSpec, error) {
	spec := billing.PackSpec{Seller: y.Seller, Pack: billing.Pack{Key: y.Key, Name: y.Name}}
	p := &spec.Pack
	if p.Name == "" {
		p.Name = p.Key
	}
	for _, err := range []error{required("key", y.Key), required("seller", y.Seller)} {
		if err != nil {
			return spec, err
		}
	}
	var ok bool
	if p.Minutes, ok = parseHours(y.Hours); !ok {
		return spec, prolong.NewError(prolong.CodeInvalid, "error.pack_minutes", prolong.Args{"Pack": y.Key})
	}
	if y.Valid != "" {
		term, err := prolong.ParseTerm(y.Valid)
		if err == nil && term.Unit != prolong.Months {
			err = prolong.NewError(prolong.CodeInvalid, "error.term_invalid", prolong.Args{"Value": y.Valid})
		}
		if err != nil {
			return spec, err
		}
		p.ValidMonths = term.Count
	}
	var err error
	p.Prices, err = parsePrices(y.Price)
	return spec, err
}

// parsePrices reads amounts by currency, in the order of the currencies. Returns CodeInvalid
// without any and for an amount that is not positive.
func parsePrices(texts map[string]string) ([]prolong.Money, error) {
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
		if amount.Minor() <= 0 {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.money_invalid", prolong.Args{"Value": text})
		}
		prices = append(prices, amount)
	}
	if len(prices) == 0 {
		return nil, required("price", "")
	}
	slices.SortFunc(prices, func(a, b prolong.Money) int { return strings.Compare(string(a.Currency()), string(b.Currency())) })
	return prices, nil
}

// parseHours reads "10" or "1:30" as minutes.
func parseHours(text string) (int, bool) {
	const hoursMax = 100_000
	whole, part, split := strings.Cut(strings.TrimSpace(text), ":")
	hours, err := strconv.Atoi(whole)
	if err != nil || hours < 0 || hours > hoursMax {
		return 0, false
	}
	minutes := 0
	if split {
		if minutes, err = strconv.Atoi(part); err != nil || len(part) != 2 || minutes < 0 || minutes > 59 {
			return 0, false
		}
	}
	return hours*60 + minutes, hours*60+minutes > 0
}

// applyPacks declares the packs of prepaid hours.
func (a *app) applyPacks(ctx context.Context, d declared) error {
	if len(d.Packs) == 0 {
		return nil
	}
	return a.billing.DeclarePacks(ctx, d.Packs)
}
