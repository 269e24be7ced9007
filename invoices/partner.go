package invoices

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Partner brings clients and has a share of what they pay.
type Partner struct {
	ID    int64
	Key   string
	Name  string
	TaxID prolong.TaxID
	Email string
	// Of is the key of the representative whose agent it is; empty for none.
	Of string
}

// Agreement says what a partner earns from a day of value on.
type Agreement struct {
	From prolong.Date
	To   prolong.Date // the last day; no date without an end
	// PercentBP of what clients paid without tax, in basis points. A representative has of his
	// agents' clients what his percent exceeds theirs by.
	PercentBP int
	// Cap is the most that one invoice brings when it is paid in full; no currency without a
	// limit.
	Cap prolong.Money
	// Months after the client came; 0 as long as he pays.
	Months int
	// HoldDays until an accrual may be paid out.
	HoldDays int
	// OneOff counts fees and packs of hours too.
	OneOff bool
}

// PartnerSpec declares a partner (`prolong apply`).
type PartnerSpec struct {
	Partner    Partner
	Agreements []Agreement
}

// DeclarePartners makes partners and their agreements as declared; representatives come before
// their agents. Agreements that are not named stay. Returns CodeConflict for a change of an
// agreement by which something was accrued already: declare another from a later day.
func (s *Service) DeclarePartners(ctx context.Context, partners []PartnerSpec) error {
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		for _, spec := range partners {
			if err := declarePartner(ctx, tx, spec); err != nil {
				return err
			}
		}
		return nil
	})
	return prolong.Wrap("invoices.DeclarePartners", err)
}

func declarePartner(ctx context.Context, tx postgres.Tx, spec PartnerSpec) error {
	p := spec.Partner
	var parent *int64
	if p.Of != "" {
		id, err := partnerByKey(ctx, tx, p.Of)
		if err != nil {
			return err
		}
		var deep bool
		if err := tx.Pgx.QueryRow(ctx, `SELECT parent_id IS NOT NULL FROM partners WHERE id = $1`, id).Scan(&deep); err != nil {
			return err
		}
		if deep || p.Of == p.Key {
			return prolong.NewError(prolong.CodeInvalid, "error.partner_tree", prolong.Args{"Partner": p.Key, "Of": p.Of})
		}
		parent = &id
	}
	var id int64
	if err := tx.Pgx.QueryRow(ctx, `INSERT INTO partners (key, name, tax_id, email, parent_id, created_at) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT ON CONSTRAINT partners_key_unique DO UPDATE SET name = excluded.name, tax_id = excluded.tax_id, email = excluded.email, parent_id = excluded.parent_id
		RETURNING id`, p.Key, p.Name, string(p.TaxID), p.Email, parent, tx.Now).Scan(&id); err != nil {
		return err
	}
	for _, a := range spec.Agreements {
		var limit *int64
		var cur *string
		if c := string(a.Cap.Currency()); c != "" {
			m := a.Cap.Minor()
			limit, cur = &m, &c
		}
		// An agreement that something was accrued by is a fact; only its end may still be set.
		tag, err := tx.Pgx.Exec(ctx, `INSERT INTO partner_agreements (partner_id, valid_from, valid_to, percent_bp, cap_minor, cap_currency, months, hold_days, one_off)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
			ON CONFLICT ON CONSTRAINT partner_agreements_version_unique DO UPDATE SET valid_to = excluded.valid_to, percent_bp = excluded.percent_bp, cap_minor = excluded.cap_minor,
				cap_currency = excluded.cap_currency, months = excluded.months, hold_days = excluded.hold_days, one_off = excluded.one_off
			WHERE NOT EXISTS (SELECT 1 FROM commissions c WHERE c.agreement_id = partner_agreements.id)
				OR (partner_agreements.percent_bp, partner_agreements.months, partner_agreements.hold_days, partner_agreements.one_off) = (excluded.percent_bp, excluded.months, excluded.hold_days, excluded.one_off)
				AND (partner_agreements.cap_minor, partner_agreements.cap_currency) IS NOT DISTINCT FROM (excluded.cap_minor, excluded.cap_currency)`,
			id, a.From, a.To, a.PercentBP, limit, cur, a.Months, a.HoldDays, a.OneOff)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return prolong.NewError(prolong.CodeConflict, "error.partner_agreement_used", prolong.Args{"Partner": p.Key, "From": a.From.String()})
		}
	}
	return nil
}

func partnerByKey(ctx context.Context, tx postgres.Tx, key string) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT id FROM partners WHERE key = $1`, key).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.partner_unknown", prolong.Args{"Partner": key})
	}
	return id, err
}

// AttributeAccount says that a partner brought a client, for money of that day of value and
// later; whoever brought him until then has his share of the money before. Returns CodeInvalid
// if the two are the same company, CodeConflict for a day that is not later than that of the
// attribution in force.
func (s *Service) AttributeAccount(ctx context.Context, actor prolong.Actor, account billing.AccountID, partnerKey string, from prolong.Date) error {
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		client, err := billing.LockAccount(ctx, tx, account)
		if err != nil {
			return err
		}
		partner, err := partnerByKey(ctx, tx, partnerKey)
		if err != nil {
			return err
		}
		var same bool
		if err := tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM partners WHERE id = $1 AND tax_id <> '' AND tax_id = $2)`, partner, string(client.TaxID)).Scan(&same); err != nil {
			return err
		}
		if same {
			return prolong.NewError(prolong.CodeInvalid, "error.partner_self", prolong.Args{"Partner": partnerKey, "Account": client.ExternalID})
		}
		var now int64
		var since prolong.Date
		err = tx.Pgx.QueryRow(ctx, `SELECT partner_id, valid_from FROM partner_accounts WHERE account_id = $1 AND valid_to IS NULL`, int64(account)).Scan(&now, &since)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
		case err != nil:
			return err
		case now == partner:
			return nil
		case !since.Before(from):
			return prolong.NewError(prolong.CodeConflict, "error.partner_earlier", prolong.Args{"Account": client.ExternalID, "Since": since.String()})
		default:
			if _, err := tx.Pgx.Exec(ctx, `UPDATE partner_accounts SET valid_to = $2 WHERE account_id = $1 AND valid_to IS NULL`, int64(account), from.AddDays(-1)); err != nil {
				return err
			}
		}
		_, err = tx.Pgx.Exec(ctx, `INSERT INTO partner_accounts (account_id, partner_id, valid_from, actor, created_at) VALUES ($1,$2,$3,$4,$5)`, int64(account), partner, from, actor.String(), tx.Now)
		return err
	})
	return prolong.Wrap("invoices.AttributeAccount", err)
}
