// Package edo is the port to operators of electronic documents (ЭДО): a document goes to the
// operator as a draft, people sign it there, and its fate comes back. No signing key ever lies
// with us. One adapter per operator lies in a sub-package. See README.md.
package edo

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"prolong"
	"prolong/internal/outbound"
)

// Operator is one access to an operator. It is safe for concurrent use.
//
// Errors: CodeUnavailable if he cannot be asked now (Later says until when), CodeUnauthorized or
// CodeForbidden if a person has to renew the access or the subscription, CodeNotFound if the
// other side or the document is not there, CodeInvalid if he refuses the document as it is.
type Operator interface {
	// Send gives a document to the operator as a draft and returns its id there. Sending with the
	// same Operation again, after whatever failure, does not make a second one.
	Send(ctx context.Context, d Outgoing) (remoteID string, err error)
	// Status returns what has become of a document.
	Status(ctx context.Context, remoteID string) (Status, error)
	// Signed returns the copy that both sides signed, for people. CodeUnavailable while the
	// operator is still drawing it.
	Signed(ctx context.Context, remoteID string) (Copy, error)
	// Participant returns how the operators know a company. CodeNotFound if it takes no electronic
	// documents.
	Participant(ctx context.Context, p Party) (Participant, error)
}

// Party is a side of a document.
type Party struct {
	TaxID, KPP, Name, Email string
}

// Participant is a company at an operator.
type Participant struct {
	Box string // its mailbox there
	// ID is the id that stands in the names of formalised files ("2BM-..."); empty where there is
	// none.
	ID string
}

// Outgoing is a document on its way.
type Outgoing struct {
	Operation     string // GUID of this sending
	Title         string // «Акт № 260045127 от 31.12.2026»
	Number        string
	Date          prolong.Date
	Total         prolong.Money
	Seller, Buyer Party
	From, To      Participant
	// Function of a formalised file (СЧФДОП, ДОП, СЧФ); empty for a picture (PDF).
	Function string
	FileName string
	Body     []byte
	// Corrects is the id at the operator of the issue that this one corrects (исправление); empty
	// for a first one, or if that never left.
	Corrects string
}

// State is where a document is.
type State string

// The states of a document at an operator.
const (
	Draft    State = "draft"    // waits for our signature
	Sent     State = "sent"     // signed by us, waits for the other side
	Signed   State = "signed"   // signed by both
	Rejected State = "rejected" // the other side refused to sign
	Revoked  State = "revoked"  // withdrawn or annulled
)

// Status is the fate of a document.
type Status struct {
	State State
	// Detail is what the operator says about it, in his words.
	Detail string
}

// Copy is a file for people.
type Copy struct {
	Name, Mime string
	Body       []byte
}

// Config is what adapters get from outside.
type Config struct {
	Clock  prolong.Clock
	Logger *slog.Logger
	// Secrets reads what the settings of an operator refer to.
	Secrets outbound.Secrets
	// Transport carries the calls; nil: one of its own. Sleep waits between tries.
	Transport http.RoundTripper
	Sleep     func(ctx context.Context, d time.Duration) error
}

// Client returns the client for calls to a service.
func (c Config) Client(service string, every time.Duration) *outbound.Client {
	return outbound.NewClient(outbound.Options{
		Service: service, Clock: c.Clock, Logger: c.Logger, Every: every, Burst: 3, Timeout: 30 * time.Second, AnswerBytesMax: 32 << 20, Transport: c.Transport, Sleep: c.Sleep,
	})
}

// waitError says for how long an operator is to be left alone.
type waitError struct {
	error
	wait time.Duration
}

func (e *waitError) Unwrap() error { return e.error }

// Later returns for how long an operator is to be left alone, if err says so.
func Later(err error) (time.Duration, bool) {
	var w *waitError
	if errors.As(err, &w) {
		return w.wait, true
	}
	return outbound.Wait(err)
}

// waitMax bounds what an operator may ask for.
const waitMax = 24 * time.Hour

// Busy is the error of an operator who cannot answer now and asks to be left alone for a while;
// 0 asks for nothing.
func Busy(service string, wait time.Duration, cause error) error {
	err := prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": service}).Because(cause)
	if wait <= 0 {
		return err
	}
	return &waitError{err, min(wait, waitMax)}
}

// Answer is an answer of an operator.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// RetryAfter is how long the answer asks to wait; 0 if it does not.
func (a Answer) RetryAfter() time.Duration {
	seconds, err := strconv.Atoi(a.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, int(waitMax/time.Second))) * time.Second
}

// Call sends a request and returns the answer, unless it says what is the same everywhere: that
// the access is refused, or that the service cannot answer now.
func Call(service string, client *outbound.Client, req *http.Request) (Answer, error) {
	res, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // what was read is whole or an error
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{}, Busy(service, 0, err)
	}
	a := Answer{Status: res.StatusCode, Header: res.Header, Body: body}
	cause := errors.New(service + ": " + strconv.Itoa(a.Status) + ": " + brief(body))
	switch {
	case a.Status == http.StatusUnauthorized:
		return a, prolong.NewError(prolong.CodeUnauthorized, "error.edo_access", prolong.Args{"Service": service}).Because(cause)
	case a.Status == http.StatusPaymentRequired || a.Status == http.StatusForbidden:
		return a, prolong.NewError(prolong.CodeForbidden, "error.edo_forbidden", prolong.Args{"Service": service, "Detail": brief(body)}).Because(cause)
	case a.Status == http.StatusTooManyRequests || a.Status >= http.StatusInternalServerError:
		return a, Busy(service, a.RetryAfter(), cause)
	}
	return a, nil
}

// Refused is the error of an operator who does not take a document as it is.
func Refused(service string, a Answer) error {
	key, code := "error.edo_refused", prolong.CodeInvalid
	if a.Status == http.StatusNotFound {
		code = prolong.CodeNotFound
	}
	return prolong.NewError(code, key, prolong.Args{"Service": service, "Detail": strconv.Itoa(a.Status) + " " + brief(a.Body)})
}

const briefRunesMax = 300

// brief is the beginning of an answer, for messages.
func brief(body []byte) string {
	runes := []rune(string(body))
	if len(runes) > briefRunesMax {
		runes = runes[:briefRunesMax]
	}
	return string(runes)
}
