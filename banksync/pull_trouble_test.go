package banksync_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/banks"
	"prolong/banksync/banks/banktest"
)

func TestABankThatIsDownIsAnnouncedAndCaughtUp(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "tbank")
	ctx := context.Background()
	open := h.accounts(t, 2)
	h.pays(open[0], nil)
	h.pull(t)
	down := func() error {
		for range 10 {
			h.bank.Fail(banktest.Down)
		}
		_, err := h.banksync.Pull(ctx, prolong.System("bank_pull"))
		h.bank.Healthy()
		return err
	}
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(down()))
	require.Equal(t, 1, h.status(t).Missed)
	require.True(t, h.status(t).AnnouncedAt.IsZero(), "one miss is no news")
	h.clock.Advance(15 * time.Minute)
	require.Error(t, down())
	status := h.status(t)
	require.Equal(t, 2, status.Missed)
	require.False(t, status.AnnouncedAt.IsZero())
	require.NotEmpty(t, status.Failure)
	h.clock.Advance(15 * time.Minute)
	require.Error(t, down())
	h.clock.Advance(15 * time.Minute)
	require.NoError(t, down(), "it is left alone for a while")
	require.Equal(t, 3, h.status(t).Missed)
	require.Equal(t, 3, h.count(t, `SELECT count(*) FROM bank_pulls WHERE outcome = 'failed'`))
	pulls, err := h.banksync.LastPulls(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, pulls[0].Failure)

	// A person asks at once, and gets an answer.
	for range 10 {
		h.bank.Fail(banktest.Down)
	}
	_, err = h.banksync.PullNow(ctx, accountant)
	require.Error(t, err)
	h.bank.Healthy()
	require.Equal(t, 4, h.status(t).Missed)

	// Two weeks later it is back: nothing of the time between is lost.
	h.pays(open[1], func(l *banktest.Line) { l.At = h.clock.Now().Add(24 * time.Hour) })
	h.clock.Advance(14 * 24 * time.Hour)
	require.Equal(t, 1, h.pull(t).Paid)
	status = h.status(t)
	require.Zero(t, status.Missed)
	require.True(t, status.AnnouncedAt.IsZero())
	require.Empty(t, status.Failure)
	h.sound(t)
}

func TestABankThatAsksToBeLeftAloneIs(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "modulbank")
	ctx := context.Background()
	for range 3 {
		h.bank.Fail(banktest.BusyLong)
	}
	_, err := h.banksync.Pull(ctx, prolong.System("bank_pull"))
	require.Equal(t, prolong.CodeRateLimited, prolong.CodeOf(err))
	h.bank.Healthy()
	asked := len(h.bank.Addresses())
	h.clock.Advance(59 * time.Minute)
	_, err = h.banksync.Pull(ctx, prolong.System("bank_pull"))
	require.NoError(t, err)
	require.Len(t, h.bank.Addresses(), asked)
	h.clock.Advance(2 * time.Minute)
	h.pull(t)
}

func TestAKeyThatWasReplacedIsReadAgain(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "modulbank")
	h.pull(t)
	h.bank.Expire()
	_, err := h.banksync.Pull(context.Background(), prolong.System("bank_pull"))
	require.Equal(t, prolong.CodeUnauthorized, prolong.CodeOf(err))
	h.bank.Restore()
	h.clock.Advance(15 * time.Minute)
	h.pull(t)
}

func TestNoKeyReachesLogOrDatabase(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "tbank")
	h.accounts(t, 1)
	h.pull(t)
	h.bank.Expire()
	h.bank.Fail(banktest.None, banktest.CutRenewal)
	for range 3 {
		_, err := h.banksync.PullNow(context.Background(), accountant)
		require.Error(t, err)
		h.clock.Advance(time.Hour)
	}
	for _, secret := range h.bank.SecretTexts() {
		require.NotContains(t, h.log.String(), secret)
		var n int
		require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM bank_pulls WHERE error LIKE '%' || $1 || '%') +
			(SELECT count(*) FROM bank_sources WHERE settings::text LIKE '%' || $1 || '%' OR failure LIKE '%' || $1 || '%') +
			(SELECT count(*) FROM bank_imports WHERE convert_from(body, 'UTF8') LIKE '%' || $1 || '%')`, secret).Scan(&n))
		require.Zero(t, n)
	}
}

func TestSourcesThatAreDeclaredWrong(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "modulbank")
	ctx := context.Background()
	for name, spec := range map[string]banksync.SourceSpec{
		"error.bank_account_unknown": {Number: "40702810900000000001", Settings: map[string]string{"token": "${A}"}},
		"error.bank_setting_secret":  {Number: ownAccount, Settings: map[string]string{"token": "naked"}},
		"error.bank_setting_unknown": {Number: ownAccount, Settings: map[string]string{"token": "${A}", "tokne": "${A}"}},
	} {
		require.ErrorContains(t, h.banksync.DeclareSources(ctx, []banksync.SourceSpec{spec}), name)
	}
	// A key that is not there fails this bank's pull with its name, and is recorded.
	require.NoError(t, h.banksync.DeclareSources(ctx, []banksync.SourceSpec{{Number: ownAccount, Settings: map[string]string{"token": "${NOT_THERE}"}}}))
	_, err := h.banksync.Pull(ctx, prolong.System("bank_pull"))
	require.ErrorContains(t, err, "${NOT_THERE}")
	_, err = h.db.Pool.Exec(ctx, `DELETE FROM bank_sources`)
	require.NoError(t, err)
	_, err = h.banksync.Pull(ctx, prolong.System("bank_pull"))
	require.ErrorContains(t, err, "error.bank_source_undeclared")
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM bank_pulls WHERE outcome = 'failed'`))
}

func TestAStoppedPullIsNoMiss(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "tbank")
	open := h.accounts(t, 1)
	h.pays(open[0], nil)
	ctx, cancel := context.WithCancel(context.Background())
	h.banksync.ConnectBanks(banks.Config{Secrets: h.bank.Secrets(), Transport: h.bank, Sleep: func(context.Context, time.Duration) error {
		cancel() // the process is told to stop while it waits for the bank
		return errors.New("stopped")
	}})
	h.bank.Fail(banktest.None, banktest.Down)
	_, err := h.banksync.Pull(ctx, prolong.System("bank_pull"))
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, h.status(t).Missed)
	require.True(t, h.status(t).NextAt.IsZero(), "the next process may pull at once")
	h.connect()
	require.Equal(t, 1, h.pull(t).Paid)
}

func TestTwoServersAskABankOnce(t *testing.T) {
	t.Parallel()
	h := newBankHouse(t, "tbank")
	open := h.accounts(t, 1)
	h.pays(open[0], nil)
	other := &bankHouse{house: wire(t, h.db, h.clock), bank: h.bank}
	other.connect()
	inside := make(chan error, 1)
	h.banksync.ConnectBanks(banks.Config{Secrets: h.bank.Secrets(), Transport: h.bank, Sleep: func(context.Context, time.Duration) error {
		// While this server waits for the bank, the other one's turn comes.
		reports, err := other.banksync.Pull(context.Background(), prolong.System("bank_pull"))
		if err == nil && len(reports) > 0 {
			err = errors.New("both have asked")
		}
		inside <- err
		return nil
	}})
	h.bank.Fail(banktest.None, banktest.Down)
	require.Equal(t, 1, h.pull(t).Paid)
	require.NoError(t, <-inside)
	h.clock.Advance(time.Minute)
	require.Zero(t, other.pull(t).New)
	h.sound(t)
}

func TestAMonthOfAMoodyBank(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"modulbank", "tochka"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newBankHouse(t, kind)
			open := h.accounts(t, 20)
			r := rand.New(rand.NewPCG(11, 3))
			h.bank.PageMax, h.bank.Overlap = 3, true
			var under []int
			for step := range 40 {
				if step < len(open) {
					n := h.pays(open[step], func(l *banktest.Line) {
						if step%3 == 0 {
							l.State = banktest.Pending
						}
						l.At = h.clock.Now().Add(-time.Duration(r.IntN(60)) * time.Hour) // late
					})
					under = append(under, n)
				}
				h.bank.Noise = step%2 == 0
				for range r.IntN(5) {
					h.bank.Fail(banktest.None, banktest.Passing[r.IntN(len(banktest.Passing))])
				}
				_, _ = h.banksync.Pull(context.Background(), prolong.System("bank_pull"))
				h.clock.Advance(time.Duration(1+r.IntN(12)) * time.Hour)
				if step%2 == 1 && len(under) > 0 {
					n := under[r.IntN(len(under))]
					h.bank.Ledger.Change(n, func(l *banktest.Line) {
						if l.State == banktest.Pending {
							l.State = banktest.Booked
						}
					})
				}
			}
			h.bank.Healthy()
			for _, n := range under {
				h.bank.Ledger.Change(n, func(l *banktest.Line) { l.State = banktest.Booked })
			}
			h.bank.Noise = false
			for range 3 {
				h.clock.Advance(3 * time.Hour)
				_, err := h.banksync.Pull(context.Background(), prolong.System("bank_pull"))
				require.NoError(t, err)
			}
			h.sound(t)
			var total int64
			for _, o := range open {
				total += o.minor
			}
			require.Equal(t, fmt.Sprintf("20 %d", total), h.one(t, `SELECT count(*) || ' ' || sum(amount_minor) FROM payments`))
		})
	}
}

func (h *bankHouse) one(t *testing.T, query string) (text string) {
	t.Helper()
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), query).Scan(&text))
	return text
}
