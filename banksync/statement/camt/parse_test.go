package camt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"prolong"
	"prolong/banksync/statement/camt"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/record"
)

func parse(t *testing.T, data string) ([]record.Statement, error) {
	t.Helper()
	text, err := charset.Open(strings.NewReader(data))
	require.NoError(t, err)
	require.True(t, camt.Sniff(text.Head()))
	return camt.Parse(text, record.Options{})
}

func parseOne(t *testing.T, data string) record.Statement {
	t.Helper()
	out, err := parse(t, data)
	require.NoError(t, err)
	require.Len(t, out, 1)
	return out[0]
}

func codes(st record.Statement) []record.WarningCode {
	var out []record.WarningCode
	for _, w := range st.Warnings {
		out = append(out, w.Code)
	}
	return out
}

// document frames entries: opening 100.00 of KZT, the closing as given.
func document(version, closing string, entries ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.` + version + `"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>
<Acct><Id><IBAN>KZ86 125K ZT50 0410 0100</IBAN></Id><Ccy>KZT</Ccy><Svcr><FinInstnId><BICFI>BANKKZKX</BICFI></FinInstnId></Svcr></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="KZT">100</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-10</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="KZT">` + closing + `</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-10</Dt></Dt></Bal>
` + strings.Join(entries, "\n") + `
</Stmt></BkToCstmrStmt></Document>`
}

func entry(ref, amount, indicator, status, rest string) string {
	return `<Ntry><NtryRef>` + ref + `</NtryRef><Amt Ccy="KZT">` + amount + `</Amt><CdtDbtInd>` + indicator + `</CdtDbtInd><Sts>` + status +
		`</Sts><BookgDt><Dt>2026-03-10</Dt></BookgDt><ValDt><Dt>2026-03-11</Dt></ValDt>` + rest + `</Ntry>`
}

const single = `<NtryDtls><TxDtls><Refs><EndToEndId>E2E-1</EndToEndId></Refs><RltdPties><Dbtr><Nm>ТОО "Пример" &amp; Ко</Nm><Id><OrgId><Othr><Id>000740001307</Id></Othr></OrgId></Id></Dbtr>
<DbtrAcct><Id><Othr><Id>KZ563190000012344567</Id></Othr></Id></DbtrAcct><UltmtDbtr><Nm>ИП Пример</Nm></UltmtDbtr></RltdPties><RltdAgts><DbtrAgt><FinInstnId><BIC>OTHRKZKX</BIC><Nm>Банк</Nm></FinInstnId></DbtrAgt></RltdAgts>
<RmtInf><Ustrd>Оплата по счету</Ustrd><Ustrd>58291375-12</Ustrd></RmtInf></TxDtls></NtryDtls>`

func TestParse(t *testing.T) {
	t.Parallel()
	st := parseOne(t, document("02", "150.00", entry("R1", "50.00000", "CRDT", "BOOK", `<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>`+single)))
	require.Equal(t, record.FormatCamt053, st.Format)
	require.Equal(t, "001.02", st.Version)
	require.Equal(t, []string{"KZ86125KZT5004100100", "BANKKZKX", "KZT"}, []string{st.Account, st.BIC, string(st.Currency)})
	require.True(t, *st.BalanceOK)
	require.Empty(t, st.Warnings)
	e := st.Entries[0]
	require.Equal(t, 6, e.Line)
	require.True(t, strings.HasPrefix(e.Raw, "<Ntry>") && strings.HasSuffix(e.Raw, "</Ntry>"), e.Raw)
	require.Equal(t, []string{"50.00", "2026-03-10", "2026-03-11", "PMNT-RCDT-ESCT", "R1", "E2E-1"},
		[]string{e.Amount.String(), e.Date.String(), e.ValueDate.String(), e.Kind, e.BankID, e.PaymentID})
	require.Equal(t, record.Party{Name: `ТОО "Пример" & Ко`, TaxID: "000740001307", Account: "KZ563190000012344567", BIC: "OTHRKZKX", Bank: "Банк"}, e.Counterparty)
	require.Equal(t, "ИП Пример", e.Ultimate.Name)
	require.Equal(t, "Оплата по счету 58291375-12", e.Purpose)
}

// TestParseVersions rewrites the namespace: the shape of an entry is the same in all versions
// except for the status and the names of .08 and later.
func TestParseVersions(t *testing.T) {
	t.Parallel()
	newer := strings.NewReplacer("<Dbtr><Nm>", "<Dbtr><Pty><Nm>", "</Id></Dbtr>", "</Id></Pty></Dbtr>").Replace(single)
	newer = strings.ReplaceAll(newer, "BIC>", "BICFI>")
	for v := 2; v <= 13; v++ {
		details, status := single, "BOOK"
		if v >= 8 {
			details, status = newer, "<Cd>BOOK</Cd>"
		}
		version := fmt.Sprintf("%02d", v)
		for from, format := range map[string]record.Format{"053": record.FormatCamt053, "052": record.FormatCamt052, "054": record.FormatCamt054} {
			text := document(version, "150", entry("R1", "50.00", "CRDT", status, details))
			switch from {
			case "052":
				text = strings.NewReplacer("BkToCstmrStmt", "BkToCstmrAcctRpt", "Stmt>", "Rpt>", "camt.053", "camt.052", "CLBD", "ITBD").Replace(text)
			case "054":
				text = strings.NewReplacer("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "Stmt>", "Ntfctn>", "camt.053", "camt.054").Replace(text)
			}
			st := parseOne(t, text)
			require.Equal(t, format, st.Format, version)
			require.Equal(t, "001."+version, st.Version)
			require.Equal(t, record.Booked, st.Entries[0].Status)
			require.Equal(t, `ТОО "Пример" & Ко`, st.Entries[0].Counterparty.Name)
			require.Equal(t, "OTHRKZKX", st.Entries[0].Counterparty.BIC)
			require.True(t, *st.BalanceOK)
		}
	}
}

func TestParseStates(t *testing.T) {
	t.Parallel()
	st := parseOne(t, document("04", "148.00", entry("A", "50.00", "CRDT", "BOOK", ""), entry("B", "7.00", "CRDT", "PDNG", ""), entry("C", "7.00", "CRDT", "INFO", ""),
		entry("D", "2.00", "DBIT", "BOOK", "<RvslInd>true</RvslInd>"), entry("E", "7.00", "CRDT", "", "")))
	require.True(t, *st.BalanceOK)
	require.Equal(t, []record.WarningCode{record.WarnStatusUnknown}, codes(st))
	require.True(t, st.Entries[3].Reversal)
	require.Equal(t, record.Debit, st.Entries[3].Direction, "the indicator is the final sign")
	var states []record.Status
	for _, e := range st.Entries {
		states = append(states, e.Status)
	}
	require.Equal(t, []record.Status{record.Booked, record.Pending, record.Pending, record.Booked, record.Pending}, states)
}

func TestParseBatch(t *testing.T) {
	t.Parallel()
	part := func(amount, indicator, text string) string {
		return `<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="KZT">` + amount + `</Amt><CdtDbtInd>` + indicator + `</CdtDbtInd><RltdPties><Dbtr><Nm>` + text +
			`</Nm></Dbtr></RltdPties><RmtInf><Strd><RfrdDocInf><Nb>58291375-12</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>`
	}
	st := parseOne(t, document("02", "150.00", entry("R1", "50.00", "CRDT", "BOOK", "<NtryDtls>"+part("40.00", "CRDT", "А")+part("12.00", "CRDT", "Б")+"</NtryDtls><NtryDtls>"+part("2.00", "DBIT", "В")+"</NtryDtls>")))
	require.Len(t, st.Entries, 1)
	require.Len(t, st.Entries[0].Parts, 3)
	p := st.Entries[0].Parts[1]
	require.Equal(t, []string{"12.00", "Б", "58291375-12 RF18", "RF18"}, []string{p.Amount.String(), p.Counterparty.Name, p.Purpose, p.PaymentID})
	require.Equal(t, record.Debit, st.Entries[0].Parts[2].Direction)

	st = parseOne(t, document("02", "150.00", entry("R1", "50.00", "CRDT", "BOOK", "<NtryDtls>"+part("40.00", "CRDT", "А")+part("11.00", "CRDT", "Б")+"</NtryDtls>")))
	require.Nil(t, st.Entries[0].Parts)
	require.Equal(t, []record.WarningCode{record.WarnBatchUnsplit}, codes(st))
}

func TestParseIdentity(t *testing.T) {
	t.Parallel()
	// One reference on two entries, and the same reference with another amount.
	st := parseOne(t, document("02", "250.00", entry("R1", "50.00", "CRDT", "BOOK", ""), entry("R1", "50.00", "CRDT", "BOOK", ""), entry("R1", "60.00", "CRDT", "BOOK", ""),
		entry("NONREF", "5.00", "DBIT", "BOOK", ""), entry("NONREF", "5.00", "DBIT", "BOOK", "")))
	require.True(t, *st.BalanceOK)
	seen := make(map[string]bool)
	for _, e := range st.Entries {
		require.False(t, seen[e.Key])
		seen[e.Key] = true
	}
	// A pending entry keeps its key when it is booked.
	pending := parseOne(t, document("02", "100", entry("R1", "50.00", "CRDT", "PDNG", "")))
	require.Equal(t, st.Entries[0].Key, pending.Entries[0].Key)
}

func TestParseKeepsNeighbours(t *testing.T) {
	t.Parallel()
	good := entry("A", "50.00", "CRDT", "BOOK", "")
	for name, test := range map[string]struct {
		bad  string
		code record.WarningCode
	}{
		"amount":    {entry("B", "12..34", "CRDT", "BOOK", ""), record.WarnAmountInvalid},
		"negative":  {entry("B", "-5", "CRDT", "BOOK", ""), record.WarnAmountInvalid},
		"decimals":  {entry("B", "5.12345", "CRDT", "BOOK", ""), record.WarnAmountInvalid},
		"direction": {entry("B", "5", "CREDIT", "BOOK", ""), record.WarnDirectionUnknown},
		"currency":  {strings.Replace(entry("B", "5", "CRDT", "BOOK", ""), "KZT", "тенге", 1), record.WarnRowInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := parseOne(t, document("02", "200", good, test.bad, good))
			require.Len(t, st.Entries, 2)
			require.True(t, *st.BalanceOK)
			require.Equal(t, []record.WarningCode{test.code}, codes(st))
			require.Equal(t, 7, st.Warnings[0].Line)
			require.Contains(t, st.Warnings[0].Raw, "<NtryRef>B</NtryRef>")
		})
	}
}

func TestParseForeignEntry(t *testing.T) {
	t.Parallel()
	st := parseOne(t, document("02", "150", entry("A", "50.00", "CRDT", "BOOK", ""), strings.Replace(entry("B", "7", "CRDT", "BOOK", ""), "KZT", "JPY", 1)))
	require.Equal(t, "50.00", st.Totals.Credit.String())
	require.Equal(t, "7", st.Entries[1].Amount.String())
	require.Equal(t, []record.WarningCode{record.WarnCurrencyMismatch}, codes(st))
}

func TestParseDamaged(t *testing.T) {
	t.Parallel()
	whole := document("02", "200", entry("A", "50.00", "CRDT", "BOOK", ""), entry("B", "50.00", "CRDT", "BOOK", single))
	cut := parseOne(t, whole[:strings.Index(whole, "58291375")])
	require.Len(t, cut.Entries, 1)
	require.False(t, *cut.BalanceOK)
	require.Contains(t, codes(cut), record.WarnEndMissing)

	bare := parseOne(t, strings.Replace(whole, "&amp;", "&", 1))
	require.Len(t, bare.Entries, 2, "a bare & does not cost the file")
	control := parseOne(t, strings.Replace(whole, "Оплата", "Оп\x00\x01лата", 1))
	require.Len(t, control.Entries, 2)

	// The declared encoding decides where the bytes are not UTF-8; it is not trusted else.
	german := strings.NewReplacer("UTF-8", "ISO-8859-1", "ТОО \"Пример\" &amp; Ко", "Müller", "Оплата по счету", "für", "ИП Пример", "", "Банк", "").Replace(whole)
	latin, err := charmap.ISO8859_1.NewEncoder().String(german)
	require.NoError(t, err)
	for _, data := range []string{latin, german} {
		st := parseOne(t, data)
		require.Equal(t, "Müller", st.Entries[1].Counterparty.Name)
		require.Equal(t, "für 58291375-12", st.Entries[1].Purpose)
	}
}

func TestParseRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, key string }{
		"another message": {`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn/></Document>`, "error.statement_no_container"},
		"empty document":  {`<Document/>`, "error.statement_no_container"},
		"a web page":      {"<!DOCTYPE html><html><body>Технические работы</body></html>", "error.statement_no_container"},
		"broken":          {"<Document><BkToCstmrStmt", "error.statement_bad_xml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, test.text)
			var e *prolong.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.key, e.Key)
		})
	}
	st := parseOne(t, document("02", "100"))
	require.Empty(t, st.Entries, "a statement without entries is legal")
	require.True(t, *st.BalanceOK)
}

// TestParseSampleVersions reads a public sample under every version's namespace.
func TestParseSampleVersions(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "samples", "viafintech__camt_parser", "valid_example_v4.xml"))
	require.NoError(t, err)
	want := parseOne(t, string(data))
	for _, version := range []string{"02", "03", "05", "06", "07", "09", "11", "12", "13"} {
		got := parseOne(t, strings.ReplaceAll(string(data), "camt.053.001.04", "camt.053.001."+version))
		require.Equal(t, want.Entries, got.Entries)
	}
}
