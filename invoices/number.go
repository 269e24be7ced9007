package invoices

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong/billing"
	"prolong/internal/postgres"
)

// takeInvoiceNumbers returns the next invoice number of each of the accounts, in their order; an
// account that is there twice gets two that follow each other. The counters stay locked until the
// transaction ends, so a roll-back gives the numbers back and none is skipped.
func takeInvoiceNumbers(ctx context.Context, tx postgres.Tx, accounts ...billing.Account) ([]string, error) {
	ids := make([]int64, len(accounts))
	taken := make(map[int64]int, len(accounts))
	for i, a := range accounts {
		ids[i] = int64(a.ID)
		taken[ids[i]]++
	}
	rows, err := tx.Pgx.Query(ctx, `
		INSERT INTO invoice_counters AS c (account_id, last) SELECT id, count(*) FROM unnest($1::bigint[]) AS u (id) GROUP BY id ORDER BY id
		ON CONFLICT ON CONSTRAINT invoice_counters_pkey DO UPDATE SET last = c.last + excluded.last
		RETURNING account_id, last`, ids)
	if err != nil {
		return nil, err
	}
	before := make(map[int64]int, len(taken))
	var id int64
	var last int
	if _, err = pgx.ForEachRow(rows, []any{&id, &last}, func() error { before[id] = last - taken[id]; return nil }); err != nil {
		return nil, err
	}
	numbers := make([]string, len(accounts))
	for i, a := range accounts {
		before[ids[i]]++
		numbers[i] = a.PaymentCode.InvoiceNumber(before[ids[i]])
	}
	return numbers, nil
}
