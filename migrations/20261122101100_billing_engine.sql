-- +goose Up

-- Money that left again, each row a part of one payment: paid back by us, taken back by the bank, or kopecks that
-- were given up and are owed once more.
CREATE TABLE refunds (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT refunds_pkey PRIMARY KEY,
    payment_id   bigint NOT NULL CONSTRAINT refunds_payment REFERENCES payments (id),
    account_id   bigint CONSTRAINT refunds_account REFERENCES accounts (id),
    kind         text NOT NULL CONSTRAINT refunds_kind CHECK (kind IN ('refund', 'chargeback', 'write_off')),
    currency     char(3) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT refunds_amount CHECK (amount_minor > 0),
    booked_on    date NOT NULL,
    reason       text NOT NULL,
    actor        text NOT NULL,
    created_at   timestamptz NOT NULL
);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_account ON refunds (account_id) WHERE account_id IS NOT NULL;
CREATE TRIGGER refunds_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refunds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A void invoice says when and why, its successor what it replaces.
ALTER TABLE invoices
    ADD COLUMN voided_on   date,
    ADD COLUMN void_reason text NOT NULL DEFAULT '',
    ADD COLUMN replaces_id bigint CONSTRAINT invoices_replaces REFERENCES invoices (id) CONSTRAINT invoices_replaced_once UNIQUE,
    ADD CONSTRAINT invoices_voided CHECK ((status = 'void') = (voided_on IS NOT NULL));

-- A price may reach those who were clients before its first day later than new ones.
ALTER TABLE plan_prices
    ADD COLUMN existing_from date,
    ADD CONSTRAINT plan_prices_existing_later CHECK (existing_from >= valid_from);

-- The plan that a subscription goes over to with the period that begins on plan_from.
ALTER TABLE subscriptions
    ADD COLUMN next_plan_id     bigint CONSTRAINT subscriptions_next_plan REFERENCES plans (id),
    ADD COLUMN next_price_minor bigint CONSTRAINT subscriptions_next_price CHECK (next_price_minor >= 0),
    ADD COLUMN plan_from        date,
    ADD CONSTRAINT subscriptions_plan_change CHECK ((next_plan_id IS NULL) = (plan_from IS NULL));
CREATE INDEX subscriptions_plan_from ON subscriptions (plan_from) WHERE plan_from IS NOT NULL;

-- Each invoice moves its account's running number. With room in the page the new row version stays beside the old
-- one and none of the account's indexes is touched.
ALTER TABLE accounts SET (fillfactor = 70);

-- What is owed, invoice by invoice.
CREATE VIEW report_receivables AS
    SELECT account_id, seller_id, number, due_on, currency, total_minor - paid_minor AS residual_minor FROM invoices WHERE status = 'open';

-- Paid for, but not closed by a document yet: owed to clients as service.
CREATE VIEW report_deferred AS
    SELECT account_id, seller_id, currency, -sum(amount_minor)::bigint AS deferred_minor
    FROM ledger_entries WHERE ledger_account = 'deferred' GROUP BY account_id, seller_id, currency HAVING sum(amount_minor) <> 0;

-- Monthly recurring revenue: of every bought period that covers the last day of a month, the price of its invoice
-- without tax divided by its length in months. Periods shorter than a month count by their days. A period bought
-- after a suspension counts from the day on which it was bought.
CREATE VIEW report_mrr AS
    SELECT b.account_id, b.currency, m.first::date AS month,
        sum(round(b.net_minor / CASE WHEN b.days >= 28 THEN round(b.days / 30.4375) ELSE b.days / 30.4375 END))::bigint AS mrr_minor
    FROM (SELECT i.account_id, i.currency, i.total_minor - i.tax_minor AS net_minor, e.bought_from AS first, e.through_after AS last,
            (e.through_after + 1 - e.bought_from)::numeric AS days
        FROM extensions e JOIN allocations l ON l.id = e.cause_id JOIN invoices i ON i.id = l.invoice_id AND i.status = 'paid'
        WHERE e.cause = 'allocation' AND NOT EXISTS (SELECT 1 FROM extensions u WHERE u.subscription_id = e.subscription_id AND u.cause = 'undo' AND u.cause_id = e.id)) b
    CROSS JOIN LATERAL generate_series(date_trunc('month', b.first), b.last, '1 month') AS m (first)
    WHERE (m.first + interval '1 month - 1 day')::date BETWEEN b.first AND b.last
    GROUP BY b.account_id, b.currency, m.first;

-- How it moved from the month before. The parts sum to the difference. Of a month that is not over, what was not paid
-- yet looks like churn.
CREATE VIEW report_mrr_movement AS
    SELECT m.month, m.currency, sum(coalesce(c.mrr_minor, 0))::bigint AS mrr_minor,
        coalesce(sum(c.mrr_minor) FILTER (WHERE a.first = m.month), 0)::bigint AS new_minor,
        coalesce(sum(c.mrr_minor - p.mrr_minor) FILTER (WHERE c.mrr_minor > p.mrr_minor), 0)::bigint AS expansion_minor,
        coalesce(sum(c.mrr_minor - p.mrr_minor) FILTER (WHERE c.mrr_minor < p.mrr_minor), 0)::bigint AS contraction_minor,
        coalesce(sum(-p.mrr_minor) FILTER (WHERE c.mrr_minor IS NULL AND p.mrr_minor IS NOT NULL), 0)::bigint AS churn_minor,
        coalesce(sum(c.mrr_minor) FILTER (WHERE a.first < m.month AND p.mrr_minor IS NULL), 0)::bigint AS win_back_minor
    FROM (SELECT month, currency FROM report_mrr UNION SELECT (month + interval '1 month')::date, currency FROM report_mrr) m
    JOIN (SELECT account_id, currency, min(month) AS first FROM report_mrr GROUP BY account_id, currency) a ON a.currency = m.currency AND a.first <= m.month
    LEFT JOIN report_mrr c ON c.account_id = a.account_id AND c.currency = m.currency AND c.month = m.month
    LEFT JOIN report_mrr p ON p.account_id = a.account_id AND p.currency = m.currency AND p.month = (m.month - interval '1 month')::date
    GROUP BY m.month, m.currency;
