package banktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"

	"prolong"
)

// privatBank is PrivatBank's "Автоклієнт" 3.0.0 (reference banks.md 7.1).
type privatBank struct{}

func (privatBank) settings(*Simulator) map[string]string {
	return map[string]string{"token": "${BANK_TOKEN}"}
}

func (b privatBank) serve(s *Simulator, w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("User-Agent") == "" || r.Header.Get("Content-Type") == "":
		b.say(s, w, r, http.StatusBadRequest, row{"status": "ERROR", "message": "Не заповнені заголовки"})
	case r.Header.Get("token") != s.currentToken():
		b.say(s, w, r, http.StatusUnauthorized, row{"status": "ERROR", "message": "Невірний токен"})
	case r.URL.Path == "/api/statements/settings":
		phase, closed := "WRK", "N"
		if s.Closing {
			closed = "Y"
		} else {
			s.note("settings")
		}
		b.say(s, w, r, http.StatusOK, row{"status": "SUCCESS", "type": "settings", "settings": row{
			"phase": phase, "work_balance": closed, "today": b.date(s, s.Ledger.Clock.Now()) + " 00:00:00", "dates_without_oper_day": []string{}}})
	case r.URL.Path == "/api/statements/transactions":
		b.transactions(s, w, r)
	default:
		b.say(s, w, r, http.StatusNotFound, row{"status": "ERROR"})
	}
}

// note remembers that something was asked; asked says whether it was.
func (s *Simulator) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[what] = true
}

func (s *Simulator) wasAsked(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[what]
}

func (b privatBank) transactions(s *Simulator, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	from, fromErr := time.Parse("02-01-2006", q.Get("startDate"))
	to, toErr := time.Parse("02-01-2006", q.Get("endDate"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	if fromErr != nil || toErr != nil || !s.wasAsked("settings") || limit > 500 || q.Get("acc") != s.Ledger.Number {
		b.say(s, w, r, http.StatusBadRequest, row{"status": "ERROR", "message": "Невірні параметри запиту"})
		return
	}
	start := 0
	if id := q.Get("followId"); id != "" {
		if _, err := fmt.Sscanf(id, "%d_online", &start); err != nil {
			b.say(s, w, r, http.StatusBadRequest, row{"status": "ERROR", "message": "followId"})
			return
		}
	}
	lines := s.Ledger.days(prolong.DateOf(from, time.UTC), prolong.DateOf(to, time.UTC))
	page, next := s.window(lines, start, s.pageSize(limit, 500))
	rows := make([]row, 0, len(page))
	for _, line := range page {
		rows = append(rows, b.row(s, line))
	}
	answer := row{"status": "SUCCESS", "type": "transactions", "exist_next_page": next >= 0, "next_page_id": fmt.Sprintf("%d_online", max(next, len(lines))), "transactions": rows}
	if next >= 0 {
		answer["next_page_id"] = fmt.Sprintf("%d_online", next)
	}
	if s.Stuck {
		answer["exist_next_page"], answer["next_page_id"] = "true", "7_online"
	}
	b.say(s, w, r, http.StatusOK, answer)
}

func (privatBank) date(s *Simulator, at time.Time) string {
	return at.In(s.Ledger.Zone).Format("02.01.2006")
}

func (b privatBank) row(s *Simulator, line Line) row {
	kind, state, refn := "C", map[State]string{Booked: "r", Pending: "p", Rejected: "n", Reversed: "t"}[line.State], any("1")
	if line.Debit {
		kind = "D"
	}
	if line.N%3 == 0 {
		refn = json.Number("1")
	}
	out := row{
		"AUT_MY_CRF": "31451288", "AUT_MY_MFO": "305299", "AUT_MY_ACC": s.Ledger.Number, "AUT_MY_NAM": "ТОВ ПРИКЛАД",
		"AUT_CNTR_CRF": line.TaxID, "AUT_CNTR_MFO": line.BIC, "AUT_CNTR_ACC": line.Account, "AUT_CNTR_NAM": line.Name,
		"CCY": string(s.Ledger.Currency), "FL_REAL": "r", "PR_PR": state, "DOC_TYP": "p", "NUM_DOC": line.DocNo, "DAT_KL": b.date(s, line.At), "DAT_OD": b.date(s, line.At),
		"TIM_P": line.At.In(s.Ledger.Zone).Format("15:04"), "OSND": line.Purpose, "SUM": decimal(line.Minor), "SUM_E": json.Number(decimal(line.Minor * 100)),
		// The bank's ID is not unique: it must not be taken for a key.
		"ID": strconv.Itoa(line.N / 2), "REF": fmt.Sprintf("SIMB%09d", line.N), "REFN": refn, "TRANTYPE": kind, "TECHNICAL_TRANSACTION_ID": fmt.Sprintf("%d_online", line.N/2),
	}
	if line.N%2 == 0 {
		out["SUM"] = json.Number(decimal(line.Minor))
	}
	return out
}

// say answers in cp1251 unless the request names a charset.
func (privatBank) say(s *Simulator, w http.ResponseWriter, r *http.Request, status int, v row) {
	asked := strings.ToLower(r.Header.Get("Content-Type"))
	if !s.IgnoreCharset && (strings.Contains(asked, "charset=utf-8") || strings.Contains(asked, "charset=utf8")) {
		s.say(w, status, v)
		return
	}
	body, err := charmap.Windows1251.NewEncoder().Bytes(s.encode(v))
	if err != nil {
		panic(fmt.Sprintf("simulator: %v", err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
