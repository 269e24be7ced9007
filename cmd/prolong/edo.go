package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/outbound"
	"prolong/invoices"
	"prolong/invoices/edo"
	"prolong/invoices/edo/operators"
)

// edoYAML is the operator of electronic documents of a seller: kind, whether new documents go
// there by themselves, and the settings of that operator; unknown ones are refused by
// operators.Check.
type edoYAML struct {
	Kind      string            `yaml:"kind"`
	Automatic bool              `yaml:"automatic"`
	Settings  map[string]string `yaml:",inline"`
}

// spec verifies the settings. Relative files lie beside the declaration, which is in dir.
func (y edoYAML) spec(dir string) (invoices.EDOSettings, error) {
	if y.Kind == "" {
		if len(y.Settings) > 0 || y.Automatic {
			return invoices.EDOSettings{}, required("edo.kind", "")
		}
		return invoices.EDOSettings{}, nil
	}
	if err := operators.Check(y.Kind, y.Settings); err != nil {
		return invoices.EDOSettings{}, err
	}
	values := map[string]string{}
	for name, value := range y.Settings {
		if path, ok := strings.CutPrefix(value, "file:"); ok && !filepath.IsAbs(path) {
			absolute, err := filepath.Abs(filepath.Join(dir, path))
			if err != nil {
				return invoices.EDOSettings{}, err
			}
			value = "file:" + absolute
		}
		values[name] = value
	}
	return invoices.EDOSettings{Operator: y.Kind, Automatic: y.Automatic, Values: values}, nil
}

// connectEDO lets documents reach the operators that sellers have declared.
func (a *app) connectEDO() {
	a.invoices.ConnectEDO(func(operator string, values map[string]string) (edo.Operator, error) {
		return operators.Open(operator, values, edo.Config{Clock: a.clock, Logger: a.log, Secrets: outbound.Secrets{LookupEnv: os.LookupEnv, Dir: a.cfg.DataDir}})
	})
}

// edoEvery is how often dispatches that are due are looked for; how often each is asked for
// depends on its age.
const edoEvery = 2 * time.Minute

func (a *app) edoSchedule() jobs.Schedule {
	return jobs.Schedule{Name: "edo", Every: edoEvery, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
		done, err := a.invoices.SweepEDO(ctx)
		if prolong.CodeOf(err) == prolong.CodeUnavailable {
			err = nil // the operator's trouble is on the documents, it is not the job's
		}
		return jobs.Counts{"edo_queued": done.Queued, "edo_changed": done.Changed, "edo_failed": done.Failed}, err
	}}
}
