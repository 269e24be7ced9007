package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"prolong/banksync"
	"prolong/billing"
	"prolong/invoices"
)

// exportRow is a row of an export: cells for CSV, itself for JSON.
type exportRow interface{ Cells() []string }

func (c *cli) exportCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "export", Short: c.tr.T("cli.export")}
	var format, out string
	cmd.PersistentFlags().StringVar(&format, "format", "csv", c.tr.T("cli.flag_format"))
	cmd.PersistentFlags().StringVar(&out, "out", "", c.tr.T("cli.flag_out"))
	var days span
	for _, e := range []struct {
		name    string
		short   string
		columns []string
		spanned bool
		run     func(a *app, ctx context.Context, yield func(exportRow) error) error
	}{
		{name: "accounts", short: c.tr.T("cli.export_accounts"), columns: billing.AccountExportColumns, run: func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.billing.ExportAccounts(ctx, func(r billing.AccountExport) error { return yield(r) })
		}},
		{name: "invoices", short: c.tr.T("cli.export_invoices"), columns: invoices.InvoiceExportColumns, run: func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.invoices.ExportInvoices(ctx, func(r invoices.InvoiceExport) error { return yield(r) })
		}},
		{name: "payments", short: c.tr.T("cli.export_payments"), columns: banksync.PaymentExportColumns, run: func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.banksync.ExportPayments(ctx, func(r banksync.PaymentExport) error { return yield(r) })
		}},
		{name: "documents", short: c.tr.T("cli.export_documents"), columns: invoices.DocumentExportColumns, run: func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.invoices.ExportDocuments(ctx, func(r invoices.DocumentExport) error { return yield(r) })
		}},
		{name: "incidents", short: c.tr.T("cli.export_incidents"), columns: banksync.IncidentExportColumns, run: func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.banksync.ExportIncidents(ctx, func(r banksync.IncidentExport) error { return yield(r) })
		}},
		{name: "calls", short: c.tr.T("cli.export_calls"), columns: callExportColumns, spanned: true, run: func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.exportCalls(ctx, days, yield)
		}},
		{name: "tickets", short: c.tr.T("cli.export_tickets"), columns: ticketExportColumns, spanned: true, run: func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.exportTickets(ctx, days, yield)
		}},
	} {
		export := &cobra.Command{
			Use: e.name, Short: e.short,
			RunE: func(cmd *cobra.Command, _ []string) (err error) {
				if err := oneOf("--format", format, "csv", "jsonl"); err != nil {
					return usageError{errors.New(c.tr.Error(err))}
				}
				a, err := c.open(cmd.Context(), appOptions{})
				if err != nil {
					return err
				}
				defer a.closing()
				w, done, err := output(cmd, out)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, done()) }()
				t, err := newTable(w, format, e.columns)
				if err != nil {
					return err
				}
				if err := e.run(a, cmd.Context(), func(r exportRow) error { return t.row(r.Cells(), r) }); err != nil {
					return err
				}
				return t.flush()
			},
		}
		if e.spanned {
			export.Flags().Var(&days.from, "from", c.tr.T("cli.flag_from"))
			export.Flags().Var(&days.to, "to", c.tr.T("cli.flag_to"))
		}
		cmd.AddCommand(export)
	}
	cmd.AddCommand(c.accountingExports()...)
	cmd.AddCommand(c.reportExports(&format, &out)...)
	return cmd
}
