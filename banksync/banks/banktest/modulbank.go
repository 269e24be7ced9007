package banktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// modulBank is Modulbank's interface (reference banks.md 7.7).
type modulBank struct{}

func (modulBank) settings(*Simulator) map[string]string {
	return map[string]string{"token": "${BANK_TOKEN}"}
}

const modulAccount = "0b3b9ea1-6e39-4d4a-8f3e-8b8f7c1d2e3f"

func (b modulBank) serve(s *Simulator, w http.ResponseWriter, r *http.Request) {
	switch {
	case !s.bearer(r, "Bearer"):
		s.refuse(w, http.StatusUnauthorized, row{"message": "Unauthorized"})
	case r.Method != http.MethodPost:
		s.refuse(w, http.StatusMethodNotAllowed, row{"message": "The requested resource does not support http method 'GET'."})
	case r.URL.Path == "/v1/account-info":
		s.say(w, http.StatusOK, []row{{"companyId": "c", "companyName": "ООО «Пример Софт»", "bankAccounts": []row{
			{"id": "other", "number": "40702810070010000099", "currency": "RUR"}, {"id": modulAccount, "number": s.Ledger.Number, "currency": "RUR", "bankBic": s.Ledger.BIC}}}})
	case r.URL.Path == "/v1/operation-history/"+modulAccount:
		b.history(s, w, r)
	default:
		s.refuse(w, http.StatusNotFound, row{"message": "Not found"})
	}
}

func (b modulBank) history(s *Simulator, w http.ResponseWriter, r *http.Request) {
	var q struct {
		From, Till    string
		Skip, Records int
	}
	err := json.NewDecoder(r.Body).Decode(&q)
	from, fromErr := time.ParseInLocation("2006-01-02T15:04:05", q.From, s.Ledger.Zone)
	till, tillErr := time.ParseInLocation("2006-01-02T15:04:05", q.Till, s.Ledger.Zone)
	if err != nil || fromErr != nil || tillErr != nil || q.Records > 50 {
		s.refuse(w, http.StatusBadRequest, row{"message": "The request is invalid."})
		return
	}
	lines := s.Ledger.between(from, till.Add(time.Second))
	slices.Reverse(lines)
	size := s.pageSize(q.Records, 50)
	first := q.Skip
	if s.Overlap {
		// Each time a page was read, a newer operation has come and shifted all rows by one.
		first -= q.Skip / size
	}
	if first >= len(lines) && !s.Stuck {
		s.say(w, http.StatusOK, []row{})
		return
	}
	page := lines[:min(size, len(lines))]
	if !s.Stuck {
		page = lines[first:min(first+size, len(lines))]
	}
	rows := make([]row, 0, len(page))
	for _, line := range page {
		rows = append(rows, b.row(s, line))
	}
	s.say(w, http.StatusOK, rows)
}

func (modulBank) row(s *Simulator, line Line) row {
	// Seen from the bank's books: what it owes us grows by a Debet.
	category := "Debet"
	status := map[State]string{Booked: "Received", Pending: "UnderControl", Rejected: "RejectByBank", Reversed: "Canceled"}[line.State]
	if line.Debit {
		category = "Credit"
		status = map[State]string{Booked: "Executed", Pending: "SendToBank", Rejected: "RejectByBank", Reversed: "Canceled"}[line.State]
	}
	return row{"id": fmt.Sprintf("1f0e3c6a-%08d", line.N), "companyId": "c", "status": status, "category": category, "contragentName": line.Name, "contragentInn": line.TaxID,
		"contragentKpp": "", "contragentBankAccountNumber": line.Account, "contragentBankName": "ПАО «Пример Банк»", "contragentBankBic": line.BIC, "currency": "RUR",
		"amount": json.Number(decimal(line.Minor)), "bankAccountNumber": s.Ledger.Number, "paymentPurpose": line.Purpose, "executed": s.instant(line.At), "created": s.instant(line.At),
		"docNumber": line.DocNo, "absId": strconv.Itoa(line.N % 5), "uin": "0"}
}
