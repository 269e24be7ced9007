// Package vchasno is the adapter of Вчасно (https://edo.vchasno.ua, API v2): documents go there
// as PDF, unsigned, and the accountant signs them in its pages.
package vchasno

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"prolong/internal/outbound"
	"prolong/invoices/edo"
)

// Kind names the operator.
const Kind = "vchasno"

// Keys are the settings of an access.
var Keys = []edo.Key{{Name: "token", Required: true, Secret: true}, edo.URLKey}

const (
	service    = "Вчасно"
	defaultURL = "https://edo.vchasno.ua"
	pace       = 200 * time.Millisecond
	pagesMax   = 5 // of a search for what we have sent already
)

// The statuses of a document that we understand. 7008 is in public code; the others are as the
// service's pages name them and were not seen answered. An unknown one is a document on its way.
const (
	statusUploaded = 7000 // waits for our signature
	statusReady    = 7001
	statusRejected = 7006
	statusFinished = 7008 // signed by everybody
	statusDeleted  = 7010
)

// Operator is an access to Вчасно.
type Operator struct {
	client *outbound.Client
	base   string
	token  string
}

var _ edo.Operator = (*Operator)(nil)

// Open returns the access that the settings declare. Nothing is sent.
func Open(c edo.Config, values map[string]string) (*Operator, error) {
	read, err := edo.ReadSettings(Kind, Keys, values, c)
	if err != nil {
		return nil, err
	}
	o := &Operator{client: c.Client(service, pace), base: read["url"], token: read["token"]}
	if o.base == "" {
		o.base = defaultURL
	}
	return o, nil
}

// Participant takes every company: who is not there yet is invited by mail.
func (o *Operator) Participant(_ context.Context, p edo.Party) (edo.Participant, error) {
	return edo.Participant{Box: p.TaxID}, nil
}

type document struct {
	ID        string `json:"id"`
	Number    string `json:"number"`
	Title     string `json:"title"`
	Amount    int64  `json:"amount"`
	Recipient string `json:"recipient_edrpou"`
	Status    int    `json:"status"`
	Text      string `json:"status_text"`
}

type documentList struct {
	Documents  []document `json:"documents"`
	NextCursor string     `json:"next_cursor"`
}

// Send uploads the document. The interface knows no operation ids, so what is there already is
// looked for first: the same number, recipient and amount, not rejected and not deleted.
func (o *Operator) Send(ctx context.Context, d edo.Outgoing) (string, error) {
	known, err := o.search(ctx, d)
	if err != nil || known != "" {
		return known, err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", d.FileName)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(d.Body); err != nil {
		return "", err
	}
	if err := form.Close(); err != nil {
		return "", err
	}
	query := url.Values{
		"title": {d.Title}, "number": {d.Number}, "date": {d.Date.String()}, "amount": {strconv.FormatInt(d.Total.Minor(), 10)}, "first_sign_by": {"owner"},
		"edrpou": {d.Seller.TaxID}, "recipient_edrpou": {d.Buyer.TaxID},
	}
	if d.Buyer.Email != "" {
		query.Set("recipient_emails", d.Buyer.Email)
	}
	a, err := o.ask(ctx, http.MethodPost, "/api/v2/documents?"+query.Encode(), body.Bytes(), form.FormDataContentType())
	if err != nil {
		return "", err
	}
	var list documentList
	if err := read(a, &list); err != nil {
		return "", err
	}
	if len(list.Documents) != 1 || list.Documents[0].ID == "" {
		return "", edo.Refused(service, a)
	}
	return list.Documents[0].ID, nil
}

func (o *Operator) search(ctx context.Context, d edo.Outgoing) (string, error) {
	cursor := ""
	for range pagesMax {
		query := url.Values{"search": {d.Number}, "edrpou": {d.Buyer.TaxID}}
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		a, err := o.ask(ctx, http.MethodGet, "/api/v2/documents?"+query.Encode(), nil, "")
		if err != nil {
			return "", err
		}
		var list documentList
		if err := read(a, &list); err != nil {
			return "", err
		}
		for _, x := range list.Documents {
			if x.Number == d.Number && x.Amount == d.Total.Minor() && x.Recipient == d.Buyer.TaxID && x.Status != statusRejected && x.Status != statusDeleted {
				return x.ID, nil
			}
		}
		if cursor = list.NextCursor; cursor == "" {
			break
		}
	}
	return "", nil
}

// Status reads a document.
func (o *Operator) Status(ctx context.Context, remoteID string) (edo.Status, error) {
	a, err := o.ask(ctx, http.MethodGet, "/api/v2/documents/"+url.PathEscape(remoteID), nil, "")
	if err != nil {
		return edo.Status{}, err
	}
	var list documentList
	if err := read(a, &list); err != nil {
		return edo.Status{}, err
	}
	var d document
	if len(list.Documents) > 0 {
		d = list.Documents[0]
	} else if err := read(a, &d); err != nil {
		return edo.Status{}, err
	}
	s := edo.Status{State: edo.Sent, Detail: d.Text}
	if s.Detail == "" {
		s.Detail = strconv.Itoa(d.Status)
	}
	switch d.Status {
	case statusUploaded, statusReady:
		s.State = edo.Draft
	case statusRejected:
		s.State = edo.Rejected
	case statusFinished:
		s.State = edo.Signed
	case statusDeleted:
		s.State = edo.Revoked
	}
	return s, nil
}

// Signed fetches the archive: the document with the signatures beside it.
func (o *Operator) Signed(ctx context.Context, remoteID string) (edo.Copy, error) {
	a, err := o.ask(ctx, http.MethodGet, "/api/v2/documents/"+url.PathEscape(remoteID)+"/archive", nil, "")
	if err != nil {
		return edo.Copy{}, err
	}
	if a.Status != http.StatusOK || !bytes.HasPrefix(a.Body, []byte("PK")) {
		return edo.Copy{}, edo.Refused(service, a)
	}
	return edo.Copy{Name: "signed-" + remoteID + ".zip", Mime: "application/zip", Body: a.Body}, nil
}

func (o *Operator) ask(ctx context.Context, method, path string, body []byte, contentType string) (edo.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, o.base+path, http.NoBody)
	if body != nil {
		req, err = http.NewRequestWithContext(ctx, method, o.base+path, bytes.NewReader(body))
	}
	if err != nil {
		return edo.Answer{}, err
	}
	req.Header.Set("Authorization", o.token)
	req.Header.Set("Accept", "application/json")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return edo.Call(service, o.client, req)
}

// read reads a JSON answer; anything but success is a refusal.
func read(a edo.Answer, to any) error {
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		return edo.Refused(service, a)
	}
	if err := json.Unmarshal(a.Body, to); err != nil {
		return edo.Busy(service, 0, err)
	}
	return nil
}
