// Package passes answers the pass service: is an account active, until when, why. See
// README.md.
package passes

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// feedPollInterval is how often a replica looks for changes: the bound on how late a payment
// is seen, far below the second that is promised.
const feedPollInterval = 250 * time.Millisecond

// Replica holds the access terms of every account in memory and follows the feed of changes.
// The state itself is computed when asked, so an expiry needs no event and is exact to the
// second. Any number of processes may each have their own.
type Replica struct {
	db  *postgres.DB
	log *slog.Logger

	reading sync.Mutex // one reader of the feed at a time
	feed    *billing.AccessFeed

	mu       sync.RWMutex
	accounts map[string]billing.AccessTerms
	asOf     time.Time // when the replica last agreed with the database
}

// NewReplica returns an empty replica; Follow fills it.
func NewReplica(db *postgres.DB, log *slog.Logger) *Replica {
	return &Replica{db: db, log: log, feed: billing.NewAccessFeed(db), accounts: map[string]billing.AccessTerms{}}
}

// Follow loads all accounts and then applies changes until ctx ends. While the database does
// not answer, the replica goes on answering from memory.
func (r *Replica) Follow(ctx context.Context) error {
	if err := r.Load(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(feedPollInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := r.CatchUp(ctx); err != nil && !errors.Is(err, context.Canceled) {
				r.log.WarnContext(ctx, "access feed is not readable; answering from memory", "error", err)
			}
		}
	}
}

// Load reads the terms of every account.
func (r *Replica) Load(ctx context.Context) error {
	r.reading.Lock()
	defer r.reading.Unlock()
	now := r.db.Now()
	accounts, err := r.feed.All(ctx)
	if err != nil {
		return prolong.Wrap("passes.Load", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accounts, r.asOf = accounts, now
	return nil
}

// CatchUp applies the changes since the last look.
func (r *Replica) CatchUp(ctx context.Context) error {
	r.reading.Lock()
	defer r.reading.Unlock()
	now := r.db.Now()
	changed, err := r.feed.Changes(ctx)
	if err != nil {
		return prolong.Wrap("passes.CatchUp", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, terms := range changed {
		r.accounts[id] = terms
	}
	r.asOf = now
	return nil
}

// Ready says whether the replica has been loaded.
func (r *Replica) Ready() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return !r.asOf.IsZero()
}

// Size returns the number of accounts.
func (r *Replica) Size() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.accounts)
}

// terms returns what an account's access depends on, and when that was last checked.
func (r *Replica) terms(externalID string) (t billing.AccessTerms, asOf time.Time, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	t, ok = r.accounts[externalID]
	return t, r.asOf, ok
}
