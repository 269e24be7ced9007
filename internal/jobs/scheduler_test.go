package jobs_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

// eventually is generous, because the machine may be busy; tests wait for events, not for times.
const (
	eventually = 30 * time.Second
	often      = 5 * time.Millisecond
)

type sweepLog struct {
	mu   sync.Mutex
	runs []string
}

func (l *sweepLog) add(who string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs = append(l.runs, who)
}

func (l *sweepLog) count(who string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.runs {
		if r == who {
			n++
		}
	}
	return n
}

func (l *sweepLog) sweep(who string) func(context.Context) (jobs.Counts, error) {
	return func(context.Context) (jobs.Counts, error) {
		l.add(who)
		return jobs.Counts{"looked_at": 1}, nil
	}
}

func newScheduler(t *testing.T, db *postgres.DB, schedules ...jobs.Schedule) *jobs.Scheduler {
	t.Helper()
	s := jobs.NewScheduler(db, jobs.SchedulerConfig{LeaderPoll: 20 * time.Millisecond})
	for _, sc := range schedules {
		require.NoError(t, s.Add(sc))
	}
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	return s
}

// sameDatabase is a second process's view of the database.
func sameDatabase(t *testing.T, db *postgres.DB) *postgres.DB {
	t.Helper()
	other, err := postgres.Open(t.Context(), postgres.Config{URL: db.URL, MaxConns: 4, Logger: db.Logger, Clock: db.Clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	return other
}

func TestTwoSchedulersRunEachSweepOncePerPeriod(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	other := sameDatabase(t, db)
	const period = 100 * time.Millisecond
	log := &sweepLog{}
	first := newScheduler(t, db, jobs.Schedule{Name: "renewals", Every: period, Sweep: log.sweep("first")})
	second := newScheduler(t, other, jobs.Schedule{Name: "renewals", Every: period, Sweep: log.sweep("second")})
	require.NoError(t, first.Start(t.Context()))
	require.Eventually(t, first.Leader, eventually, often)
	require.NoError(t, second.Start(t.Context()))
	require.Eventually(t, func() bool { return log.count("first") >= 10 }, eventually, often)
	require.Zero(t, log.count("second"))
	require.False(t, second.Leader())

	known, err := second.LeaderKnown(t.Context())
	require.NoError(t, err)
	require.True(t, known)

	// The leader goes, the other takes over; still no period is served twice.
	require.NoError(t, first.Stop(t.Context()))
	require.Eventually(t, func() bool { return log.count("second") >= 10 }, eventually, often)
	require.NoError(t, second.Stop(t.Context()))
	var runs, periods int
	require.NoError(t, db.Pool.QueryRow(t.Context(), "SELECT count(*), count(DISTINCT due_at) FROM schedule_runs").Scan(&runs, &periods))
	require.Equal(t, periods, runs)
	require.Equal(t, log.count("first")+log.count("second"), runs)

	known, err = second.LeaderKnown(t.Context())
	require.NoError(t, err)
	require.False(t, known)
}

func TestTheNextLeaderFollowsADeadOne(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	other := sameDatabase(t, db)
	log := &sweepLog{}
	began := make(chan struct{}, 1)
	hang := func(ctx context.Context) (jobs.Counts, error) {
		began <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	// The first one is deaf: it looks at the election once an hour.
	first := jobs.NewScheduler(db, jobs.SchedulerConfig{LeaderPoll: time.Hour})
	require.NoError(t, first.Add(jobs.Schedule{Name: "renewals", Every: time.Hour, Sweep: hang}))
	t.Cleanup(func() { require.NoError(t, first.Stop(context.Background())) })
	second := newScheduler(t, other, jobs.Schedule{Name: "renewals", Every: time.Hour, Sweep: log.sweep("second")})
	require.NoError(t, first.Start(t.Context()))
	<-began
	require.NoError(t, second.Start(t.Context()))

	// The leader's connection breaks: to the database that is what its death looks like.
	_, err := other.Pool.Exec(t.Context(), `SELECT pg_terminate_backend(l.pid) FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return log.count("second") == 1 }, eventually, often,
		"the cut-off run is made up for although its hour was served")
	runs := runsOf(t, second, "renewals")
	require.Equal(t, jobs.OutcomeInterrupted, runs[1].Outcome)
	require.NotZero(t, runs[1].FinishedAt)
}

func TestSweepsThatFail(t *testing.T) {
	t.Parallel()
	db, clock := testdb.NewAt(t, time.Date(2026, 3, 1, 9, 0, 30, 0, time.UTC))
	var fail error
	s := newScheduler(t, db,
		jobs.Schedule{Name: "panics", Every: time.Minute, Sweep: func(context.Context) (jobs.Counts, error) { panic("a nil map\x00") }},
		jobs.Schedule{Name: "fails", DailyAt: "09:00", Sweep: func(context.Context) (jobs.Counts, error) { return jobs.Counts{"seen": 2}, fail }},
		jobs.Schedule{Name: "works", Every: time.Minute, Sweep: func(context.Context) (jobs.Counts, error) { return jobs.Counts{"issued": 3}, nil }})

	before, err := s.LatestRuns(t.Context())
	require.NoError(t, err)
	require.Len(t, before, 3)
	require.Nil(t, before[0].Last)
	require.True(t, before[0].Late)

	fail = errors.New("bank says no")
	require.Error(t, s.RunDue(t.Context()))
	list, err := s.LatestRuns(t.Context())
	require.NoError(t, err)

	require.Equal(t, "panics", list[0].Name)
	require.Equal(t, jobs.OutcomeFailed, list[0].Last.Outcome)
	require.Contains(t, list[0].Last.Error, "panic: a nil map")
	require.True(t, list[0].Late)

	require.Equal(t, jobs.OutcomeFailed, list[1].Last.Outcome)
	require.Equal(t, "bank says no", list[1].Last.Error)
	require.Equal(t, jobs.Counts{"seen": 2}, list[1].Last.Counts)
	require.Equal(t, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), list[1].Last.DueAt.UTC())
	require.Equal(t, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), list[1].NextDue.UTC())
	require.Equal(t, 24*time.Hour, list[1].Period)

	require.Equal(t, jobs.OutcomeDone, list[2].Last.Outcome)
	require.Equal(t, jobs.Counts{"issued": 3}, list[2].Last.Counts)
	require.False(t, list[2].Late)

	// A failed daily sweep is tried again after a while, not the next day.
	clock.Advance(5 * time.Minute)
	require.Error(t, s.RunDue(t.Context()), "the panic comes every minute")
	require.Len(t, runsOf(t, s, "fails"), 1)
	fail = nil
	clock.Advance(5 * time.Minute)
	require.Error(t, s.RunDue(t.Context()))
	require.Len(t, runsOf(t, s, "fails"), 2)
	clock.Advance(time.Hour)
	require.Error(t, s.RunDue(t.Context()))
	require.Len(t, runsOf(t, s, "fails"), 2, "done for today")

	clock.Advance(49 * time.Hour)
	list, err = s.LatestRuns(t.Context())
	require.NoError(t, err)
	require.True(t, list[1].Late)
	require.Error(t, s.RunDue(t.Context()))
	require.Len(t, runsOf(t, s, "fails"), 3, "two days on, one run looks at all of it")
}

func runsOf(t *testing.T, s *jobs.Scheduler, name string) []jobs.Run {
	t.Helper()
	runs, err := s.Runs(t.Context(), name, 100)
	require.NoError(t, err)
	return runs
}

func TestRunOutOfTurn(t *testing.T) {
	t.Parallel()
	db, _ := testdb.NewAt(t, time.Date(2026, 3, 1, 9, 0, 30, 0, time.UTC))
	log := &sweepLog{}
	s := newScheduler(t, db, jobs.Schedule{Name: "renewals", Every: time.Minute, Sweep: log.sweep("x")})
	require.NoError(t, s.RunDue(t.Context()))
	require.NoError(t, s.RunDue(t.Context()))
	require.Equal(t, 1, log.count("x"))
	require.NoError(t, s.Run(t.Context(), "renewals"))
	require.Equal(t, 2, log.count("x"))
	require.Error(t, s.Run(t.Context(), "reminders"))
}

func TestRunAtStartRunsThoughServed(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	log := &sweepLog{}
	served := jobs.Schedule{Name: "served", DailyAt: "00:00", Sweep: log.sweep("served")}
	always := jobs.Schedule{Name: "always", DailyAt: "00:00", RunAtStart: true, Sweep: log.sweep("always")}
	require.NoError(t, newScheduler(t, db, served, always).RunDue(t.Context()))
	s := newScheduler(t, db, served, always)
	require.NoError(t, s.Start(t.Context()))
	require.Eventually(t, func() bool { return log.count("always") == 2 }, eventually, often)
	require.NoError(t, s.Stop(t.Context()))
	require.Equal(t, 1, log.count("served"))
}

func TestStartUnderAClockOfAnotherYear(t *testing.T) {
	t.Parallel()
	start := time.Date(2031, 5, 6, 7, 59, 59, 0, time.UTC)
	db := testdb.New(t, testdb.WithClock(prolong.NewRunningClock(start)))
	log := &sweepLog{}
	s := newScheduler(t, db, jobs.Schedule{Name: "morning", DailyAt: "08:00", Sweep: log.sweep("x")})
	require.NoError(t, s.Start(t.Context()))
	require.Eventually(t, func() bool { return log.count("x") == 2 }, eventually, often, "the missed one at once, the next at eight there")
	require.NoError(t, s.Stop(t.Context()))
	runs := runsOf(t, s, "morning")
	require.Equal(t, start.Add(time.Second), runs[0].DueAt.UTC())
	require.Equal(t, start.Add(time.Second).AddDate(0, 0, -1), runs[1].DueAt.UTC())
}

func TestRunsAreTrimmed(t *testing.T) {
	t.Parallel()
	db, clock := testdb.NewAt(t, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	log := &sweepLog{}
	s := newScheduler(t, db, jobs.Schedule{Name: "renewals", Every: time.Minute, Sweep: log.sweep("x")})
	_, err := db.Pool.Exec(t.Context(), `INSERT INTO schedule_runs (name, due_at, started_at, finished_at, outcome)
SELECT 'renewals', '2026-02-01', '2026-02-01', '2026-02-01', 'done' FROM generate_series(1, 1090)`)
	require.NoError(t, err)
	for range 60 {
		clock.Advance(time.Minute)
		require.NoError(t, s.RunDue(t.Context()))
	}
	runs, err := s.Runs(t.Context(), "renewals", 5000)
	require.NoError(t, err)
	require.Less(t, len(runs), 1060)
	require.GreaterOrEqual(t, len(runs), 1000)
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	s := jobs.NewScheduler(testdb.New(t), jobs.SchedulerConfig{})
	log := &sweepLog{}
	require.NoError(t, s.Add(jobs.Schedule{Name: "renewals", Every: time.Minute, Sweep: log.sweep("x")}))
	require.Error(t, s.Add(jobs.Schedule{Name: "renewals", Every: time.Hour, Sweep: log.sweep("x")}), "the name is taken")
	require.Error(t, s.Add(jobs.Schedule{Every: time.Hour, Sweep: log.sweep("x")}), "no name")
	require.Error(t, s.Add(jobs.Schedule{Name: "reminders", Every: time.Hour}), "no sweep")
}
