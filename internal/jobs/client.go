package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"prolong"
	"prolong/internal/postgres"
)

// The queues. A queue is a limit of concurrency, not a topic.
const (
	QueueDefault = river.QueueDefault // what somebody waits for
	QueueMail    = "mail"             // as many workers as the mail server allows
	QueueBulk    = "bulk"             // mass runs: documents of a month, snapshots
)

// Priorities within a queue.
const (
	PriorityPeople = 1 // a person waits for it
	PriorityNormal = 2
	PriorityMass   = 3
)

// Limits of the queue.
const (
	defaultWorkersDefault = 10
	mailWorkersDefault    = 4
	bulkWorkersDefault    = 4
	jobTimeoutDefault     = 2 * time.Minute
	attemptsMaxDefault    = 10 // with the queue's back-off about seven hours
	fetchCooldownDefault  = 50 * time.Millisecond
	fetchPollDefault      = time.Second
	// keptCompleted is short because the queue's tables must stay small; keptDiscarded is as
	// long as somebody may want to see what failed and try again.
	keptCompleted = time.Hour
	keptCancelled = 24 * time.Hour
	keptDiscarded = 30 * 24 * time.Hour
	// softStopMax is how long running jobs may go on at a stop before they are cancelled.
	softStopMax = 20 * time.Second
)

// machine is the clock that the queue runs on, whatever the business clock shows.
var machine prolong.SystemClock

// Config of a Client; the zero value inserts only.
type Config struct {
	// Workers of all kinds. Nil makes an insert-only client, which does not check that
	// somebody works what it inserts: web nodes and short commands.
	Workers *river.Workers
	// Logger receives failures. Default: the database's logger.
	Logger *slog.Logger
	// How many jobs of each queue this process works at once; default 10, 4 and 4.
	DefaultWorkers, MailWorkers, BulkWorkers int
	// JobTimeout bounds a job whose worker does not say otherwise; default 2 min.
	JobTimeout time.Duration
	// FetchCooldown and FetchPollInterval default to 50 ms and 1 s. A simulation that drains
	// the queue after every step wants them small.
	FetchCooldown, FetchPollInterval time.Duration
	// PollOnly does without LISTEN, for a connection pooler that cannot carry it.
	PollOnly bool
}

// Client inserts jobs and, once started, works them.
type Client struct {
	db       *postgres.DB
	river    *river.Client[pgx.Tx]
	log      *slog.Logger
	presence *sessionLock // tells the other processes that our running jobs have a worker
	returned returnedJobs

	mu      sync.Mutex
	started bool
	cancel  context.CancelFunc
	tended  chan struct{} // closed when the goroutine of Start has ended
}

// NewClient returns a client that is not started. It fails if two workers claim one kind or a
// limit is out of the queue's range.
func NewClient(db *postgres.DB, c Config) (*Client, error) {
	c = c.withDefaults(db)
	client := &Client{db: db, log: c.Logger}
	id := clientID()
	client.presence = &sessionLock{pool: db.Pool, name: presencePrefix + id}
	rc := &river.Config{
		ID:                          id,
		CompletedJobRetentionPeriod: keptCompleted,
		CancelledJobRetentionPeriod: keptCancelled,
		DiscardedJobRetentionPeriod: keptDiscarded,
		ErrorHandler:                &failureLog{c.Logger},
		FetchCooldown:               c.FetchCooldown,
		FetchPollInterval:           c.FetchPollInterval,
		JobTimeout:                  c.JobTimeout,
		Logger:                      slog.New(onlyErrors{c.Logger.Handler()}),
		MaxAttempts:                 attemptsMaxDefault,
		Middleware:                  []rivertype.Middleware{&drainMiddleware{returned: &client.returned}},
		PollOnly:                    c.PollOnly,
		SoftStopTimeout:             softStopMax,
		Workers:                     c.Workers,
	}
	if c.Workers != nil {
		rc.Queues = map[string]river.QueueConfig{
			QueueDefault: {MaxWorkers: c.DefaultWorkers},
			QueueMail:    {MaxWorkers: c.MailWorkers},
			QueueBulk:    {MaxWorkers: c.BulkWorkers},
		}
	}
	var err error
	if client.river, err = river.NewClient(riverpgxv5.New(db.Pool), rc); err != nil {
		return nil, fmt.Errorf("jobs.NewClient: %w", err)
	}
	return client, nil
}

func (c Config) withDefaults(db *postgres.DB) Config {
	if c.Logger == nil {
		c.Logger = db.Logger
	}
	for _, d := range []struct {
		field *int
		value int
	}{{&c.DefaultWorkers, defaultWorkersDefault}, {&c.MailWorkers, mailWorkersDefault}, {&c.BulkWorkers, bulkWorkersDefault}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&c.JobTimeout, jobTimeoutDefault}, {&c.FetchCooldown, fetchCooldownDefault}, {&c.FetchPollInterval, fetchPollDefault}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	c.FetchPollInterval = max(c.FetchPollInterval, c.FetchCooldown)
	return c
}

// clientID names this client in the queue's tables: host and process for people, and
// something random, because both can repeat.
func clientID() string {
	const hostBytesMax = 60
	host, err := os.Hostname()
	if err != nil {
		host = "host"
	}
	return fmt.Sprintf("%s-%d-%s", host[:min(len(host), hostBytesMax)], os.Getpid(), rand.Text()[:8])
}

// The lock's name is ours alone, so only our own former connection can still hold it: after a
// Stop the database takes a moment to notice that it has gone.
const (
	announceWait = 5 * time.Second
	announcePoll = 10 * time.Millisecond
)

// announce takes the lock that says that this client lives.
func (c *Client) announce(ctx context.Context) error {
	for waited := time.Duration(0); ; waited += announcePoll {
		held, err := c.presence.hold(ctx)
		switch {
		case held:
			return nil
		case err != nil || waited >= announceWait:
			return errors.Join(errors.New("jobs.Start: cannot announce this process"), err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(announcePoll):
		}
	}
}

// Start begins to work jobs in the background until Stop, or until ctx ends.
func (c *Client) Start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.started {
		return nil
	}
	c.presence.reopen()
	if err := c.announce(ctx); err != nil {
		return err
	}
	if err := c.river.Start(ctx); err != nil {
		c.presence.release(ctx)
		return fmt.Errorf("jobs.Start: %w", err)
	}
	tend, cancel := context.WithCancel(ctx)
	c.started, c.cancel, c.tended = true, cancel, make(chan struct{})
	go c.tend(tend, c.tended)
	return nil
}

// Stop fetches no more jobs, waits for the running ones, and cancels those that take longer
// than 20 s; they are worked again later. If ctx ends first, Stop returns its error and may be
// called again.
func (c *Client) Stop(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.started {
		return nil
	}
	if err := c.river.Stop(ctx); err != nil {
		return fmt.Errorf("jobs.Stop: %w", err)
	}
	c.cancel()
	<-c.tended
	c.presence.release(ctx)
	c.started = false
	return nil
}

// failureLog logs failed attempts without the arguments, which may be personal data.
type failureLog struct{ log *slog.Logger }

func (h *failureLog) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level := slog.LevelWarn
	if job.Attempt >= job.MaxAttempts {
		level = slog.LevelError
	}
	h.log.Log(ctx, level, "job failed", "kind", job.Kind, "job_id", job.ID, "attempt", job.Attempt,
		"attempts_max", job.MaxAttempts, "error", err)
	return nil
}

func (h *failureLog) HandlePanic(ctx context.Context, job *rivertype.JobRow, panicVal any, trace string) *river.ErrorHandlerResult {
	h.log.ErrorContext(ctx, "job panicked", "kind", job.Kind, "job_id", job.ID, "attempt", job.Attempt,
		"attempts_max", job.MaxAttempts, "panic", panicVal, "trace", trace)
	return nil
}

// onlyErrors keeps the queue's own messages out of the log except for errors: failed jobs are
// reported by failureLog.
type onlyErrors struct{ slog.Handler }

func (h onlyErrors) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && h.Handler.Enabled(ctx, level)
}

func (h onlyErrors) WithAttrs(attrs []slog.Attr) slog.Handler {
	return onlyErrors{h.Handler.WithAttrs(attrs)}
}

func (h onlyErrors) WithGroup(name string) slog.Handler { return onlyErrors{h.Handler.WithGroup(name)} }
