package billing

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// FeedCursor is a place in the feed of access changes. Changes are read in the order of their
// transactions' ids, and only of transactions older than every running one: a change that
// commits late is never jumped over.
type FeedCursor struct {
	XID uint64
	Seq int64
}

// accessQuery takes the longest paid subscription of each account: a debt on one never
// shortens what is paid on another (billing.md case 38).
const accessQuery = `
	SELECT DISTINCT ON (a.id) a.external_id, s.paid_through, p.grace_days, s.seller_id
	FROM accounts a JOIN subscriptions s ON s.account_id = a.id AND s.ended_on IS NULL JOIN plans p ON p.id = s.plan_id `

const accessOrder = ` ORDER BY a.id, s.paid_through + p.grace_days DESC, s.id`

// AllAccessTerms returns the access terms of every account by external id, and the place in
// the feed from which changes follow.
func AllAccessTerms(ctx context.Context, db *postgres.DB) (map[string]AccessTerms, FeedCursor, error) {
	var cursor FeedCursor
	// The cursor is taken first: what changes while the rows are read is read once more.
	err := db.Pool.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1`).Scan(&cursor.XID)
	if err != nil {
		return nil, cursor, prolong.Wrap("billing.AllAccessTerms", err)
	}
	const seqMax = 1<<63 - 1
	cursor.Seq = seqMax
	out := map[string]AccessTerms{}
	return out, cursor, prolong.Wrap("billing.AllAccessTerms", readAccess(ctx, db, out, ""))
}

// ChangedAccessTerms returns the present terms of the accounts that changed since the cursor.
func ChangedAccessTerms(ctx context.Context, db *postgres.DB, since FeedCursor) (map[string]AccessTerms, FeedCursor, error) {
	const batchMax = 20_000
	rows, err := db.Pool.Query(ctx, `
		SELECT account_id, xid::text::bigint, seq FROM access_feed
		WHERE (xid, seq) > ($1::text::xid8, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
		ORDER BY xid, seq LIMIT $3`, strconv.FormatUint(since.XID, 10), since.Seq, batchMax)
	if err != nil {
		return nil, since, prolong.Wrap("billing.ChangedAccessTerms", err)
	}
	var ids []int64
	var account, seq int64
	next := since
	if _, err := pgx.ForEachRow(rows, []any{&account, &next.XID, &seq}, func() error {
		ids = append(ids, account)
		next.Seq = seq
		return nil
	}); err != nil || len(ids) == 0 {
		return nil, since, prolong.Wrap("billing.ChangedAccessTerms", err)
	}
	out := map[string]AccessTerms{}
	return out, next, prolong.Wrap("billing.ChangedAccessTerms", readAccess(ctx, db, out, `WHERE a.id = ANY($1)`, ids))
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
	_, err = pgx.ForEachRow(rows, []any{&id, &t.PaidThrough, &t.GraceDays, (*int64)(&seller)}, func() error {
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
