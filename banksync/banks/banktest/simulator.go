package banktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"prolong/internal/outbound"
)

// Fault is something that goes wrong with one request.
type Fault string

// The faults.
const (
	None       Fault = ""
	BadGateway Fault = "502"
	Broken     Fault = "the connection breaks"
	Busy       Fault = "429, come back in 2 seconds"
	BusyLong   Fault = "429, come back in an hour"
	// Cut ends an answer in its middle. A renewal of an access fails before it is done instead:
	// what happens after it is CutRenewal, which only a person can repair.
	Cut         Fault = "the answer is cut"
	CutRenewal  Fault = "the request is done and its answer is lost"
	Down        Fault = "503"
	Garbage     Fault = "the answer is no JSON"
	Internal    Fault = "500"
	Maintenance Fault = "an HTML page with status 200"
)

// Passing are faults after which the same request succeeds.
var Passing = []Fault{BadGateway, Broken, Busy, BusyLong, Cut, Down, Garbage, Internal, Maintenance}

// token is the key of simulated banks that have one for ever; expired ones get it anew.
const token = "simulated-token-6f1e"

// row is a row of an answer.
type row map[string]any

// Simulator is a bank. Plug it in as the transport of an adapter, or serve it.
type Simulator struct {
	Ledger *Ledger
	// Noise writes numbers as strings and adds fields that no documentation names.
	Noise bool
	// PageMax makes pages smaller than the adapter asks for; 0 is the bank's own limit.
	PageMax int
	// Overlap begins each page with the last row of the page before.
	Overlap bool
	// Stuck gives the same page, and the same way to the next, for ever.
	Stuck bool
	// IgnoreCharset answers in cp1251 whatever was asked for (PrivatBank).
	IgnoreCharset bool
	// Closing says that the bank is closing its day (PrivatBank).
	Closing bool

	bank bank
	dir  string

	mu     sync.Mutex
	faults []Fault
	token  string
	urls   []string
	oauth  sessions
	asked  map[string]bool
	orders []order
}

// bank is how one bank answers.
type bank interface {
	// serve answers a request that no fault has befallen.
	serve(s *Simulator, w http.ResponseWriter, r *http.Request)
	// settings are the settings of a source for this bank.
	settings(s *Simulator) map[string]string
}

// New returns a simulator of the bank of a kind ("privatbank") over a ledger.
func New(t testing.TB, kind string, l *Ledger) *Simulator {
	t.Helper()
	s := &Simulator{Ledger: l, dir: t.TempDir(), token: token, asked: map[string]bool{}}
	switch kind {
	case "privatbank":
		s.bank = privatBank{}
	case "monobank":
		s.bank = monoBank{}
	case "tbank":
		s.bank = tBank{}
	case "modulbank":
		s.bank = modulBank{}
	case "tochka":
		s.bank = tochka{}
	case "sber":
		s.bank = daily{sber: true}
	case "alfa":
		s.bank = daily{}
	default:
		t.Fatalf("no simulator of %q", kind)
	}
	s.oauth.refresh = "simulated-refresh-1"
	if err := os.WriteFile(s.refreshPath(), []byte(s.oauth.refresh), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// Settings returns the settings of a source that speaks to this bank.
func (s *Simulator) Settings() map[string]string { return s.bank.settings(s) }

// Secrets returns where the keys of Settings lie.
func (s *Simulator) Secrets() outbound.Secrets {
	return outbound.Secrets{Dir: s.dir, LookupEnv: func(name string) (string, bool) {
		switch name {
		case "BANK_TOKEN":
			return token, true
		case "BANK_SECRET":
			return clientSecret, true
		}
		return "", false
	}}
}

// SecretTexts are the texts that must never be seen in a log, an error or an address.
func (s *Simulator) SecretTexts() []string {
	return []string{token, clientSecret, "simulated-refresh", "simulated-access"}
}

func (s *Simulator) refreshPath() string { return filepath.Join(s.dir, "refresh.token") }

// Fail lets the next requests fail in turn.
func (s *Simulator) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Healthy forgets the faults that have not happened yet.
func (s *Simulator) Healthy() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Expire ends the key: a token that stands for ever is withdrawn until Restore, the access
// token of a renewable access has to be renewed.
func (s *Simulator) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = "withdrawn"
	s.oauth.access = ""
}

// Restore gives the old key its force back.
func (s *Simulator) Restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// Addresses returns the addresses that were asked for.
func (s *Simulator) Addresses() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.urls...)
}

// RoundTrip carries a request to the bank without a network.
func (s *Simulator) RoundTrip(r *http.Request) (res *http.Response, err error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler { //nolint:errorlint // a panic value, not an error chain
				panic(p)
			}
			res, err = nil, io.ErrUnexpectedEOF
		}
	}()
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

const maintenancePage = `<!DOCTYPE html><html><head><title>Технические работы</title></head><body><h1>Ведутся технические работы</h1></body></html>`

// ServeHTTP answers as the bank does.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.urls = append(s.urls, r.URL.String())
	fault := None
	if len(s.faults) > 0 {
		fault, s.faults = s.faults[0], s.faults[1:]
	}
	s.mu.Unlock()
	switch fault {
	case None:
		s.bank.serve(s, w, r)
	case BadGateway:
		w.WriteHeader(http.StatusBadGateway)
	case Broken:
		panic(http.ErrAbortHandler)
	case Busy, BusyLong:
		wait := "2"
		if fault == BusyLong {
			wait = "3600"
		}
		w.Header().Set("Retry-After", wait)
		w.WriteHeader(http.StatusTooManyRequests)
	case CutRenewal:
		whole := httptest.NewRecorder()
		s.bank.serve(s, whole, r)
		panic(http.ErrAbortHandler)
	case Cut:
		if strings.HasSuffix(r.URL.Path, "/token") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		whole := httptest.NewRecorder()
		s.bank.serve(s, whole, r)
		w.WriteHeader(whole.Code)
		_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
	case Down:
		w.WriteHeader(http.StatusServiceUnavailable)
	case Garbage:
		_, _ = io.WriteString(w, "upstream timed out")
	case Internal:
		w.WriteHeader(http.StatusInternalServerError)
	case Maintenance:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, maintenancePage)
	}
}

// currentToken returns the key that the bank takes now.
func (s *Simulator) currentToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// pageSize is how many rows one answer has.
func (s *Simulator) pageSize(asked, limit int) int {
	if asked <= 0 || asked > limit {
		asked = limit
	}
	if s.PageMax > 0 {
		asked = min(asked, s.PageMax)
	}
	return asked
}

// window cuts a page out of the rows: from is where it begins, next where the next one does,
// -1 if it is the last.
func (s *Simulator) window(lines []Line, from, size int) (page []Line, next int) {
	if s.Stuck {
		return lines[:min(size, len(lines))], from + size
	}
	from = min(max(from, 0), len(lines))
	end := min(from+size, len(lines))
	next = end
	if end == len(lines) {
		next = -1
	}
	if s.Overlap && from > 0 {
		from--
	}
	return lines[from:end], next
}

// say writes an answer, with noise if the bank is in that mood.
func (s *Simulator) say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(s.encode(v))
}

func (s *Simulator) encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if s.Noise {
		v = noisy(v)
	}
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("simulator: %v", err))
	}
	return b.Bytes()
}

// noisy writes what an answer says otherwise: numbers as strings, and fields that nobody
// knows.
func noisy(v any) any {
	switch v := v.(type) {
	case row:
		out := row{"newFieldOfTheBank": row{"x": []int{1, 2}}, "somethingElse": nil}
		for k, field := range v {
			out[k] = noisy(field)
		}
		return out
	case []row:
		out := make([]any, len(v))
		for i := range v {
			out[i] = noisy(v[i])
		}
		return out
	case json.Number:
		return v.String()
	case int, int64:
		return fmt.Sprint(v)
	}
	return v
}

// refuse answers with a status and the bank's words.
func (s *Simulator) refuse(w http.ResponseWriter, status int, v any) { s.say(w, status, v) }

// bearer says whether the request has the key in the usual header.
func (s *Simulator) bearer(r *http.Request, scheme string) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), scheme+" ")
	return ok && given == s.currentToken()
}

// instant writes an instant in the bank's zone without saying which zone it is.
func (s *Simulator) instant(at time.Time) string {
	return at.In(s.Ledger.Zone).Format("2006-01-02T15:04:05")
}
