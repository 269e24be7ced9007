package onec

import (
	"bytes"
	"strings"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// signature ends the first line of every file. What stands before it is "1C" with a Latin
// or a Cyrillic letter.
const signature = "ClientBankExchange"

// Sniff says whether the text begins like a 1CClientBankExchange file.
func Sniff(head []byte) bool {
	first := bytes.TrimLeft(head, "\r\n\t \uFEFF")
	if end := bytes.IndexAny(first, "\r\n"); end >= 0 {
		first = first[:end]
	}
	return isSignature(bytes.TrimSpace(first))
}

func isSignature(line []byte) bool {
	at := len(line) - len(signature)
	if at < 0 || at > 6 || !strings.EqualFold(string(line[at:]), signature) {
		return false
	}
	switch strings.ToUpper(string(line[:at])) {
	case "1C", "1С", "": // Latin, Cyrillic
		return true
	}
	return false
}

// place is the part of the file that a line belongs to.
type place uint8

const (
	inHeader place = iota
	inAccount
	inDocument
	between
	afterEnd
)

// file is what one 1CClientBankExchange file says, before documents are given to accounts.
type file struct {
	encoding  charset.Encoding
	version   string
	accounts  []string // of the header, in its order
	from, to  prolong.Date
	sections  []section
	documents documents
	warnings  []record.Warning
	names     int // lines whose field is known
	strangers int // lines of the form name=value whose field is not
	unended   bool
	cut       int // documents that were left out
	lost      int // letters that are gone for good
	letters   int // bytes read
}

// scanner walks through the lines.
type scanner struct {
	lines      *charset.Lines
	file       *file
	at         place
	draft      draft
	strays     int
	withoutRaw bool
	// stopped is set when another file begins: some people glue their files together.
	stopped bool
}

// lostShareMax: a file in which more than one of so many bytes is a lost letter was damaged
// as a whole; single lost letters come from banks that cut a purpose in the middle of one.
const lostShareMax = 20

// strangersMin is how many unknown fields without a single known one prove that the letters
// were destroyed.
const strangersMin = 3

// straysMax bounds the warnings about text outside of sections.
const straysMax = 20

// scan reads one file, up to its end or to the beginning of the next.
func (s *scanner) scan() error {
	for !s.stopped && s.lines.Next() {
		line := bytes.TrimRight(s.lines.Line(), " \t\x1a")
		s.file.letters += len(line)
		if s.lines.Damaged() {
			s.file.lost += bytes.Count(line, []byte("\uFFFD"))
			s.draft.damaged = true
			if err := s.refuseDestroyed(line); err != nil {
				return err
			}
		}
		s.take(line)
	}
	if err := s.lines.Err(); err != nil {
		return prolong.Wrap("onec.Parse", err)
	}
	if !s.stopped {
		s.closeAtEnd()
	}
	return s.judge()
}

// refuseDestroyed stops at the first field name whose letters were replaced.
func (s *scanner) refuseDestroyed(line []byte) error {
	name, _, ok := bytes.Cut(line, []byte("="))
	if !ok || bytes.Count(name, []byte("\uFFFD")) < strangersMin {
		return nil
	}
	return prolong.NewError(prolong.CodeInvalid, "error.statement_destroyed", prolong.Args{"Line": s.lines.Number()})
}

// judge refuses files of which nothing can be read, with the reason.
func (s *scanner) judge() error {
	f := s.file
	switch {
	case f.lost*lostShareMax > f.letters:
		return prolong.NewError(prolong.CodeInvalid, "error.statement_destroyed", prolong.Args{"Line": 1})
	case f.names == 0 && f.strangers >= strangersMin:
		return prolong.NewError(prolong.CodeInvalid, "error.statement_unreadable", prolong.Args{"Line": 2})
	}
	return nil
}

// take gives a line to the section it belongs to.
func (s *scanner) take(line []byte) {
	name, valueAt := split(line)
	k := keyOf(name)
	if k != keyUnknown {
		s.file.names++
	}
	switch k {
	case keySectionAccount:
		s.close()
		s.at = inAccount
		s.draft.begin(s.lines.Number(), line)
		return
	case keySectionDocument:
		s.close()
		s.at = inDocument
		s.draft.begin(s.lines.Number(), line)
		s.draft.damaged = s.lines.Damaged()
		return
	case keyEndAccount, keyEndDocument:
		s.end(k, line)
		return
	case keyEndFile, keyEndStatement:
		s.close()
		s.at = afterEnd
		return
	default: // a field, or a line of text
	}
	switch s.at {
	case inHeader:
		s.takeHeader(k, line, valueAt)
	case inAccount, inDocument:
		s.takeField(k, name, line, valueAt)
	case between, afterEnd:
		s.takeStray(line)
	}
}

// split finds the name of a field: what stands before the first "=", or a line that is a
// section mark by itself.
func split(line []byte) (name []byte, valueAt int) {
	eq := bytes.IndexByte(line, '=')
	if eq < 0 {
		return bytes.TrimSpace(line), len(line)
	}
	return bytes.TrimSpace(line[:eq]), eq + 1
}

func (s *scanner) takeHeader(k key, line []byte, valueAt int) {
	value := string(bytes.TrimSpace(line[valueAt:]))
	switch k {
	case keyVersion:
		s.file.version = value
	case keyAccount:
		if account := field.Account(value); account != "" {
			s.file.accounts = append(s.file.accounts, account)
		}
	case keyDateFrom:
		s.file.from, _ = field.Date(value)
	case keyDateTo:
		s.file.to, _ = field.Date(value)
	case keyUnknown:
		if valueAt < len(line) || bytes.IndexByte(line, '=') >= 0 {
			s.file.strangers++
		}
	default: // nothing of use in a header
	}
}

func (s *scanner) takeField(k key, name, line []byte, valueAt int) {
	hasValue := bytes.IndexByte(line, '=') >= 0
	switch {
	case hasValue && k != keyUnknown:
		s.draft.add(k, line, valueAt)
	case hasValue && looksLikeName(name):
		s.file.strangers++
		s.draft.add(keyUnknown, line, valueAt)
	case isSignature(line):
		s.close()
		s.stopped = true
	case s.at == inDocument:
		s.draft.extend(line)
	default:
		s.draft.skip(line)
	}
}

// takeStray handles text between sections: nothing but blank lines belongs there.
func (s *scanner) takeStray(line []byte) {
	if len(line) == 0 {
		return
	}
	if isSignature(line) {
		s.stopped = true
		return
	}
	if s.strays++; s.strays > straysMax {
		return
	}
	s.warn(s.lines.Number(), record.WarnUnexpectedLine, prolong.Args{"Value": record.Excerpt(string(line))})
}

// end closes the open section by its own mark; a mark of the other kind closes it too, with
// a warning.
func (s *scanner) end(k key, line []byte) {
	expected := s.at == inAccount && k == keyEndAccount || s.at == inDocument && k == keyEndDocument
	if !expected {
		if s.at == inAccount || s.at == inDocument {
			s.close()
			return
		}
		s.takeStray(line)
		return
	}
	s.draft.skip(line)
	s.keep()
	s.at = between
}

// close ends a section that has no end mark because something else begins; the section is
// whole then.
func (s *scanner) close() {
	switch s.at {
	case inAccount:
		s.warn(s.draft.line, record.WarnSectionUnfinished, nil)
		s.keep()
	case inDocument:
		s.warn(s.draft.line, record.WarnDocumentUnfinished, nil)
		s.keep()
	case inHeader, between, afterEnd:
	}
	s.at = between
}

// closeAtEnd ends the file. A document without its end is cut: what it says is taken for a part of
// the whole one that comes with the next export, if the resolver finds its money certain.
func (s *scanner) closeAtEnd() {
	if s.at == afterEnd {
		return
	}
	s.file.unended = true
	s.warn(s.lines.Number(), record.WarnEndMissing, nil)
	switch s.at {
	case inAccount:
		// Its figures may be cut in the middle, too.
		for _, k := range []key{keyOpening, keyClosing, keyTotalIn, keyTotalOut} {
			s.draft.values[k] = span{}
		}
	case inDocument:
		s.keepCut()
		return
	case inHeader, between, afterEnd:
	}
	s.close()
}

// keepCut stores the document in which the file ends. A last line without its end may be cut in the
// middle of a value, or of a mark: it is no field then, unless it is the purpose, of which what
// there is helps whoever looks at it.
func (s *scanner) keepCut() {
	d := &s.draft
	text := string(d.text)
	if !s.lines.Ended() {
		lines, damaged := strings.Split(text, "\n"), d.damaged
		d.begin(d.line, []byte(lines[0]))
		d.damaged = damaged
		for i, line := range lines[1:] {
			name, valueAt := split([]byte(line))
			k := keyOf(name)
			if whole := i+2 < len(lines); whole || k == keyPurpose && len(name) < len(line) {
				s.takeField(k, name, []byte(line), valueAt)
			}
		}
	}
	doc := d.finish(false)
	doc.raw, doc.cut, doc.certain = text, true, d.conflict == ""
	s.file.documents.add(doc)
}

// keep stores the finished section.
func (s *scanner) keep() {
	d := &s.draft
	if d.conflict != "" {
		s.file.cut++
		s.file.warnings = append(s.file.warnings, record.Warning{Line: d.line, Code: record.WarnConflictingKey,
			Args: prolong.Args{"Field": record.Excerpt(d.conflict)}, Raw: string(d.text)})
		return
	}
	if s.at == inAccount {
		s.file.sections = append(s.file.sections, d.finishSection())
		return
	}
	s.file.documents.add(d.finish(s.withoutRaw))
}

func (s *scanner) warn(line int, code record.WarningCode, args prolong.Args) {
	s.file.warnings = append(s.file.warnings, record.Warning{Line: line, Code: code, Args: args})
}
