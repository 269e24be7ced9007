// Package onec reads 1CClientBankExchange, the text format that banks of Russia, Kazakhstan
// and formerly Ukraine exchange with accounting systems: versions 1.01 to 1.03 and the
// dialects of Kazakhstan (2.0, 2.00, upper-case fields). Rules: reference banks.md 2.
package onec

import (
	"bytes"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/record"
)

// Parse reads the text and returns one statement per account, for each file that is glued
// into it. A document that cannot be read becomes a warning with its line; the others are
// kept. Returns CodeInvalid, with the line and the remedy, if the letters are destroyed or if
// nothing can be read.
func Parse(text *charset.Text, opts record.Options) ([]record.Statement, error) {
	lines := text.Lines()
	if !skipToSignature(lines) {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_unknown_format", prolong.Args{"Line": 1})
	}
	var out []record.Statement
	for more := true; more; {
		s := &scanner{lines: lines, file: new(file), withoutRaw: opts.WithoutRaw}
		if err := s.scan(); err != nil {
			return nil, err
		}
		s.file.encoding = lines.Encoding()
		more = s.stopped
		statements, err := resolve(s.file, opts)
		if err != nil {
			return nil, err
		}
		out = append(out, statements...)
	}
	return out, nil
}

func skipToSignature(lines *charset.Lines) bool {
	for lines.Next() {
		line := bytes.TrimSpace(lines.Line())
		if len(line) > 0 {
			return isSignature(line)
		}
	}
	return false
}
