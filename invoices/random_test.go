package invoices_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

var (
	randomSeeds      = flag.Int("random.seeds", 10, "how many accounts, each with a seed of its own, the random operations work on")
	randomOperations = flag.Int("random.operations", 25, "how many operations each of them gets")
	randomFirst      = flag.Uint64("random.first", 1, "the first seed")
	randomEvery      = flag.Int("random.every", 1, "after how many operations the invariants are checked")
	randomTogether   = flag.Int("random.together", 5, "how many of the accounts live in one database")
)

var tester = prolong.System("test")

// walk is a random walk over what can happen to one account.
type walk struct {
	h       *house
	rng     *rand.Rand
	account billing.AccountID
	log     []string
	refs    int64
}

// tell records an operation; a refusal that people may see is a right answer.
func (w *walk) tell(t *testing.T, err error, format string, args ...any) {
	t.Helper()
	line := w.h.db.Now().In(moscow).Format("2006-01-02 ") + fmt.Sprintf(format, args...)
	var refusal *prolong.Error
	if errors.As(err, &refusal) && refusal.Code != prolong.CodeInternal {
		line, err = line+": "+refusal.Key, nil
	}
	w.log = append(w.log, line)
	require.NoError(t, err, "%s", strings.Join(w.log, "\n"))
}

// pick returns the id of a random row of the account; 0 if there is none.
func (w *walk) pick(t *testing.T, sql string) int64 {
	t.Helper()
	rows, err := w.h.db.Pool.Query(context.Background(), sql+" ORDER BY 1", int64(w.account))
	require.NoError(t, err)
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(t, rows.Err())
	if len(ids) == 0 {
		return 0
	}
	return ids[w.rng.IntN(len(ids))]
}

// today is the seller's day.
func (w *walk) today() prolong.Date { return prolong.DateOf(w.h.db.Now(), moscow) }

// step does one operation.
func (w *walk) step(t *testing.T) {
	t.Helper()
	sum := 0
	for _, o := range operations {
		sum += o.weight
	}
	n := w.rng.IntN(sum)
	for _, o := range operations {
		if n -= o.weight; n < 0 {
			o.run(w, t)
			return
		}
	}
}

// sound checks every invariant of the whole database.
func (w *walk) sound(t *testing.T) {
	t.Helper()
	broken, err := postgres.Verify(context.Background(), w.h.db, append(billing.Invariants(), invoices.Invariants()...))
	require.NoError(t, err)
	require.Empty(t, broken, "%s", strings.Join(w.log, "\n"))
}

// newClient brings a client who is paid for some days yet and returns its account.
func (h *house) newClient(t *testing.T, name string, paidThrough prolong.Date) billing.AccountID {
	t.Helper()
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader("external_id,name,legal_form,country,email,plan,currency,paid_through\n" +
		fmt.Sprintf("%s,«Пример %s»,ООО,RU,%s@example.test,standard,RUB,%s\n", name, name, name, paidThrough)))
	require.NoError(t, err)
	_, err = h.billing.ImportAccounts(context.Background(), tester, rows, bad, "main", true)
	require.NoError(t, err)
	_, err = h.db.Pool.Exec(context.Background(), `UPDATE accounts SET tax_id = '7701001238' WHERE external_id = $1`, name) // one client with several accounts
	require.NoError(t, err)
	account, err := h.billing.FindAccountByExternalID(context.Background(), name)
	require.NoError(t, err)
	return account.ID
}

// Whatever happens in whatever order, every invariant of money and terms holds (DESIGN section 5).
// Some accounts share a database, one after the other, while the sweeps go on for all of them.
// The long walk, with the number of databases that are walked at once:
//
//	go test ./invoices -run Random -timeout 0 -parallel 2 -v -random.seeds 10000 -random.operations 200 -random.every 10
//
// A failure names the flags that repeat it.
func TestRandomOperationsKeepEveryInvariant(t *testing.T) {
	t.Parallel()
	for from := uint64(0); from < uint64(*randomSeeds); from += uint64(*randomTogether) {
		first, n := *randomFirst+from, min(uint64(*randomTogether), uint64(*randomSeeds)-from)
		t.Run(fmt.Sprintf("-random.first %d -random.seeds %d -random.together %d", first, n, *randomTogether), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.policy(t, 100)
			h.plan(t, "quarter", prolong.Term{Count: 3, Unit: prolong.Months}, 540000)
			h.plan(t, "thirty", prolong.Term{Count: 30, Unit: prolong.Days}, 190000)
			h.partners(t)
			h.pack(t, "hours", 300, 0)
			h.pack(t, "month", 120, 1)
			h.plan(t, "free", prolong.Term{Count: 1, Unit: prolong.Months}, 0)
			// One plan closes subscriptions, another gives blocked days back.
			_, err := h.db.Pool.Exec(context.Background(), `UPDATE plans SET terminate_days = CASE key WHEN 'quarter' THEN 40 ELSE 0 END, resume = CASE key WHEN 'thirty' THEN 'credit' ELSE resume END`)
			require.NoError(t, err)
			for seed := first; seed < first+n; seed++ {
				w := &walk{h: h, rng: rand.New(rand.NewPCG(seed, 0))}
				w.log = append(w.log, fmt.Sprintf("seed %d", seed))
				w.account = h.newClient(t, fmt.Sprintf("c%d", seed), w.today().AddDays(w.rng.IntN(40)))
				require.NoError(t, h.invoices.AttributeAccount(context.Background(), tester, w.account, "agent", w.today().AddDays(-w.rng.IntN(30))))
				for i := range *randomOperations {
					w.step(t)
					if (i+1)%*randomEvery == 0 || i+1 == *randomOperations {
						w.sound(t)
					}
				}
			}
		})
	}
}
