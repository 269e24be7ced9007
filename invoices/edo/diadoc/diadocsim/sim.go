// Package diadocsim is a Диадок that lives in the process: it speaks the same protocol, keeps
// drafts and letters, and fails as told. Its people sign and reject by Sign and Reject.
package diadocsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"prolong"
)

// Document is what was sent.
type Document struct {
	Operation, TypeNamedID, Function, Version, From, To string
	Content                                             []byte
	Initial                                             []string // "message/entity" of the letters that it belongs to
	message, entity                                     string
	letter                                              string // message that became of the draft
	rejected, signed, revoked                           bool
	printedAfter                                        int
}

// Server is the simulated service. Its fields are set before it is used.
type Server struct {
	ClientID, Login, Password string
	Clock                     prolong.Clock
	TokenLife                 time.Duration
	// Companies are those that take electronic documents: "inn/kpp" -> participant id.
	Companies map[string]string
	// SlowPosts answers so many posts with "not ready" before the message is there; SlowPrints the
	// same for print forms.
	SlowPosts, SlowPrints int

	mu        sync.Mutex
	tokens    map[string]time.Time
	logins    int
	posts     int
	faults    []int
	lost      int
	documents []*Document
}

// New returns a service with two companies.
func New(clock prolong.Clock) *Server {
	return &Server{
		ClientID: "client-1", Login: "buh@example.test", Password: "secret", Clock: clock, TokenLife: 24 * time.Hour, tokens: map[string]time.Time{},
		Companies: map[string]string{"7701001238/770101001": "2BM-7701001238-770101001-000000000000000000001", "7702001230/770201001": "2BM-7702001230-770201001-000000000000000000002"},
	}
}

// Fail answers the next requests with these statuses; LoseNext takes the next posts but loses
// the answers.
func (s *Server) Fail(statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, statuses...)
}

// LoseNext makes the answers of the next posts get lost though the messages were made.
func (s *Server) LoseNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost += n
}

// EndTokens ends every token that was given out.
func (s *Server) EndTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]time.Time{}
}

// Documents returns what was sent, and Logins how often somebody logged in.
func (s *Server) Documents() []Document {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Document, len(s.documents))
	for i, d := range s.documents {
		list[i] = *d
	}
	return list
}

// Logins returns how often somebody logged in.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// SignOwn is what our accountant does: the draft becomes a letter.
func (s *Server) SignOwn() {
	s.each(func(d *Document) { d.letter = "letter-" + d.message })
}

// SignOther is what the other side does.
func (s *Server) SignOther() { s.each(func(d *Document) { d.signed = true }) }

// Reject is what the other side does instead.
func (s *Server) Reject() { s.each(func(d *Document) { d.rejected = true }) }

// Revoke annuls by agreement.
func (s *Server) Revoke() { s.each(func(d *Document) { d.revoked = true }) }

func (s *Server) each(change func(d *Document)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.documents {
		change(d)
	}
}

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
	auth := r.Header.Get("Authorization")
	prefix := "DiadocAuth ddauth_api_client_id=" + s.ClientID
	if !strings.HasPrefix(auth, prefix) {
		http.Error(w, "unknown client", http.StatusUnauthorized)
		return
	}
	if r.Method == http.MethodPost && r.URL.Path == "/V3/Authenticate" {
		s.authenticate(w, r)
		return
	}
	token, _ := strings.CutPrefix(auth, prefix+",ddauth_token=")
	if until, ok := s.tokens[token]; !ok || !s.Clock.Now().Before(until) {
		http.Error(w, "the token has ended", http.StatusUnauthorized)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /GetOrganizationsByInnKpp":
		list := []any{}
		if id, ok := s.Companies[r.URL.Query().Get("inn")+"/"+r.URL.Query().Get("kpp")]; ok {
			list = append(list, organisation(id))
		}
		answer(w, map[string]any{"Organizations": list})
	case "GET /GetMyOrganizations":
		answer(w, map[string]any{"Organizations": []any{organisation("2BM-7701001238-770101001-000000000000000000001")}})
	case "POST /V3/PostMessage":
		s.post(w, r)
	case "GET /V5/GetMessage":
		s.message(w, r)
	case "GET /GeneratePrintForm":
		s.print(w, r)
	default:
		http.NotFound(w, r)
	}
}

func organisation(id string) map[string]any {
	return map[string]any{"FnsParticipantId": id, "IsActive": true, "Boxes": []any{map[string]any{"BoxId": "box-" + id}}}
}

func (s *Server) authenticate(w http.ResponseWriter, r *http.Request) {
	var who struct{ Login, Password string }
	if err := json.NewDecoder(r.Body).Decode(&who); err != nil || who.Login != s.Login || who.Password != s.Password || r.URL.Query().Get("type") != "password" {
		http.Error(w, "wrong login", http.StatusUnauthorized)
		return
	}
	s.logins++
	token := "token-" + strconv.Itoa(s.logins)
	s.tokens[token] = s.Clock.Now().Add(s.TokenLife)
	_, _ = w.Write([]byte(token)) // the asker may have gone away
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	var m struct {
		FromBoxID           string `json:"FromBoxId"`
		ToBoxID             string `json:"ToBoxId"`
		IsDraft             bool
		DocumentAttachments []struct {
			SignedContent     struct{ Content, Signature []byte }
			TypeNamedID       string `json:"TypeNamedId"`
			Function, Version string
			CustomDocumentID  string `json:"CustomDocumentId"`

			InitialDocumentIDs []struct {
				MessageID string `json:"MessageId"`
				EntityID  string `json:"EntityId"`
			} `json:"InitialDocumentIds"`
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil || !m.IsDraft || len(m.DocumentAttachments) != 1 || m.FromBoxID == "" || m.ToBoxID == "" {
		http.Error(w, "a draft with one document is wanted", http.StatusBadRequest)
		return
	}
	s.posts++
	if s.posts <= s.SlowPosts {
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	operation, a := r.URL.Query().Get("operationId"), m.DocumentAttachments[0]
	var doc *Document
	for _, d := range s.documents {
		if d.Operation == operation {
			doc = d // the same operation, the same result
		}
	}
	if doc == nil {
		n := len(s.documents) + 1
		doc = &Document{
			Operation: operation, TypeNamedID: a.TypeNamedID, Function: a.Function, Version: a.Version, From: m.FromBoxID, To: m.ToBoxID, Content: a.SignedContent.Content,
			message: fmt.Sprintf("message-%d", n), entity: fmt.Sprintf("entity-%d", n),
		}
		for _, i := range a.InitialDocumentIDs {
			doc.Initial = append(doc.Initial, i.MessageID+"/"+i.EntityID)
		}
		s.documents = append(s.documents, doc)
	}
	if s.lost > 0 {
		s.lost--
		http.Error(w, "lost", http.StatusGatewayTimeout)
		return
	}
	answer(w, s.draft(doc))
}

func (s *Server) draft(d *Document) map[string]any {
	m := map[string]any{"MessageId": d.message, "IsDraft": d.letter == "", "Entities": []any{map[string]any{
		"EntityType": "Attachment", "EntityId": d.entity, "DocumentInfo": map[string]any{"CustomDocumentId": d.Operation, "SenderSignatureStatus": "WaitingForSenderSignature"},
	}}}
	if d.letter != "" {
		m["DraftIsTransformedToMessageIdList"] = []string{d.letter}
	}
	return m
}

func (s *Server) message(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("messageId")
	for _, d := range s.documents {
		switch id {
		case d.message:
			answer(w, s.draft(d))
			return
		case d.letter:
			status, revocation, text := "WaitingForRecipientSignature", "RevocationStatusNone", "Ожидается подпись контрагента"
			switch {
			case d.revoked:
				revocation, text = "RevocationAccepted", "Аннулирован"
			case d.rejected:
				status, text = "RecipientSignatureRequestRejected", "Контрагент отказал в подписи"
			case d.signed:
				status, text = "WithRecipientSignature", "Подписан контрагентом"
			}
			answer(w, map[string]any{"MessageId": d.letter, "Entities": []any{
				map[string]any{"EntityType": "Attachment", "EntityId": "sent-" + d.entity, "DocumentInfo": map[string]any{
					"CustomDocumentId": d.Operation, "SenderSignatureStatus": "SenderSignatureCheckedAndValid", "RecipientResponseStatus": status, "RevocationStatus": revocation,
					"DocflowStatus": map[string]any{"PrimaryStatus": map[string]any{"StatusText": text}},
				}},
				map[string]any{"EntityType": "Signature", "EntityId": "signature-" + d.entity, "ParentEntityId": "sent-" + d.entity},
			}})
			return
		}
	}
	http.NotFound(w, r)
}

func (s *Server) print(w http.ResponseWriter, r *http.Request) {
	for _, d := range s.documents {
		if d.letter == "" || r.URL.Query().Get("messageId") != d.letter || r.URL.Query().Get("documentId") != "sent-"+d.entity {
			continue
		}
		if d.printedAfter++; d.printedAfter <= s.SlowPrints {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusOK)
			return
		}
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = w.Write([]byte("%PDF-1.4 signed " + d.Operation)) // the asker may have gone away
		return
	}
	http.NotFound(w, r)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the asker may have gone away
}
