// Package notify owns what the vendor says to people: the outbox of messages, the letters'
// templates and the way out (an SMTP server, or a folder where none is configured).
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"prolong/internal/jobs"
	"prolong/internal/postgres"
)

// Attacher renders the documents that messages refer to. It is called when the message is
// sent, outside of any transaction; an error is retried like a temporary failure of the server.
type Attacher interface {
	// Attachment returns the file's name as people know it, its MIME type and content.
	Attachment(ctx context.Context, kind string, id int64) (name string, mime string, body []byte, err error)
}

// Transport takes a composed message to the next hop. Send returns nil once the next hop is
// responsible for the message, a *RejectionError if it refuses this message for good, any other
// error if another attempt may succeed.
type Transport interface {
	Send(ctx context.Context, m *Mail) error
}

// Config is what the outbox knows of its owner.
type Config struct {
	// From is the bare address that letters come from.
	From string
	// Domain is the right-hand side of Message-IDs; empty takes the domain of From.
	Domain string
	// ReplyTo is where answers go, "billing+{token}@mail.example.test"; {token} becomes the
	// left side of the Message-ID. Empty leaves the header out.
	ReplyTo string
	// UnsubscribeURL is the page that stops letters which are no service messages,
	// "https://billing.example.test/unsubscribe/{token}"; needed only if such letters are sent.
	UnsubscribeURL string
	// Letterhead stands in for what a message does not say itself.
	Letterhead Letterhead
	// SellerBrand puts the seller's short name in the place of Letterhead.Brand on letters that
	// have a seller.
	SellerBrand bool
	// PageOf returns the page of the cabinet on which a letter's matter can be seen, "" for none.
	// It may be nil.
	PageOf func(Matter) string
	// Lease is how long a sending process is taken for alive; 0 takes LeaseDefault. It must be
	// longer than the two minutes that one attempt may last.
	Lease time.Duration
}

// LeaseDefault is the lease that a Config without one gets.
const LeaseDefault = 5 * time.Minute

// Service is the outbox.
type Service struct {
	attacher  Attacher
	cfg       Config
	db        *postgres.DB
	enqueuer  jobs.Enqueuer
	log       *slog.Logger
	renderer  *renderer
	transport Transport
	wordings  wordingCache
}

// New returns the outbox. attacher may be nil where no message has attachments. It fails if
// the configuration or a mail template is wrong.
func New(db *postgres.DB, enqueuer jobs.Enqueuer, transport Transport, attacher Attacher, cfg Config, log *slog.Logger) (*Service, error) {
	from, err := ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("notify: the sender's address: %w", err)
	}
	cfg.From = from
	if cfg.Domain == "" {
		_, cfg.Domain, _ = strings.Cut(from, "@")
	}
	if cfg.ReplyTo != "" {
		if _, err := ParseAddress(strings.ReplaceAll(cfg.ReplyTo, "{token}", "token")); err != nil {
			return nil, fmt.Errorf("notify: the address for replies: %w", err)
		}
	}
	if cfg.Letterhead.Brand == "" {
		return nil, errors.New("notify: Letterhead.Brand is empty: letters need a sender's name")
	}
	if cfg.Lease == 0 {
		cfg.Lease = LeaseDefault
	}
	r, err := embeddedRenderer()
	if err != nil {
		return nil, err
	}
	return &Service{attacher: attacher, cfg: cfg, db: db, enqueuer: enqueuer, log: log, renderer: r, transport: transport}, nil
}
