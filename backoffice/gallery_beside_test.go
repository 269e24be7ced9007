package backoffice

import (
	"time"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/banksync/statement"
	"prolong/banksync/statement/record"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

func groupExample(b web.Base, filled bool) GroupPage {
	f := reviewFacts(b)
	var members []banksync.GroupMember
	if filled {
		members = []banksync.GroupMember{{Received: f.queue[1], Share: banksync.Share{AccountID: 12, Invoices: []invoices.InvoiceID{501}}}, {Received: f.queue[0], Share: banksync.Share{AccountID: 12}}}
	}
	return groupPage(officeBase(b, paymentsPath, "office.payments.title"), queueAll, f.accounts[12], 41, members, f.open[12])
}

func incidentExample(b web.Base, filled bool) IncidentListPage {
	var list []banksync.Incident
	if filled {
		f := matchedFacts(b)
		x := banksync.Incident{ID: 5, PaymentID: 41, Date: f.payment.ValueOn, Amount: f.payment.Amount, Payer: f.payment.Payer.Name, Purpose: f.payment.Purpose, Decision: f.payment.Decision,
			DecidedAt: b.Now.Add(-50 * time.Hour), WrongID: 12, Wrong: "ООО «Пример Торг»", RightID: 77, Right: "ООО «Пример Логистика Северо-Запад»", CorrectedBy: "staff:3", CorrectedAt: b.Now.Add(-2 * time.Hour), Note: "клиент попросил зачесть другому договору"}
		open := x
		open.ID, open.RightID, open.Right, open.Note = 4, 0, "", ""
		ignored := x
		ignored.ID, ignored.WrongID, ignored.Wrong, ignored.Decision = 3, 0, "", match.Decision{Class: match.ClassNotOurs}
		list = []banksync.Incident{x, open, ignored}
	}
	return incidentListPage(officeBase(b, paymentsPath, "office.incidents.title"), list, map[int64]string{3: "Анна Примерова"})
}

func returnExample(b web.Base, filled bool) ReturnListPage {
	var list []banksync.Return
	f := reviewFacts(b)
	candidates := map[banksync.LineID][]banksync.Received{9: {f.payment, f.queue[0]}}
	if filled {
		x := banksync.Return{LineID: 9, State: banksync.ReturnReview, Amount: rub(14_900_00), PostedOn: f.payment.ValueOn, DocNo: "77", Party: f.payment.Payer, Purpose: "Возврат денежных средств по заявлению клиента"}
		none, booked := x, x
		none.LineID, none.Purpose = 8, "Возврат тары поставщику"
		booked.LineID, booked.State, booked.PaymentID, booked.Purpose = 7, banksync.ReturnBooked, 41, "Возврат по п/п 1356 от 21.11.2026: счёт получателя закрыт"
		list = []banksync.Return{x, none, booked}
	}
	page := returnListPage(officeBase(b, paymentsPath, "office.returns.title"), list, candidates, banksync.ReturnReview)
	page.MayAct = true
	return page
}

func aliasExample(b web.Base, filled bool) AliasListPage {
	var list []banksync.Alias
	if filled {
		for i, state := range []match.AliasState{match.AliasActive, match.AliasCandidate, match.AliasQuarantined, match.AliasBlocked} {
			kind, value := match.AliasTaxID, "7701001238"
			if i%2 == 1 {
				kind, value = match.AliasAccount, "40702810900000012345"
			}
			list = append(list, banksync.Alias{ID: banksync.AliasID(9 - i), AccountID: 12, Account: "ООО «Пример Торг»", Alias: match.Alias{Kind: kind, Value: value, State: state, Confirmations: i + 1}, LastSeen: b.Now.Add(-time.Duration(i) * 30 * time.Hour), Posted: 5 * i})
		}
	}
	page := aliasListOf(officeBase(b, paymentsPath, "office.aliases.title"), list, match.AliasActive)
	page.MayAct = true
	for i := range page.Rows {
		page.Rows[i].Steps = aliasSteps(b, []banksync.AliasStep{{State: list[i].State, Cause: banksync.AliasUndone, By: "staff:3", At: b.Now}, {State: match.AliasActive, Cause: banksync.AliasConfirmed, By: "staff:3", At: b.Now.Add(-time.Hour), Note: "по письму"}}, map[int64]string{3: "Анна Примерова"})
		if list[i].Posted > 0 {
			page.Rows[i].Payments = []Link{{Text: b.Money(rub(14_900_00)), Href: paymentHref(41)}}
		}
	}
	return page
}

func galleryUploads(b web.Base) []banksync.Upload {
	return []banksync.Upload{
		{ID: 3, Source: banksync.SourceMail, Name: "выписка_за_ноябрь.txt", Sender: "statements@bank.example", State: banksync.UploadWaiting, BroughtAt: b.Now.Add(-time.Hour)},
		{ID: 2, Source: banksync.SourceUpload, Name: "kl_to_1c.txt", State: banksync.UploadImported, BroughtAt: b.Now.Add(-26 * time.Hour), Report: &banksync.Report{New: 128, Matched: 121, Review: 5}},
		{ID: 1, Source: banksync.SourceUpload, Name: "photo.pdf", State: banksync.UploadDismissed, BroughtAt: b.Now.Add(-50 * time.Hour)},
	}
}

func statementListExample(b web.Base, filled bool) StatementListPage {
	var list []banksync.Upload
	if filled {
		list = galleryUploads(b)
	}
	page := statementListPage(officeBase(b, paymentsPath, "office.statements.title"), list)
	page.MayAct = true
	return page
}

func statementExample(b web.Base, table bool) StatementPage {
	day := prolong.DateOf(b.Now, b.Zone)
	good, opening, closing := true, rub(1_000_000_00), rub(1_214_900_00)
	preview := banksync.UploadPreview{Upload: galleryUploads(b)[0], Statements: []banksync.StatementPreview{
		{Format: "1C 1.03", Account: "40702810938000000001", Bank: "ПАО «Пример Банк»", From: day.AddDays(-3), To: day, New: 12, Totals: statement.Totals{Count: 128, Credit: rub(314_900_00), Debit: rub(100_000_00)}, Opening: &opening, Closing: &closing, Balanced: &good},
		{Format: "1C 1.03", Account: "40702810900000000777", From: day, To: day, Totals: statement.Totals{Count: 2, Credit: rub(100), Debit: rub(0)}},
	}}
	if table {
		preview.Statements = preview.Statements[:1]
		preview.Proposal = &statement.Proposal{HeaderLine: 1, Headers: []string{"Дата операции", "Номер", "Контрагент", "ИНН", "Приход", "Расход", "Назначение платежа"},
			Sample: [][]string{{"02.03.2026", "41", "ООО «Пример Торг»", "7701001238", "14900,00", "", "Оплата по счёту 58291375-12"}},
			Mapping: record.Mapping{Delimiter: ";", Account: "40702810938000000001", Columns: map[record.Column]string{record.ColumnDate: "Дата операции", record.ColumnDocNo: "Номер", record.ColumnName: "Контрагент", record.ColumnTaxID: "ИНН",
				record.ColumnCredit: "Приход", record.ColumnDebit: "Расход", record.ColumnPurpose: "Назначение платежа"}}}
		preview.Accounts = []billing.BankAccount{{Number: "40702810938000000001", Bank: "ПАО «Пример Банк»"}}
	}
	page := statementPage(officeBase(b, paymentsPath, "office.statements.title"), preview)
	page.MayAct = true
	return page
}
