package telephony

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"prolong/internal/postgres"
)

// sessionLockWait bounds how long a process waits for another one's login.
const sessionLockWait = 45 * time.Second

// LineSessions keeps the one session that all processes share with an exchange: a login of
// one process ends the session of the others, so they would throw each other out for ever.
type LineSessions struct {
	s    *Service
	line string
}

// Sessions returns the keeper of a line's session.
func (s *Service) Sessions(line string) *LineSessions { return &LineSessions{s: s, line: line} }

// Load returns the session, "" if there is none.
func (l *LineSessions) Load(ctx context.Context) (string, error) {
	var sealed []byte
	err := l.s.db.Pool.QueryRow(ctx, `SELECT (SELECT session FROM phone_lines WHERE key = $1)`, l.line).Scan(&sealed)
	if err != nil || len(sealed) == 0 {
		return "", trace("Sessions.Load", err)
	}
	session, err := l.s.open(sealed)
	if err != nil {
		// The secret was changed: the old session is worthless, a new one is a login away.
		return "", nil //nolint:nilerr // as said
	}
	return session, nil
}

// Renew replaces a session that the exchange does not take any more. One process logs in, the
// others wait and take what it got: login is not called if the session is another than stale
// by the time it is our turn. No transaction is held while login talks to the exchange.
func (l *LineSessions) Renew(ctx context.Context, stale string, login func(ctx context.Context) (string, error)) (string, error) {
	conn, err := l.s.db.Pool.Acquire(ctx)
	if err != nil {
		return "", trace("Sessions.Renew", err)
	}
	defer conn.Release()
	lockCtx, cancel := context.WithTimeout(ctx, sessionLockWait)
	defer cancel()
	name := "telephony.session:" + l.line
	if _, err := conn.Exec(lockCtx, `SELECT pg_advisory_lock(hashtextextended($1, 0))`, name); err != nil {
		return "", trace("Sessions.Renew", err)
	}
	defer func() {
		// The lock belongs to the connection, which goes back to the pool.
		if _, err := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtextextended($1, 0))`, name); err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx))
		}
	}()
	current, err := l.Load(ctx)
	if err != nil || current != "" && current != stale {
		return current, err
	}
	fresh, err := login(ctx)
	if err != nil {
		return "", err
	}
	sealed, err := l.s.seal(fresh)
	if err != nil {
		return "", trace("Sessions.Renew", err)
	}
	return fresh, l.s.inTx(ctx, "Sessions.Renew", func(ctx context.Context, tx postgres.Tx) error {
		if err := openLine(ctx, tx, l.line); err != nil {
			return err
		}
		_, err := tx.Pgx.Exec(ctx, `UPDATE phone_lines SET session = $2, session_at = $3 WHERE key = $1`, l.line, sealed, tx.Now)
		return err
	})
}

func (s *Service) gcm() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.sealKey[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal encrypts a session for the database.
func (s *Service) seal(text string) ([]byte, error) {
	gcm, err := s.gcm()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, gcm.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return gcm.Seal(nonce, nonce, []byte(text), nil), nil
}

func (s *Service) open(sealed []byte) (string, error) {
	gcm, err := s.gcm()
	if err != nil {
		return "", err
	}
	if len(sealed) < gcm.NonceSize() {
		return "", errors.New("telephony: a sealed session is too short")
	}
	text, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], nil)
	if err != nil {
		return "", fmt.Errorf("telephony: open a session: %w", err)
	}
	return string(text), nil
}
