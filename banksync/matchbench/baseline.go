package matchbench

import (
	"strings"

	"prolong/banksync/match"
)

// Baselines returns simple matchers that others use, under the names of the report. They know
// the same accounts and open invoices, and none of our rules.
func Baselines(w *World) map[string]Matcher {
	b := &baseline{byCode: map[string]*Subscriber{}, byTaxID: map[string][]*Subscriber{}, byAccount: map[string][]*Subscriber{}, byNumber: map[string]*Subscriber{}}
	for _, s := range w.Subscribers {
		b.byCode[s.Code()] = s
		b.byTaxID[s.Account.TaxIDs[0]] = append(b.byTaxID[s.Account.TaxIDs[0]], s)
		b.byAccount[s.Account.BankAccounts[0]] = append(b.byAccount[s.Account.BankAccounts[0]], s)
		b.byNumber[s.Code()] = s
		for _, inv := range s.Open {
			b.byNumber[onlyDigits(inv.Number)] = s
		}
	}
	return map[string]Matcher{
		"number is a substring": b.substring,
		"number and amount":     b.numberAndAmount,
		"tax id and amount":     b.taxIDAndAmount,
		"digit tokens":          b.digitTokens,
	}
}

type baseline struct {
	byCode    map[string]*Subscriber
	byTaxID   map[string][]*Subscriber
	byAccount map[string][]*Subscriber
	byNumber  map[string]*Subscriber
}

func post(s *Subscriber) Posting {
	if s == nil {
		return Posting{}
	}
	return Posting{Accounts: []int64{s.Account.ID}}
}

// find returns the first subscriber whose code stands anywhere in the text.
func (b *baseline) find(text string) *Subscriber {
	for i := 0; i+8 <= len(text); i++ {
		if s := b.byCode[text[i:i+8]]; s != nil {
			return s
		}
	}
	return nil
}

// substring posts to whoever's number is contained in the purpose.
func (b *baseline) substring(p match.Payment, _ *match.Snapshot) Posting {
	return post(b.find(p.Purpose))
}

// numberAndAmount demands besides that some invoice of his is open with this sum.
func (b *baseline) numberAndAmount(p match.Payment, _ *match.Snapshot) Posting {
	if s := b.find(p.Purpose); s != nil && owes(s, p.Amount.Minor()) {
		return post(s)
	}
	return Posting{}
}

func owes(s *Subscriber, minor int64) bool {
	for _, inv := range s.Open {
		if inv.Residual.Minor() == minor {
			return true
		}
	}
	return false
}

// taxIDAndAmount posts to the first account of the payer's tax id that owes the sum.
func (b *baseline) taxIDAndAmount(p match.Payment, _ *match.Snapshot) Posting {
	for _, s := range b.byTaxID[p.PayerTaxID] {
		if owes(s, p.Amount.Minor()) {
			return post(s)
		}
	}
	return Posting{}
}

// digitTokens keeps the digits of every token that has at least four, and posts if an invoice
// number has the same digits; else it takes the partner of the bank account, if there is
// exactly one, and any invoice of his.
func (b *baseline) digitTokens(p match.Payment, _ *match.Snapshot) Posting {
	for _, token := range strings.Fields(p.Purpose) {
		if d := onlyDigits(token); len(d) >= 4 {
			if s := b.byNumber[d]; s != nil {
				return post(s)
			}
		}
	}
	if list := b.byAccount[p.PayerAccount]; len(list) == 1 {
		return post(list[0])
	}
	return Posting{}
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
