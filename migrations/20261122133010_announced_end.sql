-- +goose Up
-- The announced last day of a subscription: no period that begins after it is asked for, and the
-- subscription closes by itself behind it (billing.md case 39).
ALTER TABLE subscriptions
    ADD COLUMN ends_on date,
    ADD CONSTRAINT subscriptions_ends_on CHECK (ends_on IS NULL OR NOT metered);

-- What dunning has done knows a subscription that ended as announced.
ALTER TABLE dunning_events DROP CONSTRAINT dunning_events_outcome;
ALTER TABLE dunning_events ADD CONSTRAINT dunning_events_outcome CHECK (outcome IN ('sent', 'skipped', 'held', 'suspended', 'closed', 'ended'));

-- Money that is to come: nothing is expected of a period that begins after the announced end.
CREATE OR REPLACE VIEW report_expected AS
    SELECT i.account_id, i.currency, 'invoice' AS kind, i.due_on AS expected_on, NULL::date AS lapsed_on, i.total_minor - i.credited_minor - i.paid_minor AS amount_minor
    FROM invoices i WHERE i.status = 'open'
    UNION ALL
    SELECT s.account_id, s.currency, 'renewal', n.first - 1, s.paid_through + p.grace_days + 1, a.amount_minor
    FROM subscriptions s JOIN plans p ON p.id = s.plan_id
    CROSS JOIN LATERAL (SELECT greatest(s.paid_through + 1, s.invoiced_to) AS day) f
    CROSS JOIN LATERAL (SELECT d::date AS first FROM generate_series(f.day::timestamp, f.day + interval '1 year',
        CASE s.period_unit WHEN 'month' THEN make_interval(months => s.period_count) ELSE make_interval(days => s.period_count) END) AS d) n
    CROSS JOIN LATERAL (SELECT coalesce(
        (SELECT i.total_minor - i.once_minor FROM invoices i WHERE i.subscription_id = s.id AND i.status <> 'void' AND i.kind = 'period' ORDER BY i.period_from DESC LIMIT 1),
        s.price_minor * greatest(s.seats, 1),
        (SELECT r.amount_minor * greatest(s.seats, 1) FROM plan_prices r WHERE r.plan_id = s.plan_id AND r.currency = s.currency AND r.valid_from <= f.day ORDER BY r.valid_from DESC LIMIT 1), 0) AS amount_minor) a
    WHERE s.ended_on IS NULL AND a.amount_minor > 0 AND (s.ends_on IS NULL OR n.first <= s.ends_on);
