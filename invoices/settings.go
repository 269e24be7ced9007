package invoices

import (
	"context"
	"strconv"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/settings"
	"prolong/invoices/upd"
)

// Settings returns what `prolong apply` has declared in this room: partners, and how sellers exchange
// with accounting programs and operators. Secrets are references, as they were declared.
func Settings(ctx context.Context, tx postgres.Tx) ([]settings.Item, error) {
	partners, err := settings.Read(ctx, tx.Pgx, "partners", `
		SELECT p.key, jsonb_build_object('name', p.name, 'tax_id', p.tax_id, 'email', p.email, 'of', o.key,
			'agreements', (SELECT jsonb_object_agg('from ' || a.valid_from, to_jsonb(a) - ARRAY['id', 'partner_id', 'valid_from', 'valid_to', 'percent_bp', 'cap_minor', 'cap_currency', 'hold_days']
				|| jsonb_build_object('to', a.valid_to, 'percent', round(a.percent_bp / 100.0, 2)::text, 'cap', round(a.cap_minor / 100.0, 2)::text || ' ' || a.cap_currency, 'hold', a.hold_days || ' day'))
				FROM partner_agreements a WHERE a.partner_id = p.id))
		FROM partners p LEFT JOIN partners o ON o.id = p.parent_id ORDER BY p.id`)
	if err != nil {
		return nil, prolong.Wrap("invoices.Settings", err)
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT seller_id, settings FROM seller_exchange`)
	if err != nil {
		return nil, prolong.Wrap("invoices.Settings", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var values map[string]any
		if err := rows.Scan(&id, &values); err != nil {
			return nil, prolong.Wrap("invoices.Settings", err)
		}
		partners = append(partners, settings.Item{Kind: "sellers", Key: c.Sellers[billing.SellerID(id)].Key, Fields: settings.Flatten(exchangeWords(values))})
	}
	return partners, prolong.Wrap("invoices.Settings", rows.Err())
}

// exchangeWords puts the kept settings of an exchange under the keys of the declaration.
func exchangeWords(values map[string]any) map[string]any {
	edo, _ := values["edo"].(map[string]any)
	rates := map[string]any{} // of percent, kept by basis points
	if kept, ok := values["onec_rates"].(map[string]any); ok {
		for points, name := range kept {
			if bp, err := strconv.ParseFloat(points, 64); err == nil {
				rates[strconv.FormatFloat(bp/100, 'f', -1, 64)] = name
			}
		}
	}
	upds := map[any]string{string(upd.Both): "both", string(upd.Transfer): "transfer"}
	words := map[string]any{
		"documents":  map[string]any{"upd": upds[values["upd_function"]]},
		"onec":       map[string]any{"format": values["onec_version"], "rates": rates},
		"accounting": values["chart"],
	}
	if edo != nil {
		words["edo"] = map[string]any{"kind": edo["operator"], "automatic": edo["automatic"], "settings": edo["values"]}
	}
	return words
}
