package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/banksync"
	"prolong/invoices"
	"prolong/invoices/register"
)

// accountingExports are the files for the books: EnterpriseData for 1С, registers, formalised
// documents. Their interval is that of the parent's --from and --to where it has them.
func (c *cli) accountingExports() []*cobra.Command {
	return []*cobra.Command{c.exportOneCCommand(), c.exportRegisterCommand(), c.exportUPDCommand()}
}

// intervalFlags are the seller and the days of an export.
type intervalFlags struct{ seller, from, to string }

func (c *cli) addIntervalFlags(cmd *cobra.Command) *intervalFlags {
	f := &intervalFlags{}
	cmd.Flags().StringVar(&f.seller, "seller", "", c.tr.T("cli.flag_export_seller"))
	cmd.Flags().StringVar(&f.from, "from", "", c.tr.T("cli.flag_export_from"))
	cmd.Flags().StringVar(&f.to, "to", "", c.tr.T("cli.flag_export_to"))
	for _, name := range []string{"from", "to"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag was added three lines above
		}
	}
	return f
}

func (f *intervalFlags) interval() (i invoices.Interval, err error) {
	i.Seller = f.seller
	if i.From, err = prolong.ParseDate(f.from); err != nil {
		return i, err
	}
	i.To, err = prolong.ParseDate(f.to)
	return i, err
}

// toOutput writes what an export made to --out or to standard output, whole or not at all.
func toOutput(cmd *cobra.Command, out string, body []byte) (err error) {
	w, done, err := output(cmd, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	_, err = w.Write(body)
	return err
}

func (c *cli) exportOneCCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "1c", Short: c.tr.T("cli.export_1c"), Args: cobra.NoArgs}
	flags := c.addIntervalFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.withExport(cmd, flags, func(ctx context.Context, a *app, i invoices.Interval) error {
			var body bytes.Buffer
			counts, err := a.invoices.ExportOneC(ctx, &body, i, a.banksync.Receipts)
			if err != nil {
				return err
			}
			out, err := cmd.Flags().GetString("out")
			if err != nil {
				return err
			}
			if err := toOutput(cmd, out, body.Bytes()); err != nil {
				return err
			}
			cmd.PrintErrln(c.tr.T("cli.exported_1c", "Invoices", counts.Invoices, "Acts", counts.Acts, "Reversals", counts.Reversals, "TaxInvoices", counts.TaxInvoices, "Receipts", counts.Receipts, "Corrections", counts.Corrections,
				"Skipped", orDash(strings.Join(counts.Skipped, ", "))))
			return nil
		})
	}
	return cmd
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func (c *cli) exportRegisterCommand() *cobra.Command {
	names := append(invoices.Registers(), banksync.RegisterPayments)
	cmd := &cobra.Command{Use: "register NAME", Short: c.tr.T("cli.export_register", "Names", strings.Join(names, ", ")), Args: cobra.ExactArgs(1), ValidArgs: names}
	flags := c.addIntervalFlags(cmd)
	var format string
	cmd.Flags().StringVar(&format, "format", string(register.CSV), c.tr.T("cli.flag_register_format"))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := oneOf("NAME", args[0], names...); err != nil {
			return usageError{errors.New(c.tr.Error(err))}
		}
		if err := oneOf("--format", register.Format(format), register.CSV, register.XLSX); err != nil {
			return usageError{errors.New(c.tr.Error(err))}
		}
		return c.withExport(cmd, flags, func(ctx context.Context, a *app, i invoices.Interval) (err error) {
			var table register.Table
			if args[0] == banksync.RegisterPayments {
				table, err = a.banksync.PaymentRegister(ctx, i)
			} else {
				table, err = a.invoices.Register(ctx, args[0], i)
			}
			if err != nil {
				return err
			}
			var body bytes.Buffer
			if _, err := register.Write(ctx, &body, register.Format(format), table, func(key string) string { return c.tr.T(key) }); err != nil {
				return err
			}
			out, err := cmd.Flags().GetString("out")
			if err != nil {
				return err
			}
			return toOutput(cmd, out, body.Bytes())
		})
	}
	return cmd
}

func (c *cli) exportUPDCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "upd", Short: c.tr.T("cli.export_upd"), Args: cobra.NoArgs}
	flags := c.addIntervalFlags(cmd)
	var dir string
	cmd.Flags().StringVar(&dir, "dir", ".", c.tr.T("cli.flag_dir"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.withExport(cmd, flags, func(ctx context.Context, a *app, i invoices.Interval) error {
			if err := os.MkdirAll(dir, 0o750); err != nil {
				return err
			}
			written, failed := 0, 0
			err := a.invoices.EachUPD(ctx, i, func(number string, file invoices.File, err error) error {
				if err != nil {
					failed++
					cmd.PrintErrln(c.tr.Error(err))
					return nil //nolint:nilerr // one document that lacks a requisite does not hold up the others; it is named
				}
				written++
				return os.WriteFile(filepath.Join(dir, file.Name), file.Body, 0o600)
			})
			if err != nil {
				return err
			}
			c.print(cmd, "cli.exported_upd", "Files", written, "Failed", failed)
			return nil
		})
	}
	return cmd
}

// withExport opens the product for an export of an interval.
func (c *cli) withExport(cmd *cobra.Command, flags *intervalFlags, run func(ctx context.Context, a *app, i invoices.Interval) error) error {
	i, err := flags.interval()
	if err != nil {
		return usageError{errors.New(c.tr.Error(err))}
	}
	a, err := c.open(cmd.Context(), appOptions{})
	if err != nil {
		return err
	}
	defer a.closing()
	return run(cmd.Context(), a, i)
}
