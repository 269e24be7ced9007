package banktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"prolong"
)

// tochka is Tochka's interface: statements are ordered and drawn up later (reference banks.md
// 7.3).
type tochka struct{}

func (tochka) settings(*Simulator) map[string]string { return renewable() }

// order is a statement that was ordered, or a request that was counted.
type order struct {
	account  string
	from, to prolong.Date
	at       time.Time
	looks    int
}

const tochkaPath = "/uapi/open-banking/v1.0"

func (b tochka) serve(s *Simulator, w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, tochkaPath)
	switch {
	case r.URL.Path == "/connect/token":
		s.renew(w, r)
	case !s.session(r):
		s.refuse(w, http.StatusUnauthorized, row{"code": "401", "message": "Токен истёк"})
	case r.Method == http.MethodPost && path == "/statements":
		b.order(s, w, r)
	case r.Method == http.MethodGet && strings.HasPrefix(path, "/accounts/"+s.Ledger.Number+"/"+s.Ledger.BIC+"/statements/"):
		b.ready(s, w, path[strings.LastIndex(path, "/")+1:])
	default:
		s.refuse(w, http.StatusNotFound, row{"code": "404", "message": "Not found"})
	}
}

func (tochka) order(s *Simulator, w http.ResponseWriter, r *http.Request) {
	var q struct {
		Data struct {
			Statement struct {
				AccountID string       `json:"accountId"`
				From      prolong.Date `json:"startDateTime"`
				To        prolong.Date `json:"endDateTime"`
			}
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Data.Statement.AccountID != s.Ledger.Number+"/"+s.Ledger.BIC {
		s.refuse(w, http.StatusBadRequest, row{"code": "400", "message": "Something went wrong"})
		return
	}
	s.mu.Lock()
	s.orders = append(s.orders, order{account: q.Data.Statement.AccountID, from: q.Data.Statement.From, to: q.Data.Statement.To})
	id := len(s.orders)
	s.mu.Unlock()
	s.say(w, http.StatusOK, row{"Data": row{"Statement": row{"accountId": q.Data.Statement.AccountID, "statementId": fmt.Sprintf("st-%d", id), "status": "Created",
		"startDateTime": q.Data.Statement.From.String(), "endDateTime": q.Data.Statement.To.String()}}})
}

// ready shows the statement at the third look.
func (b tochka) ready(s *Simulator, w http.ResponseWriter, id string) {
	var n int
	_, err := fmt.Sscanf(id, "st-%d", &n)
	s.mu.Lock()
	if err != nil || n < 1 || n > len(s.orders) {
		s.mu.Unlock()
		s.refuse(w, http.StatusNotFound, row{"code": "404", "message": "statement"})
		return
	}
	s.orders[n-1].looks++
	o := s.orders[n-1]
	s.mu.Unlock()
	out := row{"accountId": o.account, "statementId": id, "status": "Processing", "startDateTime": o.from.String(), "endDateTime": o.to.String()}
	if o.looks == 1 {
		out["status"] = "Created"
	}
	if o.looks > 2 && !s.Stuck {
		rows := make([]row, 0)
		var closing int64
		for _, line := range withReturns(s.Ledger.days(o.from, o.to)) {
			if line.State != Rejected {
				rows = append(rows, b.row(s, line))
			}
			closing += line.effect()
		}
		opening := s.Ledger.balance(o.from)
		out["status"], out["Transaction"] = "Ready", rows
		out["startDateBalance"], out["endDateBalance"] = json.Number(decimal(opening)), json.Number(decimal(opening+closing))
	}
	s.say(w, http.StatusOK, row{"Data": row{"Statement": []row{out}}, "Links": row{"self": "https://enter.tochka.com/"}, "Meta": row{"totalPages": 1}})
}

func (tochka) row(s *Simulator, line Line) row {
	out := row{"transactionId": fmt.Sprintf("%d;1", 90_000_000+line.N), "paymentId": fmt.Sprintf("p%d", line.N), "creditDebitIndicator": "Credit", "status": "Booked",
		"documentNumber": line.DocNo, "transactionTypeCode": "Платежное поручение", "documentProcessDate": prolong.DateOf(line.At, s.Ledger.Zone).String(), "description": line.Purpose,
		"Amount": row{"amount": json.Number(decimal(line.Minor)), "amountNat": json.Number(decimal(line.Minor)), "currency": "RUB"}}
	side := "Debtor"
	if line.Debit {
		out["creditDebitIndicator"], side = "Debit", "Creditor"
	}
	if line.State == Pending {
		out["status"] = "Pending"
		if line.Debit {
			out["transactionTypeCode"] = "Мемориальный ордер"
		}
	}
	// Only the other side is filled.
	out[side+"Party"] = row{"inn": line.TaxID, "name": line.Name, "kpp": ""}
	out[side+"Account"] = row{"schemeName": "RU.CBR.PAN", "identification": line.Account}
	out[side+"Agent"] = row{"schemeName": "RU.CBR.BIK", "identification": line.BIC, "name": "ПАО «Пример Банк»"}
	return out
}
