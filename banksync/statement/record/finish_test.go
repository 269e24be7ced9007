package record_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/record"
)

func rub(minor int64) *prolong.Money {
	m := prolong.NewMoney(minor, prolong.RUB)
	return &m
}

func in(day string, minor int64) record.Entry {
	return record.Entry{Line: 1, Status: record.Booked, Direction: record.Credit, Amount: *rub(minor), Date: prolong.MustDate(day), Purpose: "Оплата"}
}

func finish(t *testing.T, list ...record.Statement) []record.Statement {
	t.Helper()
	for i := range list {
		list[i].Currency, list[i].Account = prolong.RUB, "1"
	}
	require.NoError(t, record.Finish(list))
	return list
}

func TestFinishTotals(t *testing.T) {
	t.Parallel()
	pending, out := in("2026-03-01", 7), in("2026-03-03", 200)
	pending.Status, out.Direction = record.Pending, record.Debit
	st := finish(t, record.Statement{Entries: []record.Entry{in("2026-03-02", 500), pending, out}})[0]
	require.Equal(t, 3, st.Totals.Count)
	require.Equal(t, "5.00", st.Totals.Credit.String())
	require.Equal(t, "2.00", st.Totals.Debit.String())
	require.Nil(t, st.BalanceOK, "nothing stated, nothing verified")
	require.Equal(t, "2026-03-01", st.From.String())
	require.Equal(t, "2026-03-03", st.To.String())
}

func TestFinishOverflow(t *testing.T) {
	t.Parallel()
	list := []record.Statement{{Currency: prolong.RUB, Entries: []record.Entry{in("2026-03-01", math.MaxInt64), in("2026-03-01", 1)}}}
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(record.Finish(list)))
}

func TestFinishSinglePeriodTakesAllDays(t *testing.T) {
	t.Parallel()
	b := record.Balance{From: prolong.MustDate("2026-03-02"), To: prolong.MustDate("2026-03-02"), Opening: rub(100), Closing: rub(600)}
	st := finish(t, record.Statement{Balances: []record.Balance{b}, Entries: []record.Entry{in("2026-03-01", 500)}})[0]
	require.True(t, *st.BalanceOK)
	require.Equal(t, rub(100), st.Opening)
	require.Equal(t, rub(600), st.Closing)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	base := in("2026-03-01", 500)
	key := func(change func(*record.Entry)) string {
		e := base
		change(&e)
		return finish(t, record.Statement{Entries: []record.Entry{e}})[0].Entries[0].Key
	}
	want := key(func(*record.Entry) {})
	require.Regexp(t, `^c1:[0-9a-f]{32}:1$`, want)
	for name, same := range map[string]func(*record.Entry){
		"status":         func(e *record.Entry) { e.Status = record.Pending },
		"kind":           func(e *record.Entry) { e.Kind = "Мемориальный ордер" },
		"name":           func(e *record.Entry) { e.Counterparty.Name = "ООО «Пример»" },
		"line":           func(e *record.Entry) { e.Line = 9 },
		"wrapped":        func(e *record.Entry) { e.Purpose = " Опла\u00a0та " },
		"document date":  func(e *record.Entry) { e.DocDate = e.Date },
		"value date":     func(e *record.Entry) { e.ValueDate = e.Date },
		"raw":            func(e *record.Entry) { e.Raw = "x" },
		"payer's КПП":    func(e *record.Entry) { e.Counterparty.KPP = "770101001" },
		"the other case": func(*record.Entry) {},
	} {
		require.Equal(t, want, key(same), name)
	}
	for name, other := range map[string]func(*record.Entry){
		"amount":    func(e *record.Entry) { e.Amount = *rub(501) },
		"direction": func(e *record.Entry) { e.Direction = record.Debit },
		"day":       func(e *record.Entry) { e.Date = e.Date.AddDays(1) },
		"number":    func(e *record.Entry) { e.DocNo = "1" },
		"account":   func(e *record.Entry) { e.Counterparty.Account = "1" },
		"tax id":    func(e *record.Entry) { e.Counterparty.TaxID = "1" },
		"purpose":   func(e *record.Entry) { e.Purpose = "Оплата 2" },
		"shift":     func(e *record.Entry) { e.Counterparty.Account, e.Purpose = "О", "плата" },
	} {
		require.NotEqual(t, want, key(other), name)
	}
	require.Equal(t, "b1:A", key(func(e *record.Entry) { e.BankID = "A" }))
	require.Regexp(t, `^b1:[0-9a-f]{32}$`, key(func(e *record.Entry) { e.BankID = strings.Repeat("A", 200) }))
}

func TestKeysAcrossStatements(t *testing.T) {
	t.Parallel()
	day := func(opening, closing *prolong.Money) record.Statement {
		return record.Statement{Balances: []record.Balance{{From: prolong.MustDate("2026-03-01"), To: prolong.MustDate("2026-03-01"), Opening: opening, Closing: closing}},
			Entries: []record.Entry{in("2026-03-01", 500)}}
	}
	follows := finish(t, day(rub(0), rub(500)), day(rub(500), rub(1000)))
	require.NotEqual(t, follows[0].Entries[0].Key, follows[1].Entries[0].Key)
	again := finish(t, day(rub(0), rub(500)), day(rub(0), rub(500)))
	require.Equal(t, again[0].Entries[0].Key, again[1].Entries[0].Key)
	longer := day(rub(0), rub(1000))
	longer.Entries = append(longer.Entries, in("2026-03-01", 500))
	later := finish(t, day(rub(0), rub(500)), longer)
	require.Equal(t, later[0].Entries[0].Key, later[1].Entries[0].Key, "the later statement of the day tells the earlier again")
	require.NotEqual(t, later[1].Entries[0].Key, later[1].Entries[1].Key)
	gap := finish(t, day(rub(0), rub(500)), day(rub(700), rub(1200)))
	require.Equal(t, record.WarnBalanceChain, gap[1].Warnings[0].Code)
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	e := in("2026-03-01", 1490000)
	e.Counterparty = record.Party{Name: "ООО «Пример»", TaxID: "7701001238", KPP: "770101001", Account: "40702810500000000042", BIC: "044525225"}
	e.DocNo, e.Purpose = "7", "Оплата <счёта>"
	list := finish(t, record.Statement{Format: record.FormatOneC, Version: "1.03", Encoding: "utf-8",
		Balances: []record.Balance{{Line: 3, From: prolong.MustDate("2026-03-01"), To: prolong.MustDate("2026-03-02"), Opening: rub(0), Closing: rub(1)}},
		Entries:  []record.Entry{e}})
	var b bytes.Buffer
	require.NoError(t, record.WriteJSON(&b, list, nil))
	require.JSONEq(t, `[{"format":"1c","version":"1.03","encoding":"utf-8","account":"1","currency":"RUB","from":"2026-03-01","to":"2026-03-02","opening":"0.00","closing":"0.01",
 "balance_ok":false,"totals":{"count":1,"credit":"14900.00","debit":"0.00"},"entries":[{"line":1,"status":"booked","direction":"credit","amount":"14900.00","date":"2026-03-01","value_date":null,
 "doc_no":"7","counterparty":{"name":"ООО «Пример»","tax_id":"7701001238","kpp":"770101001","account":"40702810500000000042","bic":"044525225"},"purpose":"Оплата <счёта>","key":"`+list[0].Entries[0].Key+`"}],
 "warnings":[{"line":3,"code":"balance_mismatch","text":"остатки не сходятся: 0.00 + 14900.00 − 0.00 ≠ 0.01"}]}]`, b.String())
	require.Contains(t, b.String(), "<счёта>", "nothing is escaped needlessly")
	b.Reset()
	warnings := list[0].Warnings
	list[0].Warnings = []record.Warning{{Code: record.WarnNoBalance}}
	require.NoError(t, record.WriteJSON(&b, list, nil))
	require.NotContains(t, b.String(), `"line": 0`, "a warning about the file as a whole names no line")
	list[0].Warnings = warnings
	one, err := json.Marshal(list[0])
	require.NoError(t, err)
	require.Contains(t, string(one), `"balance_ok":false`)
	b.Reset()
	require.NoError(t, record.WriteJSON(&b, list, func(key string, args prolong.Args) string { return key }))
	require.Contains(t, b.String(), "statement.warning.balance_mismatch")
	b.Reset()
	require.NoError(t, record.WriteJSON(&b, nil, nil))
	require.Equal(t, "[]\n", b.String())
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	require.Equal(t, "короткий", record.Excerpt("короткий"))
	require.Len(t, []rune(record.Excerpt(strings.Repeat("ы", 500))), record.ExcerptRunesMax+1)
	require.Equal(t, "a\uFFFD", record.Excerpt("a\xff"))
}
