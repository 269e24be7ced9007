package invoices

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// AccrueCommissions writes the commission of every allocation of a brought client's money that
// has none yet, and the equal negative of every one that was taken back since. It returns how
// many rows it wrote. Run as often as wished, in any number of processes: an allocation is
// accrued once (commissions_once). What was accrued stays as it was when terms or attributions
// change afterwards.
func (s *Service) AccrueCommissions(ctx context.Context) (accrued int, err error) {
	err = s.db.WithTxOptions(ctx, postgres.TxOptions{StatementTimeout: -1}, func(ctx context.Context, tx postgres.Tx) error {
		tag, err := tx.Pgx.Exec(ctx, `
			INSERT INTO commissions (partner_id, account_id, agreement_id, allocation_id, currency, base_minor, percent_bp, amount_minor, accrued_on, payable_on, created_at)
			SELECT v.partner_id, v.account_id, v.agreement_id, v.allocation_id, v.currency, v.base_minor, v.percent_bp, v.amount_minor, v.accrued_on, v.accrued_on + v.hold_days, $1
			FROM commission_of_allocation v WHERE NOT EXISTS (SELECT 1 FROM commissions c WHERE c.allocation_id = v.allocation_id)
			ORDER BY v.allocation_id, v.partner_id
			ON CONFLICT ON CONSTRAINT commissions_once DO NOTHING`, tx.Now)
		if err != nil {
			return err
		}
		accrued = int(tag.RowsAffected())
		// What is taken back while it is still held may be paid out on the same day as it, so that
		// the two meet; later it is taken off what is payable at once.
		tag, err = tx.Pgx.Exec(ctx, `
			INSERT INTO commissions (partner_id, account_id, agreement_id, allocation_id, currency, base_minor, percent_bp, amount_minor, accrued_on, payable_on, reverses_id, created_at)
			SELECT c.partner_id, c.account_id, c.agreement_id, r.id, c.currency, -c.base_minor, c.percent_bp, -c.amount_minor, d.day, greatest(c.payable_on, d.day), c.id, $1
			FROM commissions c JOIN allocations r ON r.reverses_id = c.allocation_id JOIN invoices i ON i.id = r.invoice_id JOIN published_sellers s ON s.id = i.seller_id
			CROSS JOIN LATERAL (SELECT (r.created_at AT TIME ZONE s.time_zone)::date AS day) d
			WHERE NOT EXISTS (SELECT 1 FROM commissions n WHERE n.reverses_id = c.id)
			ORDER BY r.id, c.partner_id
			ON CONFLICT DO NOTHING`, tx.Now)
		accrued += int(tag.RowsAffected())
		return err
	})
	return accrued, prolong.Wrap("invoices.AccrueCommissions", err)
}

// PartnerTotal is what a partner earned in a month.
type PartnerTotal struct {
	Partner  Partner
	Clients  int           // whom he has brought and has still
	Accrued  prolong.Money // of the month, what was taken back taken off
	Payable  prolong.Money // of all months, by the day asked for: what may be paid out or was
	Earlier  prolong.Money // of all months before
	Currency prolong.Currency
}

// PartnerTotals returns what each partner earned in the month that begins on first, by
// currency; partners who earned nothing have one line without a currency. on decides what the
// hold has let go.
func (s *Service) PartnerTotals(ctx context.Context, first, on prolong.Date) ([]PartnerTotal, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT p.id, p.key, p.name, p.tax_id, p.email, coalesce(r.key, ''), (SELECT count(*) FROM partner_accounts a WHERE a.partner_id = p.id AND a.valid_to IS NULL),
			coalesce(c.currency, ''), coalesce(sum(c.amount_minor) FILTER (WHERE c.accrued_on >= $1 AND c.accrued_on < ($1::date + interval '1 month')::date), 0)::bigint,
			coalesce(sum(c.amount_minor) FILTER (WHERE c.payable_on <= $2), 0)::bigint, coalesce(sum(c.amount_minor) FILTER (WHERE c.accrued_on < $1), 0)::bigint
		FROM partners p LEFT JOIN partners r ON r.id = p.parent_id LEFT JOIN commissions c ON c.partner_id = p.id
		GROUP BY p.id, r.key, c.currency ORDER BY p.name, p.id, c.currency`, first, on)
	if err != nil {
		return nil, prolong.Wrap("invoices.PartnerTotals", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t PartnerTotal, err error) {
		var accrued, payable, earlier int64
		p := &t.Partner
		err = row.Scan(&p.ID, &p.Key, &p.Name, (*string)(&p.TaxID), &p.Email, &p.Of, &t.Clients, (*string)(&t.Currency), &accrued, &payable, &earlier)
		t.Accrued, t.Payable, t.Earlier = prolong.NewMoney(accrued, t.Currency), prolong.NewMoney(payable, t.Currency), prolong.NewMoney(earlier, t.Currency)
		return t, err
	})
	return list, prolong.Wrap("invoices.PartnerTotals", err)
}

// CommissionExport is a line of a partner's statement.
type CommissionExport struct {
	Partner           string           `json:"partner"`
	AccruedOn         prolong.Date     `json:"accrued_on"`
	PayableOn         prolong.Date     `json:"payable_on"`
	AccountExternalID string           `json:"account_external_id"`
	Client            string           `json:"client"`
	Invoice           string           `json:"invoice"`
	ValueOn           prolong.Date     `json:"value_on"`
	Currency          prolong.Currency `json:"currency"`
	Paid              string           `json:"paid"`
	Base              string           `json:"base"`
	Percent           string           `json:"percent"`
	Commission        string           `json:"commission"`
}

// CommissionExportColumns are the columns of the table.
var CommissionExportColumns = []string{"partner", "accrued_on", "payable_on", "account_external_id", "client", "invoice", "value_on", "currency", "paid", "base", "percent", "commission"}

// Cells returns the row for a table.
func (e CommissionExport) Cells() []string {
	return []string{e.Partner, e.AccruedOn.String(), e.PayableOn.String(), e.AccountExternalID, e.Client, e.Invoice, e.ValueOn.String(), string(e.Currency), e.Paid, e.Base, e.Percent, e.Commission}
}

// ExportCommissions gives the statements of a month to yield, partner by partner in the order of
// their keys; a zero month is all of them, an empty partner is everybody. Lines that came to
// nothing are left out.
func (s *Service) ExportCommissions(ctx context.Context, partner string, month prolong.Date, yield func(CommissionExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT p.key, c.accrued_on, c.payable_on, a.external_id, a.legal_form, a.name, i.number, m.value_on, c.currency, l.amount_minor, c.base_minor, c.percent_bp, c.amount_minor
		FROM commissions c JOIN partners p ON p.id = c.partner_id JOIN published_accounts a ON a.id = c.account_id JOIN allocations l ON l.id = c.allocation_id
		JOIN invoices i ON i.id = l.invoice_id JOIN published_payments m ON m.id = l.payment_id
		WHERE c.amount_minor <> 0 AND ($1 = '' OR p.key = $1) AND ($2::date IS NULL OR c.accrued_on >= $2 AND c.accrued_on < ($2::date + interval '1 month')::date)
		ORDER BY p.key COLLATE "C", c.accrued_on, c.id`, partner, month)
	if err != nil {
		return prolong.Wrap("invoices.ExportCommissions", err)
	}
	var e CommissionExport
	var paid, base, amount int64
	var bp int
	var form, name string
	_, err = pgx.ForEachRow(rows, []any{&e.Partner, &e.AccruedOn, &e.PayableOn, &e.AccountExternalID, &form, &name, &e.Invoice, &e.ValueOn, (*string)(&e.Currency), &paid, &base, &bp, &amount}, func() error {
		e.Paid, e.Base, e.Commission = prolong.NewMoney(paid, e.Currency).String(), prolong.NewMoney(base, e.Currency).String(), prolong.NewMoney(amount, e.Currency).String()
		e.Client, e.Percent = billing.LegalName(form, name), percent(bp)
		return yield(e)
	})
	return prolong.Wrap("invoices.ExportCommissions", err)
}
