package banksync

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/postgres"
)

// quarantine takes back what was learned about payers, but for the aliases of one account (0:
// of none), because of a payment.
func quarantine(ctx context.Context, tx postgres.Tx, actor prolong.Actor, values []string, payment billing.PaymentID, but billing.AccountID, cause AliasCause) error {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+aliasColumns+` FROM payer_aliases WHERE value = ANY($1) AND account_id <> $2 AND state IN ('active', 'candidate') ORDER BY id FOR UPDATE`, values, int64(but))
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanAlias)
	if err != nil {
		return err
	}
	for i := range list {
		a := &list[i]
		before := a.state
		a.state = match.AliasQuarantined
		if err := a.save(ctx, tx, actor, cause, payment, ""); err != nil {
			return err
		}
		if err := a.audit(ctx, tx, actor, cause, before, ""); err != nil {
			return err
		}
	}
	return nil
}

// useAliases notes of posted payments which aliases were used again, and takes back those whose
// payer has paid for somebody else.
func (p *posting) useAliases(ctx context.Context) error {
	var values []string
	var accounts, payments []int64
	for i := range p.items {
		it := &p.items[i]
		if d := &it.decision; d.Class.Posts() {
			said := []string{it.payment.PayerTaxID, it.payment.PayerAccount}
			if p.taught {
				said = append(said, match.KeywordValues(it.payment)...)
			}
			for _, v := range said {
				for _, part := range d.Parts {
					if v != "" {
						values, accounts, payments = append(values, v), append(accounts, part.AccountID), append(payments, d.PaymentID)
					}
				}
			}
		}
	}
	if len(values) == 0 || !p.taught {
		return nil
	}
	if _, err := p.tx.Pgx.Exec(ctx, `UPDATE payer_aliases l SET last_seen = $3 FROM unnest($1::text[], $2::bigint[]) u (value, account) WHERE l.value = u.value AND l.account_id = u.account AND l.state = 'active'`,
		values, accounts, p.tx.Now); err != nil {
		return err
	}
	rows, err := p.tx.Pgx.Query(ctx, `
		SELECT DISTINCT u.value, u.account, u.payment FROM unnest($1::text[], $2::bigint[], $3::bigint[]) u (value, account, payment)
		JOIN payer_aliases l ON l.value = u.value AND l.account_id <> u.account AND l.state IN ('active', 'candidate')`, values, accounts, payments)
	if err != nil {
		return err
	}
	type spread struct {
		value            string
		account, payment int64
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x spread, err error) {
		err = row.Scan(&x.value, &x.account, &x.payment)
		return x, err
	})
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := quarantine(ctx, p.tx, p.actor, []string{x.value}, billing.PaymentID(x.payment), billing.AccountID(x.account), AliasContradicted); err != nil {
			return err
		}
	}
	return nil
}

// decayed is the instant before which an alias must have been used to be believed.
func decayed(now time.Time) time.Time { return now.AddDate(0, -aliasLifeMonths, 0) }
