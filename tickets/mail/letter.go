package mail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"
)

// The limits of reading. Whoever fetches letters refuses larger ones before they come here.
const (
	RawBytesMax     = 64 << 20
	partsMax        = 200
	nestingMax      = 40 // multiparts inside multiparts
	nestedLettersTo = 5  // letters inside letters
	textBytesMax    = 2 << 20
	warningsMax     = 20
)

// Letter is a mail, read.
type Letter struct {
	MessageID  string // with angle brackets, "" without one
	InReplyTo  []string
	References []string  // oldest first
	Date       time.Time // zero if the letter does not say
	From       []Address
	ReplyTo    []Address
	To         []Address
	Cc         []Address
	// DeliveredTo has the addresses under which our own servers took the letter in:
	// Delivered-To, X-Original-To, Envelope-To. A blind copy shows here only.
	DeliveredTo []Address
	ReturnPath  string // envelope sender; "<>" for the null sender, "" if unknown
	Subject     string
	Text        string // what the sender wrote, plain; from the HTML if there is no plain text
	HTML        string // as sent, decoded, not sanitised; "" without one
	Attachments []Attachment
	Class       Class
	Report      *Report // of bounces, delays, read receipts and complaints
	LoopIDs     []string
	AuthResults []string // Authentication-Results fields, top first
	ThreadTopic string
	Signed      bool
	Encrypted   bool
	Warnings    []string // what was odd about it, for the log
}

// errEmpty means that there is not a single byte of a letter.
var errEmpty = errors.New("mail: the letter is empty")

// Read reads a letter. It gives back as much as can be understood; the error is set, beside
// what could be saved, only if the letter needs a person's eyes: it has no header at all, is
// larger than RawBytesMax, or met a fault of the reader.
func Read(raw []byte) (Letter, error) { return read(raw, 0) }

func read(raw []byte, depth int) (letter Letter, err error) {
	defer func() {
		if r := recover(); r != nil { // a fault in a library must not lose a letter
			err = fmt.Errorf("mail.Read: %v", r)
		}
	}()
	if len(raw) > RawBytesMax {
		return Letter{}, fmt.Errorf("mail.Read: %d bytes, at most %d", len(raw), RawBytesMax)
	}
	raw = stripPreamble(raw)
	if len(bytes.TrimSpace(raw)) == 0 {
		return Letter{}, errEmpty
	}
	root, readErr := readParts(raw)
	if readErr != nil {
		root, err = headerOnly(raw)
		if err != nil {
			return Letter{}, err
		}
		letter.warn("structure: " + readErr.Error())
	}
	head := fields(root.Header)
	letter.readHeader(head)
	b := body{depth: depth}
	b.walk(root)
	b.finish(&letter)
	for _, e := range root.Errors {
		letter.warn(e.Name + ": " + e.Detail)
	}
	letter.Report = b.report
	letter.Class = classify(head, &letter, b.kinds)
	return letter, nil
}

func (l *Letter) warn(s string) {
	if len(l.Warnings) < warningsMax {
		l.Warnings = append(l.Warnings, s)
	}
}

func (l *Letter) readHeader(h fields) {
	if ids := messageIDs(h.raw("Message-Id")); len(ids) > 0 {
		l.MessageID = ids[0]
	}
	l.InReplyTo = messageIDs(h.raw("In-Reply-To"))
	l.References = messageIDs(strings.Join(h.all("References"), " "))
	if t, err := mail.ParseDate(h.first("Date")); err == nil {
		l.Date = t
	}
	l.From = ParseAddresses(h.raw("From"))
	l.ReplyTo = ParseAddresses(h.raw("Reply-To"))
	l.To = ParseAddresses(strings.Join(h.all("To"), ", "))
	l.Cc = ParseAddresses(strings.Join(h.all("Cc"), ", "))
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To"} {
		for _, v := range h.all(name) {
			l.DeliveredTo = append(l.DeliveredTo, ParseAddresses(v)...)
		}
	}
	if h.has("Return-Path") {
		l.ReturnPath = strings.TrimSpace(h.first("Return-Path"))
	}
	l.Subject = h.first("Subject")
	l.LoopIDs = h.all("X-Loop-Id")
	l.AuthResults = h.all("Authentication-Results")
	l.ThreadTopic = h.first("Thread-Topic")
}

// stripPreamble drops what may stand before the header: a byte order mark, empty lines, an
// mbox "From " line.
func stripPreamble(raw []byte) []byte {
	raw = bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), "\r\n\t ")
	if bytes.HasPrefix(raw, []byte("From ")) {
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			raw = raw[i+1:]
		}
	}
	return raw
}

// readParts cuts the letter into its MIME parts. enmime is told to leave the contents raw:
// transfer encodings and charsets are undone by us, who keep what it would throw away.
func readParts(raw []byte) (*enmime.Part, error) {
	// Nested multiparts cost enmime time by depth times size, so a letter made of boundaries
	// is refused before it is read.
	if n := countFold(raw, "boundary="); n > nestingMax {
		return nil, fmt.Errorf("%d multiparts, at most %d", n, nestingMax)
	}
	parser := enmime.NewParser(
		enmime.RawContent(true), enmime.DisableTextConversion(true), enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.SkipMalformedParts(true), enmime.MaxStoredPartErrors(warningsMax), enmime.SetCustomParseMediaType(mediaType),
	)
	return parser.ReadParts(bytes.NewReader(raw))
}

// headerOnly saves what a letter with a hopeless structure has: its header, and the rest as
// one text.
func headerOnly(raw []byte) (*enmime.Part, error) {
	root := enmime.NewPart("text/plain")
	r := bufio.NewReader(bytes.NewReader(raw))
	h, err := enmime.ReadHeader(r, quiet{})
	if err != nil || len(h) == 0 {
		return nil, errors.Join(errors.New("mail.Read: no header"), err)
	}
	root.Header = h
	var rest bytes.Buffer
	if _, err := rest.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("mail.Read: %w", err)
	}
	root.Content = rest.Bytes()[:min(rest.Len(), textBytesMax)]
	return root, nil
}

// quiet collects no errors.
type quiet struct{}

func (quiet) AddError(string, string, ...any)   {}
func (quiet) AddWarning(string, string, ...any) {}

// countFold counts an ASCII lower-case word in any case.
func countFold(raw []byte, word string) int {
	n := 0
	for i := 0; i+len(word) <= len(raw); i++ {
		if raw[i]|0x20 != word[0] {
			continue
		}
		if strings.EqualFold(string(raw[i:i+len(word)]), word) {
			n++
		}
	}
	return n
}
