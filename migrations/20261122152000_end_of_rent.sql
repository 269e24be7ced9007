-- +goose Up

-- Rent by the hour may end, too: on any day, since its hours are counted. What a paid invoice granted on credit behind
-- that day is not served, so the service stops before paid_through.
ALTER TABLE subscriptions
    DROP CONSTRAINT subscriptions_ends_on,
    DROP CONSTRAINT subscriptions_suspend_after_paid,
    ADD CONSTRAINT subscriptions_suspend_after_paid CHECK (metered OR suspend_on > paid_through);

-- A meter counts to the end of its subscription, announced or not: the last hours are invoiced behind it. No day once
-- everything has been counted.
ALTER TABLE meters ALTER COLUMN bill_on DROP NOT NULL;
UPDATE meters m SET bill_on = NULL FROM subscriptions s WHERE s.id = m.subscription_id AND s.ended_on IS NOT NULL;

-- Rent whose first invoice nobody has paid was looked at by nobody.
UPDATE subscriptions SET dunning_on = paid_through - 3 WHERE metered AND ended_on IS NULL AND dunning_on IS NULL;

-- Money that is to come: rent is paid after its periods, so its invoices stand beside those that are open already.
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
    WHERE s.ended_on IS NULL AND NOT s.metered AND a.amount_minor > 0 AND (s.ends_on IS NULL OR n.first <= s.ends_on)
    UNION ALL
    -- As much as the last invoice of rent asked for; before the first one nobody can say.
    SELECT s.account_id, s.currency, 'renewal', least(n.bill, s.ends_on + 1) + t.pay_days - 1, s.paid_through + p.grace_days + 1, a.amount_minor
    FROM subscriptions s JOIN plans p ON p.id = s.plan_id JOIN metered_plans t ON t.plan_id = s.plan_id JOIN meters m ON m.subscription_id = s.id
    CROSS JOIN LATERAL (SELECT CASE s.period_unit WHEN 'month' THEN make_interval(months => s.period_count) ELSE make_interval(days => s.period_count) END AS term) x
    CROSS JOIN LATERAL (SELECT d::date AS bill FROM generate_series(m.bill_on::timestamp, m.bill_on + interval '1 year', x.term) AS d) n
    CROSS JOIN LATERAL (SELECT i.total_minor AS amount_minor FROM invoices i WHERE i.subscription_id = s.id AND i.status <> 'void' ORDER BY i.period_from DESC, i.id DESC LIMIT 1) a
    WHERE s.metered AND s.ended_on IS NULL AND a.amount_minor > 0 AND (s.ends_on IS NULL OR n.bill = m.bill_on OR (n.bill - x.term)::date <= s.ends_on);
