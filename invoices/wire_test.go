package invoices_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
	"prolong/invoices"
	"prolong/invoices/render"
	"prolong/notify"
)

var moscow = mustZone("Europe/Moscow")

func mustZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

// house is billing and invoices on a test database that stands at the morning of 2026-03-01.
type house struct {
	db       *postgres.DB
	clock    *prolong.ManualClock
	billing  *billing.Service
	invoices *invoices.Service
	notify   *notify.Service
}

func newHouse(t testing.TB) *house {
	t.Helper()
	db, clock := testdb.NewAt(t, time.Date(2026, 3, 1, 9, 0, 0, 0, moscow))
	log := slog.New(slog.DiscardHandler)
	queue, err := jobs.NewClient(db, jobs.Config{})
	require.NoError(t, err)
	mail, err := notify.NewFolderTransport(t.TempDir())
	require.NoError(t, err)
	letters, err := notify.New(db, queue, mail, nil, notify.Config{From: "billing@example.test", Letterhead: notify.Letterhead{Brand: "Prolong"}}, log)
	require.NoError(t, err)
	renderer, err := render.Embedded()
	require.NoError(t, err)
	h := &house{db: db, clock: clock, billing: billing.New(db, log), notify: letters}
	h.invoices = invoices.New(db, letters, renderer, log)
	_, err = h.billing.Apply(context.Background(), []billing.SellerSpec{{
		Seller: billing.Seller{Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: moscow,
			VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО Сбербанк", CorrAccount: "30101810400000000225", Currency: prolong.RUB}},
	}}, []billing.PlanSpec{{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead,
			GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)},
	}})
	require.NoError(t, err)
	return h
}

// policy lets the seller give up to so many kopecks.
func (h *house) policy(t testing.TB, writeOffMinor int64) {
	t.Helper()
	_, err := h.db.Pool.Exec(context.Background(), `UPDATE sellers SET write_off_minor = $1`, writeOffMinor)
	require.NoError(t, err)
}

// accounts imports n clients that are paid through the given day.
func (h *house) accounts(t testing.TB, n int, paidThrough, price string) {
	t.Helper()
	var csv strings.Builder
	csv.WriteString("external_id,name,legal_form,country,email,plan,price,currency,paid_through\n")
	for i := range n {
		fmt.Fprintf(&csv, "c%05d,«Пример %d»,ООО,RU,c%d@example.test,standard,%s,RUB,%s\n", i, i, i, price, paidThrough)
	}
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(csv.String()))
	require.NoError(t, err)
	done, err := h.billing.ImportAccounts(context.Background(), prolong.System("test"), rows, bad, "main", true)
	require.NoError(t, err)
	require.Equal(t, n, done.Created)
}

// pay settles every open invoice by one payment each.
func (h *house) pay(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, h.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		c, err := billing.CatalogIn(ctx, tx)
		require.NoError(t, err)
		rows, err := tx.Pgx.Query(ctx, `SELECT DISTINCT account_id FROM invoices WHERE status = 'open'`)
		require.NoError(t, err)
		var ids []billing.AccountID
		for rows.Next() {
			var id int64
			require.NoError(t, rows.Scan(&id))
			ids = append(ids, billing.AccountID(id))
		}
		require.NoError(t, rows.Err())
		accounts, err := billing.LockAccounts(ctx, tx, ids)
		require.NoError(t, err)
		open, err := invoices.LockOpen(ctx, tx, ids)
		require.NoError(t, err)
		j := billing.NewJournal(tx, prolong.System("test"))
		var payments []billing.Payment
		var settlements []invoices.Settlement
		var days []prolong.Date
		for account, list := range open {
			for _, inv := range list {
				payments = append(payments, billing.Payment{SellerID: inv.SellerID, AccountID: account, Channel: billing.ChannelCorrection, ChannelRef: correction.Add(1),
					Amount: inv.Residual(), State: billing.PaymentMatched, ValueOn: inv.IssuedOn})
				days = append(days, inv.IssuedOn)
				settlements = append(settlements, invoices.Settlement{AccountID: account, Parts: []invoices.Part{{Invoice: inv.ID, Amount: inv.Residual()}}})
			}
		}
		received, err := j.Receive(ctx, payments, days)
		require.NoError(t, err)
		for i := range received {
			settlements[i].Payment = received[i]
		}
		_, err = h.invoices.Settle(ctx, tx, j, prolong.System("test"), c, accounts, open, settlements)
		return err
	}))
}

func (h *house) count(t testing.TB, sql string) int {
	t.Helper()
	var n int
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), sql).Scan(&n))
	return n
}

// sound fails the test if an invariant is broken.
func (h *house) sound(t testing.TB) {
	t.Helper()
	broken, err := postgres.Verify(context.Background(), h.db, append(billing.Invariants(), invoices.Invariants()...))
	require.NoError(t, err)
	require.Empty(t, broken)
}
