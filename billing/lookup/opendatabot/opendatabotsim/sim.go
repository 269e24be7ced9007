// Package opendatabotsim is an Opendatabot that lives in the process: the same protocol, a few
// invented companies, and faults as told.
package opendatabotsim

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

var registries = []map[string]any{
	{"code": "20000025", "shortName": "ТОВ «Зразок Торг»", "fullName": "Товариство з обмеженою відповідальністю «Зразок Торг»", "location": "79000, м. Львів, вул. Зразкова, буд. 5", "status": "зареєстровано", "ceoName": "Ґанок Ї. Є."},
	{"code": "2000000009", "fullName": "Зразковий Зразок Зразкович", "location": "м. Київ", "status": "припинено"},
}

// ServeHTTP answers like the service.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if len(s.faults) > 0 {
		status := s.faults[0]
		s.faults = s.faults[1:]
		http.Error(w, `{"status":"error"}`, status)
		return
	}
	q := r.URL.Query()
	if q.Get("apiKey") != s.Key {
		http.Error(w, `{"status":"forbidden"}`, http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, path, _ := strings.Cut(r.URL.Path, "/v3")
	if path == "/search/companies-by-field" {
		items := []map[string]any{}
		for _, x := range registries {
			if name, _ := x["fullName"].(string); strings.Contains(strings.ToLower(name), strings.ToLower(q.Get("q"))) {
				items = append(items, x)
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "ok", "data": map[string]any{"items": items}}) // the asker may have gone away
		return
	}
	for _, x := range registries {
		code, _ := x["code"].(string)
		kind := "/fop/"
		if len(code) == 8 {
			kind = "/full-company/"
		}
		if path == kind+code {
			_ = json.NewEncoder(w).Encode(map[string]any{"status": "ok", "data": map[string]any{"registry": x, "factors": []any{map[string]any{"type": "vat", "status": "active", "number": "200000250000"}}}})
			return
		}
	}
	http.Error(w, `{"status":"not found"}`, http.StatusNotFound)
}
