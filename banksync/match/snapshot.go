package match

import (
	"cmp"
	"slices"
	"sync"

	"prolong"
)

// Account is what matching knows of a subscriber.
type Account struct {
	ID       int64
	Code     prolong.PaymentCode
	TaxIDs   []string // digits; the first is the present one, the others are former or branches'
	Name     string
	Currency prolong.Currency // what the account is invoiced in; empty if unknown
	// PriceMinor is the price of one period, 0 if unknown. It only explains ("three months").
	PriceMinor int64

	// KPP is the КПП, empty if unknown. A branch's tells the outlets of one tax id apart.
	KPP           string
	BankAccounts  []string // of the contract
	Contracts     []string // numbers of contracts with us
	LegacyNumbers []string // invoice or client numbers of an earlier system
	// Group is the key of a network of outlets, empty for none. Accounts that share a tax id
	// are a network even without it.
	Group string
}

// Invoice is an open invoice.
type Invoice struct {
	ID        int64
	AccountID int64
	Number    string        // "58291375-12"
	Residual  prolong.Money // still to pay; not positive means closed
	IssuedOn  prolong.Date
	DueOn     prolong.Date
	Period    prolong.Period
	VATMinor  int64 // VAT inside the total, minor units; 0 if none
}

// ClosedInvoice is a number that was issued and is no longer open: paid, cancelled, reissued.
type ClosedInvoice struct {
	AccountID int64
	Number    string
}

// AliasKind says what a learned payer alias recognises.
type AliasKind string

// The kinds of aliases (reference 5.4). A keyword alias tells outlets of a network apart; its
// value is the payer's account, a space and one folded word of the purpose (FoldWord).
const (
	AliasAccount     AliasKind = "account"
	AliasTaxID       AliasKind = "tax_id"
	AliasPersonalINN AliasKind = "personal_inn"
	AliasNameKey     AliasKind = "name_key" // NameKey of the payer's name; ranking only
	AliasKeyword     AliasKind = "keyword"
)

// AliasState is the state in the lattice of reference 5.4.
type AliasState string

// The states. Only an active alias is evidence.
const (
	AliasCandidate   AliasState = "candidate"
	AliasActive      AliasState = "active"
	AliasQuarantined AliasState = "quarantined"
	AliasBlocked     AliasState = "blocked"
	AliasDropped     AliasState = "dropped" // given up in favour of another account: says nothing
)

// Alias says that a payer's requisite belongs to, or pays for, an account.
type Alias struct {
	Kind          AliasKind
	Value         string
	AccountID     int64
	State         AliasState
	Confirmations int // payments with it that people gave to the account
}

// Builder is the content of a new Snapshot. For a large base leave the slices empty and feed
// the rows through Apply, so that they need not be in memory twice.
type Builder struct {
	Accounts []Account
	Invoices []Invoice
	Closed   []ClosedInvoice
	Aliases  []Alias
	// Vocabulary is what our sellers sell, as their invoices say it: names of products and
	// plans. Rule W5 accepts these words in a purpose.
	Vocabulary []string
}

// Change is one step of an incremental update: AccountPut, AccountRemoved, InvoicePut,
// InvoiceClosed, AliasPut, AliasRemoved or VocabularySet.
type Change interface {
	apply(s *Snapshot) error
}

// AccountPut adds an account or replaces its requisites; open invoices are kept.
type AccountPut struct{ Account Account }

// AccountRemoved forgets an account with its invoices. Unknown ids are ignored.
type AccountRemoved struct{ ID int64 }

// InvoicePut adds an open invoice or replaces it, for instance after a partial payment. An
// invoice without a positive residual counts as closed.
type InvoicePut struct{ Invoice Invoice }

// InvoiceClosed removes an open invoice (by ID or, if that is 0, by account and number) and
// remembers its number as closed. It also tells of numbers that were closed before the
// snapshot was built.
type InvoiceClosed struct {
	ID        int64
	AccountID int64
	Number    string
}

// AliasPut adds an alias or replaces the one with the same kind, value and account.
type AliasPut struct{ Alias Alias }

// AliasRemoved forgets an alias. Unknown ones are ignored.
type AliasRemoved struct {
	Kind      AliasKind
	Value     string
	AccountID int64
}

// VocabularySet replaces the names of what our sellers sell.
type VocabularySet struct{ Words []string }

// Snapshot is the in-memory index of everything that a decision may look at. Decide may run
// on many goroutines while Apply runs on another: a decision sees a snapshot either before or
// after each Apply call, never between the changes of one call.
type Snapshot struct {
	mu         sync.RWMutex
	accounts   []account // tombstones have id 0
	free       []int32
	byID       map[int64]int32
	byCode     map[uint64]int32
	byTaxID    index
	byBank     index
	byLegacy   index
	byContract index
	byName     index
	byToken    index
	byGroup    index
	byInvoice  map[int64]int32
	aliases    map[aliasKey][]Alias
	vocabulary map[string]struct{}
	soldStems  map[string]int // beginnings of the vocabulary's words, and how long an ending may be
	openCount  int
	codeShort  bool // some code has PaymentCodeDigits
	codeLong   bool // some code has PaymentCodeDigitsLong
}

type aliasKey struct {
	kind  AliasKind
	value string
}

// NewSnapshot returns a snapshot with the content of b. Returns CodeInvalid naming the row if
// a code is malformed or used twice, or an invoice belongs to no account.
func NewSnapshot(b Builder) (*Snapshot, error) {
	s := &Snapshot{
		byID:       make(map[int64]int32, len(b.Accounts)),
		byCode:     make(map[uint64]int32, len(b.Accounts)),
		byInvoice:  make(map[int64]int32, len(b.Invoices)),
		aliases:    make(map[aliasKey][]Alias, len(b.Aliases)),
		vocabulary: map[string]struct{}{},
		soldStems:  map[string]int{},
	}
	for _, x := range []*index{&s.byTaxID, &s.byBank, &s.byLegacy, &s.byContract, &s.byName, &s.byToken, &s.byGroup} {
		*x = newIndex()
	}
	for _, a := range b.Accounts {
		if err := s.putAccount(a); err != nil {
			return nil, err
		}
	}
	for _, inv := range b.Invoices {
		if err := s.putInvoice(inv); err != nil {
			return nil, err
		}
	}
	for _, c := range b.Closed {
		if err := s.closeInvoice(InvoiceClosed{AccountID: c.AccountID, Number: c.Number}); err != nil {
			return nil, err
		}
	}
	for _, a := range b.Aliases {
		s.putAlias(a)
	}
	s.putVocabulary(b.Vocabulary)
	return s, nil
}

// Apply brings the snapshot up to date. Changes take effect together; at the first that
// cannot be applied it stops and returns CodeInvalid or CodeNotFound, with the earlier ones
// applied.
func (s *Snapshot) Apply(changes ...Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		if err := c.apply(s); err != nil {
			return err
		}
	}
	return nil
}

// AccountCount returns how many accounts the snapshot holds.
func (s *Snapshot) AccountCount() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.byID)
}

// OpenCount returns how many open invoices the snapshot holds.
func (s *Snapshot) OpenCount() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.openCount
}

// Open returns the open invoices of an account, oldest due first, as Allocate wants them.
func (s *Snapshot) Open(accountID int64) []OpenInvoice {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, ok := s.byID[accountID]
	if !ok {
		return nil
	}
	return s.accounts[i].openInvoices()
}

func (c AccountPut) apply(s *Snapshot) error     { return s.putAccount(c.Account) }
func (c AccountRemoved) apply(s *Snapshot) error { s.removeAccount(c.ID); return nil }
func (c InvoicePut) apply(s *Snapshot) error     { return s.putInvoice(c.Invoice) }
func (c InvoiceClosed) apply(s *Snapshot) error  { return s.closeInvoice(c) }
func (c AliasPut) apply(s *Snapshot) error       { s.putAlias(c.Alias); return nil }
func (c AliasRemoved) apply(s *Snapshot) error   { s.removeAlias(c); return nil }
func (c VocabularySet) apply(s *Snapshot) error { //nolint:unparam // all changes have one form
	clear(s.vocabulary)
	clear(s.soldStems)
	s.putVocabulary(c.Words)
	return nil
}

func (s *Snapshot) putAccount(a Account) error {
	code, err := codeValue(a.Code)
	if err != nil {
		return err
	}
	at, known := s.byID[a.ID]
	if other, taken := s.byCode[code]; a.ID == 0 || (taken && (!known || other != at)) {
		return prolong.NewError(prolong.CodeInvalid, "error.match_account", prolong.Args{"ID": a.ID, "PaymentCode": string(a.Code)})
	}
	var old account
	if known {
		old = s.accounts[at]
	}
	rec := account{id: a.ID, code: code, price: a.PriceMinor, name: a.Name, currency: a.Currency}
	if known && old.code == code {
		rec.open = old.open
	} else if known {
		rec.open = old.renumbered()
	}
	var more accountMore
	taxIDs, banks := cleanIDs(a.TaxIDs), cleanIDs(a.BankAccounts)
	if len(taxIDs) > 0 {
		rec.taxID, more.taxIDs = taxIDs[0], taxIDs[1:]
	}
	if len(banks) > 0 {
		rec.bank, more.banks = banks[0], banks[1:]
	}
	more.contracts, more.legacy, more.group = a.Contracts, a.LegacyNumbers, a.Group
	if kpp := cleanID(a.KPP); branchKPP(kpp) {
		more.kpp = kpp
	}
	if known && old.more != nil {
		more.closed = old.more.closed
	}
	if len(more.taxIDs)+len(more.banks)+len(more.contracts)+len(more.legacy)+len(more.closed) > 0 || more.group != "" || more.kpp != "" {
		rec.more = &more
	}
	if known && old.same(rec) {
		return nil // most accounts that are read again have only paid
	}
	switch {
	case known:
		s.unindex(at)
	case len(s.free) > 0:
		at, s.free = s.free[len(s.free)-1], s.free[:len(s.free)-1]
	default:
		at = int32(len(s.accounts))
		s.accounts = append(s.accounts, account{})
	}
	s.accounts[at] = rec
	s.byID[a.ID] = at
	s.index(at)
	if len(a.Code) == prolong.PaymentCodeDigitsLong {
		s.codeLong = true
	} else {
		s.codeShort = true
	}
	return nil
}

func (s *Snapshot) removeAccount(id int64) {
	at, ok := s.byID[id]
	if !ok {
		return
	}
	s.unindex(at)
	for _, inv := range s.accounts[at].open {
		delete(s.byInvoice, inv.id)
		s.openCount--
	}
	delete(s.byID, id)
	s.accounts[at] = account{}
	s.free = append(s.free, at)
}

func (s *Snapshot) putInvoice(inv Invoice) error {
	at, ok := s.byID[inv.AccountID]
	if !ok || inv.ID == 0 {
		return prolong.NewError(prolong.CodeNotFound, "error.match_invoice", prolong.Args{"ID": inv.ID, "Number": inv.Number, "AccountID": inv.AccountID})
	}
	if inv.Residual.Minor() <= 0 {
		return s.closeInvoice(InvoiceClosed{ID: inv.ID, AccountID: inv.AccountID, Number: inv.Number})
	}
	if before, known := s.byInvoice[inv.ID]; known {
		s.dropOpen(before, inv.ID)
	}
	a := &s.accounts[at]
	rec := invoice{
		id: inv.ID, residual: inv.Residual.Minor(), vat: inv.VATMinor, currency: inv.Residual.Currency(),
		issued: inv.IssuedOn, due: inv.DueOn, from: inv.Period.From, to: inv.Period.To,
	}
	if running, ok := runningNumber(a.code, inv.Number); ok {
		rec.running = running
	} else {
		rec.text = inv.Number
		s.forgetClosed(at, inv.Number) // a payment taken back opens an invoice again
		s.byLegacy.add(hashRef(inv.Number), at)
	}
	i, _ := slices.BinarySearchFunc(a.open, rec, compareInvoices)
	a.open = slices.Insert(a.open, i, rec)
	if len(a.open) == 1 {
		a.open = slices.Clip(a.open)
	}
	s.byInvoice[inv.ID] = at
	s.openCount++
	return nil
}

func (s *Snapshot) dropOpen(at int32, id int64) invoice {
	a := &s.accounts[at]
	i := slices.IndexFunc(a.open, func(inv invoice) bool { return inv.id == id })
	if i < 0 {
		return invoice{}
	}
	inv := a.open[i]
	a.open = slices.Delete(a.open, i, i+1)
	if inv.text != "" {
		s.byLegacy.remove(hashRef(inv.text), at)
	}
	delete(s.byInvoice, id)
	s.openCount--
	return inv
}

func (s *Snapshot) closeInvoice(c InvoiceClosed) error {
	if at, ok := s.byInvoice[c.ID]; ok && c.ID != 0 {
		inv := s.dropOpen(at, c.ID)
		s.rememberClosed(at, s.accounts[at].numberOf(inv))
		return nil
	}
	at, ok := s.byID[c.AccountID]
	if !ok {
		return prolong.NewError(prolong.CodeNotFound, "error.match_invoice", prolong.Args{"ID": c.ID, "Number": c.Number, "AccountID": c.AccountID})
	}
	a := &s.accounts[at]
	for _, inv := range a.open {
		if a.numberOf(inv) == c.Number {
			s.dropOpen(at, inv.id)
			break
		}
	}
	s.rememberClosed(at, c.Number)
	return nil
}

// rememberClosed keeps a closed number that only the list can tell for ours. Numbers with the
// account's code need no memory: the code finds the account, and what is not open is closed.
func (s *Snapshot) rememberClosed(at int32, number string) {
	a := &s.accounts[at]
	if _, ours := runningNumber(a.code, number); ours || number == "" {
		return
	}
	if a.more == nil {
		a.more = &accountMore{}
	}
	if !slices.Contains(a.more.closed, number) {
		a.more.closed = append(a.more.closed, number)
		s.byLegacy.add(hashRef(number), at)
	}
}

func (s *Snapshot) forgetClosed(at int32, number string) {
	a := &s.accounts[at]
	if a.more == nil {
		return
	}
	if i := slices.Index(a.more.closed, number); i >= 0 {
		a.more.closed = slices.Delete(slices.Clone(a.more.closed), i, i+1)
		s.byLegacy.remove(hashRef(number), at)
	}
}

func (s *Snapshot) putAlias(a Alias) {
	if a.State == AliasDropped {
		s.removeAlias(AliasRemoved{Kind: a.Kind, Value: a.Value, AccountID: a.AccountID})
		return
	}
	key := aliasKey{a.Kind, a.Value}
	list := slices.DeleteFunc(slices.Clone(s.aliases[key]), func(o Alias) bool { return o.AccountID == a.AccountID })
	list = append(list, a)
	slices.SortFunc(list, func(a, b Alias) int { return cmp.Compare(a.AccountID, b.AccountID) })
	s.aliases[key] = list
}

func (s *Snapshot) removeAlias(c AliasRemoved) {
	key := aliasKey{c.Kind, c.Value}
	list := slices.DeleteFunc(slices.Clone(s.aliases[key]), func(o Alias) bool { return o.AccountID == c.AccountID })
	if len(list) == 0 {
		delete(s.aliases, key)
		return
	}
	s.aliases[key] = list
}

func (s *Snapshot) putVocabulary(words []string) {
	for _, text := range words {
		for _, w := range nameTokens(text) {
			s.vocabulary[w] = struct{}{}
			if stem, ending := soldStem(w); stem != "" {
				s.soldStems[stem] = ending
			}
		}
	}
}
