package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAnInvoiceIsPutRightOnTheCommandLine says what would be before it is done, and does nothing
// without --yes.
func TestAnInvoiceIsPutRightOnTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", accountsCSV(1))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	number := rows[invoiceRow](b, "invoices")[0].Number

	require.Contains(t, b.run("invoices", "void", number, "--reason", "ошибка"), "Ничего не сделано")
	require.Contains(t, b.run("export", "invoices"), ",open")
	_, _, code := b.try("invoices", "void", number)
	require.Equal(t, 2, code, "nobody cancels without a reason")
	_, errs, code := b.try("invoices", "void", "1-1", "--reason", "ошибка")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "1-1")
	_, errs, code = b.try("invoices", "credit", number, "--reason", "простой", "--amount", "1000000")
	require.Equal(t, 1, code)
	require.Contains(t, errs, number)

	require.Contains(t, b.run("invoices", "credit", number, "--reason", "простой", "--amount", "100.00", "--yes"), "Кредит-нота на 100,00")
	require.Contains(t, b.run("invoices", "reissue", number, "--reason", "реквизиты", "--yes"), "Новый счёт за")
	exported := b.run("export", "invoices")
	require.Equal(t, 1, strings.Count(exported, ",open"), exported)
	require.Equal(t, 1, strings.Count(exported, ",void"), exported)
	b.run("doctor")
}

// TestMoneyIsPaidBackOnTheCommandLine takes it from the balance and from an invoice: what would be
// is said first, and the invoice asks for less.
func TestMoneyIsPaidBackOnTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", accountsCSV(1))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	inv := rows[invoiceRow](b, "invoices")[0]
	b.write("statement.txt", statementFile("01.03.2026", []document{{no: "1", amount: "2500.00", taxID: inn(0), name: "ООО «Пример 0»", purpose: "Оплата по счету № " + inv.Number}}))
	b.run("bank", "import", "statement.txt")

	_, _, code := b.try("invoices", "refund", inv.Number, "--amount", "100.00")
	require.Equal(t, 2, code, "nobody pays back without a reason")
	_, errs, code := b.try("invoices", "refund", inv.Number, "--amount", "100.00", "--reason", "жест", "--payment", "999")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "2000.00")
	_, errs, code = b.try("invoices", "refund", "--client", inv.AccountExternalID, "--amount", "500.01", "--reason", "лишнее")
	require.Equal(t, 1, code, errs)
	before := b.run("export", "ledger")
	require.Contains(t, b.run("invoices", "refund", "--client", inv.AccountExternalID, "--amount", "500.00", "--reason", "лишнее"), "Ничего не сделано")
	require.Equal(t, before, b.run("export", "ledger"))
	require.Contains(t, b.run("invoices", "refund", "--client", inv.AccountExternalID, "--amount", "500.00", "--reason", "лишнее", "--yes"), "Клиенту возвращается: 500,00")
	_, errs, code = b.try("invoices", "refund", "--client", inv.AccountExternalID, "--amount", "1.00", "--reason", "лишнее")
	require.Equal(t, 1, code, errs)
	require.Contains(t, b.run("invoices", "refund", inv.Number, "--amount", "100.00", "--reason", "жест", "--yes"), "Кредит-нота на 100,00")
	b.run("doctor")
}

// TestASubscriptionIsOpenedOnTheCommandLine shows the invoice first; seats of the imported table
// multiply what the renewal asks for.
func TestASubscriptionIsOpenedOnTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", "external_id,name,country,plan,price,period_months,currency,paid_through,seats\nm-1,«Пример»,RU,standard,2000,1,RUB,2026-03-20,3\n")
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	require.Contains(t, b.run("export", "invoices"), ",6000.00,")

	require.Contains(t, b.run("subscription", "open", "m-1", "standard", "--seats", "2", "--from", "2026-03-02"), "Ничего не сделано")
	require.NotContains(t, b.run("export", "invoices"), ",4000.00,")
	require.Contains(t, b.run("subscription", "open", "m-1", "standard", "--seats", "2", "--from", "2026-03-02", "--yes"), "открыта")
	require.Contains(t, b.run("export", "invoices"), ",4000.00,")
	require.Contains(t, b.run("subscription", "open", "m-1", "standard", "--from", "2026-03-17", "--anchor", "2026-01-01", "--yes"), "открыта")
	require.Contains(t, b.run("export", "invoices"), ",2026-03-17,2026-04-01,967.74,", "15 of the 31 days of March")
	b.write("wrong.csv", "external_id,name,country,plan,currency,paid_through,seats\nm-2,«Пример 2»,RU,standard,RUB,2026-03-20,много\n")
	_, errs, code := b.try("import", "accounts", "wrong.csv")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "seats")
	b.run("doctor")
}
