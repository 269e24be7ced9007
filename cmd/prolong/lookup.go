package main

import (
	"context"
	"time"

	"prolong"
	"prolong/billing/lookup"
	"prolong/billing/lookup/dadata"
	"prolong/billing/lookup/opendatabot"
	"prolong/internal/jobs"
)

// registerConfig is the access to a register of companies (PROLONG_DADATA_…,
// PROLONG_OPENDATABOT_…).
type registerConfig struct {
	Key     string `env:"KEY"` // empty: people type
	KeyFile string `env:"KEY_FILE"`
	URL     string `env:"URL"` // another address: a proxy
}

// registers are the registers that there are keys for.
func (a *app) registers() *lookup.Service {
	sources := map[prolong.Country]lookup.Source{}
	if c := a.cfg.DaData; c.Key != "" {
		source := dadata.New(dadata.Config{Key: c.Key, URL: c.URL, Clock: a.clock})
		sources[prolong.Russia], sources[prolong.Kazakhstan] = source, source
	}
	if c := a.cfg.Opendatabot; c.Key != "" {
		sources[prolong.Ukraine] = opendatabot.New(opendatabot.Config{Key: c.Key, URL: c.URL, Clock: a.clock})
	}
	return lookup.New(a.db, sources, a.log)
}

func (a *app) lookupSchedule() jobs.Schedule {
	return jobs.Schedule{Name: "company_lookups", Every: 24 * time.Hour, Sweep: func(ctx context.Context) (jobs.Counts, error) {
		n, err := a.companies.Sweep(ctx)
		return jobs.Counts{"forgotten": n}, err
	}}
}
