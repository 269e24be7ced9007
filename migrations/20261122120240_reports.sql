-- +goose Up

-- What money is expected when: open invoices by their day, and of each running subscription the periods of a year that are
-- not invoiced yet, on the last day of the term before, for what its last invoice asked for each time.
-- lapsed_on is the day from which a renewal is not expected any more: the term before has run out.
CREATE VIEW report_expected AS
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
    WHERE s.ended_on IS NULL AND a.amount_minor > 0;

-- How many clients with recurring revenue a month lost, and how much of it, against the month before.
CREATE VIEW report_churn AS
    SELECT m.month, m.currency,
        count(p.account_id)::int AS clients_before,
        (count(*) FILTER (WHERE p.account_id IS NOT NULL AND c.account_id IS NULL))::int AS clients_lost,
        (count(*) FILTER (WHERE c.account_id IS NOT NULL AND a.first = m.month))::int AS clients_new,
        (count(*) FILTER (WHERE c.account_id IS NOT NULL AND p.account_id IS NULL AND a.first < m.month))::int AS clients_back,
        coalesce(sum(p.mrr_minor), 0)::bigint AS mrr_before_minor,
        coalesce(sum(p.mrr_minor) FILTER (WHERE c.account_id IS NULL), 0)::bigint AS lost_minor,
        coalesce(sum(p.mrr_minor - c.mrr_minor) FILTER (WHERE c.mrr_minor < p.mrr_minor), 0)::bigint AS shrunk_minor
    FROM (SELECT month, currency FROM report_mrr UNION SELECT (month + interval '1 month')::date, currency FROM report_mrr) m
    JOIN (SELECT account_id, currency, min(month) AS first FROM report_mrr GROUP BY account_id, currency) a ON a.currency = m.currency AND a.first <= m.month
    LEFT JOIN report_mrr c ON c.account_id = a.account_id AND c.currency = m.currency AND c.month = m.month
    LEFT JOIN report_mrr p ON p.account_id = a.account_id AND p.currency = m.currency AND p.month = (m.month - interval '1 month')::date
    GROUP BY m.month, m.currency;
