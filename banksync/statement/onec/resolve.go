package onec

import (
	"prolong"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// resolver gives the documents of a file to its accounts.
type resolver struct {
	file       *file
	opts       record.Options
	covered    map[string]bool // accounts that this file is a statement of
	own        map[string]bool // covered and all other accounts of the tenant
	order      []string
	currencies map[string]prolong.Currency
	said       map[string]prolong.Currency // by the documents of the account
	statements map[string]*record.Statement
	warnings   []record.Warning
}

// resolve returns one statement per account of the file.
func resolve(f *file, opts record.Options) ([]record.Statement, error) {
	r := &resolver{file: f, opts: opts, covered: make(map[string]bool), own: make(map[string]bool),
		currencies: make(map[string]prolong.Currency), statements: make(map[string]*record.Statement), warnings: f.warnings}
	r.findAccounts()
	for _, account := range r.order {
		// Before the documents are taken apart: some currencies are known by them only.
		r.currencies[account] = r.currency(account)
	}
	for i := range f.sections {
		r.addSection(&f.sections[i])
	}
	f.documents.drain(r.addDocument)
	return r.finish()
}

// findAccounts collects the accounts that the file covers: those of its header and of its
// sections. A file that names none covers the tenant's accounts.
func (r *resolver) findAccounts() {
	cover := func(account string) {
		if account != "" && !r.covered[account] {
			r.covered[account] = true
			r.order = append(r.order, account)
		}
	}
	for _, account := range r.file.accounts {
		cover(account)
	}
	for i := range r.file.sections {
		cover(r.file.sections[i].account)
	}
	for _, account := range r.opts.OwnAccounts {
		r.own[field.Account(account)] = true
	}
	if len(r.order) == 0 {
		for _, account := range r.opts.OwnAccounts {
			cover(field.Account(account))
		}
	}
	for account := range r.covered {
		r.own[account] = true
	}
}

// statement returns the statement of an account, made at its first use so that accounts
// without any line do not appear.
func (r *resolver) statement(account string) *record.Statement {
	if s, ok := r.statements[account]; ok {
		return s
	}
	s := &record.Statement{Format: record.FormatOneC, Version: r.file.version, Encoding: string(r.file.encoding),
		Account: account, Currency: r.currencies[account], Unfinished: r.file.unended}
	if account == "" {
		s.Currency = r.currency(account)
	}
	if len(r.order) == 1 {
		s.Entries = make([]record.Entry, 0, r.file.documents.count)
	}
	r.statements[account] = s
	return s
}

// currency finds the currency of an account: by its number, by what the caller knows, by
// the documents, by the country of the number. What is left are Russian files with masked
// numbers.
func (r *resolver) currency(account string) prolong.Currency {
	byNumber, certain := field.AccountCurrency(account)
	if certain {
		return byNumber
	}
	if r.opts.Currency != "" {
		return r.opts.Currency
	}
	if cur, ok := r.documentsCurrency(account); ok {
		return cur
	}
	if byNumber != "" {
		return byNumber
	}
	return prolong.RUB
}

// documentsCurrency returns the currency that all documents of the account agree on.
func (r *resolver) documentsCurrency(account string) (prolong.Currency, bool) {
	if r.said == nil {
		r.said = make(map[string]prolong.Currency)
		r.file.documents.each(r.noteCurrency)
	}
	cur := r.said[account]
	return cur, cur != "" && cur != currencyMixed
}

// currencyMixed stands for accounts whose documents name several currencies.
const currencyMixed prolong.Currency = "-"

// noteCurrency notes what a document says about its accounts.
func (r *resolver) noteCurrency(d *document) {
	cur, ok := field.Currency(d.currency)
	if !ok {
		return
	}
	for _, side := range []*side{&d.payer, &d.payee} {
		account, own := side.has(r.covered)
		if !own {
			continue
		}
		if before := r.said[account]; before != "" && before != cur {
			cur = currencyMixed
		}
		r.said[account] = cur
	}
}

func (r *resolver) addSection(sec *section) {
	account := sec.account
	if account == "" && len(r.order) == 1 {
		account = r.order[0]
	}
	st := r.statement(account)
	if sec.to.IsZero() && len(r.file.sections) == 1 && !r.file.to.Before(sec.from) {
		sec.to = r.file.to
	}
	money := func(name, text string) *prolong.Money {
		if text == "" {
			return nil
		}
		m, ok := field.Balance(text, st.Currency)
		if !ok {
			st.Warn(sec.line, record.WarnFieldInvalid, prolong.Args{"Field": name, "Value": record.Excerpt(text)})
			return nil
		}
		return &m
	}
	st.Balances = append(st.Balances, record.Balance{Line: sec.line, From: sec.from, To: sec.to,
		Opening: money("НачальныйОстаток", sec.opening), Closing: money("КонечныйОстаток", sec.closing),
		Credit: money("ВсегоПоступило", sec.credit), Debit: money("ВсегоСписано", sec.debit)})
}

// addDocument decides the direction by the rules of banks.md 2.2 and adds the entry, two for
// a transfer between two accounts of the file.
func (r *resolver) addDocument(d *document) {
	if d.cut && !r.certain(d) {
		r.leaveOut(d, record.WarnDocumentCut, nil)
		return
	}
	payerAccount, payerOwn := d.payer.has(r.covered)
	payeeAccount, payeeOwn := d.payee.has(r.covered)
	switch in, out := stated(d.amountIn), stated(d.amountOut); {
	case in && out:
		r.leaveOut(d, record.WarnDirectionUnknown, nil)
	case in:
		r.addStated(d, record.Credit, d.amountIn, payeeAccount, payeeOwn)
	case out:
		r.addStated(d, record.Debit, d.amountOut, payerAccount, payerOwn)
	case payerOwn || payeeOwn:
		if payerOwn {
			r.addEntry(d, payerAccount, record.Debit, d.amount)
		}
		if payeeOwn {
			r.addEntry(d, payeeAccount, record.Credit, d.amount)
		}
	case len(r.order) != 1 || r.otherOwn(d):
		r.leaveOut(d, record.WarnDirectionUnknown, nil)
	case d.debited != "" && d.credited == "":
		r.addEntry(d, r.order[0], record.Debit, d.amount)
	case d.credited != "" && d.debited == "":
		r.addEntry(d, r.order[0], record.Credit, d.amount)
	default:
		r.leaveOut(d, record.WarnDirectionUnknown, nil)
	}
}

// certain says whether what is left of a cut document tells its money as the whole does: what is
// missing can be neither a day, nor an amount, nor a side. Else half of it would never meet the whole.
func (r *resolver) certain(d *document) bool {
	payerAccount, payer := d.payer.has(r.covered)
	payeeAccount, payee := d.payee.has(r.covered)
	in, out := stated(d.amountIn), stated(d.amountOut)
	if !d.certain || in && out || d.payer.account+d.payer.party.Account == "" || d.payee.account+d.payee.party.Account == "" {
		return false
	}
	if in || out {
		return (in && payee && r.knownCurrency(d, payeeAccount) || out && payer && r.knownCurrency(d, payerAccount)) && stated(d.operation)
	}
	return (payer || payee) && stated(d.amount) &&
		(!payer || stated(d.debited) && r.knownCurrency(d, payerAccount)) && (!payee || stated(d.credited) && r.knownCurrency(d, payeeAccount))
}

// knownCurrency says whether no field that is missing can tell the currency of the account.
func (r *resolver) knownCurrency(d *document, account string) bool {
	_, byNumber := field.AccountCurrency(account)
	return byNumber || r.opts.Currency != "" || d.currency != ""
}

// otherOwn says whether a side is an account of the tenant that the file does not cover: its
// money belongs to another statement.
func (r *resolver) otherOwn(d *document) bool {
	_, payer := d.payer.has(r.own)
	_, payee := d.payee.has(r.own)
	return payer || payee
}

// addStated adds an operation whose direction the file states (СуммаПриход, СуммаРасход).
func (r *resolver) addStated(d *document, dir record.Direction, amount, account string, own bool) {
	switch {
	case own:
	case len(r.order) == 1:
		account = r.order[0]
	default:
		r.leaveOut(d, record.WarnDirectionUnknown, nil)
		return
	}
	r.addEntry(d, account, dir, amount)
}

// stated says whether an amount of one direction is filled and not nought.
func stated(amount string) bool {
	for _, c := range amount {
		if c >= '1' && c <= '9' {
			return true
		}
	}
	return false
}

func (r *resolver) leaveOut(d *document, code record.WarningCode, args prolong.Args) {
	r.warnings = append(r.warnings, record.Warning{Line: d.line, Code: code, Args: args, Raw: d.raw})
	r.file.cut++
}

func (r *resolver) addEntry(d *document, account string, dir record.Direction, amount string) {
	st := r.statement(account)
	money, ok := field.Amount(amount, st.Currency)
	if !ok {
		r.leaveOut(d, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(amount)})
		return
	}
	e := record.Entry{
		Line: d.line, Status: record.Booked, Direction: dir, Amount: money, DocNo: d.number,
		Purpose: d.purpose, PurposeCode: d.code, PaymentID: d.paymentID, Kind: d.kind, Raw: d.raw,
		Own: d.payee.party, Counterparty: d.payer.party,
	}
	posted, postedName := d.credited, "ДатаПоступило"
	if dir == record.Debit {
		e.Own, e.Counterparty = e.Counterparty, e.Own
		posted, postedName = d.debited, "ДатаСписано"
	}
	date := func(name, text string) prolong.Date {
		if !stated(text) {
			return prolong.Date{}
		}
		day, ok := field.Date(text)
		if !ok {
			st.Warn(d.line, record.WarnFieldInvalid, prolong.Args{"Field": name, "Value": record.Excerpt(text)})
		}
		return day
	}
	e.DocDate = date("Дата", d.docDate)
	e.ValueDate = date("ДатаВалютирования", d.value)
	e.Date = date(postedName, posted)
	if e.Date.IsZero() {
		e.Date = date("ДатаОперации", d.operation)
	}
	if e.Date.IsZero() {
		e.Date = e.DocDate
	}
	if e.Date.IsZero() {
		r.leaveOut(d, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(d.docDate)})
		return
	}
	if d.cut {
		e.Cut = record.CutText
	} else if r.opts.WithoutRaw {
		e.Raw = ""
	}
	if d.damaged {
		st.Warn(d.line, record.WarnTextDamaged, nil)
	}
	st.Entries = append(st.Entries, e)
}

// finish orders the statements as the file names its accounts and verifies them. Returns
// CodeInvalid if the file had documents and none could be read.
func (r *resolver) finish() ([]record.Statement, error) {
	out := make([]record.Statement, 0, len(r.order)+1)
	entries := 0
	for _, account := range append(r.order, "") {
		st, ok := r.statements[account]
		if !ok {
			continue
		}
		entries += len(st.Entries)
		out = append(out, *st)
	}
	if entries == 0 && r.file.cut > 0 {
		return nil, record.RefuseAll(r.file.cut, r.warnings)
	}
	if len(out) == 0 {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_no_rows", prolong.Args{"Line": 1})
	}
	out[0].Warnings = append(out[0].Warnings, r.warnings...)
	for i := range out {
		st := &out[i]
		if len(st.Balances) == 0 {
			st.Warn(0, record.WarnNoBalance, nil)
			if !r.file.from.After(r.file.to) {
				st.From, st.To = r.file.from, r.file.to
			}
		}
	}
	if err := record.Finish(out); err != nil {
		return nil, err
	}
	return out, nil
}
