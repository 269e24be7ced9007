package banktest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// tBank is the interface of T-Bank for business (reference banks.md 7.4).
type tBank struct{}

func (tBank) settings(*Simulator) map[string]string { return renewable() }

func (b tBank) serve(s *Simulator, w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/auth/token":
		s.renew(w, r)
	case !s.session(r):
		s.refuse(w, http.StatusUnauthorized, row{"errorCode": "AUTHENTICATION_FAILED", "errorMessage": "Токен истёк"})
	case r.URL.Path == "/openapi/api/v1/statement":
		b.statement(s, w, r)
	default:
		s.refuse(w, http.StatusNotFound, row{"errorCode": "NOT_FOUND", "errorMessage": "Нет такого метода"})
	}
}

func (b tBank) statement(s *Simulator, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	from, fromErr := time.Parse(time.RFC3339, q.Get("from"))
	to, toErr := time.Parse(time.RFC3339, q.Get("to"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	start := 0
	cursor, cursorErr := base64.RawURLEncoding.DecodeString(q.Get("cursor"))
	if len(cursor) > 0 {
		_, cursorErr = fmt.Sscanf(string(cursor), "row:%d", &start)
	}
	if fromErr != nil || toErr != nil || cursorErr != nil || limit > 5000 || q.Get("accountNumber") != s.Ledger.Number {
		s.refuse(w, http.StatusBadRequest, row{"errorCode": "INVALID_PARAMETERS", "errorMessage": "Неверные параметры"})
		return
	}
	var lines []Line
	for _, line := range withReturns(s.Ledger.between(from, to)) {
		if line.State != Rejected && (line.State == Booked || q.Get("operationStatus") == "All") {
			lines = append(lines, line)
		}
	}
	page, next := s.window(lines, start, s.pageSize(limit, 5000))
	rows := make([]row, 0, len(page))
	for _, line := range page {
		rows = append(rows, b.row(s, line))
	}
	answer := row{"operations": rows, "balances": row{"incomingBalance": json.Number("0.00")}}
	switch {
	case s.Stuck:
		answer["nextCursor"] = base64.RawURLEncoding.EncodeToString([]byte("row:0"))
	case next >= 0:
		answer["nextCursor"] = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "row:%d", next))
	}
	s.say(w, http.StatusOK, answer)
}

func (tBank) row(s *Simulator, line Line) row {
	ours := row{"acct": s.Ledger.Number, "inn": "7701001238", "name": "ООО «Пример Софт»", "bicRu": s.Ledger.BIC}
	theirs := row{"acct": line.Account, "inn": line.TaxID, "name": line.Name, "bicRu": line.BIC, "kpp": "0"}
	status, kind, payer, receiver := "Transaction", "Credit", theirs, ours
	if line.Debit {
		kind, payer, receiver = "Debit", ours, theirs
	}
	if line.State == Pending {
		status = "Authorization"
	}
	return row{"operationId": fmt.Sprintf("5f2c-%d", line.N), "operationDate": line.At.UTC().Format(time.RFC3339), "operationStatus": status, "typeOfOperation": kind,
		"accountNumber": s.Ledger.Number, "accountAmount": json.Number(decimal(line.Minor)), "accountCurrencyDigitalCode": "643", "documentNumber": line.DocNo,
		"docDate": line.At.UTC().Format(time.RFC3339), "payPurpose": line.Purpose, "category": "income", "payer": payer, "receiver": receiver}
}
