package statement

import (
	"io"

	"prolong"
	"prolong/banksync/statement/camt"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/directbank"
	"prolong/banksync/statement/mt940"
	"prolong/banksync/statement/onec"
	"prolong/banksync/statement/record"
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
}

// Parse reads a statement file. Format and encoding are found by the bytes, never by the
// name. Returns one Statement per account; CodeInvalid, naming line and remedy, for a file
// that cannot be used: unknown format, destroyed letters, no rows.
func Parse(r io.Reader, opts Options) ([]Statement, error) {
	text, err := charset.Open(r)
	if err != nil {
		return nil, prolong.Wrap("statement.Parse", err)
	}
	for _, reader := range readers {
		if reader.sniff(text.Head()) {
			out, err := reader.parse(text, opts)
			return out, prolong.Wrap("statement.Parse", err)
		}
	}
	return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_unknown_format", prolong.Args{"Line": 1})
}
