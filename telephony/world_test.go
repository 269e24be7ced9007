package telephony_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/outbound"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
	"prolong/telephony"
	"prolong/telephony/onlinepbx"
	"prolong/telephony/onlinepbx/pbxsim"
	"prolong/tickets"
	"prolong/tickets/ticketstest"
)

const (
	hookToken = "hook-token-of-the-test"
	maryPhone = "79161234567"
)

// world is one test's company with a simulated exchange that speaks HTTP both ways.
type world struct {
	t               *testing.T
	db              *postgres.DB
	clock           *prolong.ManualClock
	pbx             *pbxsim.PBX
	pbxURL, hookURL string
	service         *telephony.Service
	tickets         *tickets.Service
	queue           *jobs.Client
	first, second   int64
	mary, peter     prolong.Actor
	agent           prolong.Actor
}

var mondayMorning = time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC) // 10:00 in Moscow

func newWorld(t *testing.T, change ...func(*pbxsim.Options)) *world {
	t.Helper()
	db, clock := testdb.NewAt(t, mondayMorning)
	t.Cleanup(func() { // whatever a test did, the rules hold
		broken, err := postgres.Verify(context.Background(), db, telephony.Invariants())
		require.NoError(t, err)
		require.Empty(t, broken)
	})
	w := &world{t: t, db: db, clock: clock}
	w.seed()
	var err error
	w.queue, err = jobs.NewClient(db, jobs.Config{})
	require.NoError(t, err)
	w.tickets, err = tickets.New(db, w.queue, tickets.Neighbours{Clients: noPlans{}, Outbox: noLetters{}, People: ticketstest.People{}, Trail: trail{}},
		tickets.Config{Secret: []byte("0123456789abcdef")}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, w.tickets.EnsureDefaults(t.Context(), prolong.System("test"), "Europe/Moscow"))

	// the two sides need each other's address
	var hooks, api http.Handler
	hookServer := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { hooks.ServeHTTP(rw, r) }))
	t.Cleanup(hookServer.Close)
	apiServer := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { api.ServeHTTP(rw, r) }))
	t.Cleanup(apiServer.Close)
	w.hookURL, w.pbxURL = hookServer.URL+"/hooks/onlinepbx/"+hookToken, apiServer.URL
	o := pbxsim.Options{Domain: "demo.onpbx.ru", AuthKey: "panel-key", Clock: clock, Seed: 1, HookURL: w.hookURL, Users: []string{"101", "102"}}
	for _, f := range change {
		f(&o)
	}
	w.pbx = pbxsim.New(o)
	api = w.pbx
	w.service = w.newService()
	hooks = w.service.HookHandler(tokenOf)
	require.NoError(t, w.service.ApplyExtensions(t.Context(), prolong.System("test"), "main", []telephony.ExtensionSeat{{Extension: "101", StaffID: w.agent.ID, Forward: "+79250000001"}}))
	return w
}

func tokenOf(r *http.Request) string { return r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:] }

// newService is one process: its own adapter, the shared database and exchange.
func (w *world) newService() *telephony.Service {
	w.t.Helper()
	s, err := telephony.New(w.db, w.queue, telephony.Neighbours{Directory: directory{}, People: ticketstest.People{}, Tickets: w.tickets, Trail: trail{}}, telephony.Config{
		Lines:  []telephony.Line{{Key: "main", Country: "RU", HookToken: hookToken, OwnNumbers: []string{"74950000000"}}},
		Secret: []byte("0123456789abcdef"), CallbackCalendar: "office", Recordings: true,
	}, slog.New(slog.DiscardHandler))
	require.NoError(w.t, err)
	client := outbound.NewClient(outbound.Options{Service: "onlinePBX", Burst: 1000, FailuresMax: 1000, Attempts: 1})
	adapter, err := onlinepbx.New(onlinepbx.Config{
		Domain: "demo.onpbx.ru", AuthKey: "panel-key", BaseURL: w.pbxURL, Country: "RU", HTTP: client, Media: client, Sessions: s.Sessions("main"), Clock: w.clock,
		Sleep: func(context.Context, time.Duration) error { return nil },
	})
	require.NoError(w.t, err)
	require.NoError(w.t, s.SetPBX("main", adapter))
	return s
}

func (w *world) seed() {
	exec := func(sql string, args ...any) int64 {
		var id int64
		require.NoError(w.t, w.db.Pool.QueryRow(w.t.Context(), sql, args...).Scan(&id))
		return id
	}
	seller := exec(`INSERT INTO sellers (key, country, name, tax_id, time_zone, vat_regime, closing_policy, created_at)
		VALUES ('main', 'RU', 'ООО «Пример Софт»', '7701001238', 'Europe/Moscow', 'general', 'next_day', now()) RETURNING id`)
	account := func(external, code, phone string) int64 {
		return exec(`INSERT INTO accounts (external_id, seller_id, payment_code, name, country, phone, created_at) VALUES ($1, $2, $3, 'ООО «Пример»', 'RU', $4, now()) RETURNING id`, external, seller, code, phone)
	}
	w.first, w.second = account("A1", "58291375", ""), account("A2", "58291376", "+74951112233")
	contact := func(email, phone string, account int64) prolong.Actor {
		id := exec(`INSERT INTO contacts (email, name, phone, created_at) VALUES ($1, 'Мария Петрова', $2, now()) RETURNING id`, email, phone)
		exec(`INSERT INTO memberships (account_id, contact_id, role, valid_from, receives_invoices, receives_documents, receives_tickets, actor, created_at)
			VALUES ($1, $2, 'employee', '2026-01-01', true, true, true, 'test', now()) RETURNING id`, account, id)
		return prolong.Actor{Kind: prolong.ActorContact, ID: id}
	}
	w.mary, w.peter = contact("mary@one.example", "+"+maryPhone, w.first), contact("peter@two.example", "", w.second)
	id := exec(`INSERT INTO staff (email, name, role, created_at) VALUES ('agent@vendor.example', 'Анна Смирнова', 'support', now()) RETURNING id`)
	w.agent = prolong.Actor{Kind: prolong.ActorStaff, ID: id, Name: "agent@vendor.example"}
}

// hear delivers the due webhooks and works them in, as the jobs would.
func (w *world) hear() {
	w.t.Helper()
	_, err := w.pbx.Deliver(w.t.Context())
	require.NoError(w.t, err)
	for _, id := range w.ids(`SELECT id FROM phone_hooks WHERE processed_at IS NULL ORDER BY id`) {
		require.NoError(w.t, w.service.ReadHook(w.t.Context(), id))
	}
}

func (w *world) pull() telephony.PullResult {
	w.t.Helper()
	r, err := w.service.PullHistory(w.t.Context(), "main")
	require.NoError(w.t, err)
	return r
}

func (w *world) callbacks() []telephony.Callback {
	w.t.Helper()
	_, err := w.service.SweepCallbacks(w.t.Context())
	require.NoError(w.t, err)
	list, err := w.service.ListCallbacks(w.t.Context(), w.agent, 0, false)
	require.NoError(w.t, err)
	return list
}

func (w *world) calls(actor prolong.Actor, f telephony.Filter) []telephony.Call {
	w.t.Helper()
	list, total, err := w.service.ListCalls(w.t.Context(), actor, f)
	require.NoError(w.t, err)
	require.Len(w.t, list, min(total, max(f.Limit, 50)))
	return list
}

func (w *world) ids(sql string, args ...any) []int64 {
	w.t.Helper()
	rows, err := w.db.Pool.Query(w.t.Context(), sql, args...)
	require.NoError(w.t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	require.NoError(w.t, err)
	return ids
}

func (w *world) text(sql string, args ...any) string {
	w.t.Helper()
	var s string
	require.NoError(w.t, w.db.Pool.QueryRow(w.t.Context(), sql, args...).Scan(&s))
	return s
}

// ledger is everything that the calls and open tasks say, without ids and times of ours.
func (w *world) ledger() string {
	return w.text(`SELECT coalesce(string_agg(l, E'\n' ORDER BY l), '') FROM (
		SELECT concat_ws('|', line, uuid, direction, state, outcome, account_id, contact_id, client_phone, client_raw, extension, agent_id, trunk,
			started_at, answered_at, ended_at, talk_seconds, total_seconds, cause, final) AS l FROM calls
		UNION ALL SELECT concat_ws('|', 'callback', client_phone, account_id, missed, first_missed_at, last_missed_at, due_at) FROM callbacks WHERE state = 'open') x`)
}

type directory struct{}

func (directory) ByPhone(ctx context.Context, tx postgres.Tx, phone string) ([]telephony.Candidate, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT m.account_id, a.name, c.id, c.name FROM contacts c JOIN memberships m ON m.contact_id = c.id AND m.valid_to IS NULL JOIN accounts a ON a.id = m.account_id WHERE c.phone = $1
		UNION ALL SELECT id, name, 0, '' FROM accounts WHERE phone = $1`, phone)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[telephony.Candidate])
}

type trail struct{}

func (trail) Record(ctx context.Context, tx postgres.Tx, e tickets.TrailEntry) error {
	var account *int64
	if e.AccountID != 0 {
		account = &e.AccountID
	}
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO audit_entries (at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, account_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.Now, string(e.Actor.Kind), e.Actor.ID, e.Actor.Name, e.Action, e.SubjectKind, e.SubjectID, account)
	return err
}

type noPlans struct{}

func (noPlans) Plan(context.Context, postgres.Tx, int64) (string, error) { return "", nil }

type noLetters struct{}

func (noLetters) Queue(context.Context, postgres.Tx, tickets.OutgoingLetter) error { return nil }
func (noLetters) About(context.Context, postgres.Tx, string) (tickets.LetterSubject, bool, error) {
	return tickets.LetterSubject{}, false, nil
}
func (noLetters) Returned(context.Context, postgres.Tx, tickets.ReturnedLetter) error { return nil }
