package telephony

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/tickets"
)

// The defaults of a Config and the limits that hold for every line.
const (
	callbackMinutesDefault = 15
	missedWait             = 90 * time.Second // answered elsewhere, or he calls again at once
	secretBytesMin         = 16
	hookTokenMin           = 16
)

// Config is what the room knows of its owner.
type Config struct {
	Lines []Line
	// Secret encrypts the sessions of exchanges in the database; at least 16 bytes.
	Secret []byte
	// CallbackCalendar is the business calendar (of tickets) by which missed callers are called
	// back, within CallbackMinutes of working time; 0 means 15. "" counts round the clock.
	CallbackCalendar string
	CallbackMinutes  int
	// Recordings false keeps recordings from being listened to here.
	Recordings bool
}

// Line is a PBX that the vendor's calls go through.
type Line struct {
	Key     string          // names it in the database; never reused for another exchange
	Country prolong.Country // how numbers without an international prefix are meant
	PBX     PBX
	// HookToken is the secret in the address of its webhooks, at least 16 characters.
	HookToken string
	// OwnNumbers are our own trunks: a caller is never one of them.
	OwnNumbers []string
}

// Service is the door to the use cases of telephony.
type Service struct {
	cfg       Config
	db        *postgres.DB
	enqueuer  jobs.Enqueuer
	directory Directory
	early     chan struct{} // a place for each webhook that is read outside of the queue
	hub       *Hub
	log       *slog.Logger
	people    People
	sealKey   [sha256.Size]byte
	tickets   *tickets.Service
	trail     tickets.Trail
}

// Neighbours are the rooms that telephony talks to.
type Neighbours struct {
	Directory Directory
	People    People
	Tickets   *tickets.Service
	Trail     tickets.Trail
}

// Directory knows whose telephone numbers are whose: identity and billing. Calls are made
// inside of tx.
type Directory interface {
	// ByPhone returns the clients that have a number (E.164), the most likely first. Exact
	// matches only: numbers that end alike belong to strangers.
	ByPhone(ctx context.Context, tx postgres.Tx, phone string) ([]Candidate, error)
}

// Candidate is a client whom a number may belong to.
type Candidate struct {
	AccountID   int64
	AccountName string
	ContactID   int64 // 0 if the number is the company's
	ContactName string
}

// People knows contacts and staff: identity. Calls are made inside of tx.
type People interface {
	// Contact returns a person of a client with the accounts that he belongs to today.
	// Returns CodeNotFound.
	Contact(ctx context.Context, tx postgres.Tx, id int64) (tickets.Person, error)
	// Staff returns a person of the vendor. Returns CodeNotFound for an unknown or locked one.
	Staff(ctx context.Context, tx postgres.Tx, id int64) (tickets.Person, error)
}

// New returns the room. It fails if the configuration is incomplete.
func New(db *postgres.DB, enqueuer jobs.Enqueuer, n Neighbours, cfg Config, log *slog.Logger) (*Service, error) {
	if n.Directory == nil || n.People == nil || n.Tickets == nil || n.Trail == nil {
		return nil, errors.New("telephony: a neighbour is missing")
	}
	if len(cfg.Secret) < secretBytesMin {
		return nil, fmt.Errorf("telephony: the secret has %d bytes, at least %d are needed", len(cfg.Secret), secretBytesMin)
	}
	if cfg.CallbackMinutes <= 0 {
		cfg.CallbackMinutes = callbackMinutesDefault
	}
	cfg.Lines = slices.Clone(cfg.Lines) // SetPBX changes them
	seen := map[string]bool{}
	for _, l := range cfg.Lines {
		switch {
		case l.Key == "" || seen[l.Key]:
			return nil, fmt.Errorf("telephony: line %q: each line needs a key of its own", l.Key)
		case len(l.HookToken) < hookTokenMin:
			return nil, fmt.Errorf("telephony: line %s: the token of its webhooks needs at least %d characters", l.Key, hookTokenMin)
		}
		seen[l.Key] = true
	}
	return &Service{
		cfg: cfg, db: db, enqueuer: enqueuer, directory: n.Directory, early: make(chan struct{}, hooksAtOnceMax), hub: newHub(), log: log, people: n.People,
		sealKey: sha256.Sum256(cfg.Secret), tickets: n.Tickets, trail: n.Trail,
	}, nil
}

// SetPBX gives a line its adapter. Adapters need the room for the session that all processes
// share (Sessions), so they are made after it.
func (s *Service) SetPBX(line string, pbx PBX) error {
	for i := range s.cfg.Lines {
		if s.cfg.Lines[i].Key == line {
			s.cfg.Lines[i].PBX = pbx
			return nil
		}
	}
	return fmt.Errorf("telephony: line %q is not configured", line)
}

func (s *Service) line(key string) (Line, error) {
	for _, l := range s.cfg.Lines {
		if l.Key == key && l.PBX != nil {
			return l, nil
		}
	}
	return Line{}, prolong.NewError(prolong.CodeNotFound, "error.phone_line_unknown", prolong.Args{"Key": key})
}

// lineByToken finds the line of a webhook without telling by its time how much of a wrong
// token was right.
func (s *Service) lineByToken(token string) (Line, bool) {
	var found Line
	ok := false
	for _, l := range s.cfg.Lines {
		if subtle.ConstantTimeCompare([]byte(l.HookToken), []byte(token)) == 1 {
			found, ok = l, true
		}
	}
	return found, ok
}

// own says whether a number is one of the line's own.
func (l Line) own(n Number) bool {
	for _, o := range l.OwnNumbers {
		if mine := ReadNumber(l.Country, o); n.Raw == o || mine.Phone != "" && mine.Phone == n.Phone {
			return true
		}
	}
	return false
}

// openLine makes the row of a line if it is not there yet.
func openLine(ctx context.Context, tx postgres.Tx, key string) error {
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO phone_lines (key) VALUES ($1) ON CONFLICT DO NOTHING`, key)
	return err
}

// trace wraps an error with the use case.
func trace(op string, err error) error { return prolong.Wrap("telephony."+op, err) }

// inTx runs a use case: one transaction, its errors named and translated.
func (s *Service) inTx(ctx context.Context, op string, fn func(ctx context.Context, tx postgres.Tx) error) error {
	return trace(op, postgres.MapConstraint(s.db.WithTxRetry(ctx, postgres.TxOptions{}, fn), constraints))
}

// constraints are the violations that people can run into.
var constraints = map[string]*prolong.Error{
	"calls_account":          prolong.NewError(prolong.CodeInvalid, "error.call_account_unknown", nil),
	"calls_ticket":           prolong.NewError(prolong.CodeInvalid, "error.call_ticket_unknown", nil),
	"callbacks_assignee":     prolong.NewError(prolong.CodeInvalid, "error.call_staff_unknown", nil),
	"phone_extensions_staff": prolong.NewError(prolong.CodeInvalid, "error.call_staff_unknown", nil),
	"phone_owners_account":   prolong.NewError(prolong.CodeInvalid, "error.call_account_unknown", nil),
}

func forbidden() error {
	return prolong.NewError(prolong.CodeForbidden, "error.tickets_forbidden", nil)
}

func requireStaff(actor prolong.Actor) error {
	if actor.Kind != prolong.ActorStaff && actor.Kind != prolong.ActorSystem {
		return forbidden()
	}
	return nil
}

func notFound(id int64) error {
	return prolong.NewError(prolong.CodeNotFound, "error.call_not_found", prolong.Args{"ID": id})
}
