package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/invoices"
)

// cashWeeksDefault is a quarter.
const cashWeeksDefault = 13

// reportFlags are what the reports ask for.
type reportFlags struct {
	on      dateFlag
	weeks   int
	partner string
	month   dateFlag
}

// reportExports are the reports of money, each a view and an export.
func (c *cli) reportExports(format, out *string) []*cobra.Command {
	var f reportFlags
	type report struct {
		name, short string
		columns     []string
		flags       func(cmd *cobra.Command)
		run         func(ctx context.Context, a *app, yield func(exportRow) error) error
	}
	on := func(cmd *cobra.Command) { cmd.Flags().Var(&f.on, "on", c.tr.T("cli.flag_on")) }
	var commands []*cobra.Command
	for _, r := range []report{
		{"ageing", c.tr.T("cli.export_ageing"), invoices.AgeingExportColumns, on, func(ctx context.Context, a *app, yield func(exportRow) error) error {
			return a.invoices.ExportAgeing(ctx, f.on.Date, func(r invoices.AgeingExport) error { return yield(r) })
		}},
		{"deferred", c.tr.T("cli.export_deferred"), invoices.DeferredExportColumns, nil, func(ctx context.Context, a *app, yield func(exportRow) error) error {
			return a.invoices.ExportDeferred(ctx, func(r invoices.DeferredExport) error { return yield(r) })
		}},
		{"mrr", c.tr.T("cli.export_mrr"), invoices.MRRExportColumns, on, func(ctx context.Context, a *app, yield func(exportRow) error) error {
			return a.invoices.ExportMRR(ctx, f.on.Date, func(r invoices.MRRExport) error { return yield(r) })
		}},
		{"churn", c.tr.T("cli.export_churn"), invoices.ChurnExportColumns, on, func(ctx context.Context, a *app, yield func(exportRow) error) error {
			return a.invoices.ExportChurn(ctx, f.on.Date, func(r invoices.ChurnExport) error { return yield(r) })
		}},
		{"cash", c.tr.T("cli.export_cash"), invoices.CashExportColumns, func(cmd *cobra.Command) {
			on(cmd)
			cmd.Flags().IntVar(&f.weeks, "weeks", cashWeeksDefault, c.tr.T("cli.flag_weeks"))
		}, func(ctx context.Context, a *app, yield func(exportRow) error) error {
			return a.invoices.ExportCash(ctx, f.on.Date, f.weeks, func(r invoices.CashExport) error { return yield(r) })
		}},
		{"commissions", c.tr.T("cli.export_commissions"), invoices.CommissionExportColumns, func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.partner, "partner", "", c.tr.T("cli.flag_partner"))
			cmd.Flags().Var(&f.month, "month", c.tr.T("cli.flag_month"))
		}, func(ctx context.Context, a *app, yield func(exportRow) error) error {
			month := f.month.Date
			if !month.IsZero() {
				month = prolong.NewDate(month.Year(), month.Month(), 1)
			}
			if _, err := a.invoices.AccrueCommissions(ctx); err != nil {
				return err
			}
			return a.invoices.ExportCommissions(ctx, f.partner, month, func(r invoices.CommissionExport) error { return yield(r) })
		}},
	} {
		cmd := &cobra.Command{Use: r.name, Short: r.short, RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := oneOf("--format", *format, "csv", "jsonl"); err != nil {
				return usageError{errors.New(c.tr.Error(err))}
			}
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			if f.on.IsZero() {
				zone, err := a.zone(cmd.Context())
				if err != nil {
					return err
				}
				f.on.Date = prolong.DateOf(a.clock.Now(), zone)
			}
			w, done, err := output(cmd, *out)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, done()) }()
			t, err := newTable(w, *format, r.columns)
			if err != nil {
				return err
			}
			if err := r.run(cmd.Context(), a, func(row exportRow) error { return t.row(row.Cells(), row) }); err != nil {
				return err
			}
			return t.flush()
		}}
		if r.flags != nil {
			r.flags(cmd)
		}
		commands = append(commands, cmd)
	}
	return commands
}
