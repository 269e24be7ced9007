package billing

import (
	"context"

	"prolong"
	"prolong/internal/postgres"
	"prolong/internal/settings"
)

// Settings returns what `prolong apply` has declared in this room, in the words of the declaration.
// A column that gets no word here is told by its own name, so that no setting is passed over.
func Settings(ctx context.Context, tx postgres.Tx) ([]settings.Item, error) {
	var lists [][]settings.Item
	for _, q := range []struct{ kind, sql string }{
		{"sellers", sellerSettingsSQL}, {"plans", planSettingsSQL}, {"packs", packSettingsSQL},
		{"calendars", `SELECT country, jsonb_object_agg(on_day, kind || CASE WHEN note = '' THEN '' ELSE ' (' || note || ')' END) FROM calendar_days GROUP BY country ORDER BY country`},
	} {
		list, err := settings.Read(ctx, tx.Pgx, q.kind, q.sql)
		if err != nil {
			return nil, prolong.Wrap("billing.Settings", err)
		}
		lists = append(lists, list)
	}
	return settings.Merge(lists...), nil
}

const sellerSettingsSQL = `
SELECT s.key, to_jsonb(s) - ARRAY['id', 'key', 'created_at', 'vat_regime', 'closing_policy', 'closing_document', 'advance_from', 'stamp', 'facsimile', 'invoice_notice',
		'invoice_valid_days', 'acceptance_days', 'one_sided', 'write_off_minor']
	|| jsonb_build_object('write_off', CASE WHEN s.write_off_minor > 0 THEN round(s.write_off_minor / 100.0, 2)::text END,
		'vat', jsonb_build_object('regime', s.vat_regime, 'changes', (SELECT jsonb_object_agg('from ' || v.valid_from, v.regime) FROM seller_vat_changes v WHERE v.seller_id = s.id)),
		'documents', jsonb_build_object('closing', s.closing_policy, 'document', s.closing_document, 'advance_from', s.advance_from, 'stamp', left(s.stamp, 8), 'facsimile', left(s.facsimile, 8),
			'notice', s.invoice_notice, 'valid_days', s.invoice_valid_days, 'acceptance_days', s.acceptance_days, 'one_sided', s.one_sided),
		'bank_accounts', (SELECT jsonb_object_agg(b.number, to_jsonb(b) - ARRAY['id', 'seller_id', 'number', 'created_at', 'source_kind', 'source_config']
			|| jsonb_build_object('position', b.position + 1, 'source', jsonb_build_object('kind', b.source_kind) || b.source_config)) FROM seller_bank_accounts b WHERE b.seller_id = s.id))
FROM sellers s ORDER BY s.id`

const planSettingsSQL = `
SELECT p.key, to_jsonb(p) - ARRAY['id', 'key', 'created_at', 'seller_id', 'period_count', 'period_unit', 'lead_count', 'lead_unit', 'grace_days', 'grace_working', 'remind_days', 'suspend_working',
		'terminate_days', 'first_periods', 'trial_count', 'trial_unit', 'dun_from']
	|| jsonb_build_object('seller', s.key, 'period', p.period_count || ' ' || p.period_unit, 'lead', p.lead_count || ' ' || p.lead_unit, 'first', p.first_periods,
		'grace', p.grace_days || CASE WHEN p.grace_working THEN ' working' ELSE '' END || ' day', 'remind', p.remind_days || ' day',
		'suspend', CASE WHEN p.suspend_working THEN 'working_day' ELSE 'any_day' END,
		'terminate', CASE WHEN p.terminate_days > 0 THEN p.terminate_days || ' day' END,
		'trial', CASE WHEN p.trial_count > 0 THEN p.trial_count || ' ' || p.trial_unit END,
		'dun_from', (SELECT jsonb_object_agg(d.key, round(d.value::bigint / 100.0, 2)::text) FROM jsonb_each_text(p.dun_from) d),
		'meter', (SELECT jsonb_build_object('hours', m.rounding, 'pay', m.pay_days || ' day') FROM metered_plans m WHERE m.plan_id = p.id),
		'price', (SELECT jsonb_object_agg(v.currency || ' from ' || v.valid_from, round(v.amount_minor / 100.0, 2)::text || coalesce(', existing from ' || v.existing_from, ''))
			FROM plan_prices v WHERE v.plan_id = p.id),
		'items', (SELECT jsonb_object_agg(i.key, jsonb_build_object('kind', i.kind, 'name', i.name, 'price',
				(SELECT jsonb_object_agg(v.currency || ' from ' || v.valid_from, round(v.amount_minor / 100.0, 2)::text || coalesce(', existing from ' || v.existing_from, ''))
					FROM plan_item_prices v WHERE v.item_id = i.id))) FROM plan_items i WHERE i.plan_id = p.id))
FROM plans p JOIN sellers s ON s.id = p.seller_id ORDER BY p.id`

const packSettingsSQL = `
SELECT k.key, jsonb_build_object('seller', s.key, 'name', k.name, 'minutes', k.minutes, 'valid', CASE WHEN k.valid_months > 0 THEN k.valid_months || ' month' END,
	'price', (SELECT jsonb_object_agg(v.currency, round(v.amount_minor / 100.0, 2)::text) FROM prepaid_pack_prices v WHERE v.pack_id = k.id))
FROM prepaid_packs k JOIN sellers s ON s.id = k.seller_id ORDER BY k.id`
