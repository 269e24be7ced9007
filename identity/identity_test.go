package identity_test

import (
	"context"
	"fmt"
	"log/slog"
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
)

var (
	now    = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	system = prolong.System("test")
	desk   = identity.Origin{IP: "192.0.2.17", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
)

// bundle is a test's own world: a database with client businesses, the room and a queue that
// works its jobs when told to.
type bundle struct {
	accounts []billing.AccountID
	clock    *prolong.ManualClock
	db       *postgres.DB
	queue    *jobs.Client
	room     *identity.Service
}

// letterbox keeps the letters of committed transactions: it writes them into the database, as
// the outbox does, which lies in a higher room.
type letterbox struct{}

func (letterbox) SendInvitation(ctx context.Context, tx postgres.Tx, m identity.InvitationMail) error {
	_, err := tx.Pgx.Exec(ctx, "INSERT INTO letters (kind, email, code) VALUES ('invitation', $1, '')", m.Email)
	return err
}

func (letterbox) SendLoginCode(ctx context.Context, tx postgres.Tx, m identity.LoginCodeMail) error {
	_, err := tx.Pgx.Exec(ctx, "INSERT INTO letters (kind, email, code) VALUES ('login_code', $1, $2)", m.Email, m.Code)
	return err
}

// lateQueue closes the circle of wiring, as cmd/prolong does.
type lateQueue struct{ jobs.Enqueuer }

func setup(tb testing.TB, accounts int) *bundle {
	tb.Helper()
	db, clock := testdb.NewAt(tb, now)
	_, err := db.Pool.Exec(tb.Context(), "CREATE TABLE letters (id bigint GENERATED ALWAYS AS IDENTITY, kind text, email text, code text)")
	require.NoError(tb, err)
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(tb, err)
	queue := &lateQueue{}
	room := identity.New(db, queue, letterbox{}, identity.Config{Issuer: "Пример Софт", Location: moscow})
	workers := river.NewWorkers()
	identity.Register(workers, room)
	client, err := jobs.NewClient(db, jobs.Config{Workers: workers, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(tb, err)
	queue.Enqueuer = client
	return &bundle{accounts: importAccounts(tb, db, accounts), clock: clock, db: db, queue: client, room: room}
}

func importAccounts(tb testing.TB, db *postgres.DB, n int) []billing.AccountID {
	tb.Helper()
	if n == 0 {
		return nil
	}
	s := billing.New(db, slog.New(slog.DiscardHandler))
	_, err := s.Apply(tb.Context(), []billing.SellerSpec{{Seller: billing.Seller{
		Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: time.UTC,
		VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay,
	}, BankAccounts: []billing.BankAccount{{
		Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО Сбербанк", CorrAccount: "30101810400000000225", Currency: prolong.RUB,
	}}}}, []billing.PlanSpec{{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead,
			GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)},
	}})
	require.NoError(tb, err)
	var csv strings.Builder
	csv.WriteString("external_id,name,legal_form,country,tax_id,kpp,email,phone,bank_account,bank_bic,plan,period_months,price,currency,paid_through\n")
	for i := range n {
		fmt.Fprintf(&csv, "a%d,«Пример %d»,ООО,RU,7713699602,771301001,client%d@example.test,,,,standard,,,RUB,2026-12-31\n", i, i, i)
	}
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(csv.String()))
	require.NoError(tb, err)
	done, err := s.ImportAccounts(tb.Context(), system, rows, bad, "main", true)
	require.NoError(tb, err)
	require.Len(tb, done.Accounts, n)
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

func key(err error) string { return prolong.KeyOf(err) }

// lastCode reads the newest login code out of its letter.
func (b *bundle) lastCode(t *testing.T) (code string) {
	t.Helper()
	require.NoError(t, b.queue.Drain(t.Context()))
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), "SELECT code FROM letters WHERE kind = 'login_code' ORDER BY id DESC LIMIT 1").Scan(&code))
	require.Regexp(t, `^\d{6}$`, code)
	return code
}
