package match

import (
	"slices"
	"strings"
)

// Refusal says why a payer's requisite cannot become an alias.
type Refusal string

// The refusals (the stop-list of reference 5.4).
const (
	RefusalNone       Refusal = ""
	RefusalAgent      Refusal = "agent"      // an acquirer, a marketplace, a payment agent: the money of many
	RefusalBank       Refusal = "bank"       // a bank's own requisite
	RefusalNeedless   Refusal = "needless"   // it is the account's own: matching knows it
	RefusalOwn        Refusal = "own"        // ours
	RefusalSubscriber Refusal = "subscriber" // another subscriber's: he pays for himself, too
	RefusalTreasury   Refusal = "treasury"   // the Treasury pays for all institutions from one account
)

// Requisite is something by which a payer can be recognised the next time. Names are never
// among them: namesakes are too many, and a name alone must never post.
type Requisite struct {
	Kind    AliasKind
	Value   string
	Refusal Refusal // empty if it can be learned
}

// treasuryAccounts begin the accounts of treasuries and budgets (Bank of Russia, plan of
// accounts 401-404 and the single treasury account 40102, treasury accounts 03...).
var treasuryAccounts = []string{"03", "401", "402", "403", "404"}

// treasuryStems and agentStems are in the names of those who pay for many.
var (
	treasuryStems = []string{"казначе", "уфк", "дксу", "гксу", "минфин"}
	agentStems    = []string{"реестр", "эквайр", "еквайр", "маркетплейс", "нко", "рнко", "wildberries", "вайлдберриз", "озон", "ozon", "яндекс", "юмани", "yoomoney", "robokassa", "робокасса", "cloudpayments", "qiwi", "киви",
		"payonline", "paybox", "kaspi", "liqpay", "wayforpay", "portmone", "easypay", "uniteller", "paymaster", "процессинг"}
)

// Requisites returns by what the payer of p can be recognised, each with the reason why it
// cannot be learned for the account, if there is one.
func Requisites(p Payment, s *Snapshot, accountID int64) []Requisite {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id := identify(p, s)
	at, known := s.byID[accountID]
	refusal := payerRefusal(id.name)
	owned := func(owners []int32) Refusal {
		switch {
		case known && slices.Contains(owners, at):
			return RefusalNeedless
		case len(owners) > 0:
			return RefusalSubscriber
		}
		return RefusalNone
	}
	var out []Requisite
	add := func(kind AliasKind, value string, reasons ...Refusal) {
		r := Requisite{Kind: kind, Value: value, Refusal: refusal}
		for _, reason := range reasons {
			if r.Refusal == RefusalNone {
				r.Refusal = reason
			}
		}
		out = append(out, r)
	}
	if tax := payerTaxID(p.PayerTaxID, id.name); tax != "" {
		own := RefusalNone
		if slices.ContainsFunc(p.OwnTaxIDs, func(o string) bool { return cleanID(o) == tax }) {
			own = RefusalOwn
		}
		bank := RefusalNone
		if inSet(stopTaxIDs, tax) || looksLikeBank(id.name) {
			bank = RefusalBank
		}
		add(AliasTaxID, tax, own, bank, owned(s.byTax(tax)))
	}
	if id.personID != "" {
		out = append(out, Requisite{Kind: AliasPersonalINN, Value: id.personID, Refusal: owned(s.byTax(id.personID))})
	}
	if account := cleanID(p.PayerAccount); account != "" {
		own := RefusalNone
		if slices.ContainsFunc(p.OwnAccounts, func(o string) bool { return cleanID(o) == account }) {
			own = RefusalOwn
		}
		kind := RefusalNone
		switch {
		case transitAccount(account) || looksLikeBank(id.name):
			kind = RefusalBank
		case treasuryAccount(account):
			kind = RefusalTreasury
		}
		// Whose tax id it is, his account is, too.
		add(AliasAccount, account, own, kind, owned(s.byBankAccount(account)), owned(id.direct))
		if known && id.network() && slices.Contains(id.accounts, at) {
			// The payer is known; what can be learned is by which word he means this outlet.
			for _, w := range outletWords(p, s) {
				add(AliasKeyword, KeywordValue(account, w), own, kind)
			}
		}
	}
	return out
}

func treasuryAccount(account string) bool {
	if len(account) != accountDigits {
		return false
	}
	return slices.ContainsFunc(treasuryAccounts, func(prefix string) bool { return strings.HasPrefix(account, prefix) })
}

// payerRefusal says what the payer's name has against learning anything from it.
func payerRefusal(name string) Refusal {
	for _, w := range splitWords(name) {
		if hasAnyStem(w, treasuryStems) {
			return RefusalTreasury
		}
		for _, stem := range agentStems {
			// Short ones must be the whole word: "нко" opens many names.
			if w == stem || (len([]rune(stem)) > 4 && strings.HasPrefix(w, stem)) {
				return RefusalAgent
			}
		}
	}
	return RefusalNone
}

// RestsOnAlias says whether something that a person taught about the payer led to the decision.
func (d Decision) RestsOnAlias() bool {
	return d.Class.Posts() && slices.ContainsFunc(d.Facts, func(f Fact) bool {
		return f.Text == "match.fact.alias_account" || f.Text == "match.fact.alias_tax_id" || f.Text == "match.fact.alias_person" || f.Text == "match.fact.alias_keyword"
	})
}
