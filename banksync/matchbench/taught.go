package matchbench

import (
	"strings"

	"prolong/banksync/match"
)

// taught are distortions of what people have taught about payers (reference 5.4): what looks like
// a lesson and must not be believed, and what must be. The aliases are there for one payment only.
var taught = []distortion{
	lesson(90, "alias_pays", LabelA, func(d *draft) bool {
		d.teach(match.AliasTaxID, d.p.PayerTaxID, d.sub.Account.ID, match.AliasActive, 2)
		d.learned()
		return true
	}),
	lesson(91, "alias_account_pays", LabelA, func(d *draft) bool {
		d.teach(match.AliasAccount, d.p.PayerAccount, d.sub.Account.ID, match.AliasActive, 2)
		d.p.PayerTaxID = ""
		d.learned()
		return true
	}),
	// Taught once: it proposes, and only a person decides.
	lesson(92, "alias_candidate", LabelX, func(d *draft) bool {
		d.teach(match.AliasTaxID, d.p.PayerTaxID, d.sub.Account.ID, match.AliasCandidate, 1)
		d.silentLesson()
		d.trap = d.sub.Account.ID
		return true
	}),
	// The payer of several: nothing of him is believed.
	lesson(93, "alias_of_several", LabelX, func(d *draft) bool {
		o := d.other()
		d.teach(match.AliasTaxID, d.p.PayerTaxID, o.Account.ID, match.AliasActive, 3)
		d.teach(match.AliasTaxID, d.p.PayerTaxID, d.sub.Account.ID, match.AliasActive, 2)
		d.minor(o.Open[0].Residual.Minor())
		d.silentLesson()
		d.accounts = nil // nobody could tell
		d.trap = o.Account.ID
		return true
	}),
	// A value that misled once misleads again.
	lesson(94, "alias_quarantined", LabelX, func(d *draft) bool {
		d.teach(match.AliasTaxID, d.p.PayerTaxID, d.sub.Account.ID, match.AliasQuarantined, 4)
		d.silentLesson()
		d.accounts = nil // nobody could tell
		d.trap = d.sub.Account.ID
		return true
	}),
	// Whoever usually pays for one pays for another today, and says so with the number.
	lesson(95, "alias_of_another", LabelX, func(d *draft) bool {
		o := d.other()
		d.teach(match.AliasTaxID, d.p.PayerTaxID, o.Account.ID, match.AliasActive, 5)
		d.trap = o.Account.ID
		return true
	}),
	// A bank's own account stands for everybody who pays through it.
	lesson(96, "alias_of_a_transit_account", LabelX, func(d *draft) bool {
		d.p.PayerAccount, d.p.PayerTaxID = "30232810"+digits(d.rng, 12), "7707083893"
		d.teach(match.AliasAccount, d.p.PayerAccount, d.sub.Account.ID, match.AliasActive, 9)
		d.silentLesson()
		d.accounts = nil // nobody could tell
		d.trap = d.sub.Account.ID
		return true
	}),
	// His own tax id is a subscriber's, and a person once gave his money to another account.
	{97, 'H', "alias_of_a_subscriber", LabelX, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.payer != payerKnown || d.sub.Network {
			return false
		}
		o := d.other()
		d.teach(match.AliasTaxID, d.p.PayerTaxID, o.Account.ID, match.AliasActive, 2)
		d.minor(o.Open[0].Residual.Minor())
		d.accounts = nil // nobody could tell
		d.pattern, d.noNumber, d.noDate, d.inexact, d.trap = "Оплата за услуги", true, true, true, o.Account.ID
		return true
	}},
	// A word that people have given to this outlet twice chooses it.
	outletWord(98, "keyword_twice", LabelA, func(d *draft, word string) { d.keyword(word, d.sub.Account.ID, 2) }),
	outletWord(99, "keyword_once", LabelR, func(d *draft, word string) { d.keyword(word, d.sub.Account.ID, 1) }),
	// The word is taught for one outlet, the number is another's: the number counts.
	{100, 'H', "keyword_against_number", LabelA, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.stale || d.inexact || len(d.whole) > 0 || d.payer != payerKnown || !d.visitOutlet(func(*Subscriber) bool { return true }) {
			return false
		}
		o := d.sister()
		d.keyword("складская", o.Account.ID, 3)
		d.post = append(d.post, "складская")
		return true
	}},
	// Two words of the text were taught for two outlets.
	outletWord(101, "keywords_of_two", LabelX, func(d *draft, word string) {
		o := d.sister()
		d.keyword(word, d.sub.Account.ID, 4)
		d.keyword("вокзальная", o.Account.ID, 4)
		d.pattern += ", вокзальная"
		d.accounts = nil // nobody could tell
		d.trap = o.Account.ID
	}),
}

// lesson is a distortion whose payer is somebody unknown, of whom people have taught something.
func lesson(id int, name string, label Label, fn func(d *draft) bool) distortion {
	return distortion{id, 'H', name, label, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.stale || d.inexact || len(d.whole) > 0 || d.payer != payerKnown {
			return false
		}
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		d.p.PayerKPP = ""
		d.payer = payerOther
		return fn(d)
	}}
}

// teach lets an alias exist for this payment.
func (d *draft) teach(kind match.AliasKind, value string, account int64, state match.AliasState, confirmed int) {
	a := match.Alias{Kind: kind, Value: value, AccountID: account, State: state, Confirmations: confirmed}
	d.before = append(d.before, match.AliasPut{Alias: a})
	d.after = append(d.after, match.AliasRemoved{Kind: kind, Value: value, AccountID: account})
}

// keyword teaches that a word of payments from this account means an outlet.
func (d *draft) keyword(word string, account int64, confirmed int) {
	d.teach(match.AliasKeyword, match.KeywordValue(d.p.PayerAccount, word), account, match.AliasActive, confirmed)
}

// learned says that the payer is as good as known: a person said for whom he pays.
func (d *draft) learned() {
	d.payer, d.p.PayerKPP = payerKnown, ""
}

// silentLesson leaves nothing but payer and sum.
func (d *draft) silentLesson() {
	d.pattern, d.noNumber, d.noDate, d.bent = "Оплата за услуги. {v}", true, true, true
}

// outletWord is a distortion of an outlet's payment that says a word instead of a number.
func outletWord(id int, name string, label Label, fn func(d *draft, word string)) distortion {
	return distortion{id, 'H', name, label, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.stale || d.inexact || len(d.whole) > 0 || d.payer != payerKnown || !d.visitOutlet(func(s *Subscriber) bool { return len(s.Open) == 1 }) {
			return false
		}
		word := pick(d.rng, []string{"складская", "Речная", "Приморский", "МОСТОВАЯ"})
		d.pattern = "Оплата за услуги, " + word
		d.noNumber, d.noDate, d.bent, d.outlet = true, true, true, true
		fn(d, word)
		d.whole = append(d.whole, strings.TrimSpace) // the text is whole: nothing else bends it
		return true
	}}
}

// visitOutlet makes the payment one of an outlet, with sisters, that fits: networks are too few to
// wait for one. What was done to the text before is undone.
func (d *draft) visitOutlet(fits func(s *Subscriber) bool) bool {
	for range 200 {
		s := d.sub
		if !s.Network {
			s = pick(d.rng, d.w.outlets)
		}
		if len(d.w.networks[s.Account.TaxIDs[0]]) < 2 || !fits(s) {
			if s == d.sub {
				return false
			}
			continue
		}
		if s != d.sub {
			*d = *newDraft(d.w, d.rng, s)
		}
		return true
	}
	return false
}

// sister returns another outlet of the payer's network.
func (d *draft) sister() *Subscriber {
	for _, o := range d.w.networks[d.sub.Account.TaxIDs[0]] {
		if o.Account.ID != d.sub.Account.ID {
			return o
		}
	}
	return nil
}
