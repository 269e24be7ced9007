package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"prolong"
	"prolong/internal/postgres"
)

// How long a login lasts.
const (
	contactSessionIdleMax = 30 * 24 * time.Hour // slides with every visit
	staffSessionIdleMax   = 12 * time.Hour
	staffSessionAgeMax    = 7 * 24 * time.Hour
	// sessionTouchEvery bounds the writes of a person who clicks.
	sessionTouchEvery = time.Minute
	sessionsShownMax  = 100
)

// Session is a logged-in browser.
type Session struct {
	ID    string
	Actor prolong.Actor
	// Name, Email and Language are the person's.
	Name, Email, Language string
	// Role is a staff member's; empty for a contact.
	Role Role
	// SecondFactor says whether a staff member has one; without it he may only set it up.
	SecondFactor bool
	// ProvedAt is when the person last proved who he is. Inviting people and changing requisites
	// ask for a fresh proof.
	ProvedAt   time.Time
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
	Origin     Origin
}

// newSecret returns 130 random bits as text, and the hash that is kept of them. A fast hash is
// enough: there is nothing to guess.
func newSecret() (secret string, hash []byte) {
	secret = strings.ToLower(rand.Text())
	return secret, hashSecret(secret)
}

func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// openSession logs a person in: a new id and secret, whatever the browser had before, so that a
// planted session is never the one that becomes his. The old one ends.
func (s *Service) openSession(ctx context.Context, tx postgres.Tx, actor prolong.Actor, origin Origin, oldToken string) (token string, err error) {
	if err := s.closeToken(ctx, tx, oldToken); err != nil {
		return "", err
	}
	secret, hash := newSecret()
	id := strings.ToLower(rand.Text())
	origin = origin.bounded()
	row := sessionRow{
		ID: id, SecretHash: hash, Kind: string(actor.Kind), ProvedAt: tx.Now, CreatedAt: tx.Now, LastSeenAt: tx.Now,
		ExpiresAt: sessionEnd(actor.Kind, tx.Now, tx.Now), IP: origin.IP, UserAgent: origin.UserAgent,
	}
	switch actor.Kind { //nolint:exhaustive // machines and the system have no sessions; the table's check refuses them
	case prolong.ActorContact:
		row.ContactID = &actor.ID
	case prolong.ActorStaff:
		row.StaffID = &actor.ID
	}
	return id + "." + secret, gorm.G[sessionRow](tx.DB).Create(ctx, &row)
}

func sessionEnd(kind prolong.ActorKind, created, now time.Time) time.Time {
	if kind == prolong.ActorStaff {
		end := now.Add(staffSessionIdleMax)
		if latest := created.Add(staffSessionAgeMax); end.After(latest) {
			return latest
		}
		return end
	}
	return now.Add(contactSessionIdleMax)
}

const sessionSQL = `
	SELECT s.id, s.secret_hash, s.kind, coalesce(s.contact_id, s.staff_id), coalesce(c.name, t.name), coalesce(c.email, t.email),
		coalesce(c.language, t.language), coalesce(t.role, ''), coalesce(t.totp_secret <> '', false),
		s.proved_at, s.created_at, s.last_seen_at, s.expires_at, s.ip, s.user_agent
	FROM sessions s LEFT JOIN contacts c ON c.id = s.contact_id LEFT JOIN staff t ON t.id = s.staff_id
	WHERE c.disabled_at IS NULL AND t.locked_at IS NULL AND s.expires_at > $1 AND `

type scannedSession struct {
	Session
	secretHash []byte
}

func scanSession(row pgx.CollectableRow) (scannedSession, error) {
	var v scannedSession
	err := row.Scan(&v.ID, &v.secretHash, &v.Actor.Kind, &v.Actor.ID, &v.Name, &v.Email, &v.Language, &v.Role, &v.SecondFactor,
		&v.ProvedAt, &v.CreatedAt, &v.LastSeenAt, &v.ExpiresAt, &v.Origin.IP, &v.Origin.UserAgent)
	v.Actor.Name = v.Email
	if v.Actor.Name == "" {
		v.Actor.Name = v.Name
	}
	return v, err
}

// FindSession returns the session of a cookie's token, "id.secret", and lets it live on.
// Returns CodeUnauthorized if there is none, it has ended, or the person may log in no more.
func (s *Service) FindSession(ctx context.Context, token string) (Session, error) {
	v, err := s.findSession(ctx, s.db.Pool, token)
	if err != nil {
		return Session{}, prolong.Wrap("identity.FindSession", err)
	}
	now := s.db.Now()
	if now.Sub(v.LastSeenAt) >= sessionTouchEvery {
		v.LastSeenAt, v.ExpiresAt = now, sessionEnd(v.Actor.Kind, v.CreatedAt, now)
		if _, err := s.db.Pool.Exec(ctx, "UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1", v.ID, v.LastSeenAt, v.ExpiresAt); err != nil {
			return Session{}, prolong.Wrap("identity.FindSession", err)
		}
	}
	return v.Session, nil
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func (s *Service) findSession(ctx context.Context, db querier, token string) (scannedSession, error) {
	id, secret, ok := strings.Cut(token, ".")
	if !ok || len(token) > tokenBytesMax {
		return scannedSession{}, errLoggedOut()
	}
	rows, err := db.Query(ctx, sessionSQL+"s.id = $2", s.db.Now(), id)
	if err != nil {
		return scannedSession{}, err
	}
	v, err := pgx.CollectExactlyOneRow(rows, scanSession)
	if errors.Is(err, pgx.ErrNoRows) {
		return scannedSession{}, errLoggedOut()
	}
	if err != nil {
		return scannedSession{}, err
	}
	if subtle.ConstantTimeCompare(v.secretHash, hashSecret(secret)) != 1 {
		return scannedSession{}, errLoggedOut()
	}
	return v, nil
}

// tokenBytesMax bounds what a stranger's cookie may weigh.
const tokenBytesMax = 100

// RotateSession gives a session a new id and secret, as is due when what it may do changes. With
// proved, the person has just proved again who he is. Returns the new token, or
// CodeUnauthorized.
func (s *Service) RotateSession(ctx context.Context, token string, proved bool) (newToken string, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		v, err := s.findSession(ctx, tx.Pgx, token)
		if err != nil {
			return err
		}
		secret, hash := newSecret()
		id := strings.ToLower(rand.Text())
		newToken = id + "." + secret
		set := []any{id, hash, v.ID, v.ProvedAt}
		if proved {
			set[3] = tx.Now
		}
		tag, err := tx.Pgx.Exec(ctx, "UPDATE sessions SET id = $1, secret_hash = $2, proved_at = $4 WHERE id = $3", set...)
		if err == nil && tag.RowsAffected() != 1 {
			err = errLoggedOut() // another request rotated or ended it
		}
		return err
	})
	if err != nil {
		return "", prolong.Wrap("identity.RotateSession", err)
	}
	return newToken, nil
}

// Logout ends the session of a token. It is no error if there is none.
func (s *Service) Logout(ctx context.Context, token string) error {
	return prolong.Wrap("identity.Logout", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return s.closeToken(ctx, tx, token)
	}))
}

func (s *Service) closeToken(ctx context.Context, tx postgres.Tx, token string) error {
	v, err := s.findSession(ctx, tx.Pgx, token)
	if prolong.CodeOf(err) == prolong.CodeUnauthorized {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = gorm.G[sessionRow](tx.DB).Where("id = ?", v.ID).Delete(ctx)
	return err
}

// Sessions lists the browsers in which the actor is logged in, last seen first.
func (s *Service) Sessions(ctx context.Context, actor prolong.Actor) ([]Session, error) {
	column, err := sessionColumn(actor.Kind)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Pool.Query(ctx, sessionSQL+"s."+column+" = $2 ORDER BY s.last_seen_at DESC LIMIT $3", s.db.Now(), actor.ID, sessionsShownMax)
	if err != nil {
		return nil, prolong.Wrap("identity.Sessions", err)
	}
	found, err := pgx.CollectRows(rows, scanSession)
	if err != nil {
		return nil, prolong.Wrap("identity.Sessions", err)
	}
	list := make([]Session, len(found))
	for i, v := range found {
		list[i] = v.Session
	}
	return list, nil
}

// RevokeSession ends one of the actor's own sessions. Returns CodeNotFound.
func (s *Service) RevokeSession(ctx context.Context, actor prolong.Actor, sessionID string) error {
	column, err := sessionColumn(actor.Kind)
	if err != nil {
		return err
	}
	return prolong.Wrap("identity.RevokeSession", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		n, err := gorm.G[sessionRow](tx.DB).Where("id = ? AND "+column+" = ?", sessionID, actor.ID).Delete(ctx)
		if err == nil && n == 0 {
			err = prolong.NewError(prolong.CodeNotFound, "error.session_not_found", nil)
		}
		return err
	}))
}

// RevokeOtherSessions ends all of the actor's own sessions but the one with keepID.
func (s *Service) RevokeOtherSessions(ctx context.Context, actor prolong.Actor, keepID string) error {
	return prolong.Wrap("identity.RevokeOtherSessions", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return revokeSessions(ctx, tx, actor.Kind, actor.ID, keepID)
	}))
}

// revokeSessions ends a person's sessions, all but keepID.
func revokeSessions(ctx context.Context, tx postgres.Tx, kind prolong.ActorKind, id int64, keepID string) error {
	column, err := sessionColumn(kind)
	if err != nil {
		return err
	}
	_, err = gorm.G[sessionRow](tx.DB).Where(column+" = ? AND id <> ?", id, keepID).Delete(ctx)
	return err
}

func sessionColumn(kind prolong.ActorKind) (string, error) {
	switch kind { //nolint:exhaustive // machines and the system have no sessions
	case prolong.ActorContact:
		return "contact_id", nil
	case prolong.ActorStaff:
		return "staff_id", nil
	}
	return "", errForbidden()
}
