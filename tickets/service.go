package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// The defaults of a Config.
const (
	reopenDaysDefault = 7
	secretBytesMin    = 16
)

// Config is what the room knows of its owner.
type Config struct {
	// Secret signs the reply addresses of tickets; at least 16 random bytes, the same for ever,
	// or the answers to letters sent before a change lose their tickets.
	Secret []byte
	// Mailboxes are fetched for letters. The first is the one that letters about tickets filed
	// elsewhere come from.
	Mailboxes []Mailbox
	// ReopenDays is how long a resolved ticket can be reopened by writing; after that it is
	// closed and a new letter files a new ticket. 0 means 7.
	ReopenDays int
	// TrustedAuthServers are the names under which our own mail server signs
	// Authentication-Results. Empty means that no letter counts as authenticated.
	TrustedAuthServers []string
}

// Service is the door to the use cases of support.
type Service struct {
	cfg      Config
	db       *postgres.DB
	enqueuer jobs.Enqueuer
	log      *slog.Logger
	outbox   Outbox
	people   People
	clients  Clients
	trail    Trail
	hours    Hours // nil: billed time is written down and nothing covers it
}

// Neighbours are the rooms that support talks to.
type Neighbours struct {
	Clients Clients
	Outbox  Outbox
	People  People
	Trail   Trail
	// Hours is optional: without it billed time is written down and nothing covers it.
	Hours Hours
}

// New returns the room. It fails if the configuration is incomplete.
func New(db *postgres.DB, enqueuer jobs.Enqueuer, n Neighbours, cfg Config, log *slog.Logger) (*Service, error) {
	if len(cfg.Secret) < secretBytesMin {
		return nil, fmt.Errorf("tickets: the secret of reply addresses has %d bytes, at least %d are needed", len(cfg.Secret), secretBytesMin)
	}
	if n.Clients == nil || n.Outbox == nil || n.People == nil || n.Trail == nil {
		return nil, errors.New("tickets: a neighbour is missing")
	}
	if cfg.ReopenDays == 0 {
		cfg.ReopenDays = reopenDaysDefault
	}
	cfg.Mailboxes = slices.Clone(cfg.Mailboxes)
	seen := map[string]bool{}
	for i := range cfg.Mailboxes {
		m := &cfg.Mailboxes[i]
		m.Address = strings.ToLower(m.Address)
		if m.Key == "" || seen[m.Key] || !(mail.Address{Email: m.Address}).Valid() {
			return nil, fmt.Errorf("tickets: mailbox %q with address %q: each needs a key of its own and a valid address", m.Key, m.Address)
		}
		seen[m.Key] = true
	}
	return &Service{cfg: cfg, db: db, enqueuer: enqueuer, log: log, outbox: n.Outbox, people: n.People, clients: n.Clients, trail: n.Trail, hours: n.Hours}, nil
}

// Person is somebody as the rooms that know people describe him.
type Person struct {
	ID       int64
	Name     string
	Email    string // lower case
	Language string
	Accounts []int64 // the accounts that a contact belongs to today, in order
}

// People knows contacts and staff: identity. All calls are made inside of tx.
type People interface {
	// Contact returns a person of a client. Returns CodeNotFound.
	Contact(ctx context.Context, tx postgres.Tx, id int64) (Person, error)
	// ContactByEmail returns the person who writes from an address, false if nobody is known.
	ContactByEmail(ctx context.Context, tx postgres.Tx, email string) (Person, bool, error)
	// Staff returns a person of the vendor. Returns CodeNotFound for an unknown or locked one.
	Staff(ctx context.Context, tx postgres.Tx, id int64) (Person, error)
	// StaffByEmail returns the person of the vendor who writes from an address.
	StaffByEmail(ctx context.Context, tx postgres.Tx, email string) (Person, bool, error)
	// Support returns who is warned about tickets that nobody has taken.
	Support(ctx context.Context, tx postgres.Tx) ([]Person, error)
}

// Clients knows the client businesses: billing.
type Clients interface {
	// Plan returns the key of the account's plan, "" if it has none. Returns CodeNotFound for
	// an unknown account.
	Plan(ctx context.Context, tx postgres.Tx, accountID int64) (string, error)
}

// Trail records what people did: identity's audit trail.
type Trail interface {
	Record(ctx context.Context, tx postgres.Tx, e TrailEntry) error
}

// TrailEntry is one act of a person.
type TrailEntry struct {
	Actor       prolong.Actor
	Action      string // "ticket.assign"
	SubjectKind string // "ticket"
	SubjectID   int64
	AccountID   int64 // 0 if the client is not known
	Before      any   // nil or what json.Marshal takes
	After       any
}

// Outbox sends letters: notify. All calls are made inside of tx, so that a letter leaves if and
// only if what it tells about is committed.
type Outbox interface {
	// Queue takes a letter. A second letter with the same subject and recipient is left out.
	Queue(ctx context.Context, tx postgres.Tx, l OutgoingLetter) error
	// About returns what a letter of ours with this Message-ID (without brackets) was about.
	About(ctx context.Context, tx postgres.Tx, messageID string) (LetterSubject, bool, error)
	// Returned notes that a letter did not arrive. hard: the address will never take letters.
	Returned(ctx context.Context, tx postgres.Tx, r ReturnedLetter) error
}

// LetterSubject names the row that a letter of ours was about: {"ticket_message", 41}.
type LetterSubject struct {
	Kind string
	ID   int64
}

// The kinds of rows that our letters are about.
const (
	subjectMessage = "ticket_message"
	subjectTicket  = "ticket"
)

// ReturnedLetter is what a bounce or delay notice says.
type ReturnedLetter struct {
	MessageID string // of our letter, without brackets; "" if the notice does not say
	Email     string // the address that did not take it
	Hard      bool
	Delayed   bool // not given up yet
	Reason    string
}

// LetterKind says which letter about a ticket it is.
type LetterKind string

// The kinds of letters that this room writes.
const (
	LetterReceived LetterKind = "received" // to the client: we have it, the answer comes until
	LetterReplied  LetterKind = "replied"  // to the client: the answer
	LetterWarning  LetterKind = "warning"  // to the agent: a promise is about to break, or broke
)

// OutgoingLetter is a letter about a ticket. Texts of templates are the outbox's.
type OutgoingLetter struct {
	Kind      LetterKind
	Subject   LetterSubject // with the recipient the key by which it leaves once
	AccountID int64         // 0 if the client is not known
	To        mail.Address
	Language  string
	// ReplyTo brings answers back to the ticket. InReplyTo and References put the letter into
	// the client's thread; ids without brackets.
	ReplyTo    string
	InReplyTo  string
	References []string
	// Automatic letters answer nobody's machine: they carry Auto-Submitted.
	Automatic bool

	TicketID     int64
	Number       int64
	TicketTitle  string // "" where the title may not be repeated: to strangers
	Text         string
	Author       string    // who answers
	DueAt        time.Time // zero without a promise
	Zone         string    // IANA zone in which DueAt is meant
	Percent      int       // of the budget used, for warnings; 100 is a breach
	Metric       Metric    // for warnings
	Attachments  []int64   // ids for AttachmentContent
	MarkerNeeded bool      // ask to write above the line, see mail.ReplyMarker
}

// trace wraps an error with the use case.
func trace(op string, err error) error { return prolong.Wrap("tickets."+op, err) }

// moment is the time of a use case for the clocks: whole seconds, so that sums stay exact.
func moment(tx postgres.Tx) time.Time { return tx.Now.Truncate(time.Second) }
