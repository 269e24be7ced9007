package invoices_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

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
	randomTell       = flag.Bool("random.tell", false, "tell what happened, with -v")
	randomTogether   = flag.Int("random.together", 25, "how many of the accounts live in one database")
)

var tester = prolong.System("test")

// cohort is a number of accounts that live in one database, at one time. Its log has what
// happened to all of them, in order.
type cohort struct {
	h     *house
	rng   *rand.Rand
	walks []*walk
	log   []string
	// surprised says that the seller's regimes were declared anew on the way.
	surprised bool
}

// walk is a random walk over what can happen to one account.
type walk struct {
	*cohort
	rng     *rand.Rand // its own, so that its choices do not depend on the others
	seed    uint64
	account billing.AccountID
	refs    int64
}

// tell records an operation; a refusal that people may see is a right answer.
func (c *cohort) tell(t *testing.T, err error, format string, args ...any) {
	t.Helper()
	line := c.h.db.Now().In(moscow).Format("2006-01-02 ") + fmt.Sprintf(format, args...)
	var refusal *prolong.Error
	if errors.As(err, &refusal) && refusal.Code != prolong.CodeInternal {
		line, err = line+": "+refusal.Key, nil
	}
	c.log = append(c.log, line)
	require.NoError(t, err, "%s", c)
}

// tell records what happened to the account.
func (w *walk) tell(t *testing.T, err error, format string, args ...any) {
	t.Helper()
	w.cohort.tell(t, err, fmt.Sprintf("seed %d: ", w.seed)+format, args...)
}

// String is what happened, for a test that fails.
func (c *cohort) String() string { return strings.Join(c.log, "\n") }

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
func (c *cohort) today() prolong.Date { return prolong.DateOf(c.h.db.Now(), moscow) }

// round does one operation of every account: a sweep is one of all of them.
func (c *cohort) round(t *testing.T) {
	t.Helper()
	shared, own := 0, 0
	for _, o := range sweeps {
		shared += o.weight
	}
	for _, o := range operations {
		own += o.weight
	}
	if n := c.rng.IntN(shared + own); n < shared {
		for _, o := range sweeps {
			if n -= o.weight; n < 0 {
				o.run(c, t)
				return
			}
		}
	}
	for _, w := range c.walks {
		n := w.rng.IntN(own)
		for _, o := range operations {
			if n -= o.weight; n < 0 {
				o.run(w, t)
				break
			}
		}
	}
}

// sound checks every invariant of the whole database.
func (c *cohort) sound(t *testing.T) {
	t.Helper()
	broken, err := postgres.Verify(context.Background(), c.h.db, append(billing.Invariants(), invoices.Invariants()...))
	require.NoError(t, err)
	if len(broken) > 0 {
		t.Fatalf("%v\n%s\n%v", broken, c, broken)
	}
}

// newClient brings a client who is paid for some days yet and returns its account.
func (h *house) newClient(t *testing.T, name, email string, paidThrough prolong.Date) billing.AccountID {
	t.Helper()
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader("external_id,name,legal_form,country,email,plan,currency,paid_through\n" +
		fmt.Sprintf("%s,«Пример %s»,ООО,RU,%s,standard,RUB,%s\n", name, name, email, paidThrough)))
	require.NoError(t, err)
	_, err = h.billing.ImportAccounts(context.Background(), tester, rows, bad, "main", true)
	require.NoError(t, err)
	_, err = h.db.Pool.Exec(context.Background(), `UPDATE accounts SET tax_id = '7701001238' WHERE external_id = $1`, name) // one client with several accounts
	require.NoError(t, err)
	account, err := h.billing.FindAccountByExternalID(context.Background(), name)
	require.NoError(t, err)
	return account.ID
}

// standstills is how often time goes on at the end while nobody does anything.
const standstills = 12

// Whatever happens in whatever order, every invariant of money and terms holds (DESIGN section 5).
// Some accounts share a database and its days, while the sweeps go on for all of them; in the end
// time runs on without anybody doing anything. The long walk, with the number of databases that
// are walked at once:
//
//	go test ./invoices -run Random -timeout 0 -parallel 2 -v -random.seeds 10000 -random.operations 200 -random.every 10
//
// A failure names the flags that repeat it; -random.every 1 finds the round.
func TestRandomOperationsKeepEveryInvariant(t *testing.T) {
	t.Parallel()
	for from := uint64(0); from < uint64(*randomSeeds); from += uint64(*randomTogether) {
		first, n := *randomFirst+from, min(uint64(*randomTogether), uint64(*randomSeeds)-from)
		t.Run(fmt.Sprintf("-random.first %d -random.seeds %d -random.together %d", first, n, *randomTogether), func(t *testing.T) {
			t.Parallel()
			c := newCohort(t, first, n)
			for i := range *randomOperations {
				c.round(t)
				switch i {
				case 10, 40, 120: // the plans of statements that were made for empty tables
					_, err := c.h.db.Pool.Exec(context.Background(), `ANALYZE accounts, subscriptions, extensions, invoices, payments, allocations, ledger_postings, refunds, commissions, messages`)
					require.NoError(t, err)
				}
				if i%12 == 11 {
					c.surprise(t)
				}
				if (i+1)%*randomEvery == 0 || i+1 == *randomOperations {
					c.sound(t)
				}
			}
			for range standstills {
				c.days(t)
				c.closing(t)
			}
			c.accrue(t)
			c.sound(t)
			c.papersAreRight(t)
			if *randomTell {
				t.Log(c)
			}
		})
	}
}

// newCohort opens a house of everything that can be sold and brings the accounts, each with the
// generator of its seed. The days begin anywhere in four years, so that every walk meets other
// ends of months and years.
func newCohort(t *testing.T, first, n uint64) *cohort {
	t.Helper()
	c := &cohort{h: newHouse(t), rng: rand.New(rand.NewPCG(first, 1))}
	h := c.h
	h.policy(t, 100)
	h.plan(t, "quarter", prolong.Term{Count: 3, Unit: prolong.Months}, 540000)
	h.plan(t, "thirty", prolong.Term{Count: 30, Unit: prolong.Days}, 190000)
	h.partners(t)
	h.pack(t, "hours", 300, 0)
	h.pack(t, "month", 120, 1)
	h.plan(t, "free", prolong.Term{Count: 1, Unit: prolong.Months}, 0)
	h.rentPlan(t, billing.RoundHundredth)
	// One plan closes subscriptions, another gives blocked days back, a third spares small debts.
	_, err := h.db.Pool.Exec(context.Background(), `UPDATE plans SET dun_from = CASE key WHEN 'standard' THEN '{"RUB": 50000}'::jsonb ELSE dun_from END, terminate_days = CASE key WHEN 'quarter' THEN 40 WHEN 'rent' THEN 20 ELSE 0 END, resume = CASE key WHEN 'thirty' THEN 'credit' ELSE resume END`)
	require.NoError(t, err)
	// A statement is planned once for all its values: small ones spend more time in being planned
	// than in being run. Nobody looks for jobs by what stands in them.
	_, err = h.db.Pool.Exec(context.Background(), `
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET plan_cache_mode = force_generic_plan', current_database()); END $$;
		DROP INDEX river_job_args_index, river_job_metadata_index`)
	require.NoError(t, err)
	h.db.Pool.Reset()
	h.clock.Advance(time.Duration(c.rng.IntN(4*365)) * 24 * time.Hour)
	c.changeRegimes(t)
	for seed := first; seed < first+n; seed++ {
		w := &walk{cohort: c, rng: rand.New(rand.NewPCG(seed, 0)), seed: seed}
		name, email := fmt.Sprintf("c%d", seed), ""
		if seed%5 == 0 { // the others get no letters, as it happens
			email = name + "@example.test"
		}
		w.account = h.newClient(t, name, email, c.today().AddDays(w.rng.IntN(40)))
		require.NoError(t, h.invoices.AttributeAccount(context.Background(), tester, w.account, "agent", c.today().AddDays(-w.rng.IntN(30))))
		c.walks = append(c.walks, w)
		w.tell(t, nil, "account %d", w.account)
	}
	return c
}
