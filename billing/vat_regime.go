package billing

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// VATRegime says how a seller is taxed; documents.md section 1 has the rates and their laws.
type VATRegime string

// The regimes of VAT.
const (
	VATGeneral   VATRegime = "general"    // the country's standard rate
	VATUSNExempt VATRegime = "usn_exempt" // УСН, exempt by income (НК РФ ст. 145)
	VATUSN5      VATRegime = "usn_5"      // УСН at 5 % without deductions
	VATUSN7      VATRegime = "usn_7"      // УСН at 7 % without deductions
	VATNone      VATRegime = "none"       // not a payer of VAT
)

// VATRegimes are all there are.
func VATRegimes() []VATRegime {
	return []VATRegime{VATGeneral, VATUSNExempt, VATUSN5, VATUSN7, VATNone}
}

// VATChange is a seller's regime from a day on.
type VATChange struct {
	From   prolong.Date
	Regime VATRegime
}

// VATOn returns the regime of the seller's supplies, or of money paid ahead, on a day.
func (s Seller) VATOn(day prolong.Date) VATRegime {
	regime := s.VAT
	for _, c := range s.VATChanges {
		if day.Before(c.From) {
			break
		}
		regime = c.Regime
	}
	return regime
}

// CheckVATChange holds the i-th of VATChanges against the law and the one before it. In Russia a
// regime begins with a month: whoever crosses the threshold of УСН pays from the 1st of the next
// one (НК РФ ст. 145 п. 5). Returns CodeInvalid that names what is wrong.
func (s Seller) CheckVATChange(i int) error {
	c, before := s.VATChanges[i], s.VAT
	if i > 0 {
		before = s.VATChanges[i-1].Regime
	}
	args := prolong.Args{"From": c.From, "Regime": c.Regime}
	switch {
	case !slices.Contains(VATRegimes(), c.Regime):
		var allowed []string
		for _, r := range VATRegimes() {
			allowed = append(allowed, string(r))
		}
		return prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": "vat.changes.regime", "Value": string(c.Regime), "Allowed": strings.Join(allowed, ", ")})
	case c.From.IsZero():
		return prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "vat.changes.from"})
	case s.Country == prolong.Russia && c.From.Day() != 1:
		return prolong.NewError(prolong.CodeInvalid, "error.vat_change_month", args)
	case i > 0 && !c.From.After(s.VATChanges[i-1].From):
		return prolong.NewError(prolong.CodeInvalid, "error.vat_change_order", prolong.Args{"From": c.From, "Before": s.VATChanges[i-1].From})
	case c.Regime == before:
		return prolong.NewError(prolong.CodeInvalid, "error.vat_change_same", args)
	}
	return nil
}

// applyVATChanges makes the seller's changes as declared.
func applyVATChanges(ctx context.Context, tx postgres.Tx, id int64, seller Seller) error {
	days, regimes := make([]prolong.Date, len(seller.VATChanges)), make([]string, len(seller.VATChanges))
	for i, c := range seller.VATChanges {
		if err := seller.CheckVATChange(i); err != nil {
			return err
		}
		days[i], regimes[i] = c.From, string(c.Regime)
	}
	if _, err := tx.Pgx.Exec(ctx, `DELETE FROM seller_vat_changes WHERE seller_id = $1 AND valid_from <> ALL($2::date[])`, id, days); err != nil {
		return err
	}
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO seller_vat_changes (seller_id, valid_from, regime) SELECT $1, * FROM unnest($2::date[], $3::text[])
		ON CONFLICT ON CONSTRAINT seller_vat_changes_pkey DO UPDATE SET regime = excluded.regime`, id, days, regimes)
	return err
}

// readVATChanges adds to the sellers of the catalogue what changes their regimes.
func (c Catalog) readVATChanges(ctx context.Context, q querier) error {
	rows, err := q.Query(ctx, `SELECT seller_id, valid_from, regime FROM seller_vat_changes ORDER BY seller_id, valid_from`)
	if err != nil {
		return err
	}
	var id SellerID
	var change VATChange
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&id), &change.From, (*string)(&change.Regime)}, func() error {
		s := c.Sellers[id]
		s.VATChanges = append(s.VATChanges, change)
		c.Sellers[id] = s
		return nil
	})
	return err
}
