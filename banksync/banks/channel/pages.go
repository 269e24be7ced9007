package channel

import (
	"bytes"
	"strings"

	"prolong"
	"prolong/banksync/statement/record"
)

// PagesMax bounds how many pages one pull reads: more is an answer that does not end.
const PagesMax = 10_000

// Account is an account of a seller at a bank.
type Account struct {
	Number   string
	BIC      string
	Currency prolong.Currency
}

// Options are what decoders are told about the account.
func (a Account) Options() record.Options {
	return record.Options{OwnAccounts: []string{a.Number}, Currency: a.Currency}
}

// Answer is what a bank said about an account.
type Answer struct {
	Statements []record.Statement
	Body       []byte // the pages as they came, in UTF-8, one a line
}

// Pages puts the pages of an answer together. A bank that repeats itself is an error: going
// on would never end, and stopping silently would lose what it has not told.
type Pages struct {
	bank     string
	cursors  map[string]bool
	seen     map[string]bool
	count    int
	rows     int
	before   int // rows of the page before
	list     []*record.Statement
	byNumber map[string]*record.Statement
	body     bytes.Buffer
}

// NewPages returns an empty collection.
func NewPages(bank string) *Pages {
	return &Pages{bank: bank, cursors: map[string]bool{}, seen: map[string]bool{}, byNumber: map[string]*record.Statement{}}
}

// Follow notes the cursor of the next page. Returns CodeUnavailable if the bank has given it
// before, or gives none although it says that there is more.
func (p *Pages) Follow(cursor string) error {
	if cursor == "" || p.cursors[cursor] {
		return p.repeated()
	}
	p.cursors[cursor] = true
	return nil
}

func (p *Pages) repeated() error {
	return prolong.NewError(prolong.CodeUnavailable, "error.bank_cursor_repeated", prolong.Args{"Bank": p.bank, "Page": p.count})
}

// Add puts a page at the end. Rows that an earlier page holds already are left out: pages
// overlap when something happens on the account while they are read. Returns CodeUnavailable
// if there are more pages than an answer can have.
func (p *Pages) Add(body []byte, statements []record.Statement) error {
	_, err := p.add(body, statements)
	return err
}

// AddNumbered is Add for banks whose pages are asked for by number. There a page that only
// tells again what was told before means that the number was not obeyed; unless it is shorter
// than the one before it: then it is the end, moved by what has come meanwhile.
func (p *Pages) AddNumbered(body []byte, statements []record.Statement) error {
	total := 0
	for i := range statements {
		total += len(statements[i].Entries)
	}
	fresh, err := p.add(body, statements)
	if err == nil && total > 0 && fresh == 0 && total >= p.before {
		err = p.repeated()
	}
	p.before = total
	return err
}

func (p *Pages) add(body []byte, statements []record.Statement) (fresh int, err error) {
	if p.count++; p.count > PagesMax {
		return 0, prolong.NewError(prolong.CodeUnavailable, "error.bank_pages_endless", prolong.Args{"Bank": p.bank, "Pages": PagesMax})
	}
	p.body.Write(bytes.TrimSpace(body))
	p.body.WriteByte('\n')
	last := 0
	for i := range statements {
		st := &statements[i]
		whole := p.byNumber[st.Account]
		if whole == nil {
			whole = &record.Statement{Format: st.Format, Version: st.Version, Encoding: st.Encoding, Account: st.Account, BIC: st.BIC, Currency: st.Currency}
			p.byNumber[st.Account] = whole
			p.list = append(p.list, whole)
		}
		whole.Balances = append(whole.Balances, st.Balances...)
		for _, w := range st.Warnings {
			if !verified[w.Code] {
				w.Line += p.rows
				whole.Warnings = append(whole.Warnings, w)
			}
		}
		for _, e := range st.Entries {
			last = max(last, e.Line)
			e.Line += p.rows
			// A row is told again if its id stands in the same state; a state that has changed
			// between two pages is news, and Finish keeps the more final one.
			if told := st.Account + "\x00" + e.BankID + "\x00" + string(e.Status) + "\x00" + e.Amount.String(); e.BankID != "" {
				if p.seen[told] {
					continue
				}
				p.seen[told] = true
			}
			e.Key = ""
			whole.Entries = append(whole.Entries, e)
			fresh++
		}
	}
	p.rows += last
	return fresh, nil
}

// verified are the warnings that Finish gives anew for the whole.
var verified = map[record.WarningCode]bool{
	record.WarnBalanceChain: true, record.WarnBalanceMismatch: true, record.WarnCurrencyMismatch: true,
	record.WarnDuplicateID: true, record.WarnOutsidePeriod: true, record.WarnTotalsMismatch: true,
}

// Answer verifies the whole and returns it. An answer without rows is legal: nothing has
// happened.
func (p *Pages) Answer() (Answer, error) {
	out := make([]record.Statement, len(p.list))
	for i, st := range p.list {
		settle(st)
		out[i] = *st
	}
	if err := record.Finish(out); err != nil {
		return Answer{}, err
	}
	return Answer{Statements: out, Body: bytes.Clone(p.body.Bytes())}, nil
}

// settle keeps one row of an operation that two pages tell in two states: the later told one
// if the earlier was pending.
func settle(st *record.Statement) {
	at := map[string]int{}
	kept := st.Entries[:0]
	for _, e := range st.Entries {
		id := strings.TrimSpace(e.BankID)
		i, ok := at[id]
		if id == "" || !ok || kept[i].Direction != e.Direction {
			at[id] = len(kept)
			kept = append(kept, e)
			continue
		}
		switch {
		case kept[i].Status == record.Pending && e.Status != record.Pending, e.Status == record.Reversed:
			kept[i] = e
		case kept[i].Status == e.Status && kept[i].Amount != e.Amount && e.Status != record.Pending:
			kept = append(kept, e) // two operations under one id: Finish tells them apart
		}
	}
	st.Entries = kept
}
