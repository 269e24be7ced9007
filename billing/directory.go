package billing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// AccountBrief is an account as lists and searches show it.
type AccountBrief struct {
	Account
	// Access is what the pass service would be told now; its State is empty for an account
	// without a subscription.
	Access   Access
	Location *time.Location // of the seller: in it the days are meant
	Balance  prolong.Money  // what is on no invoice, in the currency of the subscription
}

// AccountFilter narrows FindAccounts; zero fields do not.
type AccountFilter struct {
	// Text is looked for in name, external id, payment code, tax id, address of mail and
	// telephone: every word of it must occur, in any order and form of letters. A telephone may
	// be written in any way, an invoice number finds its account.
	Text  string
	IDs   []AccountID
	State AccessState
	// BeforeID continues a list: only accounts older than this one.
	BeforeID AccountID
	Limit    int // 1 to 200; 0 is 50
}

const (
	accountsLimitDefault = 50
	accountsLimitMax     = 200
	searchWordsMax       = 6
	searchRunesMax       = 100
	phoneDigitsMin       = 10
)

// accountSearchText is what Text is looked for in. The index accounts_search is on this very
// expression.
const accountSearchText = `translate(lower(a.name || ' ' || a.external_id || ' ' || a.payment_code || ' ' || a.tax_id || ' ' || a.email || ' ' || a.phone), 'ё«»"', 'е')`

// FindAccounts lists accounts, the newest first.
func (s *Service) FindAccounts(ctx context.Context, f AccountFilter) ([]AccountBrief, error) {
	c, err := s.Catalog(ctx)
	if err != nil {
		return nil, prolong.Wrap("billing.FindAccounts", err)
	}
	where, args := []string{"true"}, []any{}
	arg := func(v any) string { args = append(args, v); return fmt.Sprintf("$%d", len(args)) }
	if f.Text != "" {
		where = append(where, textCondition(f.Text, arg))
	}
	if f.IDs != nil {
		where = append(where, "a.id = ANY("+arg(postgres.Int64s(f.IDs))+")")
	}
	if f.BeforeID != 0 {
		where = append(where, "a.id < "+arg(int64(f.BeforeID)))
	}
	now := s.db.Now()
	if f.State != "" {
		sellers, days := make([]int64, 0, len(c.Sellers)), make([]prolong.Date, 0, len(c.Sellers))
		for id, seller := range c.Sellers {
			sellers, days = append(sellers, int64(id)), append(days, seller.Today(now))
		}
		today := fmt.Sprintf("(SELECT t.today FROM unnest(%s::bigint[], %s::date[]) AS t (seller_id, today) WHERE t.seller_id = a.seller_id)", arg(sellers), arg(days))
		where = append(where, map[AccessState]string{
			AccessActive: "x.ended_on IS NULL AND x.paid_through >= " + today, AccessGrace: "x.ended_on IS NULL AND x.paid_through < " + today + " AND x.suspend_on > " + today,
			AccessSuspended: "(x.ended_on IS NOT NULL OR x.suspend_on <= " + today + ")",
		}[f.State])
	}
	limit := f.Limit
	if limit <= 0 {
		limit = accountsLimitDefault
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT `+accountColumns+`, x.paid_through, coalesce(x.grace_days, 0), x.moved, x.ended_on, coalesce(x.currency, ''), coalesce(b.amount_minor, 0)
		FROM accounts a
		LEFT JOIN LATERAL (SELECT `+servedThrough+` AS paid_through, p.grace_days, `+suspendDay+` AS suspend_on, s.suspend_on AS moved, s.ended_on, s.currency FROM subscriptions s JOIN plans p ON p.id = s.plan_id
			WHERE s.account_id = a.id ORDER BY s.ended_on IS NOT NULL, `+suspendDay+` DESC, s.id LIMIT 1) x ON true
		LEFT JOIN balances b ON b.account_id = a.id AND b.currency = x.currency
		WHERE `+strings.Join(where, " AND ")+` ORDER BY a.id DESC LIMIT `+arg(min(limit, accountsLimitMax)), args...)
	if err != nil {
		return nil, prolong.Wrap("billing.FindAccounts", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (AccountBrief, error) { return scanBrief(row, c, now) })
	return list, prolong.Wrap("billing.FindAccounts", err)
}

// textCondition asks for every word of the text, or for the telephone or payment code that the
// text as a whole is.
func textCondition(text string, arg func(any) string) string {
	text = strings.NewReplacer("ё", "е", "«", "", "»", "", `"`, "").Replace(strings.ToLower(text))
	if r := []rune(text); len(r) > searchRunesMax {
		text = string(r[:searchRunesMax])
	}
	like := func(word string) string {
		return accountSearchText + " LIKE " + arg("%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word)+"%")
	}
	var all []string
	words := strings.Fields(text)
	for _, word := range words[:min(len(words), searchWordsMax)] {
		all = append(all, like(word))
	}
	if len(all) == 0 {
		return "true"
	}
	condition := strings.Join(all, " AND ")
	if code, _, ok := strings.Cut(text, "-"); ok && prolong.ValidPaymentCode(code) {
		condition += " OR a.payment_code = " + arg(code)
	}
	// 8 916 …, +7 916 … and 916 … are one telephone: the last ten digits tell.
	if digits := onlyDigits(text); len(digits) >= phoneDigitsMin && strings.Trim(text, "0123456789+-() .") == "" {
		condition += " OR " + like(digits[len(digits)-phoneDigitsMin:])
	}
	return "(" + condition + ")"
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func scanBrief(row pgx.CollectableRow, c Catalog, now time.Time) (AccountBrief, error) {
	var b AccountBrief
	var closed *time.Time
	var terms AccessTerms
	var cur string
	var balance int64
	a := &b.Account
	err := row.Scan((*int64)(&a.ID), &a.ExternalID, (*int64)(&a.SellerID), (*string)(&a.PaymentCode), &a.Name, &a.LegalForm, (*string)(&a.Country), (*string)(&a.TaxID), &a.KPP,
		&a.Address, &a.Email, &a.Phone, &a.BankAccount, &a.BankBIC, &a.Language, &a.CreatedAt, &closed, &a.Signatory, &a.SignatoryTitle,
		&terms.PaidThrough, &terms.GraceDays, &terms.SuspendOn, &terms.EndedOn, &cur, &balance)
	if err != nil {
		return b, err
	}
	if closed != nil {
		a.ClosedAt = *closed
	}
	b.Location = c.Sellers[a.SellerID].Location
	b.Balance = prolong.NewMoney(balance, prolong.Currency(cur))
	if !terms.PaidThrough.IsZero() {
		terms.Location = b.Location
		b.Access = terms.At(now)
	}
	return b, nil
}

// FindAccountBriefs returns accounts by their ids, those that exist.
func (s *Service) FindAccountBriefs(ctx context.Context, ids []AccountID) (map[AccountID]AccountBrief, error) {
	out := map[AccountID]AccountBrief{}
	for len(ids) > 0 {
		n := min(len(ids), accountsLimitMax)
		list, err := s.FindAccounts(ctx, AccountFilter{IDs: ids[:n], Limit: n})
		if err != nil {
			return nil, err
		}
		for _, b := range list {
			out[b.ID] = b
		}
		ids = ids[n:]
	}
	return out, nil
}
