// Package dadatasim is a DaData that lives in the process: the same protocol, a few invented
// companies, and faults as told.
package dadatasim

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

// Server is the simulated service.
type Server struct {
	Key string

	mu     sync.Mutex
	asked  int
	faults []int
}

// New returns the service.
func New() *Server { return &Server{Key: "key-1"} }

// Fail answers the next requests with these statuses.
func (s *Server) Fail(statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, statuses...)
}

// Asked returns how many questions came.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func russian(inn, kpp, name, branch, status string) map[string]any {
	return map[string]any{"value": "ООО «" + name + "»", "unrestricted_value": "ООО «" + name + "»", "data": map[string]any{
		"inn": inn, "kpp": kpp, "ogrn": "1027700000018", "branch_type": branch, "type": "LEGAL",
		"name":       map[string]any{"full_with_opf": "Общество с ограниченной ответственностью «" + name + "»", "short_with_opf": "ООО «" + name + "»"},
		"address":    map[string]any{"value": "г Москва, ул Образцовая, д 25", "unrestricted_value": "127000, г Москва, ул Образцовая, д 25"},
		"management": map[string]any{"name": "Покупателев Пётр Петрович", "post": "Директор"}, "state": map[string]any{"status": status, "registration_date": 1041368400000},
	}}
}

var companies = []map[string]any{
	russian("7702001230", "770201001", "Образец Торг", "MAIN", "ACTIVE"), russian("7702001230", "780201001", "Образец Торг, филиал", "BRANCH", "ACTIVE"),
	russian("7701001238", "770101001", "Пример Софт", "MAIN", "LIQUIDATING"),
}

var kazakh = []map[string]any{{"value": "ТОО «Мысал Сауда»", "data": map[string]any{
	"bin": "200240000345", "name_ru": "Товарищество с ограниченной ответственностью «Мысал Сауда»", "address_ru": "г. Астана, ул. Образцовая, д. 7", "fio": "Қоңырбаев Ә. Ғ.", "status": "ACTIVE", "type": "LEGAL",
}}}

var banks = []map[string]any{{"value": "ПАО Сбербанк", "data": map[string]any{
	"bic": "044525225", "correspondent_account": "30101810400000000225", "payment_city": "г Москва", "name": map[string]any{"payment": "ПАО СБЕРБАНК"}, "state": map[string]any{"status": "ACTIVE"},
}}}

// ServeHTTP answers like the service.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if len(s.faults) > 0 {
		status := s.faults[0]
		s.faults = s.faults[1:]
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"family":"CLIENT_ERROR","reason":"fault"}`)) // the asker may have gone away
		return
	}
	if r.Header.Get("Authorization") != "Token "+s.Key {
		http.Error(w, `{"family":"CLIENT_ERROR","reason":"Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	var q struct {
		Query, KPP string
		BranchType string `json:"branch_type"`
	}
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&q) != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	found := []map[string]any{}
	pick := func(list []map[string]any, fits func(data map[string]any, value string) bool) {
		for _, x := range list {
			data, _ := x["data"].(map[string]any)
			value, _ := x["value"].(string)
			if fits(data, value) {
				found = append(found, x)
			}
		}
	}
	byName := func(_ map[string]any, value string) bool {
		return strings.Contains(strings.ToLower(value), strings.ToLower(q.Query))
	}
	switch _, path, _ := strings.Cut(r.URL.Path, "/rs/"); path {
	case "findById/party":
		pick(companies, func(d map[string]any, _ string) bool {
			return d["inn"] == q.Query && (q.KPP == "" || d["kpp"] == q.KPP) && (q.BranchType == "" || d["branch_type"] == q.BranchType)
		})
	case "findById/party_kz":
		pick(kazakh, func(d map[string]any, _ string) bool { return d["bin"] == q.Query })
	case "findById/bank":
		pick(banks, func(d map[string]any, _ string) bool { return d["bic"] == q.Query })
	case "suggest/party":
		pick(companies, byName)
	case "suggest/party_kz":
		pick(kazakh, byName)
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"suggestions": found}) // the asker may have gone away
}
