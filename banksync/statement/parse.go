package statement

import (
	"bufio"
	"errors"
	"io"
	"maps"
	"strings"

	"prolong"
	"prolong/banksync/statement/camt"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/csv"
	"prolong/banksync/statement/directbank"
	"prolong/banksync/statement/modulbank"
	"prolong/banksync/statement/monobank"
	"prolong/banksync/statement/mt940"
	"prolong/banksync/statement/onec"
	"prolong/banksync/statement/privatbank"
	"prolong/banksync/statement/record"
	"prolong/banksync/statement/sber"
	"prolong/banksync/statement/tbank"
	"prolong/banksync/statement/tochka"
)

// reader is one format: how it is recognised and how it is read.
type reader struct {
	sniff func(head []byte) bool
	parse func(*charset.Text, record.Options) ([]record.Statement, error)
}

// readers are tried in this order; the first that recognises the beginning reads the file.
var readers = []reader{
	{onec.Sniff, onec.Parse},
	{directbank.Sniff, directbank.Parse},
	{camt.Sniff, camt.Parse},
	{mt940.Sniff, mt940.Parse},
	{privatbank.Sniff, privatbank.Parse},
	{monobank.Sniff, monobank.Parse},
	{tbank.Sniff, tbank.Parse},
	{tochka.Sniff, tochka.Parse},
	{sber.Sniff, sber.Parse},
	{modulbank.Sniff, modulbank.Parse},
	{csv.Sniff, csv.Parse},
}

// strangers are files that people upload by mistake, by their first bytes.
var strangers = []struct{ beginning, key string }{
	{"%PDF", "error.statement_pdf"},
	{"PK\x03\x04", "error.statement_spreadsheet"},       // xlsx, zip
	{"\xD0\xCF\x11\xE0", "error.statement_spreadsheet"}, // xls
	{"Rar!", "error.statement_spreadsheet"},
	{"7z\xBC\xAF", "error.statement_spreadsheet"},
}

// strangerBytes is the longest of the beginnings.
const strangerBytes = 4

// Parse reads a statement file. Format and encoding are found by the bytes, never by the
// name. Returns one Statement per account, or per message of the file; CodeInvalid, naming
// line and remedy, for a file that cannot be used: unknown format, destroyed letters, no rows.
func Parse(r io.Reader, opts Options) ([]Statement, error) {
	out, err := parse(r, opts)
	if err == nil {
		return out, nil
	}
	var e *prolong.Error
	if errors.As(err, &e) && opts.FileName != "" {
		named := *e
		named.Args = maps.Clone(e.Args)
		if named.Args == nil {
			named.Args = make(prolong.Args)
		}
		named.Args["File"] = opts.FileName
		err = &named
	}
	return nil, prolong.Wrap("statement.Parse", err)
}

func parse(r io.Reader, opts Options) ([]Statement, error) {
	text, err := open(r)
	if err != nil {
		return nil, err
	}
	for _, reader := range readers {
		if reader.sniff(text.Head()) {
			return reader.parse(text, opts)
		}
	}
	return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_unknown_format", prolong.Args{"Line": 1})
}

// GuessMapping proposes a layout for a CSV table, for a person to confirm. Returns CodeInvalid
// if the file is no table of operations.
func GuessMapping(r io.Reader) (Proposal, error) {
	text, err := open(r)
	if err != nil {
		return Proposal{}, prolong.Wrap("statement.GuessMapping", err)
	}
	if !csv.Sniff(text.Head()) {
		return Proposal{}, prolong.NewError(prolong.CodeInvalid, "error.statement_csv_unlike", prolong.Args{"Line": 1})
	}
	out, err := csv.Guess(text)
	return out, prolong.Wrap("statement.GuessMapping", err)
}

// open finds the encoding and refuses files that are no text.
func open(r io.Reader) (*charset.Text, error) {
	br := bufio.NewReader(r)
	head, err := br.Peek(strangerBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, s := range strangers {
		if strings.HasPrefix(string(head), s.beginning) {
			return nil, prolong.NewError(prolong.CodeInvalid, s.key, nil)
		}
	}
	return charset.Open(br)
}
