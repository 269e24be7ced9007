package billing

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// accessQuery takes the longest paid subscription of each account: a debt on one never
// shortens what is paid on another (billing.md case 38).
const accessQuery = `
	SELECT DISTINCT ON (a.id) a.external_id, ` + servedThrough + `, p.grace_days, s.suspend_on, s.ended_on, s.ends_on, s.seller_id
	FROM accounts a JOIN subscriptions s ON s.account_id = a.id JOIN plans p ON p.id = s.plan_id `

// A closed subscription speaks only where there is no other.
const accessOrder = ` ORDER BY a.id, s.ended_on IS NOT NULL, ` + suspendDay + ` DESC, s.id`

// servedThrough is the last day that is served as paid (Subscription.ServedThrough); ends_on is
// NULL mostly, which least passes over.
const servedThrough = `CASE WHEN s.metered THEN least(s.paid_through, s.ends_on) ELSE s.paid_through END`

// suspendDay is the first day without service of a subscription s with its plan p.
const suspendDay = `coalesce(s.suspend_on, s.paid_through + 1 + p.grace_days)`

// AccessFeed follows the changes of access. It is not safe for concurrent use.
//
// Transactions commit in another order than they take their places in the feed. So the reader
// keeps a safe place, behind which every transaction has ended, reads everything visible after
// it each time, and remembers which of those rows it has given out: a change is seen as soon
// as it commits, and one that commits late is not jumped over.
type AccessFeed struct {
	db   *postgres.DB
	xid  uint64
	seq  int64
	seen map[int64]struct{} // given out, after the safe place
}

// NewAccessFeed returns a reader; All comes first.
func NewAccessFeed(db *postgres.DB) *AccessFeed { return &AccessFeed{db: db} }

// All returns the access terms of every account by external id. Changes go on from there.
func (f *AccessFeed) All(ctx context.Context) (map[string]AccessTerms, error) {
	// The place is taken first: what changes while the rows are read is read once more.
	var xmin int64
	if err := f.db.Pool.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint`).Scan(&xmin); err != nil {
		return nil, prolong.Wrap("billing.AccessFeed", err)
	}
	f.xid, f.seq, f.seen = uint64(xmin), 0, map[int64]struct{}{}
	out := map[string]AccessTerms{}
	return out, prolong.Wrap("billing.AccessFeed", readAccess(ctx, f.db, out, ""))
}

// feedBatchMax bounds one reading of the feed.
const feedBatchMax = 50_000

// Changes returns the present terms of the accounts that changed since the last call.
func (f *AccessFeed) Changes(ctx context.Context) (map[string]AccessTerms, error) {
	rows, err := f.db.Pool.Query(ctx, `
		SELECT account_id, xid::text::bigint, seq, xid < pg_snapshot_xmin(pg_current_snapshot()) FROM access_feed
		WHERE (xid, seq) > ($1::text::xid8, $2::bigint) ORDER BY xid, seq LIMIT $3`, strconv.FormatUint(f.xid, 10), f.seq, feedBatchMax)
	if err != nil {
		return nil, prolong.Wrap("billing.AccessFeed", err)
	}
	var ids []int64
	var fresh []int64
	var account, seq int64
	var xid uint64
	var safe bool
	safeXID, safeSeq := f.xid, f.seq
	var passed []int64
	if _, err := pgx.ForEachRow(rows, []any{&account, &xid, &seq, &safe}, func() error {
		if _, known := f.seen[seq]; !known {
			ids, fresh = append(ids, account), append(fresh, seq)
		}
		if safe {
			safeXID, safeSeq, passed = xid, seq, append(passed, seq)
		}
		return nil
	}); err != nil {
		return nil, prolong.Wrap("billing.AccessFeed", err)
	}
	out := map[string]AccessTerms{}
	if len(ids) > 0 {
		if err := readAccess(ctx, f.db, out, `WHERE a.id = ANY($1)`, ids); err != nil {
			return nil, prolong.Wrap("billing.AccessFeed", err)
		}
	}
	// Only now: what could not be read is given out by the next call.
	for _, seq := range fresh {
		f.seen[seq] = struct{}{}
	}
	for _, seq := range passed {
		delete(f.seen, seq)
	}
	f.xid, f.seq = safeXID, safeSeq
	return out, nil
}

func readAccess(ctx context.Context, db *postgres.DB, out map[string]AccessTerms, where string, args ...any) error {
	c, err := readCatalog(ctx, db.Pool)
	if err != nil {
		return err
	}
	rows, err := db.Pool.Query(ctx, accessQuery+where+accessOrder, args...)
	if err != nil {
		return err
	}
	var id string
	var seller SellerID
	var t AccessTerms
	_, err = pgx.ForEachRow(rows, []any{&id, &t.PaidThrough, &t.GraceDays, &t.SuspendOn, &t.EndedOn, &t.EndsOn, (*int64)(&seller)}, func() error {
		t.Location = c.Sellers[seller].Location
		out[id] = t
		return nil
	})
	return err
}

// AccessOf answers from the database whether the account with the vendor's id is active, and
// in which time zone its days are meant. Returns CodeNotFound for an unknown account and for
// one without a subscription.
func (s *Service) AccessOf(ctx context.Context, externalID string) (Access, *time.Location, error) {
	terms := map[string]AccessTerms{}
	if err := readAccess(ctx, s.db, terms, `WHERE a.external_id = $1`, externalID); err != nil {
		return Access{}, nil, prolong.Wrap("billing.AccessOf", err)
	}
	t, ok := terms[externalID]
	if !ok {
		return Access{}, nil, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": externalID})
	}
	return t.At(s.db.Now()), t.Location, nil
}
