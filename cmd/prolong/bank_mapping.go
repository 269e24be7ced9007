package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/statement"
)

// mappingFlags are what a person says about a table.
type mappingFlags struct {
	account, file   string
	confirm, asJSON bool
}

func (c *cli) bankMappingCommand() *cobra.Command {
	var f mappingFlags
	cmd := &cobra.Command{
		Use: "mapping FILE", Short: c.tr.T("cli.bank_mapping"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			return a.bankMapping(cmd, args[0], f)
		},
	}
	cmd.Flags().StringVar(&f.account, "account", "", c.tr.T("cli.flag_mapping_account"))
	cmd.Flags().StringVar(&f.file, "mapping", "", c.tr.T("cli.flag_mapping_file"))
	cmd.Flags().BoolVar(&f.confirm, "confirm", false, c.tr.T("cli.flag_mapping_confirm"))
	cmd.Flags().BoolVar(&f.asJSON, "json", false, c.tr.T("cli.flag_json"))
	return cmd
}

// mappingReport is what `bank mapping --json` prints; its mapping can be corrected and given back
// with --mapping.
type mappingReport struct {
	File       string             `json:"file"`
	Confirmed  bool               `json:"confirmed"`
	HeaderLine int                `json:"header_line"` // 0: the table has no header
	Headers    []string           `json:"headers"`
	Unused     []string           `json:"unused"`
	Missing    []string           `json:"missing"`
	Sample     [][]string         `json:"sample"`
	Mapping    statement.Mapping  `json:"mapping"`
	Statements []mappingStatement `json:"statements"` // what the mapping makes of the file
	Failure    string             `json:"failure,omitempty"`
}

type mappingStatement struct {
	Account   string           `json:"account"`
	Currency  prolong.Currency `json:"currency"`
	From      string           `json:"from"`
	To        string           `json:"to"`
	Count     int              `json:"count"`
	New       int              `json:"new"`
	Credit    string           `json:"credit"`
	Debit     string           `json:"debit"`
	BalanceOK *bool            `json:"balance_ok"`
	Warnings  int              `json:"warnings"`
}

// bankMapping shows how a table would be read, and with --confirm remembers it.
func (a *app) bankMapping(cmd *cobra.Command, file string, f mappingFlags) error {
	body, err := readAll(file)
	if err != nil {
		return err
	}
	mapping, err := readMapping(f.file)
	if err != nil {
		return err
	}
	name := filepath.Base(file)
	preview, err := a.banksync.PreviewFile(cmd.Context(), name, body, mapping)
	if err != nil {
		return err
	}
	if preview.Proposal != nil && f.account != "" {
		preview.Proposal.Mapping.Account = f.account
		if preview, err = a.banksync.PreviewFile(cmd.Context(), name, body, &preview.Proposal.Mapping); err != nil {
			return err
		}
	}
	if preview.Proposal == nil {
		if preview.Failure != nil {
			return placed(file, lineOf(preview.Failure), preview.Failure)
		}
		return prolong.NewError(prolong.CodeInvalid, "error.mapping_needless", prolong.Args{"File": file})
	}
	if f.confirm {
		if err := a.banksync.ConfirmMapping(cmd.Context(), prolong.System("bank mapping"), name, body, preview.Proposal.Mapping); err != nil {
			return placed(file, lineOf(err), err)
		}
	}
	report := a.mappingReport(file, preview)
	report.Confirmed = f.confirm
	if f.asJSON {
		return printJSON(cmd, report)
	}
	a.printMapping(cmd, report)
	return nil
}

func (a *app) mappingReport(file string, preview banksync.UploadPreview) mappingReport {
	p := preview.Proposal
	report := mappingReport{File: file, HeaderLine: p.HeaderLine, Headers: listOf(p.Headers), Unused: listOf(p.Unused), Missing: []string{}, Sample: p.Sample,
		Mapping: p.Mapping, Statements: []mappingStatement{}}
	for _, column := range p.Missing {
		report.Missing = append(report.Missing, string(column))
	}
	for _, st := range preview.Statements {
		report.Statements = append(report.Statements, mappingStatement{Account: st.Account, Currency: st.Currency, From: st.From.String(), To: st.To.String(), Count: st.Totals.Count, New: st.New,
			Credit: st.Totals.Credit.String(), Debit: st.Totals.Debit.String(), BalanceOK: st.Balanced, Warnings: len(st.Warnings)})
	}
	if preview.Failure != nil {
		report.Failure = a.tr.Error(preview.Failure)
	}
	return report
}

// printMapping shows the columns, the first rows, and what they make.
func (a *app) printMapping(cmd *cobra.Command, r mappingReport) {
	a.print(cmd, "cli.mapping_header", "File", r.File, "Line", r.HeaderLine, "Account", r.Mapping.Account)
	columns := make([]string, 0, len(r.Mapping.Columns))
	for column, header := range r.Mapping.Columns {
		columns = append(columns, fmt.Sprintf("  %-16s %s", column, header))
	}
	slices.Sort(columns)
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, strings.Join(columns, "\n"))
	for _, row := range r.Sample {
		fmt.Fprintln(out, "  "+strings.Join(row, " | "))
	}
	if len(r.Missing) > 0 {
		a.print(cmd, "cli.mapping_missing", "Columns", strings.Join(r.Missing, ", "))
	}
	if len(r.Unused) > 0 {
		a.print(cmd, "cli.mapping_unused", "Columns", strings.Join(r.Unused, ", "))
	}
	for _, st := range r.Statements {
		a.print(cmd, "cli.mapping_statement", "Account", st.Account, "From", st.From, "To", st.To, "Count", st.Count, "Credit", st.Credit, "Debit", st.Debit, "Currency", string(st.Currency))
	}
	switch {
	case r.Failure != "":
		a.print(cmd, "cli.mapping_failure", "Reason", r.Failure)
	case r.Confirmed:
		a.print(cmd, "cli.mapping_confirmed", "File", r.File)
	default:
		a.print(cmd, "cli.mapping_ask", "File", r.File)
	}
}

// readMapping reads a mapping as `bank mapping --json` prints it, or by itself; none for no file.
func readMapping(file string) (*statement.Mapping, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // no mapping is what was asked for
	}
	body, err := readAll(file)
	if err != nil {
		return nil, err
	}
	var printed struct {
		Mapping *statement.Mapping `json:"mapping"`
	}
	if err := json.Unmarshal(body, &printed); err == nil && printed.Mapping != nil {
		return printed.Mapping, nil
	}
	mapping := new(statement.Mapping)
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(mapping); err != nil || len(mapping.Columns) == 0 {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.mapping_file", prolong.Args{"File": file}).Because(err)
	}
	return mapping, nil
}

func readAll(file string) ([]byte, error) {
	f, err := openStatement(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return io.ReadAll(io.LimitReader(f, mappingBytesMax))
}

// mappingBytesMax is how much of a table is looked at; as much as an upload may hold.
const mappingBytesMax = 32 << 20

// listOf is the list, empty rather than missing in JSON.
func listOf(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
