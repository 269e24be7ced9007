package mt940

import (
	"regexp"
	"strings"

	"prolong"
	"prolong/banksync/statement/charset"
)

// tagged is one field of a message: ":61:" with the lines that belong to it.
type tagged struct {
	tag   string
	line  int
	lines []string
}

// text returns the first line of the field.
func (t *tagged) text() string { return strings.TrimSpace(t.lines[0]) }

// message is one statement message, from :20: to its end.
type message struct {
	line   int
	fields []tagged
	// cut says that the file ends inside the message, torn that it does so in the middle of a line.
	cut, torn bool
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
	out  []message
	open bool
	// doubtful are the lines from a lone "-" on: the end of a message, unless fields of the
	// same message follow, because banks break lines of text anywhere.
	doubtful []string
}

// beginTags are fields that only stand at the beginning of a message.
var beginTags = map[string]bool{"20": true, "21": true, "25": true, "28": true, "28C": true, "60F": true, "60M": true, "34F": true}

// scan cuts the file into messages and their fields.
func scan(lines *charset.Lines) ([]message, error) {
	s := new(scanner)
	for lines.Next() {
		if !s.take(unwrap(string(lines.Line())), lines.Number()) {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_unknown_format", prolong.Args{"Line": lines.Number()})
		}
	}
	s.finish(lines.Ended())
	return s.out, lines.Err()
}

// finish looks how the file leaves its last message: whether it has a closing balance (MT940), a
// sum of its entries (MT942) or an end mark. ended says whether the last line of the file is whole.
func (s *scanner) finish(ended bool) {
	if !s.open {
		return
	}
	m := &s.out[len(s.out)-1]
	interim := m.first("34F", "13D", "90D", "90C") != nil
	if m.first("62F", "62M", "90D", "90C") != nil || interim && len(s.doubtful) > 0 && ended {
		return
	}
	m.cut, m.torn = true, !ended && len(s.doubtful) == 0
	// What is left of a tag looks like text.
	if f := &m.fields[len(m.fields)-1]; m.torn && len(f.lines) > 1 && tornTag.MatchString(f.lines[len(f.lines)-1]) {
		f.lines, m.torn = f.lines[:len(f.lines)-1], false
	}
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
	if !s.open || tag == "20" {
		if len(s.out) >= messagesMax {
			return false
		}
		s.out = append(s.out, message{line: line})
		s.open = true
	}
	m := &s.out[len(s.out)-1]
	m.fields = append(m.fields, tagged{tag: tag, line: line, lines: []string{value}})
	return true
}

// extend adds lines to the last field.
func (s *scanner) extend(lines ...string) {
	m := &s.out[len(s.out)-1]
	f := &m.fields[len(m.fields)-1]
	f.lines = append(f.lines, lines...)
}

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
