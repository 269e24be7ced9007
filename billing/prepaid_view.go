package billing

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// Prepaid is an account's balance of minutes with what it consists of.
type Prepaid struct {
	// Minutes can be used today.
	Minutes int
	// Lots with something left, the first to be used first.
	Lots []PrepaidLot
	// Entries of the journal, the latest first.
	Entries []PrepaidEntry
}

// PrepaidEntry is a line of the journal of minutes.
type PrepaidEntry struct {
	At      time.Time
	Kind    EntryKind
	Minutes int // negative when they leave
	Cause   string
	Actor   string
}

// PrepaidOf returns the prepaid minutes of an account with up to limit lines of their journal.
func (s *Service) PrepaidOf(ctx context.Context, account AccountID, limit int) (p Prepaid, err error) {
	err = s.db.WithTxOptions(ctx, postgres.TxOptions{ReadOnly: true, Isolation: pgx.RepeatableRead}, func(ctx context.Context, tx postgres.Tx) error {
		p, err = prepaidIn(ctx, tx, account, limit)
		return err
	})
	return p, prolong.Wrap("billing.PrepaidOf", err)
}

func prepaidIn(ctx context.Context, tx postgres.Tx, account AccountID, limit int) (p Prepaid, err error) {
	var today prolong.Date
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT ($2::timestamptz AT TIME ZONE s.time_zone)::date FROM accounts a JOIN sellers s ON s.id = a.seller_id WHERE a.id = $1), $2::date)`,
		int64(account), tx.Now).Scan(&today); err != nil {
		return p, err
	}
	if p.Lots, err = usableLots(ctx, tx, account, today); err != nil {
		return p, err
	}
	for _, lot := range p.Lots {
		p.Minutes += lot.Left
	}
	// An act that took from several lots is one line.
	rows, err := tx.Pgx.Query(ctx, `
		SELECT max(e.created_at), e.kind, sum(e.minutes)::int, coalesce(max(u.cause), ''), max(e.actor)
		FROM prepaid_entries e LEFT JOIN prepaid_uses u ON u.id = e.use_id
		WHERE e.account_id = $1 GROUP BY e.kind, e.use_id, CASE WHEN e.use_id IS NULL THEN e.id END ORDER BY max(e.id) DESC LIMIT $2`, int64(account), limit)
	if err != nil {
		return p, err
	}
	p.Entries, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e PrepaidEntry, err error) {
		err = row.Scan(&e.At, (*string)(&e.Kind), &e.Minutes, &e.Cause, &e.Actor)
		return e, err
	})
	return p, err
}
