// Package vchasnosim is a Вчасно that lives in the process: it speaks the same protocol, keeps
// documents, and fails as told. Its people sign and reject by SignOwn, SignOther and Reject.
package vchasnosim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Document is what was uploaded.
type Document struct {
	Title, Number, Date, Recipient, Email, Name string
	Amount                                      int64
	Content                                     []byte
	id                                          string
	status                                      int
}

// Server is the simulated service.
type Server struct {
	Token string

	mu        sync.Mutex
	faults    []int
	lost      int
	documents []*Document
}

// New returns an empty service.
func New() *Server { return &Server{Token: "token-1"} }

// Fail answers the next requests with these statuses.
func (s *Server) Fail(statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, statuses...)
}

// LoseNext makes the answers of the next uploads get lost though the documents were taken.
func (s *Server) LoseNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost += n
}

// EndTokens replaces the token.
func (s *Server) EndTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Token = "another"
}

// Documents returns what was uploaded.
func (s *Server) Documents() []Document {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Document, len(s.documents))
	for i, d := range s.documents {
		list[i] = *d
	}
	return list
}

// SignOwn is what our accountant does, SignOther and Reject what the other side does, Revoke
// deletes.
func (s *Server) SignOwn() { s.set(7004) }

// SignOther signs for the other side.
func (s *Server) SignOther() { s.set(7008) }

// Reject refuses for the other side.
func (s *Server) Reject() { s.set(7006) }

// Revoke deletes the documents.
func (s *Server) Revoke() { s.set(7010) }

func (s *Server) set(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.documents {
		d.status = status
	}
}

const uploadBytesMax = 32 << 20

// ServeHTTP answers like the service.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) > 0 {
		status := s.faults[0]
		s.faults = s.faults[1:]
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "90")
		}
		http.Error(w, "fault", status)
		return
	}
	if r.Header.Get("Authorization") != s.Token {
		http.Error(w, `{"reason":"unauthorized"}`, http.StatusUnauthorized)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/api/v2/documents")
	switch {
	case r.Method == http.MethodPost && path == "":
		s.upload(w, r)
	case r.Method == http.MethodGet && path == "":
		s.list(w, r)
	case r.Method == http.MethodGet:
		s.one(w, r, strings.TrimPrefix(path, "/"))
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, uploadBytesMax)
	file, head, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "a file is wanted", http.StatusBadRequest)
		return
	}
	content, err := io.ReadAll(file)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	q := r.URL.Query()
	amount, err := strconv.ParseInt(q.Get("amount"), 10, 64)
	if err != nil || q.Get("recipient_edrpou") == "" {
		http.Error(w, "amount and recipient are wanted", http.StatusBadRequest)
		return
	}
	d := &Document{
		Title: q.Get("title"), Number: q.Get("number"), Date: q.Get("date"), Recipient: q.Get("recipient_edrpou"), Email: q.Get("recipient_emails"), Name: head.Filename,
		Amount: amount, Content: content, id: fmt.Sprintf("doc-%d", len(s.documents)+1), status: 7000,
	}
	s.documents = append(s.documents, d)
	if s.lost > 0 {
		s.lost--
		http.Error(w, "lost", http.StatusGatewayTimeout)
		return
	}
	answer(w, http.StatusCreated, map[string]any{"documents": []any{d.json()}})
}

func (d *Document) json() map[string]any {
	return map[string]any{"id": d.id, "number": d.Number, "title": d.Title, "amount": d.Amount, "recipient_edrpou": d.Recipient, "status": d.status, "status_text": fmt.Sprintf("статус %d", d.status)}
}

// list answers one document a page, as a service with many would.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	from, err := strconv.Atoi(q.Get("cursor"))
	if q.Get("cursor") != "" && err != nil {
		http.Error(w, "cursor", http.StatusBadRequest)
		return
	}
	for i := from; i < len(s.documents); i++ {
		if d := s.documents[i]; strings.Contains(d.Number+" "+d.Title, q.Get("search")) && (q.Get("edrpou") == "" || q.Get("edrpou") == d.Recipient) {
			answer(w, http.StatusOK, map[string]any{"documents": []any{d.json()}, "next_cursor": strconv.Itoa(i + 1)})
			return
		}
	}
	answer(w, http.StatusOK, map[string]any{"documents": []any{}})
}

func (s *Server) one(w http.ResponseWriter, r *http.Request, path string) {
	id, what, _ := strings.Cut(path, "/")
	for _, d := range s.documents {
		switch {
		case d.id != id:
		case what == "":
			answer(w, http.StatusOK, d.json())
			return
		case what == "archive" && d.status == 7008:
			w.Header().Set("Content-Type", "application/zip")
			_, _ = w.Write([]byte("PK\x03\x04 signed " + d.Number)) // the asker may have gone away
			return
		}
	}
	http.NotFound(w, r)
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the asker may have gone away
}
