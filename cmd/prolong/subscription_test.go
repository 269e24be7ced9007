package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// A client who leaves: the end is announced, shown, refused where it cannot be, and taken back.
func TestASubscriptionEndsByChoiceOverTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", "external_id,name,legal_form,country,tax_id,email,plan,currency,paid_through\nc1,«Пример Кофе»,ООО,RU,"+inn(1)+",owner@example.test,standard,RUB,2026-03-20\n")
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	_, errs, code := b.try("subscription", "end", "c1", "--on", "2026-04-01", "--reason", "уходит")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "20.03.2026")
	require.Contains(t, errs, "20.04.2026")
	require.Contains(t, b.run("subscription", "end", "c1", "--reason", "уходит"), "отозван")
	var why struct {
		EndsOn string `json:"ends_on"`
	}
	require.NoError(t, json.Unmarshal([]byte(b.run("why", "c1", "--json")), &why))
	require.Equal(t, "2026-03-20", why.EndsOn)
	require.Contains(t, b.run("why", "c1"), "Объявленный последний день: 20.03.2026")
	b.run("subscription", "keep", "c1", "--reason", "остаётся")
	require.NotContains(t, b.run("why", "c1"), "Объявленный")
	b.run("doctor")
}

// Rent by the hour ends on any day, and what is asked for behind it is told at once.
func TestRentEndsByChoiceOverTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-10T09:00:00+03:00")
	b.write("rent.yaml", "plans:\n  - {key: rack, seller: main, name: Стойка, period: 1 month, price: {RUB: \"12.50\"}, meter: {hours: hour_down}}\n")
	b.run("apply", "rent.yaml")
	b.write("accounts.csv", "external_id,name,legal_form,country,tax_id,email,plan,currency,paid_through\nc1,«Пример Кофе»,ООО,RU,"+inn(1)+",owner@example.test,standard,RUB,2026-03-20\n")
	b.run("import", "accounts", "accounts.csv")
	b.run("rent", "open", "c1", "rack", "--from", "2026-03-01")
	_, errs, code := b.try("subscription", "end", "c1", "--on", "2026-03-12", "--reason", "съезжает")
	require.Equal(t, 1, code, "which of the two?")
	require.Contains(t, errs, "2, 1")
	require.Contains(t, b.run("subscription", "end", "c1", "--id", "2", "--on", "2026-03-12", "--reason", "съезжает"), "13.03.2026")
	require.Contains(t, b.run("subscription", "keep", "c1", "--id", "2", "--reason", "остаётся"), "12.03.2026")
	b.run("doctor")
}
