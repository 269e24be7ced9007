package banksync

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
)

// GoodPulls returns, for every bank account that is read by itself, when its latest successful
// pull began; the zero time if none ever went well. Suspensions wait for it
// (invoices.BankWatch).
func (s *Service) GoodPulls(ctx context.Context) (map[billing.BankAccountID]time.Time, error) {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return nil, prolong.Wrap("banksync.GoodPulls", err)
	}
	var read []int64
	for _, b := range catalog.BankAccounts {
		if b.SourceKind != "" {
			read = append(read, int64(b.ID))
		}
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT b.id, (SELECT p.started_at FROM bank_pulls p WHERE p.bank_account_id = b.id AND p.outcome = 'done' ORDER BY p.id DESC LIMIT 1) FROM unnest($1::bigint[]) AS b (id)`, read)
	if err != nil {
		return nil, prolong.Wrap("banksync.GoodPulls", err)
	}
	pulls := map[billing.BankAccountID]time.Time{}
	var id billing.BankAccountID
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&id), &at}, func() error {
		pulls[id] = time.Time{}
		if at != nil {
			pulls[id] = *at
		}
		return nil
	})
	return pulls, prolong.Wrap("banksync.GoodPulls", err)
}
