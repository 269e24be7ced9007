package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

// world is one test's company: a database, a clock, the rooms around, some clients and staff.
type world struct {
	t       *testing.T
	db      *postgres.DB
	clock   *prolong.ManualClock
	service *Service
	outbox  *fakeOutbox
	queue   *jobs.Client
	// two clients; Mary belongs to the first, Peter to the second, Vera to both
	first, second     int64
	mary, peter, vera prolong.Actor
	agent, colleague  prolong.Actor
	supportAddress    string
}

// mondayMorning is 2026-06-01 10:00 in Moscow, inside office hours.
var mondayMorning = time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, options ...func(*Config)) *world {
	t.Helper()
	db, clock := testdb.NewAt(t, mondayMorning)
	t.Cleanup(func() { // whatever a test did, the rules hold
		broken, err := postgres.Verify(context.Background(), db, Invariants())
		require.NoError(t, err)
		require.Empty(t, broken)
	})
	w := &world{t: t, db: db, clock: clock, outbox: &fakeOutbox{}, supportAddress: "support@vendor.example"}
	w.seed()
	var err error
	w.queue, err = jobs.NewClient(db, jobs.Config{})
	require.NoError(t, err)
	cfg := Config{Secret: []byte("0123456789abcdef"), Mailboxes: []Mailbox{{Key: "support", Address: w.supportAddress}}, TrustedAuthServers: []string{"mx.vendor.example"}}
	for _, o := range options {
		o(&cfg)
	}
	w.service, err = New(db, w.queue, Neighbours{Clients: testClients{}, Outbox: w.outbox, People: testPeople{}, Trail: testTrail{}}, cfg, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, w.service.EnsureDefaults(t.Context(), prolong.System("test"), "Europe/Moscow"))
	return w
}

// seed writes the clients and people that other rooms would.
func (w *world) seed() {
	ctx := w.t.Context()
	exec := func(sql string, args ...any) int64 {
		var id int64
		require.NoError(w.t, w.db.Pool.QueryRow(ctx, sql, args...).Scan(&id))
		return id
	}
	seller := exec(`INSERT INTO sellers (key, country, name, tax_id, time_zone, vat_regime, closing_policy, created_at)
		VALUES ('main', 'RU', 'ООО «Пример Софт»', '7701001238', 'Europe/Moscow', 'general', 'next_day', now()) RETURNING id`)
	account := func(external, code, name string) int64 {
		return exec(`INSERT INTO accounts (external_id, seller_id, payment_code, name, country, created_at) VALUES ($1, $2, $3, $4, 'RU', now()) RETURNING id`, external, seller, code, name)
	}
	w.first, w.second = account("A1", "58291375", "ООО «Пример Один»"), account("A2", "58291376", "ООО «Пример Два»")
	contact := func(email, name string, accounts ...int64) prolong.Actor {
		id := exec(`INSERT INTO contacts (email, name, language, created_at) VALUES ($1, $2, 'ru', now()) RETURNING id`, email, name)
		for _, a := range accounts {
			exec(`INSERT INTO memberships (account_id, contact_id, role, valid_from, receives_invoices, receives_documents, receives_tickets, actor, created_at)
				VALUES ($1, $2, 'employee', '2026-01-01', true, true, true, 'test', now()) RETURNING id`, a, id)
		}
		return prolong.Actor{Kind: prolong.ActorContact, ID: id, Name: email}
	}
	w.mary, w.peter = contact("mary@one.example", "Мария", w.first), contact("peter@two.example", "Пётр", w.second)
	w.vera = contact("vera@both.example", "Вера", w.first, w.second)
	staff := func(email, name string) prolong.Actor {
		id := exec(`INSERT INTO staff (email, name, role, created_at) VALUES ($1, $2, 'support', now()) RETURNING id`, email, name)
		return prolong.Actor{Kind: prolong.ActorStaff, ID: id, Name: email}
	}
	w.agent, w.colleague = staff("agent@vendor.example", "Агент"), staff("colleague@vendor.example", "Коллега")
}

// file files a ticket of Mary's.
func (w *world) file(text string) Ticket {
	w.t.Helper()
	t, err := w.service.FileTicket(w.t.Context(), w.mary, NewTicket{AccountID: w.first, Subject: "Вопрос", Text: text})
	require.NoError(w.t, err)
	return t
}

func (w *world) reply(actor prolong.Actor, ticketID int64, text string, to Status) int64 {
	w.t.Helper()
	id, err := w.service.Reply(w.t.Context(), actor, ticketID, Reply{Text: text, Status: to})
	require.NoError(w.t, err)
	return id
}

func (w *world) thread(actor prolong.Actor, ticketID int64) Thread {
	w.t.Helper()
	th, err := w.service.Thread(w.t.Context(), actor, ticketID)
	require.NoError(w.t, err)
	return th
}

// at moves the clock to an instant of Moscow's wall clock.
func (w *world) at(s string) time.Time {
	w.t.Helper()
	t := at(w.t, "Europe/Moscow", s)
	w.clock.Set(t)
	return t
}

// letter is a letter to support in the making.
type letter struct {
	from, to, subject, text, id string
	headers                     []string
}

func (l letter) raw() []byte {
	var b strings.Builder
	if l.to == "" {
		l.to = "support@vendor.example"
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: Mon, 01 Jun 2026 10:00:00 +0300\r\n", l.from, l.to, l.subject)
	if l.id != "" {
		fmt.Fprintf(&b, "Message-ID: %s\r\n", l.id)
	}
	for _, h := range l.headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("Content-Type: text/plain; charset=utf-8\r\n\r\n" + l.text + "\r\n")
	return []byte(b.String())
}

// receive stores raw bytes as the mailbox would and has them read.
func (w *world) receive(raw []byte) StoredLetter {
	w.t.Helper()
	return w.receiveFrom("support", raw)
}

func (w *world) receiveFrom(mailbox string, raw []byte) StoredLetter {
	w.t.Helper()
	ctx := w.t.Context()
	id, err := w.service.TakeLetter(ctx, w.agent, mailbox, w.clock.Now(), raw)
	require.NoError(w.t, err)
	require.NoError(w.t, w.service.ReadLetter(ctx, id))
	letters, _, err := w.service.ListLetters(ctx, w.agent, LetterFilter{Limit: 1})
	require.NoError(w.t, err)
	require.Equal(w.t, id, letters[0].ID)
	return letters[0]
}

// enqueued returns the arguments of the jobs of a kind, in the order of their insertion.
func enqueued[A river.JobArgs](w *world) []A {
	w.t.Helper()
	var zero A
	rows, err := w.db.Pool.Query(w.t.Context(), `SELECT args FROM river_job WHERE kind = $1 ORDER BY id`, zero.Kind())
	require.NoError(w.t, err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	require.NoError(w.t, err)
	out := make([]A, len(texts))
	for i, text := range texts {
		require.NoError(w.t, json.Unmarshal(text, &out[i]))
	}
	return out
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	require.NoError(w.t, w.db.Pool.QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}

// testPeople answers from identity's tables, as its service does.
type testPeople struct{}

func (testPeople) Contact(ctx context.Context, tx postgres.Tx, id int64) (Person, error) {
	return person(ctx, tx, `SELECT c.id, c.name, c.email, c.language, coalesce(array_agg(m.account_id ORDER BY m.account_id) FILTER (WHERE m.valid_to IS NULL), '{}')
		FROM contacts c LEFT JOIN memberships m ON m.contact_id = c.id WHERE c.id = $1 AND c.disabled_at IS NULL GROUP BY c.id`, id)
}

func (testPeople) ContactByEmail(ctx context.Context, tx postgres.Tx, email string) (Person, bool, error) {
	var id int64
	err := tx.Pgx.QueryRow(ctx, `SELECT id FROM contacts WHERE email = $1`, email).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, false, nil
	}
	if err != nil {
		return Person{}, false, err
	}
	p, err := testPeople{}.Contact(ctx, tx, id)
	return p, err == nil, err
}

func (testPeople) Staff(ctx context.Context, tx postgres.Tx, id int64) (Person, error) {
	return person(ctx, tx, `SELECT id, name, email, language, '{}'::bigint[] FROM staff WHERE id = $1 AND locked_at IS NULL`, id)
}

func (testPeople) StaffByEmail(ctx context.Context, tx postgres.Tx, email string) (Person, bool, error) {
	p, err := person(ctx, tx, `SELECT id, name, email, language, '{}'::bigint[] FROM staff WHERE email = $1 AND locked_at IS NULL`, email)
	if prolong.CodeOf(err) == prolong.CodeNotFound {
		return Person{}, false, nil
	}
	return p, err == nil, err
}

func (testPeople) Support(ctx context.Context, tx postgres.Tx) ([]Person, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, name, email, language, '{}'::bigint[] AS accounts FROM staff WHERE locked_at IS NULL ORDER BY id`)
	return postgres.Collect[Person](rows, err)
}

func person(ctx context.Context, tx postgres.Tx, sql string, arg any) (Person, error) {
	var p Person
	err := tx.Pgx.QueryRow(ctx, sql, arg).Scan(&p.ID, &p.Name, &p.Email, &p.Language, &p.Accounts)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.contact_not_found", nil)
	}
	return p, err
}

type testClients struct{}

func (testClients) Plan(ctx context.Context, tx postgres.Tx, accountID int64) (string, error) {
	var plan string
	err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT p.key FROM subscriptions s JOIN plans p ON p.id = s.plan_id WHERE s.account_id = $1 LIMIT 1), '')`, accountID).Scan(&plan)
	return plan, err
}

type testTrail struct{}

func (testTrail) Record(ctx context.Context, tx postgres.Tx, e TrailEntry) error {
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO audit_entries (at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, account_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.Now, string(e.Actor.Kind), e.Actor.ID, e.Actor.Name, e.Action, e.SubjectKind, e.SubjectID, postgres.Nullable(e.AccountID))
	return err
}

// fakeOutbox takes letters instead of a mail server.
type fakeOutbox struct {
	mu       sync.Mutex
	letters  []OutgoingLetter
	returned []ReturnedLetter
}

func (o *fakeOutbox) Queue(_ context.Context, _ postgres.Tx, l OutgoingLetter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, old := range o.letters {
		if old.Subject == l.Subject && old.To.Key() == l.To.Key() {
			return nil
		}
	}
	l.References = append([]string{}, l.References...)
	o.letters = append(o.letters, l)
	return nil
}

// idOf is the Message-ID that the outbox gave the n-th letter.
func idOf(n int) string { return fmt.Sprintf("sent-%d@vendor.example", n) }

func (o *fakeOutbox) About(_ context.Context, _ postgres.Tx, id string) (LetterSubject, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, l := range o.letters {
		if idOf(i) == id {
			return l.Subject, true, nil
		}
	}
	return LetterSubject{}, false, nil
}

func (o *fakeOutbox) Returned(_ context.Context, _ postgres.Tx, r ReturnedLetter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.returned = append(o.returned, r)
	return nil
}

func (o *fakeOutbox) sent(kind LetterKind) []OutgoingLetter {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []OutgoingLetter
	for _, l := range o.letters {
		if l.Kind == kind {
			out = append(out, l)
		}
	}
	return out
}
