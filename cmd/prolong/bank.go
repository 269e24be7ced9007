package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/statement"
)

func (c *cli) bankCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "bank", Short: c.tr.T("cli.bank")}
	var asJSON bool
	parse := &cobra.Command{
		Use: "parse FILE", Short: c.tr.T("cli.bank_parse"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.bankParse(cmd, args[0], asJSON) },
	}
	parse.Flags().BoolVar(&asJSON, "json", false, c.tr.T("cli.flag_json"))
	imports := &cobra.Command{
		Use: "import FILE...", Short: c.tr.T("cli.bank_import"), Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{workers: true})
			if err != nil {
				return err
			}
			defer a.closing()
			return a.bankImport(cmd, args, asJSON)
		},
	}
	imports.Flags().BoolVar(&asJSON, "json", false, c.tr.T("cli.flag_json"))
	pull := &cobra.Command{
		Use: "pull", Short: c.tr.T("cli.bank_pull"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), appOptions{workers: true})
			if err != nil {
				return err
			}
			defer a.closing()
			reports, err := a.banksync.PullNow(cmd.Context(), prolong.System("bank pull"))
			a.printReports(cmd, reports)
			return errors.Join(err, a.deliver(cmd))
		},
	}
	cmd.AddCommand(parse, imports, pull, c.bankMappingCommand())
	return cmd
}

// parseGarbagePercent is how much garbage may lie beside the entries of a file: they may need more
// than the file itself, and half of that is all that the collector would leave free by default.
const parseGarbagePercent = 25

// parseStatement reads a statement without the original texts, which are not shown. By them the
// last entry of a file that is cut is told from others, so that such a file is read again.
func parseStatement(f *os.File) ([]statement.Statement, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	options := statement.Options{FileName: filepath.Base(f.Name()), WithoutRaw: info.Mode().IsRegular()}
	statements, err := statement.Parse(f, options)
	cut := slices.ContainsFunc(statements, func(s statement.Statement) bool {
		return slices.ContainsFunc(s.Entries, func(e statement.Entry) bool { return e.Cut != statement.CutNothing })
	})
	if err != nil || !options.WithoutRaw || !cut {
		return statements, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	options.WithoutRaw = false
	return statement.Parse(f, options)
}

// bankParse needs no database.
func (c *cli) bankParse(cmd *cobra.Command, file string, asJSON bool) error {
	f, err := openStatement(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	defer debug.SetGCPercent(debug.SetGCPercent(parseGarbagePercent))
	statements, err := parseStatement(f)
	if err != nil {
		return placed(file, lineOf(err), err)
	}
	if asJSON {
		return statement.WriteJSON(cmd.OutOrStdout(), statements, func(key string, args prolong.Args) string { return c.tr.T(key, args) })
	}
	for i := range statements {
		st := &statements[i]
		c.print(cmd, "cli.statement", "Format", string(st.Format), "Account", st.Account, "Currency", string(st.Currency), "From", st.From, "To", st.To,
			"Count", st.Totals.Count, "Credit", st.Totals.Credit.String(), "Debit", st.Totals.Debit.String(), "Warnings", len(st.Warnings))
		c.printWarnings(file, st.Warnings)
	}
	return nil
}

func (a *app) bankImport(cmd *cobra.Command, files []string, asJSON bool) error {
	reports := []banksync.Report{}
	var failed error
	for _, file := range files {
		report, err := a.importFile(cmd, file)
		if err != nil {
			// The other files do not suffer for this one.
			fmt.Fprintf(os.Stderr, "prolong: %s: %s\n", at(file, lineOf(err)), a.tr.Error(err))
			a.log.Debug("import failed", "file", file, "error", err)
			failed = errReported
			continue
		}
		reports = append(reports, report)
		if !asJSON {
			a.printReports(cmd, []banksync.Report{report})
			a.printWarnings(file, report.Warnings)
		}
	}
	if asJSON {
		if err := printJSON(cmd, reports); err != nil {
			return err
		}
		cmd.SetOut(io.Discard) // the report is all that a program wants to read
	}
	return errors.Join(failed, a.deliver(cmd))
}

func (a *app) importFile(cmd *cobra.Command, file string) (banksync.Report, error) {
	f, err := openStatement(file)
	if err != nil {
		return banksync.Report{}, err
	}
	defer func() { _ = f.Close() }() // only read
	return a.banksync.Import(cmd.Context(), prolong.System("bank import"), "command", filepath.Base(file), f)
}

func (a *app) printReports(cmd *cobra.Command, reports []banksync.Report) {
	for _, r := range reports {
		a.print(cmd, "cli.bank_imported", "Name", r.Name, "Lines", r.Lines, "New", r.New, "Credits", r.Credits, "Matched", r.Matched, "Review", r.Review, "Ignored", r.Ignored, "Paid", r.Paid)
		if r.Completed > 0 {
			a.print(cmd, "cli.bank_completed", "Name", r.Name, "Count", r.Completed)
		}
		for _, number := range r.UnknownAccounts {
			a.print(cmd, "cli.bank_unknown_account", "Number", number)
		}
	}
}

func (c *cli) printWarnings(file string, warnings []statement.Warning) {
	for _, w := range warnings {
		fmt.Fprintf(os.Stderr, "%s: %s: %s\n", at(file, w.Line), w.Code, c.tr.T(w.Key(), w.Args))
	}
}

// at writes a place in a file; what is about the whole file has no line.
func at(file string, line int) string {
	if line <= 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// statementBytesMax bounds a file of a bank, as the reader does; here it is known before half a
// gigabyte is read into memory for nothing.
const statementBytesMax = 512 << 20

// openStatement opens a file of a bank. Returns CodeNotFound if there is none, CodeInvalid for a
// folder, a file that cannot be read or one that is larger than any statement.
func openStatement(file string) (*os.File, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, prolong.NewError(prolong.CodeNotFound, "error.file_missing", prolong.Args{"File": file})
	}
	if err != nil {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": file, "Detail": err.Error()})
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, errors.Join(prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": file, "Detail": err.Error()}), f.Close())
	case info.IsDir():
		return nil, errors.Join(prolong.NewError(prolong.CodeInvalid, "error.file_is_folder", prolong.Args{"File": file}), f.Close())
	case info.Size() > statementBytesMax:
		return nil, errors.Join(prolong.NewError(prolong.CodeInvalid, "error.statement_file_too_large", prolong.Args{"Max": statementBytesMax >> 20}), f.Close())
	}
	return f, nil
}

// lineOf returns the line that an error about a file names; 0 where it is about the whole file.
func lineOf(err error) int {
	var e *prolong.Error
	if errors.As(err, &e) {
		if line, ok := e.Args["Line"].(int); ok && line > 0 {
			return line
		}
	}
	return 0
}
