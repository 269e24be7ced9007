package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	sessionPingTimeout  = 5 * time.Second
	sessionCloseTimeout = 2 * time.Second
)

// sessionLock is an advisory lock that its holder keeps for as long as its connection lives:
// when the process dies, the database gives the lock free at once. The connection is taken out
// of the pool, because a connection that goes back into the pool would keep the lock.
type sessionLock struct {
	pool *pgxpool.Pool
	name string

	mu     sync.Mutex
	conn   *pgx.Conn
	closed bool
}

// lockKey is the SQL expression of the lock's number for the name in the given parameter.
const lockKey = "hashtextextended($1, 0)"

// hold says whether we hold the lock, taking it if it is free. An error means that the
// database could not be asked; then we do not hold it.
func (l *sessionLock) hold(ctx context.Context) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, sessionPingTimeout)
	defer cancel()
	if l.conn != nil {
		if err := l.conn.Ping(ctx); err == nil {
			return true, nil
		}
		l.drop(ctx)
	}
	pooled, err := l.pool.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("jobs: lock %s: %w", l.name, err)
	}
	var ok bool
	if err := pooled.QueryRow(ctx, "SELECT pg_try_advisory_lock("+lockKey+")", l.name).Scan(&ok); err != nil || !ok {
		pooled.Release()
		if err != nil {
			return false, fmt.Errorf("jobs: lock %s: %w", l.name, err)
		}
		return false, nil
	}
	l.conn = pooled.Hijack()
	return true, nil
}

// release gives the lock up for good. It asks for that before it goes: a server notices a connection
// that is closed in its own time, and until then nobody else could take the lock.
func (l *sessionLock) release(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.conn == nil {
		return
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), sessionCloseTimeout)
	defer cancel()
	_, _ = l.conn.Exec(asking, "SELECT pg_advisory_unlock("+lockKey+")", l.name) // a lost connection has lost the lock, too
	l.drop(ctx)
}

// drop closes the connection; whatever Close answers, the connection is gone.
func (l *sessionLock) drop(ctx context.Context) {
	if l.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sessionCloseTimeout)
	defer cancel()
	_ = l.conn.Close(ctx)
	l.conn = nil
}

// reopen makes a released lock usable again.
func (l *sessionLock) reopen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = false
}
