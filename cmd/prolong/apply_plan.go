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
	Lead      string            `yaml:"lead"`
	Grace     string            `yaml:"grace"`
	Remind    string            `yaml:"remind"`
	Resume    string            `yaml:"resume"`
}

func (y planYAML) spec() (billing.PlanSpec, error) {
	spec := billing.PlanSpec{Seller: y.Seller, Plan: billing.Plan{
		Key: y.Key, Name: y.Name, Lead: billing.DefaultLead, GraceDays: billing.DefaultGraceDays, RemindDays: billing.DefaultRemindDays, Resume: billing.Resume(y.Resume),
	}}
	p := &spec.Plan
	if p.Name == "" {
		p.Name = p.Key
	}
	if p.Resume == "" {
		p.Resume = billing.ResumeLatest
	}
	for _, err := range []error{required("key", y.Key), required("seller", y.Seller), oneOf("resume", p.Resume, billing.ResumeExpiry, billing.ResumePayment, billing.ResumeLatest)} {
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
	for _, t := range []struct {
		text string
		to   *int
	}{{y.Grace, &p.GraceDays}, {y.Remind, &p.RemindDays}} {
		if t.text == "" {
			continue
		}
		term, err := prolong.ParseTerm(t.text)
		if err == nil && term.Unit != prolong.Days {
			err = prolong.NewError(prolong.CodeInvalid, "error.term_days", prolong.Args{"Value": t.text})
		}
		if err != nil {
			return spec, err
		}
		*t.to = term.Count
	}
	if y.PriceFrom != "" {
		if spec.PricesFrom, err = prolong.ParseDate(y.PriceFrom); err != nil {
			return spec, err
		}
	}
	for code, text := range y.Price {
		cur, err := prolong.ParseCurrency(code)
		if err != nil {
			return spec, err
		}
		amount, err := prolong.ParseMoney(text, cur)
		if err != nil {
			return spec, err
		}
		if amount.Minor() < 0 {
			return spec, prolong.NewError(prolong.CodeInvalid, "error.money_invalid", prolong.Args{"Value": text})
		}
		spec.Prices = append(spec.Prices, amount)
	}
	return spec, nil
}
