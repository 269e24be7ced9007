package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
	"prolong/notify"
)

var now = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

// riverEnqueuer inserts jobs with a client that works none.
type riverEnqueuer struct{ client *river.Client[pgx.Tx] }

func newEnqueuer(tb testing.TB, db *postgres.DB) riverEnqueuer {
	tb.Helper()
	client, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{})
	require.NoError(tb, err)
	return riverEnqueuer{client}
}

func (e riverEnqueuer) Enqueue(ctx context.Context, tx postgres.Tx, args ...river.JobArgs) error {
	params := make([]river.InsertManyParams, len(args))
	for i, a := range args {
		params[i] = river.InsertManyParams{Args: a}
	}
	_, err := e.client.InsertManyFastTx(ctx, tx.Pgx, params)
	return err
}

// pdfs is a source of attachments; its file names are those of Russian documents.
type pdfs struct{ fail atomic.Bool }

func (p *pdfs) Attachment(_ context.Context, kind string, id int64) (string, string, []byte, error) {
	if p.fail.Load() {
		return "", "", nil, errors.New("the renderer is not ready")
	}
	return fmt.Sprintf("Счёт № %d (%s).pdf", id, kind), "application/pdf", []byte("%PDF-1.4 " + strings.Repeat("x", 3000)), nil
}

// gate is a transport that the test opens and closes.
type gate struct {
	mu    sync.Mutex
	err   error
	sent  []string
	mails [][]byte
}

func (g *gate) Send(_ context.Context, m *notify.Mail) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return g.err
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return err
	}
	g.sent, g.mails = append(g.sent, m.MessageID), append(g.mails, b.Bytes())
	return nil
}

func (g *gate) set(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.err = err
}

type outboxBundle struct {
	attacher *pdfs
	clock    *prolong.ManualClock
	db       *postgres.DB
	outbox   *notify.Service
}

func config() notify.Config {
	return notify.Config{
		From: "billing@example.test", Domain: "mail.example.test", ReplyTo: "billing+{token}@example.test",
		Letterhead: notify.Letterhead{Brand: "Пример Софт", CabinetURL: "https://cabinet.example.test"},
	}
}

func newOutbox(tb testing.TB, transport notify.Transport, change ...func(*notify.Config)) *outboxBundle {
	tb.Helper()
	db, clock := testdb.NewAt(tb, now)
	b := &outboxBundle{attacher: &pdfs{}, clock: clock, db: db}
	cfg := config()
	for _, f := range change {
		f(&cfg)
	}
	var err error
	b.outbox, err = notify.New(db, newEnqueuer(tb, db), transport, b.attacher, cfg, slog.New(slog.DiscardHandler))
	require.NoError(tb, err)
	return b
}

func (b *outboxBundle) queue(tb testing.TB, msgs ...notify.Message) int {
	tb.Helper()
	var n int
	require.NoError(tb, b.db.WithTx(tb.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
		n, err = b.outbox.Queue(ctx, tx, msgs...)
		return err
	}))
	return n
}

func (b *outboxBundle) only(t *testing.T) notify.Sent {
	t.Helper()
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// anInvoice is the payload of a letter that brings an invoice.
func anInvoice() notify.Payload {
	list := notify.Examples()
	return list[slices.IndexFunc(list, func(p notify.Payload) bool { return p.Purpose() == notify.PurposeInvoiceIssued })]
}

func invoiceTo(address string, id int64) notify.Message {
	return notify.Message{
		Subject: notify.Subject{Kind: "invoice", ID: id}, Recipient: notify.Recipient{Email: address, Name: "Анна Примерова"},
		Language: "ru", Payload: anInvoice(), Attachments: []notify.Attachment{{Kind: "invoice", ID: id}},
	}
}

func jobCount(t *testing.T, db *postgres.DB) (n int) {
	t.Helper()
	require.NoError(t, db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE kind = 'message.send'").Scan(&n))
	return n
}

func TestQueueSaysEachThingOnce(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	require.Equal(t, 2, b.queue(t, invoiceTo("Anna@Example.test", 1), invoiceTo("boris@example.test", 1), invoiceTo("anna@example.test ", 1)),
		"the same person twice in one batch is one message")
	require.Equal(t, 1, b.queue(t, invoiceTo("anna@example.test", 1), invoiceTo("anna@example.test", 2)))
	again := invoiceTo("anna@example.test", 1)
	again.Occasion = 1
	require.Equal(t, 1, b.queue(t, again))
	require.Equal(t, 4, jobCount(t, b.db))
	broken, err := postgres.Verify(t.Context(), b.db, notify.Invariants())
	require.NoError(t, err)
	require.Empty(t, broken)

	errOops := errors.New("the business failed")
	err = b.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		n, err := b.outbox.Queue(ctx, tx, invoiceTo("anna@example.test", 3))
		require.NoError(t, err)
		require.Equal(t, 1, n)
		return errOops
	})
	require.ErrorIs(t, err, errOops)
	require.Equal(t, 4, jobCount(t, b.db), "neither message nor job outlives a roll-back")
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{Subject: notify.Subject{Kind: "invoice", ID: 3}})
	require.NoError(t, err)
	require.Empty(t, list)

	_, err = b.db.Pool.Exec(t.Context(), "DELETE FROM river_job WHERE id = (SELECT min(id) FROM river_job)")
	require.NoError(t, err)
	broken, err = postgres.Verify(t.Context(), b.db, notify.Invariants())
	require.NoError(t, err)
	require.Len(t, broken, 1)
}

func TestQueueConcurrently(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	var total atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() {
			errs[i] = b.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				n, err := b.outbox.Queue(ctx, tx, invoiceTo("anna@example.test", 1), invoiceTo("boris@example.test", 2))
				total.Add(int64(n))
				return err
			})
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.EqualValues(t, 2, total.Load())
	require.Equal(t, 2, jobCount(t, b.db))
}

func TestQueueRefusesTheCallersMistakes(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	for name, m := range map[string]notify.Message{
		"no payload": {Subject: notify.Subject{Kind: "invoice", ID: 1}, Recipient: notify.Recipient{Email: "a@example.test"}},
		"no subject": {Payload: notify.LoginCode{Code: "1", ValidMinutes: 1}, Recipient: notify.Recipient{Email: "a@example.test"}},
		"incomplete": {Subject: notify.Subject{Kind: "invoice", ID: 1}, Payload: notify.InvoiceIssued{}},
		"header": {Subject: notify.Subject{Kind: "x", ID: 1}, Payload: notify.LoginCode{Code: "1", ValidMinutes: 1},
			InReplyTo: "a@b\r\nBcc: c@d"},
		"too many files": func() notify.Message {
			m := invoiceTo("a@example.test", 1)
			m.Attachments = make([]notify.Attachment, 21)
			return m
		}(),
	} {
		err := b.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			_, err := b.outbox.Queue(ctx, tx, m)
			return err
		})
		require.Error(t, err, name)
	}
	require.Zero(t, jobCount(t, b.db))
}

// An address from an imported table must not stop the invoice that it would have carried.
func TestQueueKeepsImpossibleAddressesAsFailed(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	bad := []string{"", "no address", "a@b@c", "x@example.test, y@example.test", "Имя <x@example.test>", "x@example.test\r\nBcc: z@example.test", strings.Repeat("a", 300) + "@example.test"}
	for i, address := range bad {
		require.Zero(t, b.queue(t, invoiceTo(address, int64(i))), address)
	}
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{State: notify.StateFailed})
	require.NoError(t, err)
	require.Len(t, list, len(bad))
	require.Contains(t, list[0].LastError, "error.mail_address_invalid")
	require.Zero(t, jobCount(t, b.db))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(b.outbox.Retry(t.Context(), list[0].ID)))
}

// Ten thousand invoices are queued in one transaction of a renewal sweep.
func TestQueueTenThousand(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	accounts := importAccounts(t, b.db, 20)
	msgs := make([]notify.Message, 10_000)
	for i := range msgs {
		msgs[i] = invoiceTo(fmt.Sprintf("client%d@example.test", i), int64(i))
		msgs[i].AccountID = accounts[i%len(accounts)]
	}
	start := prolong.SystemClock{}.Now()
	require.Equal(t, len(msgs), b.queue(t, msgs...))
	t.Logf("queued %d messages in %v", len(msgs), prolong.SystemClock{}.Now().Sub(start))
	require.Equal(t, len(msgs), jobCount(t, b.db))
	start = prolong.SystemClock{}.Now()
	require.Zero(t, b.queue(t, msgs...))
	t.Logf("queued them again, to no effect, in %v", prolong.SystemClock{}.Now().Sub(start))
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{AccountID: accounts[3], Limit: 1000})
	require.NoError(t, err)
	require.Len(t, list, 200, "a list has a limit")
	older, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{AccountID: accounts[3], BeforeID: list[199].ID, Limit: 1000})
	require.NoError(t, err)
	require.Len(t, older, 200)
	require.Less(t, older[0].ID, list[199].ID)
}

// importAccounts makes client businesses through billing's own entrance.
func importAccounts(t *testing.T, db *postgres.DB, n int) []billing.AccountID {
	t.Helper()
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	s := billing.New(db, slog.New(slog.DiscardHandler))
	_, err = s.Apply(t.Context(), []billing.SellerSpec{{Seller: billing.Seller{
		Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: moscow,
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
	done, err := s.ImportAccounts(t.Context(), prolong.System("test"), rows, bad, "main", true)
	require.NoError(t, err)
	require.Len(t, done.Accounts, n)
	return done.Accounts
}
