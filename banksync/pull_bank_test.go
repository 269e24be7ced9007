package banksync_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/banks"
	"prolong/banksync/banks/banktest"
	"prolong/billing"
	"prolong/internal/testdb"
)

// bankHouse is the way of the money with a simulated bank at its beginning.
type bankHouse struct {
	*house
	bank *banktest.Simulator
	log  bytes.Buffer
}

func newBankHouse(t *testing.T, kind string) *bankHouse {
	t.Helper()
	if kind == "privatbank" || kind == "monobank" {
		return newUkrainianHouse(t, kind)
	}
	db, clock := testdb.NewAt(t, time.Date(2026, 3, 2, 9, 0, 0, 0, moscow))
	h := &bankHouse{house: wire(t, db, clock)}
	h.bank = banktest.New(t, kind, &banktest.Ledger{Number: ownAccount, BIC: "044525225", Currency: prolong.RUB, Clock: clock, Zone: moscow})
	_, err := h.billing.Apply(context.Background(), []billing.SellerSpec{{
		Seller: billing.Seller{Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: moscow,
			VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: ownAccount, BIC: "044525225", Bank: "Пример Банк", CorrAccount: "30101810400000000225", Currency: prolong.RUB, SourceKind: kind}},
	}}, []billing.PlanSpec{{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead,
			GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)},
	}})
	require.NoError(t, err)
	h.connect()
	require.NoError(t, h.banksync.DeclareSources(context.Background(), []banksync.SourceSpec{{Number: ownAccount, Settings: h.bank.Settings()}}))
	return h
}

func newUkrainianHouse(t *testing.T, kind string) *bankHouse {
	t.Helper()
	kyiv := mustZone("Europe/Kyiv")
	db, clock := testdb.NewAt(t, time.Date(2026, 3, 2, 9, 0, 0, 0, kyiv))
	h := &bankHouse{house: wire(t, db, clock)}
	const number = "UA713052990000026001234567890"
	h.bank = banktest.New(t, kind, &banktest.Ledger{Number: number, BIC: "305299", Currency: prolong.UAH, Clock: clock, Zone: kyiv})
	_, err := h.billing.Apply(context.Background(), []billing.SellerSpec{{
		Seller:       billing.Seller{Key: "main", Country: prolong.Ukraine, Name: "ТОВ «Приклад»", TaxID: "31451288", Location: kyiv, VAT: billing.VATNone, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: number, BIC: "305299", Bank: "Приклад Банк", Currency: prolong.UAH, SourceKind: kind}},
	}}, nil)
	require.NoError(t, err)
	h.connect()
	require.NoError(t, h.banksync.DeclareSources(context.Background(), []banksync.SourceSpec{{Number: number, Settings: h.bank.Settings()}}))
	return h
}

func TestUkrainianBanks(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"monobank", "privatbank"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newBankHouse(t, kind)
			n := h.bank.Ledger.Put(banktest.Line{Minor: 90000, TaxID: "14360570", Purpose: "Сплата за послуги", At: h.clock.Now().Add(-time.Hour)})
			require.Equal(t, 1, h.pull(t).Credits)
			h.clock.Advance(15 * time.Minute)
			require.Zero(t, h.pull(t).New)
			h.sound(t)
			h.bank.Ledger.Change(n, func(l *banktest.Line) { l.State = banktest.Reversed })
			h.clock.Advance(15 * time.Minute)
			report := h.pull(t)
			if kind == "monobank" { // the money leaves by a line of its own
				require.Equal(t, 1, report.New)
				require.Equal(t, 1, h.count(t, `SELECT count(*) FROM bank_lines WHERE direction = 'debit'`))
			} else {
				require.Equal(t, 1, report.Reversed)
				require.Zero(t, h.count(t, `SELECT count(*) FROM payments WHERE state = 'review'`))
			}
			h.sound(t)
		})
	}
}

func (h *bankHouse) connect() {
	h.banksync.ConnectBanks(banks.Config{
		Logger: slog.New(slog.NewTextHandler(&h.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Secrets: h.bank.Secrets(), Transport: h.bank,
		Sleep: func(ctx context.Context, d time.Duration) error {
			h.clock.Advance(d)
			return ctx.Err()
		},
	})
}

func (h *bankHouse) pull(t *testing.T) banksync.Report {
	t.Helper()
	reports, err := h.banksync.Pull(context.Background(), prolong.System("bank_pull"))
	require.NoError(t, err)
	require.Len(t, reports, 1)
	return reports[0]
}

func (h *bankHouse) status(t *testing.T) banksync.SourceStatus {
	t.Helper()
	list, err := h.banksync.Sources(context.Background())
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// pays puts the client's payment of his invoice into the bank's books.
func (h *bankHouse) pays(o openInvoice, change func(*banktest.Line)) int {
	line := banktest.Line{Minor: o.minor, Name: "ООО " + o.name, TaxID: o.taxID, Purpose: "Оплата по счету № " + o.number + " от 01.03.2026"}
	if change != nil {
		change(&line)
	}
	return h.bank.Ledger.Put(line)
}

func (h *bankHouse) paidThrough(t *testing.T, externalID string) string {
	t.Helper()
	access, _, err := h.billing.AccessOf(context.Background(), externalID)
	require.NoError(t, err)
	return access.PaidThrough.String()
}

func (h *bankHouse) count(t *testing.T, query string) (n int) {
	t.Helper()
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), query).Scan(&n))
	return n
}

func TestABankIsPulledOnceHoweverOften(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"alfa", "modulbank", "sber", "tbank", "tochka"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newBankHouse(t, kind)
			open := h.accounts(t, 3)
			h.pays(open[0], nil)
			pending := h.pays(open[1], func(l *banktest.Line) { l.State = banktest.Pending })
			h.bank.Ledger.Put(banktest.Line{Minor: 5000, Debit: true, Purpose: "Комиссия банка"})
			first := h.pull(t)
			require.Equal(t, 3, first.Lines)
			if kind == "alfa" || kind == "sber" { // their rows are final when the day is over
				require.Zero(t, first.Matched)
				h.clock.Advance(24 * time.Hour)
				first = h.pull(t)
				require.Equal(t, 2, first.Matched)
			} else {
				require.Equal(t, 1, first.Matched)
				h.bank.Ledger.Change(pending, func(l *banktest.Line) { l.State = banktest.Booked })
				require.Equal(t, 1, h.pull(t).Matched, "what was pending pays when it is booked")
			}
			require.Equal(t, "2026-04-20", h.paidThrough(t, open[1].externalID))
			imports := h.count(t, `SELECT count(*) FROM bank_imports`)
			for range 3 {
				h.clock.Advance(15 * time.Minute)
				again := h.pull(t)
				require.Zero(t, again.New+again.Credits)
			}
			require.Equal(t, imports, h.count(t, `SELECT count(*) FROM bank_imports`), "a pull without news stores nothing")
			require.Equal(t, 2, h.count(t, `SELECT count(*) FROM payments`))
			h.sound(t)
			status := h.status(t)
			require.Equal(t, kind, status.Kind)
			require.Zero(t, status.Missed)
			require.Equal(t, prolong.DateOf(h.clock.Now(), moscow), status.GoodThrough)
			lag, ok := status.Lag(h.clock.Now().Add(time.Hour))
			require.True(t, ok)
			require.GreaterOrEqual(t, lag, time.Hour)
		})
	}
}

func TestAHoldIsPaidWithWhatItBecame(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "tbank")
	open := h.accounts(t, 1)
	n := h.pays(open[0], func(l *banktest.Line) { l.State, l.Minor = banktest.Pending, 210000 })
	require.Zero(t, h.pull(t).Credits)
	h.bank.Ledger.Change(n, func(l *banktest.Line) { l.State, l.Minor = banktest.Booked, 200000 })
	require.Equal(t, 1, h.pull(t).Paid)
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM bank_lines WHERE amount_minor = 200000 AND status = 'booked'`))
	h.sound(t)
}

func TestALinePendingForWeeksIsNotForgotten(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "modulbank")
	open := h.accounts(t, 1)
	n := h.pays(open[0], func(l *banktest.Line) { l.State = banktest.Pending })
	for range 20 {
		h.pull(t)
		h.clock.Advance(24 * time.Hour)
	}
	h.bank.Ledger.Change(n, func(l *banktest.Line) { l.State = banktest.Booked }) // under its old day
	require.Equal(t, 1, h.pull(t).Paid)
	h.sound(t)
}

func TestALineThatTheBankTakesBackGoesBack(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "modulbank")
	open := h.accounts(t, 3)
	ctx := context.Background()
	paid := h.pays(open[0], nil)
	strange := h.bank.Ledger.Put(banktest.Line{Minor: 777, Name: "ООО Чужой", TaxID: "7713699602", Purpose: "За столы"})
	both := h.bank.Ledger.Put(banktest.Line{Minor: 400000, Name: "ООО Третье Лицо", TaxID: "7713699602", Purpose: "За партнёров"})
	out := h.bank.Ledger.Put(banktest.Line{Minor: 100, Debit: true, Purpose: "Комиссия"})
	require.Equal(t, 4, h.pull(t).New)
	require.Equal(t, "2026-04-20", h.paidThrough(t, open[0].externalID))
	list, err := h.banksync.FindReceived(ctx, banksync.ReviewFilter{State: billing.PaymentReview})
	require.NoError(t, err)
	for _, r := range list {
		if r.Amount.Minor() == 400000 {
			half := prolong.NewMoney(200000, prolong.RUB)
			require.NoError(t, h.banksync.Assign(ctx, accountant, r.ID, []banksync.Share{
				{AccountID: h.account(t, open[1].externalID).ID, Amount: half}, {AccountID: h.account(t, open[2].externalID).ID, Amount: half}}, ""))
		}
	}
	h.clock.Advance(24 * time.Hour)
	closed, err := h.invoices.CloseDue(ctx, prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, 1, closed.Documents)
	h.sound(t)

	for _, n := range []int{paid, strange, both, out} {
		h.bank.Ledger.Change(n, func(l *banktest.Line) { l.State = banktest.Reversed })
	}
	report := h.pull(t)
	require.Equal(t, 4, report.Reversed)
	require.Zero(t, report.New)
	h.sound(t)
	require.Equal(t, "2026-03-20", h.paidThrough(t, open[0].externalID))
	require.Equal(t, 4, h.count(t, `SELECT count(*) FROM bank_lines WHERE status = 'reversed'`))
	require.Zero(t, h.count(t, `SELECT coalesce(sum(amount_minor), 0) FROM balances`))
	require.Zero(t, h.count(t, `SELECT count(*) FROM payments WHERE state = 'review'`))
	require.Zero(t, h.count(t, `SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries WHERE ledger_account = 'bank'`), "the money has left")

	again := h.pull(t)
	require.Zero(t, again.Reversed)
	h.sound(t)

	// The client pays again.
	h.pays(open[0], nil)
	require.Equal(t, 1, h.pull(t).Paid)
	require.Equal(t, "2026-04-20", h.paidThrough(t, open[0].externalID))
	h.sound(t)
}

func TestReverseLineRefusesWhatWasNeverBooked(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "modulbank")
	ctx := context.Background()
	open := h.accounts(t, 1)
	h.pays(open[0], func(l *banktest.Line) { l.State = banktest.Pending })
	h.pull(t)
	id := banksync.LineID(h.count(t, `SELECT id FROM bank_lines`))
	_, err := h.banksync.ReverseLine(ctx, accountant, id, "")
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
	_, err = h.banksync.ReverseLine(ctx, accountant, id+1000, "")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}

func TestAnInterfaceBeginsAfterTheFiles(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "tbank")
	open := h.accounts(t, 2)
	// The day was imported from a file; the bank's interface tells it with other ids.
	h.house.bank(t, statementFile(prolong.MustDate("2026-03-01"), exact(0, open[0])))
	h.pays(open[0], func(l *banktest.Line) { l.At = h.clock.Now().Add(-24 * time.Hour) })
	h.pays(open[1], nil)
	report := h.pull(t)
	require.Equal(t, 1, report.New)
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM payments`))
	h.clock.Advance(time.Hour)
	require.Zero(t, h.pull(t).New)
	h.sound(t)
}
