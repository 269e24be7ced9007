package banktest

import (
	"fmt"
	"net/http"
	"strconv"

	"prolong"
)

// daily is the interface of Sber and of Alfa-Bank (reference banks.md 7.5 and 7.6): one day a
// request, in pages.
type daily struct{ sber bool }

func (b daily) settings(*Simulator) map[string]string {
	if b.sber {
		return renewable()
	}
	return map[string]string{"token": "${BANK_TOKEN}"}
}

func (b daily) serve(s *Simulator, w http.ResponseWriter, r *http.Request) {
	path, limit, allowed := "/api/jp/v1/statement/transactions", 1000, false
	if b.sber {
		path, limit = "/fintech/api/v2/statement/transactions", 100
		allowed = s.session(r)
	} else {
		allowed = s.bearer(r, "ApiKey")
	}
	switch {
	case b.sber && r.URL.Path == "/ic/sso/api/v2/oauth/token":
		s.renew(w, r)
	case !allowed:
		s.refuse(w, http.StatusUnauthorized, row{"cause": "UNAUTHORIZED", "message": "accessToken not found"})
	case r.URL.Path != path:
		s.refuse(w, http.StatusNotFound, row{"cause": "NOT_FOUND"})
	default:
		b.day(s, w, r, limit)
	}
}

func (b daily) day(s *Simulator, w http.ResponseWriter, r *http.Request, limit int) {
	q := r.URL.Query()
	day, err := prolong.ParseDate(q.Get("statementDate"))
	number, numberErr := strconv.Atoi(q.Get("page"))
	if err != nil || numberErr != nil || number < 1 || q.Get("accountNumber") != s.Ledger.Number {
		s.refuse(w, http.StatusBadRequest, row{"cause": "VALIDATION_FAULT", "message": "Некорректные параметры"})
		return
	}
	// The first question about a day is answered while the bank is still drawing it up.
	if mark := "day " + day.String(); !s.wasAsked(mark) {
		s.note(mark)
		s.refuse(w, http.StatusAccepted, row{"cause": "STATEMENT_RESPONSE_PROCESSING", "message": "Выписка формируется"})
		return
	}
	var lines []Line
	for _, line := range withReturns(s.Ledger.days(day, day)) {
		if line.State != Rejected {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		s.refuse(w, http.StatusNotFound, row{"cause": "WORKFLOW_FAULT", "message": "Операций нет"})
		return
	}
	size := s.pageSize(limit, limit)
	page, next := s.window(lines, (number-1)*size, size)
	rows := make([]row, 0, len(page))
	for _, line := range page {
		rows = append(rows, b.row(s, line))
	}
	answer := row{"transactions": rows}
	if next >= 0 {
		// The host is the bank's inner one: it must not be followed.
		answer["_links"] = []row{{"rel": "next", "href": fmt.Sprintf("https://inner.bank.invalid/transactions?page=%d", number+1)}}
	}
	s.say(w, http.StatusOK, answer)
}

func (b daily) row(s *Simulator, line Line) row {
	ours, theirs, direction := "payee", "payer", "CREDIT"
	if line.Debit {
		ours, theirs, direction = "payer", "payee", "DEBIT"
	}
	transfer := row{
		ours + "Account": s.Ledger.Number, ours + "Name": "ООО «Пример Софт»", ours + "Inn": "7701001238", ours + "BankBic": s.Ledger.BIC,
		theirs + "Account": line.Account, theirs + "Name": line.Name, theirs + "Inn": "0000000000", theirs + "BankBic": line.BIC, theirs + "Kpp": "0",
		"deliveryKind": "электронно", "valueDate": prolong.DateOf(line.At, s.Ledger.Zone).String(),
	}
	if line.TaxID != "" {
		transfer[theirs+"Inn"] = line.TaxID
	}
	out := row{"uuid": fmt.Sprintf("u-%d", line.N%9), "direction": direction, "operationDate": s.instant(line.At), "documentDate": prolong.DateOf(line.At, s.Ledger.Zone).String(),
		"number": line.DocNo, "operationCode": "01", "amount": row{"amount": decimal(line.Minor), "currencyName": "RUR"}, "amountRub": row{"amount": decimal(line.Minor), "currencyName": "RUR"},
		"paymentPurpose": line.Purpose, "priority": "5", "rurTransfer": transfer}
	if b.sber {
		out["operationId"] = fmt.Sprintf("2611%08d", line.N)
	} else {
		out["transactionId"] = fmt.Sprintf("A%08d", line.N)
	}
	return out
}
