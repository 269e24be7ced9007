package simulation_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
	"prolong/invoices"
	"prolong/invoices/render"
	"prolong/notify"
	"prolong/simulation"
)

// wire puts the product together on a database of its own.
func wire(t *testing.T, at time.Time, inbox string) simulation.Product {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, clock := testdb.NewAt(t, at)
	p := simulation.Product{DB: db, Clock: clock, Mailbox: simulation.NewMailbox(nil), Billing: billing.New(db, log)}
	queue, papers := &waiting{}, &papers{}
	letters, err := notify.New(db, queue, p.Mailbox, papers, notify.Config{From: "billing@example.test", Letterhead: notify.Letterhead{Brand: "Пример Софт"}}, log)
	require.NoError(t, err)
	renderer, err := render.Embedded()
	require.NoError(t, err)
	p.Invoices = invoices.New(db, letters, renderer, log)
	papers.Service = p.Invoices
	p.Banksync = banksync.New(db, p.Billing, p.Invoices, inbox, log)
	p.Drain = func(ctx context.Context) error { return queue.drain(ctx, letters) }
	return p
}

type papers struct{ *invoices.Service }

// waiting is the list of letters to be sent; the queue itself has its own tests.
type waiting struct {
	mu  sync.Mutex
	ids []int64
}

func (w *waiting) Enqueue(_ context.Context, _ postgres.Tx, args ...river.JobArgs) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range args {
		send, ok := a.(notify.SendArgs)
		if !ok {
			return errors.New("unexpected job " + a.Kind())
		}
		w.ids = append(w.ids, send.MessageID)
	}
	return nil
}

func (w *waiting) drain(ctx context.Context, letters *notify.Service) error {
	w.mu.Lock()
	ids := w.ids
	w.ids = nil
	w.mu.Unlock()
	const workers = 2
	next := make(chan int64, len(ids))
	for _, id := range ids {
		next <- id
	}
	close(next)
	failed := make([]error, workers)
	var group sync.WaitGroup
	for k := range workers {
		group.Go(func() {
			for id := range next {
				failed[k] = errors.Join(failed[k], letters.Send(ctx, id))
			}
		})
	}
	group.Wait()
	return errors.Join(failed...)
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return at
}
