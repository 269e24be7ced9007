package banksync_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/invoices/render"
	"prolong/notify"
)

func wire(t testing.TB, db *postgres.DB, clock *prolong.ManualClock) *house {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	queue, err := jobs.NewClient(db, jobs.Config{})
	require.NoError(t, err)
	mail, err := notify.NewFolderTransport(t.TempDir())
	require.NoError(t, err)
	letters, err := notify.New(db, queue, mail, nil, notify.Config{From: "billing@example.test", Letterhead: notify.Letterhead{Brand: "Prolong"}}, log)
	require.NoError(t, err)
	renderer, err := render.Embedded()
	require.NoError(t, err)
	h := &house{db: db, clock: clock, billing: billing.New(db, log), inbox: t.TempDir()}
	h.invoices = invoices.New(db, letters, renderer, log)
	h.banksync = banksync.New(db, h.billing, h.invoices, h.inbox, log)
	return h
}
