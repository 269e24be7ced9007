package onec

import (
	"bufio"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"prolong"
)

// DefaultVersion is the version of the format that every base in use today takes.
const DefaultVersion = "1.6"

const namespace = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData/"

var versionForm = regexp.MustCompile(`^1\.[0-9]{1,2}$`)

// Options say what the receiving base understands.
type Options struct {
	// Version of the format, "1.6": one that the base supports. Empty is DefaultVersion.
	Version string
	// Rates name rates of VAT by basis points, where the base calls them otherwise than
	// DefaultRate: 2200 -> "НДС22".
	Rates map[int]string
	// CreatedAt goes into the header, in the seller's zone.
	CreatedAt time.Time
}

// DefaultRate names a rate of VAT: НДС22, НДС20_120 for the estimated one of an advance.
func DefaultRate(basisPoints int, estimated bool) string {
	percent := strconv.Itoa(basisPoints / 100)
	if estimated {
		return "НДС" + percent + "_" + strconv.Itoa(100+basisPoints/100)
	}
	return "НДС" + percent
}

// CheckVersion returns CodeInvalid for what is no version of the format.
func CheckVersion(version string) error {
	if version != "" && !versionForm.MatchString(version) {
		return prolong.NewError(prolong.CodeInvalid, "error.onec_version", prolong.Args{"Value": version})
	}
	return nil
}

// classifiedSince is the minor version of the format since which what a classifier names stands in an element of its own.
const classifiedSince = 8

// classifies says whether codes and names of a classifier stand in ДанныеКлассификатора. Public files of 1.2 and 1.6
// have them bare, those of 1.8 and 1.10 so.
func (w *Writer) classifies() bool {
	minor, err := strconv.Atoi(strings.TrimPrefix(w.o.Version, "1."))
	return err == nil && minor >= classifiedSince
}

// Counts says what a file holds.
type Counts struct {
	Invoices    int `json:"invoices"`
	Acts        int `json:"acts"`
	TaxInvoices int `json:"tax_invoices"`
	Receipts    int `json:"receipts"`
	Reversals   int `json:"reversals"`   // acts, УПД and счета-фактуры that cancel others
	Corrections int `json:"corrections"` // credit notes on supplies
	// Skipped are documents that the format has no object for.
	Skipped []string `json:"skipped"`
}

// Writer writes one file as it goes, however many objects there are. Catalogue entries are
// written before the first document that names them.
type Writer struct {
	out     *bufio.Writer
	o       Options
	err     error
	depth   int
	written map[string]bool // GUIDs of catalogue entries
	counts  Counts
}

// NewWriter begins a file.
func NewWriter(out io.Writer, o Options) (*Writer, error) {
	if err := CheckVersion(o.Version); err != nil {
		return nil, err
	}
	if o.Version == "" {
		o.Version = DefaultVersion
	}
	w := &Writer{out: bufio.NewWriter(out), o: o, written: map[string]bool{}, counts: Counts{Skipped: []string{}}}
	// The byte order mark is what 1С expects of UTF-8 files.
	w.raw("\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	w.raw(`<Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` + "\n")
	w.raw("\t<msg:Header>\n\t\t<msg:Format>" + namespace + o.Version + "</msg:Format>\n\t\t<msg:CreationDate>" + o.CreatedAt.Format("2006-01-02T15:04:05") +
		"</msg:CreationDate>\n\t\t<msg:AvailableVersion>" + o.Version + "</msg:AvailableVersion>\n\t</msg:Header>\n")
	w.raw("\t<Body xmlns=\"" + namespace + o.Version + "\">\n")
	w.depth = 2
	return w, w.err
}

// Close ends the file and says what it holds. It does not close what it was written to.
func (w *Writer) Close() (Counts, error) {
	w.raw("\t</Body>\n</Message>\n")
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.counts, w.err
}

func (w *Writer) raw(s string) {
	if w.err == nil {
		_, w.err = w.out.WriteString(s)
	}
}

func (w *Writer) indent() {
	for range w.depth {
		w.raw("\t")
	}
}

// in writes an element around what inside writes.
func (w *Writer) in(name string, inside func()) {
	w.indent()
	w.raw("<" + name + ">\n")
	w.depth++
	inside()
	w.depth--
	w.indent()
	w.raw("</" + name + ">\n")
}

// value writes an element with a text; one that is empty is left out.
func (w *Writer) value(name, text string) {
	if text == "" || w.err != nil {
		return
	}
	w.indent()
	w.raw("<" + name + ">")
	if w.err == nil {
		w.err = xml.EscapeText(w.out, []byte(clean(text)))
	}
	w.raw("</" + name + ">\n")
}

// clean drops what XML 1.0 does not know; EscapeText would write the mark of a lost letter.
func clean(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r == '\t' || r == '\n' || r >= 0x20 && r != 0xFFFD && r != 0xFFFE && r != 0xFFFF {
			out = append(out, r)
		}
	}
	return string(out)
}

// moment writes a day as 1С keeps it: noon, so that no zone moves it to another day.
func moment(d prolong.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String() + "T12:00:00"
}
