package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
	"prolong/notify"
)

var (
	now    = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	system = prolong.System("test")
	desk   = identity.Origin{IP: "192.0.2.17", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
)

// bundle is a test's own world: a database with client businesses, the room with the real
// outbox, and a queue that works its jobs when told to.
type bundle struct {
	accounts []billing.AccountID
	clock    *prolong.ManualClock
	db       *postgres.DB
	queue    *jobs.Client
	room     *identity.Service
}

// lateQueue closes the circle of wiring, as cmd/prolong does.
type lateQueue struct{ jobs.Enqueuer }

func setup(t testing.TB, accounts int) *bundle {
	t.Helper()
	db, clock := testdb.NewAt(t, now)
	queue := &lateQueue{}
	folder, err := notify.NewFolderTransport(t.TempDir())
	require.NoError(t, err)
	outbox, err := notify.New(db, queue, folder, nil, notify.Config{
		From: "billing@example.test", Letterhead: notify.Letterhead{Brand: "Пример Софт", CabinetURL: "https://cabinet.example.test"},
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	room := identity.New(db, queue, outbox, identity.Config{Issuer: "Пример Софт", Location: moscow})
	workers := river.NewWorkers()
	identity.Register(workers, room)
	client, err := jobs.NewClient(db, jobs.Config{Workers: workers, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	queue.Enqueuer = withoutLetters{client}
	return &bundle{accounts: importAccounts(t, db, accounts), clock: clock, db: db, queue: client, room: room}
}

// withoutLetters leaves letters in the outbox, where the test reads them.
type withoutLetters struct{ *jobs.Client }

func (e withoutLetters) Enqueue(ctx context.Context, tx postgres.Tx, args ...river.JobArgs) error {
	args = slices.DeleteFunc(slices.Clone(args), func(a river.JobArgs) bool { _, letter := a.(notify.SendArgs); return letter })
	return e.Client.Enqueue(ctx, tx, args...)
}

func importAccounts(t testing.TB, db *postgres.DB, n int) []billing.AccountID {
	t.Helper()
	if n == 0 {
		return nil
	}
	s := billing.New(db, slog.New(slog.DiscardHandler))
	_, err := s.Apply(t.Context(), []billing.SellerSpec{{Seller: billing.Seller{
		Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: time.UTC,
		VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay,
	}, BankAccounts: []billing.BankAccount{{
		Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО Сбербанк", CorrAccount: "30101810400000000225", Currency: prolong.RUB,
	}}}}, []billing.PlanSpec{{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead,
			GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)},
	}})
	require.NoError(t, err)
	var csv strings.Builder
	csv.WriteString("external_id,name,legal_form,country,tax_id,kpp,email,phone,bank_account,bank_bic,plan,period_months,price,currency,paid_through\n")
	for i := range n {
		fmt.Fprintf(&csv, "a%d,«Пример %d»,ООО,RU,7713699602,771301001,client%d@example.test,,,,standard,,,RUB,2026-12-31\n", i, i, i)
	}
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(csv.String()))
	require.NoError(t, err)
	done, err := s.ImportAccounts(t.Context(), system, rows, bad, "main", true)
	require.NoError(t, err)
	require.Len(t, done.Accounts, n)
	return done.Accounts
}

// member lets a person into an account and returns him as an actor.
func (b *bundle) member(t *testing.T, account billing.AccountID, email string, role identity.MemberRole) (prolong.Actor, identity.Member) {
	t.Helper()
	m, err := b.room.Invite(t.Context(), system, account, identity.Invitation{Email: email, Name: "Имя " + email, Role: role, AccountName: "ООО «Пример»"})
	require.NoError(t, err)
	return prolong.Actor{Kind: prolong.ActorContact, ID: m.Contact.ID, Name: email}, m
}

const goodPassword = "correct horse battery"

// staff makes a person of the vendor with a second factor and returns him as an actor.
func (b *bundle) staff(t *testing.T, email string, role identity.Role) prolong.Actor {
	t.Helper()
	_, err := b.room.ApplyStaff(t.Context(), system, []identity.StaffSpec{{Email: email, Name: email, Role: role, Password: goodPassword, SecondFactor: totpSecret}})
	require.NoError(t, err)
	return b.staffActor(t, email)
}

func (b *bundle) staffActor(t *testing.T, email string) prolong.Actor {
	t.Helper()
	list, err := b.room.FindStaff(t.Context())
	require.NoError(t, err)
	for _, p := range list {
		if p.Email == email {
			return prolong.Actor{Kind: prolong.ActorStaff, ID: p.ID, Name: p.Email}
		}
	}
	require.FailNow(t, "no such staff", email)
	return prolong.Actor{}
}

func (b *bundle) inTx(t *testing.T, fn func(ctx context.Context, tx postgres.Tx)) {
	t.Helper()
	require.NoError(t, b.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		fn(ctx, tx)
		return nil
	}))
}

func (b *bundle) count(t *testing.T, from string) (n int) {
	t.Helper()
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM "+from).Scan(&n))
	return n
}

func (b *bundle) actions(t *testing.T) (actions []string) {
	t.Helper()
	entries, err := b.room.FindAudit(t.Context(), identity.AuditFilter{})
	require.NoError(t, err)
	for _, e := range entries {
		actions = append(actions, e.Action)
	}
	return actions
}

func code(err error) prolong.Code { return prolong.CodeOf(err) }

func key(err error) string {
	var e *prolong.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Key
}

// lastCode reads the newest login code out of the outbox.
func (b *bundle) lastCode(t *testing.T) string {
	t.Helper()
	require.NoError(t, b.queue.Drain(t.Context()))
	var payload []byte
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), "SELECT payload FROM messages WHERE purpose = 'login.code' ORDER BY id DESC LIMIT 1").Scan(&payload))
	var p notify.LoginCode
	require.NoError(t, json.Unmarshal(payload, &p))
	require.Regexp(t, `^\d{6}$`, p.Code)
	return p.Code
}
