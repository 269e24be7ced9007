package backoffice_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/outbound"
	"prolong/internal/postgres"
	"prolong/telephony"
	"prolong/telephony/onlinepbx"
	"prolong/telephony/onlinepbx/pbxsim"
	"prolong/tickets"
	"prolong/tickets/ticketstest"
)

const hookToken = "hook-token-of-the-test"

// exchange is a simulated exchange that speaks HTTP both ways.
type exchange struct {
	*pbxsim.PBX
	hooks, api handler
}

// handler can be set after the server that it serves has begun: the two sides of an exchange
// need each other's address.
type handler struct {
	mu sync.Mutex
	h  http.Handler
}

func (h *handler) set(inner http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.h = inner
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	inner := h.h
	h.mu.Unlock()
	inner.ServeHTTP(w, r)
}

// wireSupport puts tickets and telephony beside the other rooms.
func (o *office) wireSupport(t *testing.T, queue jobs.Enqueuer) {
	t.Helper()
	secret, log := []byte("0123456789abcdef"), slog.New(slog.DiscardHandler)
	var err error
	o.outbox = &outbox{}
	o.Tickets, err = tickets.New(o.db, queue, tickets.Neighbours{Clients: noPlans{}, Outbox: o.outbox, People: ticketstest.People{}, Trail: noTrail{}},
		tickets.Config{Secret: secret, Mailboxes: []tickets.Mailbox{{Key: "support", Address: "support@example.test"}}}, log)
	require.NoError(t, err)
	require.NoError(t, o.Tickets.EnsureDefaults(t.Context(), prolong.System("test"), "Europe/Moscow"))
	require.NoError(t, o.Tickets.ApplyTags(t.Context(), prolong.System("test"), []tickets.Tag{{Key: "payment", Name: "Оплата"}, {Key: "error", Name: "Ошибка"}}))

	o.exchange = &exchange{}
	hooks, api := httptest.NewServer(&o.exchange.hooks), httptest.NewServer(&o.exchange.api)
	t.Cleanup(hooks.Close)
	t.Cleanup(api.Close)
	o.exchange.PBX = pbxsim.New(pbxsim.Options{Domain: "demo.onpbx.ru", AuthKey: "panel-key", Clock: o.clock, Seed: 1, HookURL: hooks.URL + "/hooks/onlinepbx/" + hookToken, Users: []string{"101"}})
	o.exchange.api.set(o.exchange.PBX)
	o.Telephony, err = telephony.New(o.db, queue, telephony.Neighbours{Directory: directory{}, People: ticketstest.People{}, Tickets: o.Tickets, Trail: noTrail{}}, telephony.Config{
		Lines:  []telephony.Line{{Key: "main", Country: prolong.Russia, HookToken: hookToken, OwnNumbers: []string{"74950000000"}}},
		Secret: secret, CallbackCalendar: "office", Recordings: true,
	}, log)
	require.NoError(t, err)
	client := outbound.NewClient(outbound.Options{Service: "onlinePBX", Burst: 1000, FailuresMax: 1000, Attempts: 1})
	adapter, err := onlinepbx.New(onlinepbx.Config{
		Domain: "demo.onpbx.ru", AuthKey: "panel-key", BaseURL: api.URL, Country: prolong.Russia, HTTP: client, Media: client, Sessions: o.Telephony.Sessions("main"), Clock: o.clock,
		Sleep: func(context.Context, time.Duration) error { return nil },
	})
	require.NoError(t, err)
	require.NoError(t, o.Telephony.SetPBX("main", adapter))
	o.exchange.hooks.set(o.Telephony.HookHandler(func(r *http.Request) string { return r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:] }))
}

// hear delivers the webhooks that are due and works them in, as the jobs would.
func (o *office) hear(t *testing.T) {
	t.Helper()
	_, err := o.exchange.Deliver(t.Context())
	require.NoError(t, err)
	rows, err := o.db.Pool.Query(t.Context(), `SELECT id FROM phone_hooks WHERE processed_at IS NULL ORDER BY id`)
	require.NoError(t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	require.NoError(t, err)
	for _, id := range ids {
		require.NoError(t, o.Telephony.ReadHook(t.Context(), id))
	}
}

// outbox keeps the letters of support.
type outbox struct {
	mu      sync.Mutex
	letters []tickets.OutgoingLetter
}

func (b *outbox) Queue(_ context.Context, _ postgres.Tx, l tickets.OutgoingLetter) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, l)
	return nil
}

func (*outbox) About(context.Context, postgres.Tx, string) (tickets.LetterSubject, bool, error) {
	return tickets.LetterSubject{}, false, nil
}
func (*outbox) Returned(context.Context, postgres.Tx, tickets.ReturnedLetter) error { return nil }

// queued returns how many letters have left.
func (b *outbox) queued() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.letters)
}

type noPlans struct{}

func (noPlans) Plan(context.Context, postgres.Tx, int64) (string, error) { return "", nil }

type noTrail struct{}

func (noTrail) Record(context.Context, postgres.Tx, tickets.TrailEntry) error { return nil }

type directory struct{}

func (directory) ByPhone(ctx context.Context, tx postgres.Tx, phone string) ([]telephony.Candidate, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT m.account_id, a.name, c.id, c.name FROM contacts c JOIN memberships m ON m.contact_id = c.id AND m.valid_to IS NULL JOIN accounts a ON a.id = m.account_id WHERE c.phone = $1`, phone)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[telephony.Candidate])
}
