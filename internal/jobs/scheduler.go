package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-co-op/gocron/v2"

	"prolong/internal/postgres"
)

// leaderLock is the name of the advisory lock whose holder runs the schedules.
const leaderLock = "prolong.jobs.leader"

const (
	leaderPollDefault = 2 * time.Second
	stopTimeout       = 30 * time.Second
	// retryFailedAfter bounds how long a failed daily sweep waits for its next try.
	retryFailedAfter = 10 * time.Minute
)

// SchedulerConfig of a Scheduler; the zero value serves.
type SchedulerConfig struct {
	// Logger; default: the database's.
	Logger *slog.Logger
	// LeaderPoll is how often a process that is not the leader tries to become it, and how
	// often the leader makes sure of it; default 2 s.
	LeaderPoll time.Duration
}

// Scheduler runs schedules in whichever process is the leader, and knows how they went.
type Scheduler struct {
	db       *postgres.DB
	log      *slog.Logger
	lock     *sessionLock
	poll     time.Duration
	isLeader atomic.Bool

	mu      sync.Mutex
	entries []*entry
	cron    gocron.Scheduler // nil unless started
	cancel  context.CancelFunc
	ended   chan struct{} // closed when the goroutine of Start has ended

	sweepsMu     sync.Mutex
	sweeps       context.Context // ends when the leadership does
	cancelSweeps context.CancelFunc
}

// entry is an added schedule.
type entry struct {
	Schedule

	table timetable
	job   gocron.Job

	// running admits one run at a time; it guards what follows.
	running     sync.Mutex
	loaded      bool      // the rest was read from the database
	lastDue     time.Time // the latest due instant that was served
	lastStarted time.Time
	lastOutcome Outcome
}

// NewScheduler returns a scheduler without schedules.
func NewScheduler(db *postgres.DB, c SchedulerConfig) *Scheduler {
	if c.Logger == nil {
		c.Logger = db.Logger
	}
	if c.LeaderPoll <= 0 {
		c.LeaderPoll = leaderPollDefault
	}
	return &Scheduler{db: db, log: c.Logger, poll: c.LeaderPoll, lock: &sessionLock{pool: db.Pool, name: leaderLock}}
}

// Add adds a schedule; only before Start. It fails if the name is empty or taken or the times
// make no sense.
func (s *Scheduler) Add(sc Schedule) error {
	table, err := newTimetable(sc)
	if err != nil {
		return err
	}
	if sc.Name == "" || sc.Sweep == nil {
		return fmt.Errorf("jobs: schedule %q needs a name and a sweep", sc.Name)
	}
	if sc.Timeout <= 0 {
		sc.Timeout = sweepTimeoutDefault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cron != nil {
		return fmt.Errorf("jobs: schedule %q comes after the start", sc.Name)
	}
	if slices.ContainsFunc(s.entries, func(e *entry) bool { return e.Name == sc.Name }) {
		return fmt.Errorf("jobs: schedule %q is there already", sc.Name)
	}
	s.entries = append(s.entries, &entry{Schedule: sc, table: table})
	return nil
}

func (s *Scheduler) list() []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.entries)
}

// Start takes part in the election and, whenever this process is the leader, runs the
// schedules in the background until Stop. It wants a clock that runs; with a manual one use
// RunDue.
func (s *Scheduler) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cron != nil {
		return errors.New("jobs: the scheduler is started already")
	}
	cron, err := gocron.NewScheduler(
		gocron.WithClock(runningClock{s.db.Clock}),
		gocron.WithDistributedElector(s),
		gocron.WithLocation(time.UTC),
		gocron.WithLogger(cronLogger{s.log}),
		gocron.WithStopTimeout(stopTimeout))
	if err != nil {
		return fmt.Errorf("jobs.Scheduler.Start: %w", err)
	}
	for _, e := range s.entries {
		e.job, err = cron.NewJob(gocron.CronJob(e.Name, false), gocron.NewTask(func() { s.tick(e) }),
			gocron.WithName(e.Name),
			gocron.WithCronImplementation(cronTimetable{e.table}),
			gocron.WithSingletonMode(gocron.LimitModeReschedule))
		if err != nil {
			return errors.Join(fmt.Errorf("jobs.Scheduler.Start: %s: %w", e.Name, err), cron.Shutdown())
		}
	}
	s.lock.reopen()
	watch, cancel := context.WithCancel(ctx)
	s.cron, s.cancel, s.ended = cron, cancel, make(chan struct{})
	cron.Start()
	go s.watch(watch, s.ended)
	return nil
}

// Stop ends running sweeps (they are marked interrupted and made up for by the next leader),
// waits for them, and gives up the leadership so that another process can take it at once.
func (s *Scheduler) Stop(ctx context.Context) error {
	s.mu.Lock()
	cron := s.cron
	s.cron = nil
	s.mu.Unlock()
	if cron == nil {
		return nil
	}
	s.cancel()
	<-s.ended
	err := cron.Shutdown()
	for _, e := range s.list() {
		e.running.Lock()   // nothing runs any more, not even a sweep made up for
		e.running.Unlock() //nolint:staticcheck // waiting is all the lock is for
	}
	s.lock.release(ctx)
	if err != nil {
		return fmt.Errorf("jobs.Scheduler.Stop: %w", err)
	}
	return nil
}

// Leader says whether this process runs the schedules at the moment.
func (s *Scheduler) Leader() bool { return s.isLeader.Load() }

// LeaderKnown says whether any process runs the schedules, for the readiness check.
func (s *Scheduler) LeaderKnown(ctx context.Context) (bool, error) {
	var known bool
	err := s.db.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND ((classid::bigint << 32) | objid::bigint) = `+lockKey+`)`, leaderLock).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("jobs.LeaderKnown: %w", err)
	}
	return known, nil
}

var errFollower = errors.New("jobs: another process is the leader")

// IsLeader implements gocron.Elector: nil if this process may run a schedule now.
func (s *Scheduler) IsLeader(ctx context.Context) error {
	if !s.Leader() {
		return errFollower
	}
	held, err := s.lock.hold(ctx)
	if err != nil {
		return err
	}
	if !held {
		return errFollower
	}
	return nil
}

// watch elects: it tries for the leadership, and while it has it looks for runs to make up for.
func (s *Scheduler) watch(ctx context.Context, ended chan<- struct{}) {
	defer close(ended)
	defer s.resign()
	for {
		held, err := s.lock.hold(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "jobs: election failed", "error", err)
		}
		switch was := s.Leader(); {
		case held && !was:
			s.elected(ctx)
		case held:
			s.makeUp(ctx, false)
		case was:
			s.log.WarnContext(ctx, "jobs: lost the leadership")
			s.resign()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.poll):
		}
	}
}

// elected takes over: the runs that a dead leader has left are closed, and what was missed is
// made up for.
func (s *Scheduler) elected(ctx context.Context) {
	entries := s.list()
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name
		if e.running.TryLock() {
			e.loaded = false // another leader may have run it since
			e.running.Unlock()
		}
	}
	if err := interruptRuns(ctx, s.db, names); err != nil {
		s.log.WarnContext(ctx, "jobs: cannot close the runs of the last leader", "error", err)
		return // tried again at the next poll
	}
	s.sweepsMu.Lock()
	s.sweeps, s.cancelSweeps = context.WithCancel(ctx)
	s.sweepsMu.Unlock()
	s.isLeader.Store(true)
	s.log.InfoContext(ctx, "jobs: this process is the leader")
	s.makeUp(ctx, true)
}

func (s *Scheduler) resign() {
	s.isLeader.Store(false)
	s.sweepsMu.Lock()
	defer s.sweepsMu.Unlock()
	if s.cancelSweeps != nil {
		s.cancelSweeps()
		s.cancelSweeps = nil
	}
}

// makeUp starts the sweeps that are due without a tick: missed while nobody led or the machine
// slept, failed a while ago, or wanted at every start.
func (s *Scheduler) makeUp(ctx context.Context, starting bool) {
	for _, e := range s.list() {
		if !starting || !e.RunAtStart {
			due, err := s.overdue(ctx, e)
			if err != nil {
				s.log.WarnContext(ctx, "jobs: cannot tell whether a schedule is overdue", "schedule", e.Name, "error", err)
			}
			if !due {
				continue
			}
		}
		go s.runOnce(e, starting && e.RunAtStart)
	}
}

// overdue says whether the schedule needs a run although no tick has come. A run that is going
// on serves its due instant, so then it does not.
func (s *Scheduler) overdue(ctx context.Context, e *entry) (bool, error) {
	if !e.running.TryLock() {
		return false, nil
	}
	defer e.running.Unlock()
	if err := e.load(ctx, s.db); err != nil {
		return false, err
	}
	return e.wants(s.db.Now()), nil
}

// wants says whether the schedule is due at now: its due instant has not been served, or the
// run that served it was cut off, or failed a while ago.
func (e *entry) wants(now time.Time) bool {
	switch {
	case e.table.last(now).After(e.lastDue), e.lastOutcome == OutcomeInterrupted:
		return true
	case e.lastOutcome == OutcomeFailed:
		return now.Sub(e.lastStarted) >= min(e.table.period(), retryFailedAfter)
	}
	return false
}

func (e *entry) load(ctx context.Context, db *postgres.DB) (err error) {
	if !e.loaded {
		e.lastDue, e.lastStarted, e.lastOutcome, err = lastRun(ctx, db, e.Name)
		e.loaded = err == nil
	}
	return err
}

// tick is what gocron calls.
func (s *Scheduler) tick(e *entry) { s.runOnce(e, false) }

// runOnce runs the sweep in the background of the leadership.
func (s *Scheduler) runOnce(e *entry, force bool) {
	s.sweepsMu.Lock()
	ctx := s.sweeps
	s.sweepsMu.Unlock()
	if ctx == nil || ctx.Err() != nil {
		return
	}
	_ = s.run(ctx, e, force) // recorded and logged there
}

// RunDue runs every schedule whose due instant has passed since its last run, one after the
// other in the order they were added, and returns their errors joined. It asks for no
// leadership: a simulation or a command calls it instead of Start. However far the clock has
// moved, each sweep runs once, since it looks at data.
func (s *Scheduler) RunDue(ctx context.Context) error {
	var errs []error
	for _, e := range s.list() {
		errs = append(errs, s.run(ctx, e, false))
	}
	return errors.Join(errs...)
}

// Run runs one schedule now, due or not.
func (s *Scheduler) Run(ctx context.Context, name string) error {
	for _, e := range s.list() {
		if e.Name == name {
			return s.run(ctx, e, true)
		}
	}
	return fmt.Errorf("jobs: there is no schedule %q", name)
}

// run runs the sweep unless it is running here already, or its due instant was served and the
// run is not forced.
func (s *Scheduler) run(ctx context.Context, e *entry, force bool) error {
	if !e.running.TryLock() {
		return nil
	}
	defer e.running.Unlock()
	if err := e.load(ctx, s.db); err != nil {
		s.log.ErrorContext(ctx, "jobs: schedule not run", "schedule", e.Name, "error", err)
		return fmt.Errorf("jobs: schedule %s: %w", e.Name, err)
	}
	now := s.db.Now()
	if !force && !e.wants(now) {
		return nil
	}
	due := e.table.last(now)
	id, err := startRun(ctx, s.db, e.Name, due)
	if err != nil {
		s.log.ErrorContext(ctx, "jobs: schedule not run", "schedule", e.Name, "error", err)
		return fmt.Errorf("jobs: schedule %s: %w", e.Name, err)
	}
	e.lastDue, e.lastStarted = due, now

	sweepCtx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	counts, sweepErr := sweep(sweepCtx, e)
	e.lastOutcome = OutcomeDone
	switch {
	case sweepErr != nil && ctx.Err() != nil:
		e.lastOutcome = OutcomeInterrupted
	case sweepErr != nil:
		e.lastOutcome = OutcomeFailed
		s.log.ErrorContext(ctx, "jobs: schedule failed", "schedule", e.Name, "error", sweepErr)
	}
	if err := finishRun(ctx, s.db, id, e.Name, counts, e.lastOutcome, sweepErr); err != nil {
		s.log.ErrorContext(ctx, "jobs: the end of a run was not recorded", "schedule", e.Name, "error", err)
		sweepErr = errors.Join(sweepErr, err)
	}
	if sweepErr != nil {
		return fmt.Errorf("jobs: schedule %s: %w", e.Name, sweepErr)
	}
	return nil
}

// sweep turns a panic into an error, so that one bad sweep does not end the process.
func sweep(ctx context.Context, e *entry) (counts Counts, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return e.Sweep(ctx)
}

// validText drops what a text column cannot hold.
func validText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
