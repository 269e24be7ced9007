package match

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

func TestSnapshotRefuses(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]Builder{
		"bad code":        {Accounts: []Account{{ID: 1, Code: "58291376"}}},
		"code twice":      {Accounts: []Account{{ID: 1, Code: "58291375"}, {ID: 2, Code: "58291375"}}},
		"no account id":   {Accounts: []Account{{Code: "58291375"}}},
		"unknown account": {Invoices: []Invoice{{ID: 1, AccountID: 9, Residual: rub(1)}}},
		"no invoice id":   {Accounts: []Account{{ID: 1, Code: "58291375"}}, Invoices: []Invoice{{AccountID: 1, Residual: rub(1)}}},
		"closed unknown":  {Closed: []ClosedInvoice{{AccountID: 4, Number: "1"}}},
	} {
		_, err := NewSnapshot(b)
		require.Error(t, err, name)
		require.NotEqual(t, prolong.CodeInternal, prolong.CodeOf(err), name)
	}
}

// TestSnapshotFollows walks an account through its life; after each change decisions are what
// a snapshot built afresh would give.
func TestSnapshotFollows(t *testing.T) {
	t.Parallel()
	s := world(t)
	pay := func(minor int64, purpose string) Decision {
		return Decide(from(cafeTax, "ООО Альфа", minor, purpose), s)
	}
	require.Equal(t, RuleW1, pay(1490000, "сч 58291375-12").Rule)

	half := open(10, cafeID, "582913", 12, 745000, "2026-02-01")
	require.NoError(t, s.Apply(InvoicePut{half}))
	d := pay(1490000, "сч 58291375-12")
	require.Len(t, d.Allocations, 2)
	require.EqualValues(t, 745000, d.Allocations[1].AmountMinor, "the rest goes to the balance")

	require.NoError(t, s.Apply(InvoiceClosed{ID: 10}))
	d = pay(1490000, "сч 58291375-12")
	require.Equal(t, RuleW4, d.Rule)
	require.EqualValues(t, 0, d.Allocations[0].InvoiceID)
	require.Empty(t, s.Open(cafeID))

	require.NoError(t, s.Apply(InvoicePut{open(10, cafeID, "582913", 12, 1490000, "2026-02-01")}))
	require.Equal(t, RuleW1, pay(1490000, "сч 58291375-12").Rule, "an undone payment opens the invoice again")

	// New requisites, and a new code: the printed numbers stay valid as earlier ones.
	require.NoError(t, s.Apply(AccountPut{Account{ID: cafeID, Code: code("555555"), TaxIDs: []string{"7728240240", cafeTax}, Name: "ООО «Омега»"}}))
	d = pay(1490000, "сч "+string(code("555555")))
	require.Equal(t, RuleW1, d.Rule)
	require.EqualValues(t, 10, d.Allocations[0].InvoiceID)
	d = pay(1490000, "сч 58291375-12")
	require.Equal(t, RuleW6, d.Rule)
	require.EqualValues(t, 10, d.Allocations[0].InvoiceID)

	require.NoError(t, s.Apply(AccountRemoved{cafeID}, AccountRemoved{12345}))
	require.False(t, pay(1490000, "сч "+string(code("555555"))).Class.Posts())
	require.Nil(t, s.Open(cafeID))
	require.Equal(t, 7, s.OpenCount())
	require.NoError(t, s.Apply(AccountPut{Account{ID: 99, Code: "58291375", TaxIDs: []string{cafeTax}}}))
	d = pay(100, "сч 58291375")
	require.EqualValues(t, 99, d.AccountID, "a freed place is used again")
	require.NoError(t, s.Apply(InvoiceClosed{AccountID: 99, Number: "58291375-01"}))
	require.Equal(t, RuleW4, pay(100, "сч 58291375-01").Rule)
	require.Error(t, s.Apply(InvoicePut{Invoice{ID: 5, AccountID: 12345}}))
}

func TestSnapshotReadsWhileItChanges(t *testing.T) {
	t.Parallel()
	s := world(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 300 {
				d := Decide(from(cafeTax, "ООО Альфа", 1490000, "сч 58291375-12"), s)
				if d.AccountID != cafeID {
					t.Errorf("posted to %d", d.AccountID)
				}
			}
		})
	}
	for i := range 300 {
		if i%2 == 0 {
			require.NoError(t, s.Apply(InvoiceClosed{ID: 10}, InvoiceClosed{ID: 20}))
		} else {
			require.NoError(t, s.Apply(InvoicePut{open(10, cafeID, "582913", 12, 1490000, "2026-02-01")}, InvoicePut{open(20, bakeryID, "613457", 3, 490000, "2026-01-01")}))
		}
	}
	wg.Wait()
}

func TestAliasLattice(t *testing.T) {
	t.Parallel()
	row := func(account int64, state AliasState) Alias { return Alias{AccountID: account, State: state} }
	for _, c := range []struct {
		name   string
		rows   []Alias
		target int64
		usable bool
	}{
		{"nothing", nil, 0, false},
		{"not yet confirmed", []Alias{row(1, AliasCandidate)}, 0, false},
		{"one", []Alias{row(1, AliasActive)}, 1, true},
		{"one, another on trial", []Alias{row(1, AliasActive), row(2, AliasCandidate)}, 1, true},
		{"payer of several", []Alias{row(1, AliasActive), row(2, AliasActive)}, 2, false},
		{"quarantined", []Alias{row(1, AliasActive), row(2, AliasQuarantined)}, 0, false},
		{"blocked", []Alias{row(1, AliasBlocked)}, 0, false},
	} {
		target, usable := aliasTarget(c.rows)
		require.Equal(t, c.usable, usable, c.name)
		if usable {
			require.Equal(t, c.target, target, c.name)
		}
	}
}

func TestDecideWithAliases(t *testing.T) {
	t.Parallel()
	const stranger, account = "7728240240", "40702810100000000777"
	pay := func(s *Snapshot, taxID string, minor int64, purpose string) Decision {
		return Decide(from(taxID, "ООО Ромашка", minor, purpose), s)
	}
	s := world(t)
	require.False(t, pay(s, stranger, 1490000, "Оплата за услуги").Class.Posts())

	alias := Alias{Kind: AliasAccount, Value: account, AccountID: cafeID, State: AliasActive, Confirmations: 2}
	require.NoError(t, s.Apply(AliasPut{alias}))
	d := pay(s, stranger, 1490000, "Оплата за услуги")
	require.Equal(t, RuleW5, d.Rule, "an alias and the sum")
	require.Equal(t, ClassHold, d.Class)
	require.Equal(t, RuleW1, pay(s, stranger, 777, "сч 58291375").Rule, "an alias and the code")
	require.False(t, pay(s, stranger, 777, "Оплата за услуги").Class.Posts(), "an alias alone is not enough")
	require.False(t, pay(s, stranger, 1490000, "Оплата за столы").Class.Posts())

	// A subscriber that pays for another one: by number yes, by the sum alone no more.
	require.NoError(t, s.Apply(AliasPut{Alias{Kind: AliasTaxID, Value: bakeryTax, AccountID: cafeID, State: AliasActive}}))
	d = pay(s, bakeryTax, 1490000, "сч 58291375-12")
	require.Equal(t, RuleW1, d.Rule)
	require.EqualValues(t, cafeID, d.AccountID)
	require.False(t, pay(s, bakeryTax, 490000, "Оплата за услуги").Class.Posts())

	// A second account makes the value useless; undoing does again.
	require.NoError(t, s.Apply(AliasPut{Alias{Kind: AliasAccount, Value: account, AccountID: bakeryID, State: AliasActive}}))
	require.False(t, pay(s, stranger, 1490000, "Оплата за услуги").Class.Posts())
	require.NoError(t, s.Apply(AliasRemoved{AliasAccount, account, bakeryID}))
	require.True(t, pay(s, stranger, 1490000, "Оплата за услуги").Class.Posts())
	alias.State = AliasQuarantined
	require.NoError(t, s.Apply(AliasPut{alias}))
	require.False(t, pay(s, stranger, 1490000, "Оплата за услуги").Class.Posts())
	require.NoError(t, s.Apply(AliasRemoved{AliasAccount, account, cafeID}))

	// A keyword tells the outlets of a network apart once it was confirmed twice.
	keyword := Alias{Kind: AliasKeyword, Value: account + " " + FoldWord("Северная"), AccountID: outletAID, State: AliasActive, Confirmations: 1}
	require.NoError(t, s.Apply(AliasPut{keyword}))
	require.False(t, pay(s, networkTax, 149000, "за точку Северная").Class.Posts())
	keyword.Confirmations = 2
	require.NoError(t, s.Apply(AliasPut{keyword}))
	d = pay(s, networkTax, 149000, "за точку СЕВЕРНАЯ")
	require.Equal(t, RuleW7, d.Rule)
	require.EqualValues(t, outletAID, d.AccountID)
	require.False(t, pay(s, networkTax, 12345, "за точку Северная").Class.Posts(), "the sum must fit")
}

func TestRulesets(t *testing.T) {
	t.Parallel()
	s := world(t)
	p := from(cafeTax, "ООО Альфа", 1490000, "Оплата за услуги")
	strict, err := FindRuleset("2026.1-numbers-only")
	require.NoError(t, err)
	require.Equal(t, RuleW5, Decide(p, s).Rule)
	d := strict.Decide(p, s)
	require.Equal(t, ClassReview, d.Class)
	require.Equal(t, "2026.1-numbers-only", d.RulesetVersion)
	require.EqualValues(t, cafeID, d.Candidates[0].AccountID)
	_, err = FindRuleset("1066")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	seen := map[string]bool{}
	for _, r := range Rulesets() {
		require.False(t, seen[r.Version])
		seen[r.Version] = true
	}
}

func TestDecideOnForeignCurrency(t *testing.T) {
	t.Parallel()
	s := world(t)
	p := from(cafeTax, "ООО Альфа", 1490000, "сч 58291375-12")
	p.Amount = prolong.NewMoney(1490000, prolong.KZT)
	d := Decide(p, s)
	require.Equal(t, ReasonCurrency, d.Reason)
	require.EqualValues(t, cafeID, d.Candidates[0].AccountID)
}

func TestDecideGates(t *testing.T) {
	t.Parallel()
	s := world(t)
	own := from(ourTax, "ООО Пример Софт", 1490000, "Перевод собственных средств")
	require.Equal(t, ClassNotOurs, Decide(own, s).Class)
	own = from("", "", 1490000, "Перевод")
	own.PayerAccount = ourAccount
	require.Equal(t, ReasonOwnTransfer, Decide(own, s).Reason)
	for _, minor := range []int64{0, -1490000} {
		require.Equal(t, ReasonNotPositive, Decide(from(cafeTax, "ООО Альфа", minor, "сч 58291375-12"), s).Reason)
	}
	bank := from("7707083893", "ПАО СБЕРБАНК", 12000, "Начисление процентов на остаток по счету по договору")
	require.Equal(t, ClassNotOurs, Decide(bank, s).Class)
	bank = from("7707083893", "ПАО СБЕРБАНК", 12000, "по реестру № 58 от 01.02.2026 комиссия 120-50")
	require.Equal(t, ClassNotOurs, Decide(bank, s).Class)
	bank.PayerTaxID, bank.PayerName = cafeTax, "ООО Альфа"
	require.Equal(t, ClassReview, Decide(bank, s).Class, "a client's register is nobody's to set aside")
}
