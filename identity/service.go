// Package identity owns the people: contacts with their dated memberships in accounts, staff
// with roles, how they prove who they are, what they may do, and the record of what they did.
package identity

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"gorm.io/gorm"

	"prolong"
	"prolong/billing"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
)

// Mailer writes the letters that logging in needs. They are queued in the given transaction.
// notify implements it.
type Mailer interface {
	SendInvitation(ctx context.Context, tx postgres.Tx, m InvitationMail) error
	SendLoginCode(ctx context.Context, tx postgres.Tx, m LoginCodeMail) error
}

// InvitationMail tells a person that an account's owner has let him in.
type InvitationMail struct {
	MembershipID int64
	AccountID    billing.AccountID
	AccountName  string
	Email, Name  string
	Language     string
	InvitedBy    string
	Role         MemberRole
}

// LoginCodeMail brings a login code.
type LoginCodeMail struct {
	RequestID   int64
	Email, Name string
	Language    string
	Code        string
	ValidFor    time.Duration
	Expires     time.Time
	Origin      Origin
}

// Config is what the room knows of its owner.
type Config struct {
	// Issuer is the vendor's name in authenticator applications.
	Issuer string
	// Location is the calendar by which memberships begin and end; nil is UTC.
	Location *time.Location
}

// Service keeps people, sessions, keys and the audit trail.
type Service struct {
	cfg      Config
	db       *postgres.DB
	enqueuer jobs.Enqueuer
	hasher   *hasher
	keys     *keyCache
	mailer   Mailer
}

// New returns the room.
func New(db *postgres.DB, enqueuer jobs.Enqueuer, mailer Mailer, cfg Config) *Service {
	if cfg.Location == nil {
		cfg.Location = time.UTC
	}
	if cfg.Issuer == "" {
		cfg.Issuer = "Prolong"
	}
	return &Service{cfg: cfg, db: db, enqueuer: enqueuer, hasher: newHasher(), keys: newKeyCache(), mailer: mailer}
}

// Today returns the day by which memberships count now.
func (s *Service) Today() prolong.Date { return prolong.DateOf(s.db.Now(), s.cfg.Location) }

func (s *Service) today(tx postgres.Tx) prolong.Date { return prolong.DateOf(tx.Now, s.cfg.Location) }

// Origin says where a request comes from, for sessions, throttling and the audit trail.
type Origin struct {
	IP        string
	UserAgent string
}

type originKey struct{}

// WithOrigin notes in the context where the request comes from; audit entries take it from there.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf returns where the request comes from, empty outside of requests.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// ipv6SubnetBits is the part of an IPv6 address that a provider gives to one customer.
const ipv6SubnetBits = 64

// network returns what one attacker holds of the net: an IPv4 address or an IPv6 /64.
func (o Origin) network() string {
	addr, err := netip.ParseAddr(o.IP)
	if err != nil {
		return "unknown"
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(ipv6SubnetBits)
	if err != nil {
		return addr.String()
	}
	return prefix.String()
}

const (
	ipBytesMax        = 45
	userAgentBytesMax = 300
)

// bounded cuts what a stranger sends to what is kept.
func (o Origin) bounded() Origin {
	return Origin{cut(o.IP, ipBytesMax), cut(o.UserAgent, userAgentBytesMax)}
}

func isMissing(err error) bool { return errors.Is(err, gorm.ErrRecordNotFound) }

func errAccountNotFound() error {
	return prolong.NewError(prolong.CodeNotFound, "error.account_unknown", nil)
}

func errForbidden() error { return prolong.NewError(prolong.CodeForbidden, "error.forbidden", nil) }

func errLoggedOut() error {
	return prolong.NewError(prolong.CodeUnauthorized, "error.unauthorized", nil)
}
