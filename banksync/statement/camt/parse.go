// Package camt reads ISO 20022 account reports: camt.052 (intraday), camt.053 (statement) and
// camt.054 (notification), versions .02 to .13, with or without a namespace. Rules: reference
// banks.md 4.
package camt

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/markup"
	"prolong/banksync/statement/record"
)

// containers are the elements that hold a statement, by the message that they belong to.
var containers = map[string]record.Format{
	"Stmt": record.FormatCamt053, "Rpt": record.FormatCamt052, "Ntfctn": record.FormatCamt054,
}

// messages are the elements around the containers.
var messages = map[string]bool{"BkToCstmrStmt": true, "BkToCstmrAcctRpt": true, "BkToCstmrDbtCdtNtfctn": true}

// Sniff says whether the text is XML; Parse names what is wrong with an XML file of another
// kind better than "unknown format" could.
func Sniff(head []byte) bool {
	head = bytes.TrimSpace(head)
	return len(head) > 1 && head[0] == '<' && (head[1] == '?' || head[1] == '!' || isNameStart(head[1]))
}

func isNameStart(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

// Parse reads all statements of the message. An entry that cannot be read becomes a warning
// with its line; if the file breaks off, the entries before are kept. A statement without
// entries is legal. Returns CodeInvalid if the file holds no known container, is not XML, or
// none of its entries can be read.
func Parse(text *charset.Text, opts record.Options) ([]record.Statement, error) {
	cursor := markup.New(text)
	r := &reader{cursor: cursor, opts: opts, encoding: string(text.Encoding())}
	err := r.read()
	if broken := cursor.End(); broken != nil {
		return nil, broken
	}
	if err != nil {
		return nil, err
	}
	return r.finish()
}

// draft is a statement while its elements arrive.
type draft struct {
	st         record.Statement
	line       int
	account    account
	period     period
	summary    summary
	balances   []balance
	operations operations
}

type placed struct {
	entry
	markup.Element
}

type reader struct {
	cursor   *markup.Cursor
	opts     record.Options
	encoding string
	root     string
	version  string
	drafts   []*draft
	refused  []record.Warning
}

func (r *reader) read() error {
	for {
		start, err := r.cursor.Next()
		if err == nil {
			err = r.take(start)
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		case len(r.drafts) == 0:
			return err
		default:
			// The file is cut or broken here; what was complete before is kept.
			r.current().Warn(r.cursor.Line(), record.WarnEndMissing, nil)
			r.current().Unfinished = true
			return nil
		}
	}
}

func (r *reader) current() *record.Statement { return &r.drafts[len(r.drafts)-1].st }

// take reads one element.
func (r *reader) take(start xml.StartElement) error {
	name := start.Name.Local
	if r.root == "" {
		r.root = name
	}
	if r.version == "" {
		r.version = versionOf(start)
	}
	if format, ok := containers[name]; ok && !r.inContainer() {
		r.drafts = append(r.drafts, &draft{line: r.cursor.Line(),
			st: record.Statement{Format: format, Version: r.version, Encoding: r.encoding}})
		return nil
	}
	if messages[name] {
		r.root = name
		return nil
	}
	if len(r.drafts) == 0 || !r.inContainer() {
		return nil
	}
	d := r.drafts[len(r.drafts)-1]
	switch name {
	case "Acct":
		_, err := r.cursor.Read(start, &d.account)
		return err
	case "FrToDt":
		_, err := r.cursor.Read(start, &d.period)
		return err
	case "TxsSummry":
		_, err := r.cursor.Read(start, &d.summary)
		return err
	case "Bal":
		var b balance
		_, err := r.cursor.Read(start, &b)
		d.balances = append(d.balances, b)
		return err
	case "Ntry":
		var e placed
		element, err := r.cursor.Read(start, &e.entry)
		if err == nil {
			e.Element = element
			d.operations.take(&e, r.opts.WithoutRaw)
		}
		return err
	case "GrpHdr", "Id", "CreDtTm", "CpyDplctInd", "RltdAcct", "Intrst", "AddtlStmtInf", "AddtlRptInf", "AddtlNtfctnInf":
		var skipped struct{}
		_, err := r.cursor.Read(start, &skipped)
		return err
	}
	return nil
}

func (r *reader) inContainer() bool {
	for name := range containers {
		if r.cursor.Within(name) {
			return true
		}
	}
	return false
}

var namespaceVersion = regexp.MustCompile(`camt\.05[234]\.(\d{3}\.\d{2})`)

// versionOf finds the version in the namespace, "001.08".
func versionOf(start xml.StartElement) string {
	if found := namespaceVersion.FindStringSubmatch(start.Name.Space); found != nil {
		return found[1]
	}
	return ""
}

func (r *reader) finish() ([]record.Statement, error) {
	if len(r.drafts) == 0 {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_no_container",
			prolong.Args{"Line": 1, "Element": record.Excerpt(r.root)})
	}
	out := make([]record.Statement, 0, len(r.drafts))
	entries := 0
	for _, d := range r.drafts {
		r.fill(d)
		entries += len(d.st.Entries)
		out = append(out, d.st)
	}
	if entries == 0 && len(r.refused) > 0 {
		return nil, record.RefuseAll(len(r.refused), r.refused)
	}
	return out, record.Finish(out)
}

// fill turns the elements into a statement.
func (r *reader) fill(d *draft) {
	st := &d.st
	st.Account = d.account.ID.number()
	st.BIC = field.BIC(first(d.account.BICFI, d.account.BIC, d.account.Member))
	st.Currency = r.currency(d)
	if st.Currency == "" {
		st.Warn(d.line, record.WarnCurrencyUnknown, nil)
	}
	st.From, _ = field.Date(first(d.period.From, d.period.FromInstant))
	st.To, _ = field.Date(first(d.period.To, d.period.ToInstant))
	d.addBalances()
	r.refused = append(r.refused, d.operations.finish(st, r.opts.WithoutRaw)...)
}

// currency takes the account's, then that of a balance, then that of the first entry.
func (r *reader) currency(d *draft) prolong.Currency {
	if cur, ok := field.Currency(d.account.Currency); ok {
		return cur
	}
	for _, b := range d.balances {
		if cur, ok := field.Currency(b.Amount.Currency); ok {
			return cur
		}
	}
	if r.opts.Currency != "" {
		return r.opts.Currency
	}
	return d.operations.currency
}

// addBalances takes OPBD, else PRCD (the closing balance of the day before), as the opening,
// and CLBD as the closing balance; in an intraday report ITBD closes what was booked so far.
// A notification has none. With several, the first opens and the last closes.
func (d *draft) addBalances() {
	st := &d.st
	byCode := make(map[string][]*balance)
	for i := range d.balances {
		b := &d.balances[i]
		byCode[strings.TrimSpace(b.Code)] = append(byCode[strings.TrimSpace(b.Code)], b)
	}
	opening := firstOf(byCode["OPBD"], byCode["PRCD"])
	closing := lastOf(byCode["CLBD"])
	if closing == nil && st.Format == record.FormatCamt052 {
		closing = lastOf(byCode["ITBD"])
	}
	b := record.Balance{Line: d.line, From: st.From, To: st.To, Opening: d.signed(opening), Closing: d.signed(closing)}
	b.Credit, b.Debit = d.turnover(d.summary.Credit), d.turnover(d.summary.Debit)
	if b.From.IsZero() && opening != nil && opening.Code != "PRCD" {
		b.From = opening.Date.date()
	}
	if b.To.IsZero() && closing != nil {
		b.To = closing.Date.date()
	}
	if b.Opening == nil && b.Closing == nil && b.Credit == nil && b.Debit == nil {
		if st.Format == record.FormatCamt053 {
			st.Warn(d.line, record.WarnNoBalance, nil)
		}
		return
	}
	st.Balances = append(st.Balances, b)
}

func firstOf(lists ...[]*balance) *balance {
	for _, list := range lists {
		if len(list) > 0 {
			return list[0]
		}
	}
	return nil
}

func lastOf(list []*balance) *balance {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// signed reads a balance; DBIT means that the account is overdrawn.
func (d *draft) signed(b *balance) *prolong.Money {
	if b == nil {
		return nil
	}
	m, ok := field.Decimal(b.Amount.Text, d.st.Currency)
	if !ok {
		d.st.Warn(d.line, record.WarnFieldInvalid, prolong.Args{"Field": b.Code, "Value": record.Excerpt(b.Amount.Text)})
		return nil
	}
	if strings.TrimSpace(b.Indicator) == "DBIT" && m.Minor() > 0 {
		m = m.Neg()
	}
	return &m
}

// turnover reads a declared sum; some banks write debits with a minus.
func (d *draft) turnover(text string) *prolong.Money {
	m, ok := field.Decimal(strings.TrimPrefix(strings.TrimSpace(text), "-"), d.st.Currency)
	if !ok {
		return nil
	}
	return &m
}
