package banksync_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
)

// debitFile words one debit of a day in the exchange format of 1C.
func debitFile(day prolong.Date, no, name, taxID, account, purpose string, minor int64) string {
	d := day.Time().Format("02.01.2006")
	return fmt.Sprintf("1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\nДатаНачала=%[1]s\r\nДатаКонца=%[1]s\r\nРасчСчет=%[2]s\r\nСекцияДокумент=Платежное поручение\r\nНомер=%[3]s\r\nДата=%[1]s\r\nСумма=%[4]d.%02[5]d\r\n"+
		"ПлательщикСчет=%[2]s\r\nДатаСписано=%[1]s\r\nПолучательСчет=%[6]s\r\nПолучательИНН=%[7]s\r\nПолучатель1=%[8]s\r\nНазначениеПлатежа=%[9]s\r\nКонецДокумента\r\nКонецФайла\r\n",
		d, ownAccount, no, minor/100, minor%100, account, taxID, name, purpose)
}

func (h *house) paidThrough(t testing.TB, externalID string) string {
	t.Helper()
	access, _, err := h.billing.AccessOf(context.Background(), externalID)
	require.NoError(t, err)
	return access.PaidThrough.String()
}

func (h *house) returns(t testing.TB) []banksync.Return {
	t.Helper()
	list, err := h.banksync.FindReturns(context.Background(), banksync.ReturnFilter{})
	require.NoError(t, err)
	return list
}

func TestADebitThatNamesItsPaymentTakesItBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	open := h.accounts(t, 2)
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), exact(0, open[0])))
	require.Equal(t, "2026-04-20", h.paidThrough(t, open[0].externalID))

	file := debitFile(prolong.MustDate("2026-03-04"), "55", "ООО "+open[0].name, open[0].taxID, "40702810400000000000", "Возврат по п/п 100 от 02.03.2026: счёт получателя закрыт", open[0].minor)
	report := h.bank(t, file)
	require.Equal(t, 1, report.Reversed)
	require.Zero(t, report.Returns)
	require.Equal(t, "2026-03-20", h.paidThrough(t, open[0].externalID))
	require.Equal(t, banksync.ReturnBooked, h.returns(t)[0].State)
	require.Equal(t, banksync.ProofDocument, h.returns(t)[0].Proof)
	h.sound(t)
	require.Zero(t, h.bank(t, file).Reversed, "once")
	h.sound(t)
}

func TestADebitThatOnlySaysReturnWaitsForAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	one, two := exact(0, open[0]), exact(1, open[1])
	two.no = one.no // two payers with one document number on one day
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), one, two))
	for i, c := range []struct{ name, taxID, purpose string }{
		{open[0].name, open[0].taxID, "Возврат оплаты по договору"},                      // names no document
		{"Пример Поставщик", "7713699602", "Возврат по п/п 100 от 02.03.2026"},           // another party
		{open[0].name, open[0].taxID, "Возврат по п/п 100 от 03.03.2026"},                // another day
		{open[0].name, open[0].taxID, "Возврат по п/п 10 от 02.03.2026, заявление 2100"}, // another number
		{open[0].name, "", "Возврат по п/п 100 от 02.03.2026"},                           // whose, nobody says
	} {
		report := h.bank(t, debitFile(prolong.MustDate("2026-03-05"), fmt.Sprint(60+i), "ООО "+c.name, c.taxID, "", c.purpose, open[0].minor))
		require.Equal(t, 1, report.Returns, c.purpose)
		require.Zero(t, report.Reversed, c.purpose)
	}
	require.Equal(t, "2026-04-20", h.paidThrough(t, open[0].externalID))
	h.sound(t)

	list := h.returns(t)
	require.Len(t, list, 5)
	candidates, err := h.banksync.ReturnCandidates(ctx, list[4].LineID)
	require.NoError(t, err)
	require.Len(t, candidates, 2)
	require.NoError(t, h.banksync.DismissReturn(ctx, accountant, list[0].LineID, "поставщик"))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(h.banksync.DismissReturn(ctx, accountant, list[0].LineID, "")))
	_, err = h.banksync.BookReturn(ctx, accountant, list[4].LineID, 999, "")
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	taken, err := h.banksync.BookReturn(ctx, accountant, list[4].LineID, candidates[1].ID, "по письму")
	require.NoError(t, err)
	require.Len(t, taken.Reopened, 1)
	require.Equal(t, "2026-03-20", h.paidThrough(t, open[0].externalID))
	_, err = h.banksync.BookReturn(ctx, accountant, list[3].LineID, candidates[1].ID, "")
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), "one payment is given back once")
	h.sound(t)
}

func TestOurOwnRefundIsNotAChargeback(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 1)
	twin := exact(0, open[0])
	other := twin
	other.no = "777"
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), twin, other))
	list, err := h.banksync.FindReceived(ctx, banksync.ReviewFilter{State: billing.PaymentMatched})
	require.NoError(t, err)
	require.NoError(t, h.billing.RefundBalance(ctx, accountant, list[0].ID, list[0].Amount, prolong.MustDate("2026-03-05"), "переплата"))
	report := h.bank(t, debitFile(prolong.MustDate("2026-03-06"), "12", "ООО "+open[0].name, open[0].taxID, "", "Возврат излишне уплаченного по п/п 777 от 02.03.2026", open[0].minor))
	require.Zero(t, report.Reversed)
	require.Equal(t, banksync.ReturnRefunded, h.returns(t)[0].State)
	require.Equal(t, "2026-04-20", h.paidThrough(t, open[0].externalID))
	h.sound(t)
}

// mt940File words lines of one day: mark, reference, party and purpose.
func mt940File(day prolong.Date, entries ...[4]string) string {
	d := day.Time().Format("060102")
	var b strings.Builder
	fmt.Fprintf(&b, ":20:ST%s\r\n:25:%s\r\n:28C:1/1\r\n:60F:C%sRUB1000000,00\r\n", d, ownAccount, d)
	for _, e := range entries {
		fmt.Fprintf(&b, ":61:%s%s%s2000,00NTRF%s\r\n:86:%s\r\n", d, d[2:], e[0], e[1], e[3])
	}
	fmt.Fprintf(&b, ":62F:C%sRUB1000000,00\r\n-\r\n", d)
	return b.String()
}

// TestReversalMarksOfMT940: RC takes a credit back, RD gives a debit back (SWIFT field 61).
func TestReversalMarksOfMT940(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	open := h.accounts(t, 1)
	purpose := "Оплата по счету № " + open[0].number + " от 01.03.2026 ИНН " + open[0].taxID
	report := h.bank(t, mt940File(prolong.MustDate("2026-03-02"), [4]string{"C", "REF4711001", "", purpose}))
	require.Equal(t, 1, report.Credits)
	credited := report.Matched
	report = h.bank(t, mt940File(prolong.MustDate("2026-03-03"), [4]string{"RC", "REF4711001", "", purpose}, [4]string{"RD", "REF0815", "", "Возврат комиссии"}))
	require.Equal(t, 1, report.Reversed, "the bank's own reversal, with the reference of the credit")
	require.Equal(t, 1, report.Review, "what a debit's reversal brings back is nobody's payment")
	if credited == 1 {
		require.Equal(t, "2026-03-20", h.paidThrough(t, open[0].externalID))
	}
	h.sound(t)
}

// camtFile words one entry (camt.053.001.02).
func camtFile(day, sign, id, endToEnd, extra, purpose string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>` + id + `</MsgId><CreDtTm>` + day + `T20:00:00</CreDtTm></GrpHdr><Stmt><Id>` + id + `</Id>
<Acct><Id><Othr><Id>` + ownAccount + `</Id></Othr></Id><Ccy>RUB</Ccy></Acct>
<Ntry><Amt Ccy="RUB">2000.00</Amt><CdtDbtInd>` + sign + `</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>` + day + `</Dt></BookgDt><ValDt><Dt>` + day + `</Dt></ValDt><AcctSvcrRef>` + id + `</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>` + endToEnd + `</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="RUB">2000.00</Amt></TxAmt></AmtDtls>` + extra + `<RmtInf><Ustrd>` + purpose + `</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>`
}

// TestAReturnOfCamt: the returned payment comes as a debit with RtrInf and the payer's
// end-to-end id (ISO 20022, pacs.004 in the statement).
func TestAReturnOfCamt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	open := h.accounts(t, 1)
	report := h.bank(t, camtFile("2026-03-02", "CRDT", "A1", "E2E-20260302-77", "", "Оплата по счету № "+open[0].number+" от 01.03.2026"))
	require.Equal(t, 1, report.Credits)
	report = h.bank(t, camtFile("2026-03-04", "DBIT", "A2", "E2E-20260302-77", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", "Closed account"))
	require.Equal(t, 1, report.Reversed)
	require.Equal(t, banksync.ProofReference, h.returns(t)[0].Proof)
	h.sound(t)
	report = h.bank(t, camtFile("2026-03-05", "DBIT", "A3", "E2E-OTHER-1", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", "Closed account"))
	require.Equal(t, 1, report.Returns, "without the reference a person looks")
}
