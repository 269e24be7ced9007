package banktest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// monoBank is monobank's interface (reference banks.md 7.2).
type monoBank struct{}

func (monoBank) settings(*Simulator) map[string]string {
	return map[string]string{"token": "${BANK_TOKEN}"}
}

const (
	monoAccount = "kKGVoZuHWzqVoZuH"
	monoSpan    = 2_682_000
	monoRows    = 500
)

func (b monoBank) serve(s *Simulator, w http.ResponseWriter, r *http.Request) {
	method, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/personal/"), "/")
	switch {
	case r.Header.Get("X-Token") != s.currentToken():
		s.refuse(w, http.StatusForbidden, row{"errorDescription": "Unknown 'X-Token'"})
	case !s.paced(method, time.Minute):
		s.refuse(w, http.StatusTooManyRequests, row{"errorDescription": "Too many requests"})
	case method == "client-info":
		s.say(w, http.StatusOK, row{"clientId": "x", "name": "ФОП Приклад", "accounts": []row{
			{"id": "other", "currencyCode": 840, "iban": "UA913226690000026001234567890", "type": "black"},
			{"id": monoAccount, "currencyCode": 980, "iban": s.Ledger.Number, "type": "fop"}}})
	case method == "statement":
		b.statement(s, w, r)
	default:
		s.refuse(w, http.StatusNotFound, row{"errorDescription": "not found"})
	}
}

// paced says whether the limit of one request per method and time is kept.
func (s *Simulator) paced(method string, every time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Ledger.Clock.Now()
	for _, o := range s.orders {
		if o.account == method && now.Sub(o.at) < every {
			return false
		}
	}
	s.orders = append(s.orders, order{account: method, at: now})
	return true
}

func (b monoBank) statement(s *Simulator, w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(parts) != 5 || parts[2] != monoAccount {
		s.refuse(w, http.StatusBadRequest, row{"errorDescription": "invalid account"})
		return
	}
	from, fromErr := strconv.ParseInt(parts[3], 10, 64)
	to, toErr := strconv.ParseInt(parts[4], 10, 64)
	if fromErr != nil || toErr != nil || to < from || to-from > monoSpan {
		s.refuse(w, http.StatusBadRequest, row{"errorDescription": "Period must be no more than 31 days + 1 hour"})
		return
	}
	if s.Stuck {
		to = s.Ledger.Clock.Now().Unix()
	}
	lines := withReturns(s.Ledger.between(time.Unix(from, 0), time.Unix(to+1, 0)))
	slices.Reverse(lines)
	rows := make([]row, 0, len(lines))
	for _, line := range lines {
		if line.State == Rejected {
			continue // a hold that was given up vanishes
		}
		amount := line.Minor
		if line.Debit {
			amount = -amount
		}
		rows = append(rows, row{"id": "ZuHWzqkKGVo" + strconv.Itoa(line.N), "time": line.At.Unix(), "description": "Від: " + line.Name, "mcc": 4829, "originalMcc": 4829,
			"hold": line.State == Pending, "amount": amount, "operationAmount": amount, "currencyCode": 980, "commissionRate": 0, "cashbackAmount": 0,
			"balance": 0, "comment": line.Purpose, "counterEdrpou": line.TaxID, "counterIban": line.Account, "counterName": line.Name})
	}
	if s.Stuck {
		// Full, and at the end of the period whatever the end is.
		full := make([]row, 0, monoRows)
		for range monoRows {
			full = append(full, rows[0])
		}
		rows = full
	}
	s.say(w, http.StatusOK, rows[:min(len(rows), monoRows)])
}
