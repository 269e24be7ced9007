package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"prolong"
	"prolong/internal/jobs"
)

// How often support and telephony look by themselves, and how far back at calls.
const (
	promisesEvery  = 30 * time.Second
	callbacksEvery = 30 * time.Second
	pullEvery      = time.Minute
	dayHours       = 24
	// A window above six days is cut by the exchange without a word.
	sixDaysHours = 144
)

// supportSchedules are the sweeps of tickets and telephony.
func (a *app) supportSchedules() []jobs.Schedule {
	enqueue := func(fn func(ctx context.Context) error) func(ctx context.Context) (jobs.Counts, error) {
		return func(ctx context.Context) (jobs.Counts, error) { return jobs.Counts{}, fn(ctx) }
	}
	list := []jobs.Schedule{
		{Name: "promises", Every: promisesEvery, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			done, err := a.tickets.SweepClocks(ctx)
			return jobs.Counts{"warnings": done.Warnings, "breaches": done.Breaches, "closed": done.Closed}, err
		}},
		{Name: "callbacks", Every: callbacksEvery, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			n, err := a.telephony.SweepCallbacks(ctx)
			return jobs.Counts{"numbers": n}, err
		}},
	}
	if len(a.mailboxes) > 0 {
		list = append(list, jobs.Schedule{Name: "mailboxes", Every: pullEvery, RunAtStart: true, Sweep: enqueue(a.tickets.PullMailboxes)})
	}
	if a.hasLine {
		list = append(list,
			jobs.Schedule{Name: "calls", Every: pullEvery, RunAtStart: true, Sweep: enqueue(func(ctx context.Context) error { return a.telephony.ImportAll(ctx, 0) })},
			jobs.Schedule{Name: "calls_day", Every: time.Hour, Sweep: enqueue(func(ctx context.Context) error { return a.telephony.ImportAll(ctx, dayHours) })},
			jobs.Schedule{Name: "calls_days", DailyAt: "02:40", Sweep: enqueue(func(ctx context.Context) error { return a.telephony.ImportAll(ctx, sixDaysHours) })},
		)
	}
	return list
}

// watchMailboxes fetches letters as soon as their server tells of them, until ctx ends or stop is
// called, which waits for the end. The schedule fetches them anyway.
func (a *app) watchMailboxes(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	for _, m := range a.mailboxes {
		group.Go(func() {
			if err := a.tickets.WatchMailbox(ctx, m.Key); err != nil {
				a.log.WarnContext(ctx, "the mailbox is not watched", slog.String("mailbox", m.Key), slog.Any("error", err))
			}
		})
	}
	return func() {
		cancel()
		group.Wait()
	}
}

// doctorSupport says how mailboxes and exchanges answer.
func (a *app) doctorSupport(ctx context.Context, say func(bool, string, ...any)) error {
	doctor := prolong.System("doctor")
	boxes, err := a.tickets.Mailboxes(ctx, doctor)
	if err != nil {
		return err
	}
	for _, m := range boxes {
		say(m.LastError == "", "support.doctor_mailbox", "Address", m.Address, "At", m.LastSuccessAt, "Failure", m.LastError, "Waiting", m.Waiting, "Quarantine", m.Quarantine)
	}
	lines, err := a.telephony.Lines(ctx, doctor)
	if err != nil {
		return err
	}
	for _, l := range lines {
		say(l.LastError == "", "support.doctor_line", "Key", l.Key, "At", l.LastSuccessAt, "Failure", l.LastError, "Waiting", l.HookWaiting)
	}
	return nil
}
