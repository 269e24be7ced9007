package notify

import (
	"fmt"
	"strings"
	"time"

	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
)

// State says how far a message has come.
type State string

// The states. The table transitions says which may follow which.
const (
	StateFailed     State = "failed"     // refused for good; LastError has the reason
	StateQueued     State = "queued"     // waits for its first or next attempt
	StateSending    State = "sending"    // an attempt is under way, or its process died in it
	StateSent       State = "sent"       // the next server, or the folder, has taken it
	StateSuppressed State = "suppressed" // not sent on purpose: the address is on the suppression list
)

// transitions are the allowed changes of state.
var transitions = map[State][]State{
	StateQueued:  {StateSending},
	StateSending: {StateSending, StateSent, StateFailed, StateSuppressed, StateQueued},
	StateFailed:  {StateQueued},
}

// Message is a letter to be queued.
type Message struct {
	// Subject is the row that the letter is about. Purpose, subject, recipient and occasion make
	// the message unique.
	Subject Subject
	// AccountID is the client; 0 for a letter about no client.
	AccountID billing.AccountID
	// SellerID is whose hours a patient letter waits for; 0 for no waiting.
	SellerID  billing.SellerID
	Recipient Recipient
	// Language is the customer's language, "ru"; one that we do not speak becomes the default.
	Language string
	// Payload fills the letter and decides its purpose.
	Payload Payload
	// Letterhead says who writes; empty fields take the service's own.
	Letterhead Letterhead
	// Attachments are resolved by the Attacher when the message is sent.
	Attachments []Attachment
	// ReplyTo is where answers go; empty takes the service's pattern.
	ReplyTo string
	// InReplyTo and References put the letter into a thread of mails: message ids without
	// brackets. Left empty, all letters about one Thread do.
	InReplyTo string
	// Thread is the row whose letters belong together: of an invoice, its receipt and its closing
	// document that is the invoice. Empty is the Subject.
	Thread     Subject
	References []string
	// UnsubscribeURL of a marketing letter; empty takes the service's own page.
	UnsubscribeURL string
	// Expires is when the letter becomes worthless; zero for never.
	Expires time.Time
	// Occasion tells apart letters of one purpose about one subject that are said more than once:
	// 1 is the second reminder about an invoice. 0 for all that are said once.
	Occasion int
}

// Subject names a row of any room: {"invoice", 41}.
type Subject struct {
	Kind string
	ID   int64
}

// Recipient is a mailbox and the name of its owner.
type Recipient struct {
	Email string
	Name  string
}

// Attachment refers to a document that is rendered when the message is sent.
type Attachment struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

// Letterhead says who writes a letter.
type Letterhead struct {
	// Brand is the sender's name and the head of the letter.
	Brand string `json:"brand,omitempty"`
	// LegalName is the seller's legal entity, for the foot. May be empty.
	LegalName string `json:"legal_name,omitempty"`
	// CabinetURL opens the client's cabinet. May be empty.
	CabinetURL string `json:"cabinet_url,omitempty"`
	// SupportEmail and SupportPhone are for the foot. May be empty.
	SupportEmail string `json:"support_email,omitempty"`
	SupportPhone string `json:"support_phone,omitempty"`
}

// or fills the empty fields of l from d.
func (l Letterhead) or(d Letterhead) Letterhead {
	for _, f := range []struct{ to, from *string }{
		{&l.Brand, &d.Brand}, {&l.LegalName, &d.LegalName}, {&l.CabinetURL, &d.CabinetURL},
		{&l.SupportEmail, &d.SupportEmail}, {&l.SupportPhone, &d.SupportPhone},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	return l
}

// ParseAddress returns a mail address in the form that messages are kept under. Returns
// CodeInvalid for anything that is not exactly one bare address.
func ParseAddress(s string) (string, error) { return identity.ParseEmail(s) }

// clip bounds what of a foreign text goes into a message for people.
func clip(s string) string {
	const runesMax = 80
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) > runesMax {
		return string(r[:runesMax]) + "…"
	}
	return string(r)
}

// language returns the language that the message is written in.
func (m Message) language() i18n.Lang {
	if l, ok := i18n.ParseLang(m.Language); ok {
		return l
	}
	return i18n.Default
}

// validate finds the caller's mistakes; a bad address is not one of them, since addresses
// come from imported tables.
func (m Message) validate() (purposeSpec, error) {
	bad := func(format string, args ...any) (purposeSpec, error) {
		return purposeSpec{}, fmt.Errorf("message about %s %d: "+format, append([]any{m.Subject.Kind, m.Subject.ID}, args...)...)
	}
	if m.Payload == nil {
		return bad("no payload")
	}
	spec, ok := purposes[m.Payload.Purpose()]
	switch {
	case !ok:
		return bad("unknown purpose %q", m.Payload.Purpose())
	case m.Subject.Kind == "":
		return bad("no subject")
	case strings.ContainsAny(m.InReplyTo+strings.Join(m.References, "")+m.ReplyTo+m.UnsubscribeURL, " \t\r\n<>"):
		return bad("header values must not contain spaces, line breaks or angle brackets")
	}
	if err := m.Payload.check(); err != nil {
		return bad("%w", err)
	}
	return spec, nil
}
