package onec

import (
	"bytes"
	"strings"

	"prolong"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// span is the place of a value in the text of a document. Set says that the field stood
// there, even if empty.
type span struct {
	start, end int
	set        bool
}

// draft collects the lines of one section. Its buffers are used again for the next one.
type draft struct {
	line     int
	text     []byte
	short    []byte // for shorten
	values   [keyCount]span
	purposes []span // further lines named НазначениеПлатежа
	last     key    // the field that a line without a name continues
	conflict string // the name of a field that stands twice with different values
	damaged  bool
}

func (d *draft) begin(line int, header []byte) {
	d.line, d.last, d.conflict, d.damaged = line, keyUnknown, "", false
	d.text = append(d.text[:0], header...)
	d.values = [keyCount]span{}
	d.purposes = d.purposes[:0]
}

// decisive are the fields of which two different values make a document unusable: a payer
// could have smuggled one of them in with a line break.
var decisive = func() (out [keyCount]bool) {
	for _, k := range []key{keyAmount, keyAmountIn, keyAmountOut, keyDocDate, keyOperationDate, keyDebited, keyCredited,
		keyPayerAccount, keyPayerClientAccount, keyPayeeAccount, keyPayeeClientAccount, keyPayerTaxID, keyPayeeTaxID,
		keyAccount, keyOpening, keyClosing, keyTotalIn, keyTotalOut} {
		out[k] = true
	}
	return out
}()

// add takes a line of the form name=value; name is empty for a line that continues.
func (d *draft) add(k key, line []byte, valueAt int) {
	d.text = append(d.text, '\n')
	start := len(d.text) + valueAt
	d.text = append(d.text, line...)
	value := span{start: start, end: len(d.text), set: true}
	d.last = k
	if k == keyUnknown || k == keyOther {
		return
	}
	before := d.values[k]
	switch {
	case !before.set || d.blank(k, before):
		d.values[k] = value
	case d.blank(k, value) || bytes.Equal(d.trimmed(before), d.trimmed(value)):
	case k == keyPurpose:
		d.purposes = append(d.purposes, value)
	case decisive[k]:
		d.conflict = string(line[:max(valueAt-1, 0)])
	}
}

// extend adds a line without a name to the value before it.
func (d *draft) extend(line []byte) {
	adjacent := d.values[d.last].set && d.values[d.last].end == len(d.text)
	d.text = append(d.text, '\n')
	d.text = append(d.text, line...)
	if d.last == keyUnknown || d.last == keyOther {
		return
	}
	if adjacent {
		d.values[d.last].end = len(d.text)
	} else if n := len(d.purposes); d.last == keyPurpose && n > 0 {
		d.purposes[n-1].end = len(d.text)
	}
}

// skip adds a line to the raw text only.
func (d *draft) skip(line []byte) {
	d.text = append(d.text, '\n')
	d.text = append(d.text, line...)
}

// blank says whether a value is empty; a tax id of noughts is.
func (d *draft) blank(k key, s span) bool {
	text := d.trimmed(s)
	return len(text) == 0 || (k == keyPayerTaxID || k == keyPayeeTaxID) && len(bytes.Trim(text, "0")) == 0
}

func (d *draft) trimmed(s span) []byte { return bytes.TrimSpace(d.text[s.start:s.end]) }

// side is one party with both account numbers that the format knows: the one the bank used
// (ПлательщикСчет, perhaps a transit account) and the client's (ПлательщикРасчСчет).
type side struct {
	party   record.Party
	account string
}

// has says whether one of the accounts is that of the side.
func (s *side) has(accounts map[string]bool) (string, bool) {
	if s.account != "" && accounts[s.account] {
		return s.account, true
	}
	if s.party.Account != "" && accounts[s.party.Account] {
		return s.party.Account, true
	}
	return "", false
}

// document is one section before its direction is known: the file may name its accounts
// after its documents.
type document struct {
	line                                   int
	raw                                    string
	kind, number, purpose, code, paymentID string
	amount, amountIn, amountOut, currency  string
	docDate, operation, value              string
	debited, credited                      string
	payer, payee                           side
	damaged                                bool
	cut                                    bool // the file ends inside of it
	certain                                bool // a cut one has nothing against it
}

// chunkDocuments is how many documents are stored together: a list that grows by copying
// would need the memory of a large file twice.
const chunkDocuments = 512

// documents is a list that is taken apart while it is read, so that its memory can serve the
// entries made of it.
type documents struct {
	chunks [][]document
	count  int
}

func (l *documents) add(d document) {
	if n := len(l.chunks); n == 0 || len(l.chunks[n-1]) == chunkDocuments {
		l.chunks = append(l.chunks, make([]document, 0, min(chunkDocuments, l.count+8)))
	}
	last := &l.chunks[len(l.chunks)-1]
	*last = append(*last, d)
	l.count++
}

// each visits the documents without taking them away.
func (l *documents) each(visit func(*document)) {
	for _, chunk := range l.chunks {
		for i := range chunk {
			visit(&chunk[i])
		}
	}
}

// drain visits the documents and lets each chunk go.
func (l *documents) drain(visit func(*document)) {
	for i, chunk := range l.chunks {
		for j := range chunk {
			visit(&chunk[j])
		}
		l.chunks[i] = nil
	}
}

// finish turns the collected lines into a document whose strings share one allocation.
// Without the raw text only the header and the values are kept.
func (d *draft) finish(withoutRaw bool) document {
	if withoutRaw {
		d.shorten()
	}
	raw := string(d.text)
	text := func(k key) string {
		v := d.values[k]
		return strings.TrimSpace(raw[v.start:v.end])
	}
	doc := document{
		line: d.line, raw: raw, damaged: d.damaged,
		kind: text(keyKind), number: field.Line(text(keyDocNo)), code: text(keyPurposeCode), paymentID: field.PaymentID(text(keyPaymentID)),
		amount: text(keyAmount), amountIn: text(keyAmountIn), amountOut: text(keyAmountOut), currency: text(keyCurrency),
		docDate: text(keyDocDate), operation: text(keyOperationDate), value: text(keyValueDate),
		debited: text(keyDebited), credited: text(keyCredited),
		purpose: d.purpose(raw, text),
	}
	if doc.kind == "" {
		if first, _, ok := strings.Cut(raw, "\n"); ok {
			_, kind, _ := strings.Cut(first, "=")
			doc.kind = strings.Trim(kind, `" `)
		}
	}
	doc.payer = makeSide(text, 0)
	doc.payee = makeSide(text, payeeOffset)
	return doc
}

// shorten drops everything but the header and the values from the text.
func (d *draft) shorten() {
	short := d.short[:0]
	header, _, _ := bytes.Cut(d.text, []byte("\n"))
	short = append(append(short, header...), '\n')
	move := func(v *span) {
		start := len(short)
		short = append(short, d.text[v.start:v.end]...)
		v.start, v.end = start, len(short)
	}
	for k := range d.values {
		if v := &d.values[k]; v.end > v.start {
			move(v)
		} else {
			*v = span{set: v.set}
		}
	}
	for i := range d.purposes {
		move(&d.purposes[i])
	}
	d.text, d.short = short, d.text
}

// purpose takes НазначениеПлатежа with its further lines; НазначениеПлатежа1..6 where that
// is empty or only their beginning.
func (d *draft) purpose(raw string, text func(key) string) string {
	whole := text(keyPurpose)
	if len(d.purposes) > 0 {
		lines := make([]string, 0, len(d.purposes)+1)
		lines = append(lines, whole)
		for _, v := range d.purposes {
			lines = append(lines, raw[v.start:v.end])
		}
		whole = strings.Join(lines, "\n")
	}
	if first := text(keyPurpose1); first != "" && (whole == "" || text(keyPurpose2) != "" && whole == first) {
		parts := make([]string, 0, 6)
		for k := keyPurpose1; k <= keyPurpose6; k++ {
			if part := text(k); part != "" {
				parts = append(parts, part)
			}
		}
		whole = strings.Join(parts, " ")
	}
	return field.Line(whole)
}

func makeSide(text func(key) string, offset key) side {
	bank := field.Account(text(keyPayerAccount + offset))
	s := side{account: bank, party: record.Party{
		TaxID:   field.TaxID(text(keyPayerTaxID + offset)),
		KPP:     field.KPP(text(keyPayerKPP + offset)),
		BIC:     field.BIC(text(keyPayerBIC + offset)),
		Bank:    field.Line(text(keyPayerBank + offset)),
		Account: field.Account(text(keyPayerClientAccount + offset)),
	}}
	if s.party.Account == "" {
		s.party.Account = bank
	}
	// Плательщик1 holds the bare name, Плательщик may hold a tax id before it.
	var inside string
	s.party.Name, inside = field.Name(text(keyPayerName + offset))
	if s.party.Name == "" || s.party.TaxID == "" && inside == "" {
		name, insideWhole := field.Name(text(keyPayer + offset))
		if s.party.Name == "" {
			s.party.Name = name
		}
		if inside == "" {
			inside = insideWhole
		}
	}
	if s.party.TaxID == "" {
		s.party.TaxID = inside
	}
	return s
}

// section is what the file says about one account and period.
type section struct {
	line             int
	account          string
	from, to         prolong.Date
	opening, closing string
	credit, debit    string
}

func (d *draft) finishSection() section {
	text := func(k key) string {
		v := d.values[k]
		return strings.TrimSpace(string(d.text[v.start:v.end]))
	}
	s := section{line: d.line, account: field.Account(text(keyAccount)), opening: text(keyOpening), closing: text(keyClosing),
		credit: text(keyTotalIn), debit: text(keyTotalOut)}
	s.from, _ = field.Date(text(keyDateFrom))
	s.to, _ = field.Date(text(keyDateTo))
	return s
}
