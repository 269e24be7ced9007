package banksync

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/settings"
)

// Settings returns how banks are asked, as `prolong apply` has declared it, with the seller whose
// accounts they are. Secrets are references, as they were declared.
func Settings(ctx context.Context, tx postgres.Tx) ([]settings.Item, error) {
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT bank_account_id, settings FROM bank_sources`)
	if err != nil {
		return nil, prolong.Wrap("banksync.Settings", err)
	}
	defer rows.Close()
	var list []settings.Item
	for rows.Next() {
		var id int64
		var values map[string]any
		if err := rows.Scan(&id, &values); err != nil {
			return nil, prolong.Wrap("banksync.Settings", err)
		}
		account := c.BankAccounts[billing.BankAccountID(id)]
		list = append(list, settings.Item{
			Kind: "sellers", Key: c.Sellers[account.SellerID].Key,
			Fields: settings.Flatten(map[string]any{"bank_accounts": map[string]any{account.Number: map[string]any{"source": values}}}),
		})
	}
	return list, prolong.Wrap("banksync.Settings", rows.Err())
}
