package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// print writes a catalogue text to standard output.
func (c *cli) print(cmd *cobra.Command, key string, args ...any) {
	_, _ = fmt.Fprintln(cmd.OutOrStdout(), c.tr.T(key, args...)) // a closed pipe is the reader's wish
}

// closing closes the product at the end of a command; what goes wrong then is only told.
func (a *app) closing() {
	if err := a.close(); err != nil {
		a.log.Warn("closing the database", "error", err)
	}
}

// printJSON writes v as one indented document.
func printJSON(cmd *cobra.Command, v any) error {
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// output opens where an export goes: the file of --out, or standard output.
func output(cmd *cobra.Command, path string) (io.Writer, func() error, error) {
	if path == "" {
		return cmd.OutOrStdout(), func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

// table writes rows as CSV or as one JSON object a line.
type table struct {
	columns []string
	csv     *csv.Writer
	json    *json.Encoder
}

func newTable(w io.Writer, format string, columns []string) (*table, error) {
	t := &table{columns: columns}
	if format == "jsonl" {
		t.json = json.NewEncoder(w)
		t.json.SetEscapeHTML(false)
		return t, nil
	}
	t.csv = csv.NewWriter(w)
	return t, t.csv.Write(columns)
}

// row writes one row: cells for CSV, object for JSON.
func (t *table) row(cells []string, object any) error {
	if t.json != nil {
		return t.json.Encode(object)
	}
	return t.csv.Write(cells)
}

func (t *table) flush() error {
	if t.csv == nil {
		return nil
	}
	t.csv.Flush()
	return t.csv.Error()
}
