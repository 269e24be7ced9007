package match

import (
	"slices"
	"strings"

	"prolong"
)

// networkOutletsMax bounds how many accounts of one tax id or group are looked at.
const networkOutletsMax = 5000

// identity is what the payment says about who pays, before the purpose's numbers.
type identity struct {
	taxID    string  // the payer's, cleaned; empty if absent or a bank's
	accounts []int32 // accounts of taxID and of their group
	direct   []int32 // accounts of taxID itself
	actual   []int32 // accounts of the actual payer
	actualID string
	persons  []int32 // accounts of persons named inside a bank's line
	personID string
	personAt Span
	learned  []int32  // contract account or active alias
	aliased  []int32  // active alias only
	proposed []int32  // by a candidate alias: ranking only
	known    []known  // why they are learned
	ambient  bool     // an alias of this payer was quarantined or belongs to several accounts
	payer    []string // identifying words of the payer's name; filled by payerWords
	named    []int32  // accounts of that name; filled by namesakes
	worded   bool
	looked   bool
	name     string
	person   string // a person inside a bank's line
	transit  bool   // the payer's account or tax id is a bank's
}

// known is one reason why a payer is taken for an account's: the key of its text, and what was
// recognised.
type known struct {
	at          int32
	text, value string
}

// network says whether the payer's tax id stands for several accounts.
func (id *identity) network() bool { return len(id.accounts) > 1 }

// identify resolves the payer.
func identify(p Payment, s *Snapshot) *identity {
	id := &identity{}
	name := readText(FieldPayerName, p.PayerName)
	id.name = name.text(0, len(name.chars))
	account := cleanID(p.PayerAccount)
	id.transit = transitAccount(account)
	id.taxID = payerTaxID(p.PayerTaxID, id.name)
	if inSet(stopTaxIDs, id.taxID) {
		id.transit, id.taxID = true, ""
	}
	persons := append(bankPersons(FieldPayerName, p.PayerName), bankPersons(FieldPurpose, p.Purpose)...)
	id.direct = s.byTax(id.taxID)
	id.accounts = s.withGroups(id.direct)
	if actual := payerTaxID(p.ActualPayerTaxID, ""); actual != id.taxID && !inSet(stopTaxIDs, actual) {
		id.actualID = actual
		id.actual = s.byTax(actual)
	}
	for _, person := range persons {
		if person.inn != "" {
			id.personID, id.personAt = person.inn, person.span
			id.persons = union(id.persons, s.byTax(person.inn))
			id.learn(s, AliasPersonalINN, person.inn, "match.fact.alias_person")
		}
		if id.person == "" {
			id.person = person.name
		}
	}
	if !transitAccount(account) && account != "" {
		if owners := s.byBankAccount(account); len(owners) > 0 {
			id.learned = union(id.learned, owners)
			for _, at := range owners {
				id.known = append(id.known, known{at, "match.fact.contract_account", account})
			}
		}
		id.learn(s, AliasAccount, account, "match.fact.alias_account")
	}
	if id.taxID != "" {
		id.learn(s, AliasTaxID, id.taxID, "match.fact.alias_tax_id")
	}
	return id
}

// isBank says whether the payer is a bank, by account, tax id or name.
func (id *identity) isBank() bool { return id.transit || looksLikeBank(id.name) }

// ownID is the tax id that is certainly the payer's: his field's, or the person's inside a bank's
// line; empty if there is none with right check digits.
func (id *identity) ownID() string {
	for _, v := range []string{id.personID, id.taxID} {
		if v != "" && prolong.TaxIDLooksValid(v) {
			return v
		}
	}
	return ""
}

// payerWords returns the identifying words of the payer's name; of a bank's line those of the
// person in it.
func (id *identity) payerWords() []string {
	if id.worded {
		return id.payer
	}
	id.worded = true
	if id.person == "" || !id.isBank() {
		id.payer = nameTokens(id.name)
	}
	if len(id.payer) == 0 && id.person != "" {
		id.payer = nameTokens(id.person)
	}
	return id.payer
}

// namesakes returns the accounts whose name equals the payer's.
func (id *identity) namesakes(s *Snapshot) []int32 {
	if words := id.payerWords(); !id.looked && len(words) > 0 {
		id.named = s.byNameTokens(words)
	}
	id.looked = true
	return id.named
}

// learn adds the account of an alias if exactly one active row exists for the value. Rows for
// several accounts, or a quarantined row, make the value useless (reference 5.4).
func (id *identity) learn(s *Snapshot, kind AliasKind, value, text string) {
	rows := s.aliases[aliasKey{kind, value}]
	account, usable := aliasTarget(rows)
	if len(rows) > 0 && !usable {
		id.ambient = true
		if len(rows) == 1 && rows[0].State == AliasCandidate {
			if at, ok := s.byID[rows[0].AccountID]; ok {
				id.proposed = union(id.proposed, []int32{at})
			}
		}
	}
	if at, ok := s.byID[account]; usable && ok {
		if len(id.direct) == 0 || !slices.Contains(id.direct, at) {
			id.ambient = true // pays for somebody else now and then: no posting by the sum alone
		}
		id.learned, id.known = union(id.learned, []int32{at}), append(id.known, known{at, text, value})
		id.aliased = union(id.aliased, []int32{at})
	}
}

// aliasTarget returns the account that the rows of one value stand for. It is the lattice of
// reference 5.4: nothing, one account, several accounts; only one account is of use, and one
// quarantined or blocked row spoils the value.
func aliasTarget(rows []Alias) (int64, bool) {
	account, active := int64(0), 0
	for _, a := range rows {
		switch a.State {
		case AliasQuarantined, AliasBlocked:
			return 0, false
		case AliasActive:
			account = a.AccountID
			active++
		case AliasCandidate, AliasDropped:
		}
	}
	return account, active == 1
}

// payerTaxID cleans the tax id of a party; if the field is empty it is looked for in front of
// the name, where some exports put it.
func payerTaxID(field, name string) string {
	if id := cleanID(field); id != "" {
		return id
	}
	if strings.Contains(name, "//") {
		return "" // a bank's line: the number in it is a person's
	}
	for _, w := range splitWords(name) {
		if (len(w) == 10 || len(w) == 12) && prolong.TaxIDLooksValid(w) {
			return w
		}
	}
	return ""
}

// byTax returns the accounts with the tax id. A number that lost leading zeros in a
// spreadsheet is tried with them, if its check digits agree.
func (s *Snapshot) byTax(taxID string) []int32 {
	if taxID == "" {
		return nil
	}
	found := s.exactTax(taxID)
	for zeros := "0"; len(found) == 0 && len(zeros) <= 2; zeros += "0" {
		if padded := zeros + taxID; (len(padded) == 8 || len(padded) == 10 || len(padded) == 12) && prolong.TaxIDLooksValid(padded) {
			found = s.exactTax(padded)
		}
	}
	return found
}

func (s *Snapshot) exactTax(taxID string) []int32 {
	var found []int32
	s.byTaxID.each(hashText(taxID), networkOutletsMax, func(at int32) {
		if slices.Contains(s.accounts[at].taxIDs(), taxID) {
			found = append(found, at)
		}
	})
	return s.ordered(found)
}

func (s *Snapshot) byBankAccount(number string) []int32 {
	var found []int32
	s.byBank.each(hashText(number), networkOutletsMax, func(at int32) {
		if slices.Contains(s.accounts[at].banks(), number) {
			found = append(found, at)
		}
	})
	return s.ordered(found)
}

// byNameTokens returns the accounts whose name has exactly these words.
func (s *Snapshot) byNameTokens(tokens []string) []int32 {
	sorted := slices.Clone(tokens)
	slices.Sort(sorted)
	key := strings.Join(sorted, " ")
	var found []int32
	s.byName.each(hashText(key), namesakesMax, func(at int32) {
		if NameKey(s.accounts[at].name) == key {
			found = append(found, at)
		}
	})
	return s.ordered(found)
}

// namesakesMax bounds how many accounts of one name or one legacy number are looked at.
const namesakesMax = 500

// byReference returns the accounts that have the folded number as a legacy or closed one.
func (s *Snapshot) byReference(key string) []int32 {
	var found []int32
	if len(key) < legacyKeyMin {
		return nil
	}
	s.byLegacy.each(hashText(key), namesakesMax, func(at int32) {
		a := &s.accounts[at]
		hit := slices.ContainsFunc(a.open, func(inv invoice) bool { return inv.text != "" && refKey(inv.text) == key })
		if a.more != nil {
			same := func(n string) bool { return refKey(n) == key }
			hit = hit || slices.ContainsFunc(a.more.legacy, same) || slices.ContainsFunc(a.more.closed, same)
		}
		if hit {
			found = append(found, at)
		}
	})
	return s.ordered(found)
}

// legacyKeyMin is the least length of a legacy number that is looked up: one and two digits
// are everywhere.
const legacyKeyMin = 3

func (s *Snapshot) byContractNumber(key string) []int32 {
	var found []int32
	if key == "" {
		return nil
	}
	s.byContract.each(hashText(key), namesakesMax, func(at int32) {
		if slices.ContainsFunc(s.accounts[at].contracts(), func(n string) bool { return refKey(n) == key }) {
			found = append(found, at)
		}
	})
	return s.ordered(found)
}

// withGroups adds the other accounts of the groups that the accounts belong to.
func (s *Snapshot) withGroups(accounts []int32) []int32 {
	out := accounts
	seen := ""
	for _, at := range accounts {
		group := s.accounts[at].group()
		if group == "" || group == seen {
			continue
		}
		seen = group
		var members []int32
		s.byGroup.each(hashText(group), networkOutletsMax, func(m int32) {
			if s.accounts[m].group() == group {
				members = append(members, m)
			}
		})
		out = union(out, members)
	}
	return s.ordered(out)
}

// ordered sorts places by account id, so that no result depends on the order of insertion.
func (s *Snapshot) ordered(places []int32) []int32 {
	slices.SortFunc(places, func(a, b int32) int {
		switch {
		case s.accounts[a].id < s.accounts[b].id:
			return -1
		case s.accounts[a].id > s.accounts[b].id:
			return 1
		}
		return 0
	})
	return places
}

// union returns a with what b has beyond it, in a new slice if anything is added.
func union(a, b []int32) []int32 {
	out := a
	if len(a) > unionScanMax || len(b) > unionScanMax {
		seen := make(map[int32]struct{}, len(a)+len(b))
		for _, x := range a {
			seen[x] = struct{}{}
		}
		out = slices.Clone(a)
		for _, x := range b {
			if _, ok := seen[x]; !ok {
				seen[x] = struct{}{}
				out = append(out, x)
			}
		}
		return out
	}
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(slices.Clip(out), x)
		}
	}
	return out
}

// unionScanMax is the length up to which a list is searched one by one.
const unionScanMax = 64
