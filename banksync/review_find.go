package banksync

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// FoundSum is how many payments of a currency a filter finds, and their sum.
type FoundSum struct {
	Count  int
	Amount prolong.Money
}

// SumReceived adds up what FindReceived lists, on all its pages: BeforeID and Limit do not matter.
func (s *Service) SumReceived(ctx context.Context, f ReviewFilter) ([]FoundSum, error) {
	f.BeforeID = 0
	clause, args := f.clause()
	rows, err := s.db.Pool.Query(ctx, `SELECT p.currency, count(*), sum(p.amount_minor)::bigint `+receivedFrom+clause+` GROUP BY 1 ORDER BY 1`, args...)
	if err != nil {
		return nil, prolong.Wrap("banksync.SumReceived", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (sum FoundSum, err error) {
		var cur string
		var minor int64
		err = row.Scan(&cur, &sum.Count, &minor)
		sum.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
		return sum, err
	})
	return list, prolong.Wrap("banksync.SumReceived", err)
}

// clause narrows receivedFrom. Only what is asked for is said, so that the database plans for it.
func (f ReviewFilter) clause() (string, []any) {
	var b strings.Builder
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	and := func(condition string) { b.WriteString(" AND " + condition) }
	if f.State != "" {
		and("p.state = " + arg(string(f.State)))
	}
	if f.Reason != "" {
		and("d.reason = " + arg(string(f.Reason)))
	}
	if f.AccountID != 0 {
		and("p.account_id = " + arg(int64(f.AccountID)))
	}
	if f.BeforeID != 0 {
		and("p.id < " + arg(int64(f.BeforeID)))
	}
	if !f.Since.IsZero() {
		and("p.value_on >= " + arg(f.Since))
	}
	if !f.Until.IsZero() {
		and("p.value_on <= " + arg(f.Until))
	}
	if f.Text != "" {
		whole, part := arg(f.Text), arg("%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(f.Text)+"%")
		either := []string{"l.counterparty_name ILIKE " + part, "l.purpose ILIKE " + part, "a.name ILIKE " + part,
			"l.doc_no = " + whole, "l.counterparty_tax_id = " + whole, "l.counterparty_account = " + whole}
		if len(f.Amounts) > 0 {
			either = append(either, "p.amount_minor = ANY("+arg(f.Amounts)+")")
		}
		and("(" + strings.Join(either, " OR ") + ")")
	}
	return b.String(), args
}
