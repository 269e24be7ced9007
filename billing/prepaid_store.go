package billing

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// EntryKind says why minutes of a lot changed.
type EntryKind string

// The kinds of entries of the journal of minutes.
const (
	entryGrant    EntryKind = "grant"
	entryWithdraw EntryKind = "withdraw" // its invoice is not paid any more
	entryConsume  EntryKind = "consume"
	entryReturn   EntryKind = "return"
	entryExpire   EntryKind = "expire"
)

// lockPrepaid locks the account, as everything that moves what is his, and returns its
// seller's day. Returns CodeNotFound for an unknown account.
func lockPrepaid(ctx context.Context, tx postgres.Tx, account AccountID) (today prolong.Date, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT ($2::timestamptz AT TIME ZONE s.time_zone)::date FROM accounts a JOIN sellers s ON s.id = a.seller_id WHERE a.id = $1 FOR NO KEY UPDATE OF a`,
		int64(account), tx.Now).Scan(&today)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(account)})
	}
	return today, err
}

// prepaidUse is a row of prepaid_uses.
type prepaidUse struct {
	id             int64
	account        AccountID
	key, cause     string
	asked, minutes int
	returns        int64
	returned       bool
}

// findUse returns the use of a key; its id is 0 if there is none.
func findUse(ctx context.Context, tx postgres.Tx, account AccountID, key string) (prepaidUse, error) {
	u := prepaidUse{account: account, key: key}
	err := tx.Pgx.QueryRow(ctx, `SELECT u.id, u.asked, u.minutes, u.cause, EXISTS (SELECT 1 FROM prepaid_uses r WHERE r.returns_id = u.id) FROM prepaid_uses u
		WHERE u.account_id = $1 AND u.key = $2 AND u.returns_id IS NULL`, int64(account), key).Scan(&u.id, &u.asked, &u.minutes, &u.cause, &u.returned)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return u, err
}

func insertUse(ctx context.Context, tx postgres.Tx, actor prolong.Actor, u prepaidUse) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `INSERT INTO prepaid_uses (account_id, key, asked, minutes, cause, returns_id, actor, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) RETURNING id`,
		int64(u.account), u.key, u.asked, u.minutes, u.cause, postgres.NullID(u.returns), actor.String(), tx.Now).Scan(&id)
	return id, err
}

// usedPart is what a use took of one lot.
type usedPart struct {
	Lot       int64
	Minutes   int
	Withdrawn bool
}

func partsOfUse(ctx context.Context, tx postgres.Tx, use int64) ([]usedPart, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT e.lot_id, -e.minutes, l.withdrawn FROM prepaid_entries e JOIN prepaid_lots l ON l.id = e.lot_id WHERE e.use_id = $1 ORDER BY e.id`, use)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[usedPart])
}

// returnPart gives minutes back to their lot; one that was withdrawn loses them at once.
func returnPart(ctx context.Context, tx postgres.Tx, actor prolong.Actor, account AccountID, use int64, p usedPart) error {
	if p.Withdrawn { // for a moment, inside of the transaction
		if _, err := tx.Pgx.Exec(ctx, `UPDATE prepaid_lots SET withdrawn = false WHERE id = $1`, p.Lot); err != nil {
			return err
		}
	}
	if err := moveMinutes(ctx, tx, actor, account, PrepaidLotID(p.Lot), use, entryReturn, p.Minutes); err != nil || !p.Withdrawn {
		return err
	}
	if err := moveMinutes(ctx, tx, actor, account, PrepaidLotID(p.Lot), 0, entryWithdraw, -p.Minutes); err != nil {
		return err
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE prepaid_lots SET withdrawn = true WHERE id = $1`, p.Lot)
	return err
}

// moveMinutes writes an entry of the journal and what it makes of the lot.
func moveMinutes(ctx context.Context, tx postgres.Tx, actor prolong.Actor, account AccountID, lot PrepaidLotID, use int64, kind EntryKind, minutes int) error {
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO prepaid_entries (account_id, lot_id, use_id, kind, minutes, actor, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7)`,
		int64(account), int64(lot), postgres.NullID(use), string(kind), minutes, actor.String(), tx.Now); err != nil {
		return err
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE prepaid_lots SET left_minutes = left_minutes + $2 WHERE id = $1`, int64(lot), minutes)
	return err
}

func lotsOf(ctx context.Context, q querier, account AccountID) ([]PrepaidLot, error) {
	rows, err := q.Query(ctx, `SELECT id, granted_minutes, left_minutes, expires_on, cause_id, withdrawn FROM prepaid_lots WHERE account_id = $1 ORDER BY id`, int64(account))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l PrepaidLot, err error) {
		err = row.Scan((*int64)(&l.ID), &l.Granted, &l.Left, &l.ExpiresOn, &l.InvoiceID, &l.Withdrawn)
		return l, err
	})
}
