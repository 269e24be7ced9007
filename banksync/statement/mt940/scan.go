package mt940

import (
	"regexp"
	"slices"
	"strings"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/record"
)

// tagged is one field of a message: ":61:" with the lines that belong to it.
type tagged struct {
	tag   string
	line  int
	lines []string
}

// text returns the first line of the field.
func (t *tagged) text() string { return strings.TrimSpace(t.lines[0]) }

// message is one statement message, from :20: to its end. What is most of it, the entries and
// their descriptions, is taken into operations as it comes; fields are all others.
type message struct {
	line       int
	fields     []tagged
	operations operations
	// lastLine is where its last field stands.
	lastLine int
	// cut says that the file ends inside the message.
	cut bool
}

// splitTag recognises a field. A line of text may begin with a colon too (":08 Karten"), so
// only real tags count: two digits with a letter option, and NS of German banks.
func splitTag(line string) (tag, value string, ok bool) {
	if len(line) < 4 || line[0] != ':' {
		return "", "", false
	}
	end := strings.IndexByte(line[1:min(len(line), 5)], ':')
	if end < 2 {
		return "", "", false
	}
	tag = line[1 : 1+end]
	switch {
	case tag == "NS", tag == "NSF":
	case !isDigit(tag[0]) || !isDigit(tag[1]):
		return "", "", false
	case end == 3 && (tag[2] < 'A' || tag[2] > 'Z'):
		return "", "", false
	}
	return tag, line[2+end:], true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// block4 is the beginning of the text block of a SWIFT message.
const block4 = "{4:"

// messagesMax bounds a file; a year of daily statements of a hundred accounts is less.
const messagesMax = 100_000

// scanner cuts the lines of a file into messages.
type scanner struct {
	read func(*message) // gets each message at its end
	opts record.Options
	now  *message // nil before the first
	last tagged   // the last field of now, to which lines may be added
	open bool
	n    int
	// doubtful are the lines from a lone "-" on: the end of a message, unless fields of the
	// same message follow, because banks break lines of text anywhere.
	doubtful []string
}

// beginTags are fields that only stand at the beginning of a message.
var beginTags = map[string]bool{"20": true, "21": true, "25": true, "28": true, "28C": true, "60F": true, "60M": true, "34F": true}

// scan cuts the file into messages and their fields.
func (s *scanner) scan(lines *charset.Lines) error {
	for lines.Next() {
		if !s.take(unwrap(string(lines.Line())), lines.Number()) {
			return prolong.NewError(prolong.CodeInvalid, "error.statement_unknown_format", prolong.Args{"Line": lines.Number()})
		}
	}
	s.finish(lines.Ended())
	return lines.Err()
}

// finish looks how the file leaves its last message: whether it has a closing balance (MT940), a
// sum of its entries (MT942) or an end mark. ended says whether the last line of the file is whole.
func (s *scanner) finish(ended bool) {
	m := s.now
	if m == nil {
		return
	}
	torn := false
	interim := s.has("34F", "13D", "90D", "90C")
	if s.open && !s.has("62F", "62M", "90D", "90C") && (!interim || len(s.doubtful) == 0 || !ended) {
		m.cut, torn = true, !ended && len(s.doubtful) == 0
		// What is left of a tag looks like text.
		if n := len(s.last.lines); torn && n > 1 && tornTag.MatchString(s.last.lines[n-1]) {
			s.last.lines, torn = s.last.lines[:n-1], false
		}
	}
	s.endField()
	m.operations.end(m, torn)
	s.read(m)
}

// has says whether the message that is being read has one of the fields.
func (s *scanner) has(tags ...string) bool {
	return slices.Contains(tags, s.last.tag) || s.now.first(tags...) != nil
}

// endField gives the last field to its message: nothing will be added to it.
func (s *scanner) endField() {
	if !s.now.operations.take(s.now, s.last) {
		s.now.fields = append(s.now.fields, s.last)
	}
	s.last = tagged{}
}

// tornTag is the beginning of a tag.
var tornTag = regexp.MustCompile(`^:(\d{1,2}[A-Z]?|NS?F?)?$`)

// take adds a line; false if there are more messages than any file has.
func (s *scanner) take(text string, line int) bool {
	if tag, value, ok := splitTag(text); ok {
		return s.takeField(tag, value, line)
	}
	switch {
	case !s.open:
	case len(s.doubtful) > 0 || isDoubtfulEnd(text):
		s.doubtful = append(s.doubtful, text)
	case isEnd(text):
		s.open = false
	default:
		s.extend(text)
	}
	return true
}

func (s *scanner) takeField(tag, value string, line int) bool {
	if s.open && len(s.doubtful) > 0 {
		if beginTags[tag] {
			s.open = false
		} else {
			s.extend(s.doubtful...)
		}
	}
	s.doubtful = nil
	if s.now != nil {
		s.endField()
	}
	if !s.open || tag == "20" {
		if s.n >= messagesMax {
			return false
		}
		if s.now != nil {
			s.now.operations.end(s.now, false)
			s.read(s.now)
		}
		s.now = &message{line: line, operations: operations{withoutRaw: s.opts.WithoutRaw}}
		s.n++
		s.open = true
	}
	s.now.lastLine = line
	s.last = tagged{tag: tag, line: line, lines: []string{value}}
	return true
}

// extend adds lines to the last field.
func (s *scanner) extend(lines ...string) { s.last.lines = append(s.last.lines, lines...) }

// unwrap drops the block headers of a SWIFT message from the line.
func unwrap(line string) string {
	if at := strings.Index(line, block4); at >= 0 {
		return line[at+len(block4):]
	}
	return line
}

// isEnd recognises the certain end of a message.
func isEnd(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "-}") }

// isDoubtfulEnd recognises the end of a message without a brace, or with one that a wrong
// code page has turned into a letter.
func isDoubtfulEnd(line string) bool {
	line = strings.TrimSpace(line)
	return line == "-" || line == "-å"
}

// first returns the first field with one of the tags, nil if there is none.
func (m *message) first(tags ...string) *tagged {
	for i := range m.fields {
		for _, tag := range tags {
			if m.fields[i].tag == tag {
				return &m.fields[i]
			}
		}
	}
	return nil
}

// last returns the last field with one of the tags, nil if there is none.
func (m *message) last(tags ...string) *tagged {
	for i := len(m.fields) - 1; i >= 0; i-- {
		for _, tag := range tags {
			if m.fields[i].tag == tag {
				return &m.fields[i]
			}
		}
	}
	return nil
}
