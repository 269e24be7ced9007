package tickets

import (
	"context"

	"prolong/internal/postgres"
	"prolong/internal/settings"
)

// Settings returns what `prolong apply` has declared for the support line.
func Settings(ctx context.Context, tx postgres.Tx) ([]settings.Item, error) {
	var lists [][]settings.Item
	for _, q := range []struct{ kind, sql string }{
		{"support_hours", `SELECT c.key, v.spec - 'key' || jsonb_build_object('days', (SELECT jsonb_object_agg(d->>'on', concat_ws(' ', d->>'kind', d->>'hours', '(' || (d->>'note') || ')')) FROM jsonb_array_elements(v.spec->'days') d))
			FROM support_calendars c JOIN support_calendar_versions v ON v.calendar_id = c.id AND v.version = c.version ORDER BY c.id`},
		{"sla", `SELECT p.key, jsonb_build_object('name', p.name, 'default', p.is_default, 'plans', (SELECT jsonb_agg(x.plan_key ORDER BY x.plan_key) FROM sla_policy_plans x WHERE x.policy_id = p.id),
			'targets', (SELECT jsonb_object_agg(t.priority || '.' || t.metric, t.minutes || ' min, ' || c.key || ', ' || array_to_string(t.warn_percents, ' '))
				FROM sla_targets t JOIN support_calendars c ON c.id = t.calendar_id WHERE t.policy_id = p.id)) FROM sla_policies p ORDER BY p.id`},
		{"tags", `SELECT key, jsonb_build_object('name', name, 'archived', archived_at IS NOT NULL) FROM support_tags ORDER BY id`},
	} {
		list, err := settings.Read(ctx, tx.Pgx, q.kind, q.sql)
		if err != nil {
			return nil, trace("Settings", err)
		}
		lists = append(lists, list)
	}
	return settings.Merge(lists...), nil
}
