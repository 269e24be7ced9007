package main

import (
	"context"
	"time"

	"prolong"
	"prolong/internal/jobs"
)

// schedules are what runs by itself (DESIGN section 7). Each is a sweep over data, so a tick
// that was missed or doubled changes nothing.
func (a *app) schedules() []jobs.Schedule {
	return append(a.supportSchedules(), []jobs.Schedule{
		{Name: "renewals", Every: time.Minute, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			done, err := a.invoices.IssueDue(ctx, prolong.System("renewals"), prolong.Date{})
			return jobs.Counts{"invoices": done.Invoices, "settled": done.Settled, "unpriced": done.Unpriced}, err
		}},
		{Name: "reminders", Every: time.Hour, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			done, err := a.invoices.DunDue(ctx, prolong.System("dunning"), prolong.Date{})
			return jobs.Counts{"reminders": done.Reminders, "held": done.Held, "suspended": done.Suspended, "terminated": done.Closed, "ended": done.Ended, "unasked": done.Unasked}, err
		}},
		{Name: "bank_pull", Every: 15 * time.Minute, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			reports, err := a.banksync.Pull(ctx, prolong.System("bank_pull"))
			counts := jobs.Counts{"files": len(reports), "lines": 0, "matched": 0, "review": 0}
			for _, r := range reports {
				counts["lines"] += r.New
				counts["matched"] += r.Matched
				counts["review"] += r.Review
			}
			return counts, err
		}},
		{Name: "closing_documents", Every: 15 * time.Minute, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			done, err := a.invoices.CloseDue(ctx, prolong.System("closing_documents"), prolong.Date{})
			return jobs.Counts{"documents": done.Documents}, err
		}},
		{Name: "metered_rent", Every: 15 * time.Minute, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			done, err := a.invoices.BillHours(ctx, prolong.System("metered_rent"), prolong.Date{})
			return jobs.Counts{"invoices": done.Invoices, "settled": done.Settled}, err
		}},
		{Name: "commissions", Every: 15 * time.Minute, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			n, err := a.invoices.AccrueCommissions(ctx)
			return jobs.Counts{"commissions": n}, err
		}},
		{Name: "prepaid_expiry", Every: time.Hour, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			n, err := a.billing.ExpireMinutes(ctx, prolong.System("prepaid_expiry"), prolong.Date{})
			return jobs.Counts{"lots": n}, err
		}},
		a.edoSchedule(),
		a.lookupSchedule(),
		{Name: "advances", Every: time.Hour, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			done, err := a.invoices.AdvanceDue(ctx, prolong.System("advances"), prolong.Date{})
			return jobs.Counts{"documents": done.Documents, "cancelled": done.Cancelled}, err
		}},
		{Name: "letters", Every: 5 * time.Minute, RunAtStart: true, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			n, err := a.notify.Sweep(ctx)
			return jobs.Counts{"requeued": n}, err
		}},
		{Name: "logins", Every: time.Hour, Sweep: func(ctx context.Context) (jobs.Counts, error) {
			done, err := a.identity.Sweep(ctx)
			return jobs.Counts{"codes": done.Codes, "sessions": done.Sessions, "setups": done.Setups, "throttles": done.Throttles}, err
		}},
		{Name: "doctor", DailyAt: "03:30", Sweep: func(ctx context.Context) (jobs.Counts, error) {
			broken, err := a.brokenInvariants(ctx)
			for _, f := range broken {
				a.log.ErrorContext(ctx, "an invariant of the data is broken", "rule", f.Key, "where", f.Details)
			}
			return jobs.Counts{"broken": len(broken)}, err
		}},
	}...)
}

// scheduler returns the schedules, ready to be started or run by hand.
func (a *app) scheduler() (*jobs.Scheduler, error) {
	s := jobs.NewScheduler(a.db, jobs.SchedulerConfig{Logger: a.log})
	for _, sc := range a.schedules() {
		if err := s.Add(sc); err != nil {
			return nil, err
		}
	}
	return s, nil
}
