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
	for _, e := range []struct {
		name    string
		short   string
		columns []string
		run     func(a *app, ctx context.Context, yield func(exportRow) error) error
	}{
		{"accounts", c.tr.T("cli.export_accounts"), billing.AccountExportColumns, func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.billing.ExportAccounts(ctx, func(r billing.AccountExport) error { return yield(r) })
		}},
		{"invoices", c.tr.T("cli.export_invoices"), invoices.InvoiceExportColumns, func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.invoices.ExportInvoices(ctx, func(r invoices.InvoiceExport) error { return yield(r) })
		}},
		{"payments", c.tr.T("cli.export_payments"), banksync.PaymentExportColumns, func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.banksync.ExportPayments(ctx, func(r banksync.PaymentExport) error { return yield(r) })
		}},
		{"documents", c.tr.T("cli.export_documents"), invoices.DocumentExportColumns, func(a *app, ctx context.Context, yield func(exportRow) error) error {
			return a.invoices.ExportDocuments(ctx, func(r invoices.DocumentExport) error { return yield(r) })
		}},
	} {
		cmd.AddCommand(&cobra.Command{
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
		})
	}
	return cmd
}
