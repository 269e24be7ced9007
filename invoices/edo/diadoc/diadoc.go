// Package diadoc is the adapter of Диадок (https://diadoc-api.kontur.ru, JSON): documents go
// there as drafts and the accountant signs them in its pages.
package diadoc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"prolong"
	"prolong/internal/outbound"
	"prolong/invoices/edo"
)

// Kind names the operator.
const Kind = "diadoc"

// Keys are the settings of an access.
var Keys = []edo.Key{{Name: "client_id", Required: true, Secret: true}, {Name: "login", Required: true}, {Name: "password", Required: true, Secret: true}, edo.URLKey}

const (
	service     = "Диадок"
	defaultURL  = "https://diadoc-api.kontur.ru"
	utdVersion  = "utd970_05_03_01" // УПД and счёт-фактура of order 970@, format 5.03
	tokenLife   = 23 * time.Hour    // it lives 24
	pace        = 200 * time.Millisecond
	separator   = "/" // between message and entity in our remote id
	transformed = 3   // drafts become letters, letters do not become anything
)

// Operator is an access to Диадок.
type Operator struct {
	client *outbound.Client
	clock  prolong.Clock
	base   string
	values map[string]string

	mu    sync.Mutex
	token string
	until time.Time
	boxes map[string]edo.Participant // by tax id and КПП: companies rarely move
}

var _ edo.Operator = (*Operator)(nil)

// Open returns the access that the settings declare. Nothing is sent.
func Open(c edo.Config, values map[string]string) (*Operator, error) {
	read, err := edo.ReadSettings(Kind, Keys, values, c)
	if err != nil {
		return nil, err
	}
	o := &Operator{client: c.Client(service, pace), clock: c.Clock, base: read["url"], values: read, boxes: map[string]edo.Participant{}}
	if o.base == "" {
		o.base = defaultURL
	}
	if o.clock == nil {
		o.clock = prolong.SystemClock{}
	}
	return o, nil
}

// Participant looks the company up by ИНН and КПП.
func (o *Operator) Participant(ctx context.Context, p edo.Party) (edo.Participant, error) {
	key := p.TaxID + "/" + p.KPP
	o.mu.Lock()
	known, ok := o.boxes[key]
	o.mu.Unlock()
	if ok {
		return known, nil
	}
	a, err := o.call(ctx, http.MethodGet, "/GetOrganizationsByInnKpp", url.Values{"inn": {p.TaxID}, "kpp": {p.KPP}}, nil)
	if err != nil {
		return edo.Participant{}, err
	}
	var found struct {
		Organizations []struct {
			FnsParticipantID string `json:"FnsParticipantId"`
			IsActive         *bool
			Boxes            []struct {
				BoxID string `json:"BoxId"`
			}
		}
	}
	if a.Status != http.StatusNotFound {
		if err := read(a, &found); err != nil {
			return edo.Participant{}, err
		}
	}
	for _, x := range found.Organizations {
		if len(x.Boxes) > 0 && (x.IsActive == nil || *x.IsActive) {
			participant := edo.Participant{Box: x.Boxes[0].BoxID, ID: x.FnsParticipantID}
			o.mu.Lock()
			o.boxes[key] = participant
			o.mu.Unlock()
			return participant, nil
		}
	}
	return edo.Participant{}, prolong.NewError(prolong.CodeNotFound, "error.edo_participant", prolong.Args{"Service": service, "TaxID": p.TaxID})
}

type attachment struct {
	SignedContent struct {
		Content []byte // base64 in JSON
	}
	TypeNamedID            string `json:"TypeNamedId"`
	Function               string `json:",omitempty"`
	Version                string `json:",omitempty"`
	NeedRecipientSignature bool
	CustomDocumentID       string     `json:"CustomDocumentId"`
	Comment                string     `json:",omitempty"`
	Metadata               []metadata `json:",omitempty"`
	// InitialDocumentIds are the letters that this one belongs to: the issue that it corrects.
	InitialDocumentIDs []documentID `json:"InitialDocumentIds,omitempty"`
}

type documentID struct {
	MessageID string `json:"MessageId"`
	EntityID  string `json:"EntityId"`
}

type metadata struct{ Key, Value string }

// Send posts a message with one document as a draft. The operation id makes it idempotent: the
// operator answers the same operation with the same message.
func (o *Operator) Send(ctx context.Context, d edo.Outgoing) (string, error) {
	doc := attachment{CustomDocumentID: d.Operation, NeedRecipientSignature: d.Function != "СЧФ"}
	doc.SignedContent.Content = d.Body
	switch d.Function {
	case "":
		doc.TypeNamedID = "Nonformalized"
		doc.Metadata = []metadata{{"FileName", d.FileName}, {"DocumentNumber", d.Number}, {"DocumentDate", d.Date.Time().Format("02.01.2006")}}
	case "СЧФ":
		doc.TypeNamedID, doc.Function, doc.Version = "Invoice", "default", utdVersion
	default:
		doc.TypeNamedID, doc.Function, doc.Version = "UniversalTransferDocument", d.Function, utdVersion
	}
	if d.Corrects != "" {
		m, e, err := o.find(ctx, d.Corrects)
		switch code := prolong.CodeOf(err); {
		case err == nil && !m.IsDraft:
			doc.InitialDocumentIDs = []documentID{{m.MessageID, e.EntityID}}
		case err != nil && code != prolong.CodeNotFound: // a letter that is gone cannot be named
			return "", err
		}
	}
	body, err := json.Marshal(map[string]any{"FromBoxId": d.From.Box, "ToBoxId": d.To.Box, "IsDraft": true, "DocumentAttachments": []attachment{doc}})
	if err != nil {
		return "", err
	}
	a, err := o.call(ctx, http.MethodPost, "/V3/PostMessage", url.Values{"operationId": {d.Operation}}, body)
	if err != nil {
		return "", err
	}
	if a.Status == http.StatusNoContent { // taken, but not ready yet: ask again with the same operation
		return "", edo.Busy(service, max(a.RetryAfter(), time.Second), errors.New("diadoc: the message is being made"))
	}
	var m message
	if err := read(a, &m); err != nil {
		return "", err
	}
	for _, e := range m.Entities {
		if e.EntityType == "Attachment" && e.ParentEntityID == "" {
			return m.MessageID + separator + e.EntityID, nil
		}
	}
	return "", edo.Refused(service, a)
}

// message is a message or a draft as GetMessage and PostMessage answer.
type message struct {
	MessageID                      string `json:"MessageId"`
	IsDraft, DraftIsRecycled       bool
	IsDeleted                      bool
	DraftIsTransformedToMessageIDs []string `json:"DraftIsTransformedToMessageIdList"`
	Entities                       []entity
}

type entity struct {
	EntityType     string
	EntityID       string `json:"EntityId"`
	ParentEntityID string `json:"ParentEntityId"`
	DocumentInfo   struct {
		CustomDocumentID        string `json:"CustomDocumentId"`
		RecipientResponseStatus string
		RevocationStatus        string
		SenderSignatureStatus   string
		DocflowStatus           struct {
			PrimaryStatus struct{ StatusText string }
		}
	}
}

// Status follows a document from the draft to the letter that became of it.
func (o *Operator) Status(ctx context.Context, remoteID string) (edo.Status, error) {
	m, e, err := o.find(ctx, remoteID)
	if err != nil {
		return edo.Status{}, err
	}
	s := edo.Status{State: edo.Sent, Detail: e.DocumentInfo.DocflowStatus.PrimaryStatus.StatusText}
	switch {
	case e.DocumentInfo.RevocationStatus == "RevocationAccepted" || m.IsDeleted || m.DraftIsRecycled:
		s.State = edo.Revoked
	case m.IsDraft || e.DocumentInfo.SenderSignatureStatus == "WaitingForSenderSignature":
		s.State = edo.Draft
	case e.DocumentInfo.RecipientResponseStatus == "RecipientSignatureRequestRejected":
		s.State = edo.Rejected
	case e.DocumentInfo.RecipientResponseStatus == "WithRecipientSignature" || e.DocumentInfo.RecipientResponseStatus == "RecipientResponseStatusNotAcceptable":
		s.State = edo.Signed // a счёт-фактура needs no answer
	}
	return s, nil
}

// find reads the letter and the entity of a document.
func (o *Operator) find(ctx context.Context, remoteID string) (m message, e entity, err error) {
	id, entityID, ok := strings.Cut(remoteID, separator)
	if !ok {
		return m, e, prolong.NewError(prolong.CodeNotFound, "error.edo_refused", prolong.Args{"Service": service, "Detail": remoteID})
	}
	custom := ""
	for range transformed {
		box, err := o.box(ctx)
		if err != nil {
			return m, e, err
		}
		a, err := o.call(ctx, http.MethodGet, "/V5/GetMessage", url.Values{"boxId": {box}, "messageId": {id}}, nil)
		if err != nil {
			return m, e, err
		}
		m = message{}
		if err := read(a, &m); err != nil {
			return m, e, err
		}
		for _, x := range m.Entities {
			if x.EntityID == entityID || custom != "" && x.DocumentInfo.CustomDocumentID == custom {
				e, custom = x, x.DocumentInfo.CustomDocumentID
			}
		}
		if len(m.DraftIsTransformedToMessageIDs) == 0 {
			break
		}
		id = m.DraftIsTransformedToMessageIDs[0]
	}
	if e.EntityID == "" {
		return m, e, prolong.NewError(prolong.CodeNotFound, "error.edo_refused", prolong.Args{"Service": service, "Detail": remoteID})
	}
	return m, e, nil
}

// Signed asks for the print form with the marks of both signatures. The first time it is being
// drawn.
func (o *Operator) Signed(ctx context.Context, remoteID string) (edo.Copy, error) {
	m, e, err := o.find(ctx, remoteID)
	if err != nil {
		return edo.Copy{}, err
	}
	box, err := o.box(ctx)
	if err != nil {
		return edo.Copy{}, err
	}
	a, err := o.call(ctx, http.MethodGet, "/GeneratePrintForm", url.Values{"boxId": {box}, "messageId": {m.MessageID}, "documentId": {e.EntityID}}, nil)
	if err != nil {
		return edo.Copy{}, err
	}
	switch {
	case a.RetryAfter() > 0 || a.Status == http.StatusNoContent || a.Status == http.StatusOK && len(a.Body) == 0:
		return edo.Copy{}, edo.Busy(service, max(a.RetryAfter(), time.Second), errors.New("diadoc: the print form is being drawn"))
	case a.Status != http.StatusOK || !bytes.HasPrefix(a.Body, []byte("%PDF")):
		return edo.Copy{}, edo.Refused(service, a)
	}
	return edo.Copy{Name: "signed-" + e.EntityID + ".pdf", Mime: "application/pdf", Body: a.Body}, nil
}

// box is our own mailbox.
func (o *Operator) box(ctx context.Context) (string, error) {
	o.mu.Lock()
	known, ok := o.boxes["own"]
	o.mu.Unlock()
	if ok {
		return known.Box, nil
	}
	a, err := o.call(ctx, http.MethodGet, "/GetMyOrganizations", nil, nil)
	if err != nil {
		return "", err
	}
	var mine struct {
		Organizations []struct {
			Boxes []struct {
				BoxID string `json:"BoxId"`
			}
		}
	}
	if err := read(a, &mine); err != nil {
		return "", err
	}
	if len(mine.Organizations) == 0 || len(mine.Organizations[0].Boxes) == 0 {
		return "", edo.Refused(service, a)
	}
	own := edo.Participant{Box: mine.Organizations[0].Boxes[0].BoxID}
	o.mu.Lock()
	o.boxes["own"] = own
	o.mu.Unlock()
	return own.Box, nil
}

// call asks with a token; one that has ended is renewed once.
func (o *Operator) call(ctx context.Context, method, path string, query url.Values, body []byte) (edo.Answer, error) {
	for attempt := 0; ; attempt++ {
		token, err := o.login(ctx)
		if err != nil {
			return edo.Answer{}, err
		}
		a, err := o.ask(ctx, method, path, query, body, ",ddauth_token="+token)
		if prolong.CodeOf(err) != prolong.CodeUnauthorized || attempt > 0 {
			return a, err
		}
		o.mu.Lock()
		if o.token == token {
			o.token = ""
		}
		o.mu.Unlock()
	}
}

func (o *Operator) login(ctx context.Context) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.token != "" && o.clock.Now().Before(o.until) {
		return o.token, nil
	}
	body, err := json.Marshal(map[string]string{"login": o.values["login"], "password": o.values["password"]})
	if err != nil {
		return "", err
	}
	a, err := o.ask(ctx, http.MethodPost, "/V3/Authenticate", url.Values{"type": {"password"}}, body, "")
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(a.Body))
	if a.Status != http.StatusOK || token == "" {
		return "", prolong.NewError(prolong.CodeUnauthorized, "error.edo_access", prolong.Args{"Service": service})
	}
	o.token, o.until = token, o.clock.Now().Add(tokenLife)
	return token, nil
}

func (o *Operator) ask(ctx context.Context, method, path string, query url.Values, body []byte, token string) (edo.Answer, error) {
	address := o.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var content *bytes.Reader
	req, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if body != nil {
		content = bytes.NewReader(body)
		req, err = http.NewRequestWithContext(ctx, method, address, content)
	}
	if err != nil {
		return edo.Answer{}, err
	}
	req.Header.Set("Authorization", "DiadocAuth ddauth_api_client_id="+o.values["client_id"]+token)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return edo.Call(service, o.client, req)
}

// read reads a JSON answer; anything but success is a refusal.
func read(a edo.Answer, to any) error {
	if a.Status != http.StatusOK {
		return edo.Refused(service, a)
	}
	if err := json.Unmarshal(a.Body, to); err != nil {
		return edo.Busy(service, 0, err)
	}
	return nil
}
