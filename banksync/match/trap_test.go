package match

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// billing.md case 17, across the accounts of one payer: which outlet is extended must be right, so two
// equally good groups are a question for a person, while the only one that names its outlet is not.
func TestTwoEquallyGoodGroupsOfANetworkAreAQuestion(t *testing.T) {
	t.Parallel()
	s, err := NewSnapshot(Builder{
		Accounts: []Account{
			{ID: 1, Code: code("582913"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» точка 1"},
			{ID: 2, Code: code("613457"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» точка 2"},
			{ID: 3, Code: code("701234"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» точка 3"},
		},
		Invoices: []Invoice{
			open(10, 1, "582913", 1, 100000, "2026-02-01"),
			open(20, 2, "613457", 1, 100000, "2026-02-01"),
			open(30, 3, "701234", 1, 200000, "2026-02-01"),
		},
	})
	require.NoError(t, err)
	for purpose, minor := range map[string]int64{
		"Оплата за услуги":          200000, // the third outlet, or the first two
		"Оплата за услуги по счету": 100000, // the first outlet, or the second
		"": 300000, // the third and either of the others
	} {
		d := Decide(from(networkTax, "ООО Пример Сеть", minor, purpose), s)
		require.False(t, d.Class.Posts(), "%q %d: %s", purpose, minor, d.Rule)
		require.Empty(t, d.Allocations)
		require.NotEmpty(t, d.Candidates, "the person sees whom it may be")
	}
	d := Decide(from(networkTax, "ООО Пример Сеть", 200000, "сч "+open(30, 3, "701234", 1, 0, "2026-02-01").Number), s)
	require.Equal(t, ClassAuto, d.Class, d.Reason)
	require.EqualValues(t, 3, d.AccountID)
	d = Decide(from(networkTax, "ООО Пример Сеть", 400000, "Оплата за услуги"), s)
	require.Equal(t, RuleW7All, d.Rule, "all that is open, to the kopeck, is one group")
}

// billing.md case 23: Invoice Ninja looks for the number anywhere in the text, so that 12 is found in
// 1123. Three clients' old numbers are 12, 112 and 1123.
func TestANumberIsNeverFoundInsideAnotherOrInADateContractOrAccount(t *testing.T) {
	t.Parallel()
	const twelve, hundred, thousand = 1, 2, 3
	const tax12, tax112, tax1123 = cafeTax, bakeryTax, networkTax
	s, err := NewSnapshot(Builder{
		Accounts: []Account{
			{ID: twelve, Code: code("582913"), TaxIDs: []string{tax12}, Name: "ООО «Альфа»", LegacyNumbers: []string{"12"}},
			{ID: hundred, Code: code("613457"), TaxIDs: []string{tax112}, Name: "ООО «Пример Хлеб»", LegacyNumbers: []string{"112"}},
			{ID: thousand, Code: code("701234"), TaxIDs: []string{tax1123}, Name: "ООО «Пример Сеть»", LegacyNumbers: []string{"1123"}, Contracts: []string{"112"}},
		},
		Invoices: []Invoice{
			open(10, twelve, "582913", 12, 490000, "2026-01-12"),
			open(20, hundred, "613457", 112, 490000, "2026-01-12"),
			open(30, thousand, "701234", 1123, 490000, "2026-01-12"),
		},
	})
	require.NoError(t, err)
	for _, c := range []struct {
		taxID, purpose string
		account        int64 // 0: a person is asked
	}{
		{tax112, "оплата по счету 112", hundred},
		{tax12, "оплата по счету 12", 0}, // two digits prove nothing; a person is asked
		{tax1123, "оплата по счету 1123", thousand},
		{tax12, "оплата по счету 112", 0},     // 12 is in it, and its payer pays
		{tax112, "оплата по счету 1123", 0},   // so is 112
		{tax12, "оплата по счету 1123", 0},    // and 12 again
		{tax1123, "оплата по счету 11230", 0}, // a longer number is another one
		{"9999999999", "оплата по счету 112", 0},
		{"9999999999", "оплата по договору 112 от 12.01.2026", 0},
		{"9999999999", "на р/с 40702810000000001123 от 12.01.2026", 0},
		{"9999999999", "оплата от 01.12.2026, накладная 112", 0},
		{tax112, "оплата по счету " + code("613457").InvoiceNumber(112), hundred},
		{tax112, "оплата по счету " + code("613457").InvoiceNumber(112) + " от 12.01.2026", hundred},
	} {
		d := Decide(from(c.taxID, "", 490000, c.purpose), s)
		if c.account == 0 {
			require.False(t, d.Class.Posts(), "%s %q: %s posts to %d", c.taxID, c.purpose, d.Rule, d.AccountID)
			continue
		}
		require.True(t, d.Class.Posts(), "%q: %s %v", c.purpose, d.Reason, d.Vetoes)
		require.Equal(t, c.account, d.AccountID, c.purpose)
		require.Len(t, d.Allocations, 1, c.purpose)
		require.EqualValues(t, 490000, d.Allocations[0].AmountMinor, c.purpose)
	}

	// A contract number that is another's invoice number: the payer's own contract counts, the other
	// one's invoice does not.
	d := Decide(from(tax1123, "ООО Пример Сеть", 490000, "оплата услуг по договору 112"), s)
	require.NotEqualValues(t, hundred, d.AccountID, "%s", d.Rule)

	// Inside one account 112 is not 12 either.
	got := Allocate(WhatInput{AccountID: 1, AmountMinor: 500, References: []Reference{{AccountID: 1, Number: "58291375-112"}}, Open: []OpenInvoice{
		{ID: 1, Number: "58291375-12", ResidualMinor: 500, DueOn: prolong.MustDate("2026-01-01")},
		{ID: 2, Number: "58291375-112", ResidualMinor: 500, DueOn: prolong.MustDate("2026-02-01")},
		{ID: 3, Number: "58291375-1123", ResidualMinor: 500, DueOn: prolong.MustDate("2026-03-01")},
	}})
	require.Equal(t, StepReferenced, got.Step)
	require.EqualValues(t, 2, got.Allocations[0].InvoiceID)
}
