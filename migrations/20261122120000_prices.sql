-- +goose Up

-- What a plan offers beside its seats: add-ons, charged with every period, and fees, charged once.
CREATE TABLE plan_items (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT plan_items_pkey PRIMARY KEY,
    plan_id    bigint NOT NULL CONSTRAINT plan_items_plan REFERENCES plans (id),
    key        text NOT NULL CONSTRAINT plan_items_key_filled CHECK (key <> ''),
    kind       text NOT NULL CONSTRAINT plan_items_kind CHECK (kind IN ('addon', 'fee')),
    name       text NOT NULL CONSTRAINT plan_items_name_filled CHECK (name <> ''),
    created_at timestamptz NOT NULL,
    CONSTRAINT plan_items_key_unique UNIQUE (plan_id, key)
);

-- Their dated prices, by the rules of plan_prices.
CREATE TABLE plan_item_prices (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT plan_item_prices_pkey PRIMARY KEY,
    item_id       bigint NOT NULL CONSTRAINT plan_item_prices_item REFERENCES plan_items (id),
    currency      char(3) NOT NULL,
    amount_minor  bigint NOT NULL CONSTRAINT plan_item_prices_amount CHECK (amount_minor >= 0),
    valid_from    date NOT NULL,
    existing_from date,
    CONSTRAINT plan_item_prices_version_unique UNIQUE (item_id, currency, valid_from),
    CONSTRAINT plan_item_prices_existing_later CHECK (existing_from >= valid_from)
);

ALTER TABLE plans
    -- how many periods the first invoice of a new subscription covers
    ADD COLUMN first_periods int NOT NULL DEFAULT 1 CONSTRAINT plans_first_periods CHECK (first_periods BETWEEN 1 AND 120),
    -- how long a new subscription is free
    ADD COLUMN trial_count   int NOT NULL DEFAULT 0 CONSTRAINT plans_trial_positive CHECK (trial_count >= 0),
    ADD COLUMN trial_unit    text NOT NULL DEFAULT 'day' CONSTRAINT plans_trial_unit CHECK (trial_unit IN ('day', 'month')),
    -- whether a changed price counts from the next period or from its very day
    ADD COLUMN reprice       text NOT NULL DEFAULT 'period' CONSTRAINT plans_reprice CHECK (reprice IN ('period', 'day'));

ALTER TABLE subscriptions
    ADD COLUMN seats         int NOT NULL DEFAULT 1 CONSTRAINT subscriptions_seats CHECK (seats BETWEEN 1 AND 100000),
    -- quantities by the key of the plan's add-on
    ADD COLUMN addons        jsonb NOT NULL DEFAULT '{}' CONSTRAINT subscriptions_addons CHECK (jsonb_typeof(addons) = 'object'),
    ADD COLUMN next_seats    int CONSTRAINT subscriptions_next_seats CHECK (next_seats BETWEEN 1 AND 100000),
    ADD COLUMN next_addons   jsonb CONSTRAINT subscriptions_next_addons CHECK (jsonb_typeof(next_addons) = 'object'),
    -- the first paid period, if it is longer than the others
    ADD COLUMN first_from    date,
    ADD COLUMN first_periods int NOT NULL DEFAULT 1 CONSTRAINT subscriptions_first_periods CHECK (first_periods BETWEEN 1 AND 120);

ALTER TABLE extensions DROP CONSTRAINT extensions_cause, ADD CONSTRAINT extensions_cause
    CHECK (cause IN ('import', 'opening', 'trial', 'allocation', 'invoice', 'change', 'undo', 'manual'));

-- Discounts of one subscription. What has been given stays: an ended discount keeps its row.
CREATE TABLE discounts (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT discounts_pkey PRIMARY KEY,
    account_id      bigint NOT NULL CONSTRAINT discounts_account REFERENCES accounts (id),
    subscription_id bigint NOT NULL CONSTRAINT discounts_subscription REFERENCES subscriptions (id),
    -- hundredths of a percent off every period, or an amount
    percent_bp      int CONSTRAINT discounts_percent CHECK (percent_bp BETWEEN 1 AND 10000),
    amount_minor    bigint CONSTRAINT discounts_amount CHECK (amount_minor > 0),
    -- the first and the last day on which a period may begin that it is off
    from_on         date NOT NULL,
    until_on        date,
    -- off so many periods; NULL any number
    periods         int CONSTRAINT discounts_periods CHECK (periods > 0),
    reason          text NOT NULL CONSTRAINT discounts_reason_filled CHECK (reason <> ''),
    actor           text NOT NULL,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    ended_by        text NOT NULL DEFAULT '',
    CONSTRAINT discounts_one_kind CHECK ((percent_bp IS NULL) <> (amount_minor IS NULL)),
    CONSTRAINT discounts_order CHECK (until_on >= from_on)
);
CREATE INDEX discounts_subscription ON discounts (subscription_id) WHERE ended_at IS NULL;

-- On which invoice a discount was given; a void invoice gives its periods back.
CREATE TABLE discount_uses (
    discount_id  bigint NOT NULL CONSTRAINT discount_uses_discount REFERENCES discounts (id),
    invoice_id   bigint NOT NULL,
    periods      int NOT NULL CONSTRAINT discount_uses_periods CHECK (periods > 0),
    amount_minor bigint NOT NULL CONSTRAINT discount_uses_amount CHECK (amount_minor >= 0),
    CONSTRAINT discount_uses_pkey PRIMARY KEY (discount_id, invoice_id)
);
CREATE INDEX discount_uses_invoice ON discount_uses (invoice_id);

-- Things charged once, with the next invoice of the subscription; a void invoice lets them wait again.
CREATE TABLE one_off_charges (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT one_off_charges_pkey PRIMARY KEY,
    account_id      bigint NOT NULL CONSTRAINT one_off_charges_account REFERENCES accounts (id),
    subscription_id bigint NOT NULL CONSTRAINT one_off_charges_subscription REFERENCES subscriptions (id),
    item_key        text NOT NULL,
    name            text NOT NULL CONSTRAINT one_off_charges_name_filled CHECK (name <> ''),
    quantity        int NOT NULL CONSTRAINT one_off_charges_quantity CHECK (quantity BETWEEN 1 AND 100000),
    price_minor     bigint NOT NULL CONSTRAINT one_off_charges_price CHECK (price_minor >= 0),
    actor           text NOT NULL,
    created_at      timestamptz NOT NULL,
    -- the invoice that charges it; NULL while it waits
    invoice_id      bigint,
    dropped_at      timestamptz
);
CREATE INDEX one_off_charges_waiting ON one_off_charges (subscription_id) WHERE invoice_id IS NULL AND dropped_at IS NULL;
CREATE INDEX one_off_charges_invoice ON one_off_charges (invoice_id) WHERE invoice_id IS NOT NULL;

-- Changes of terms inside a paid period: what was in force before and after, what the unused days were worth and
-- what the same days cost on the new terms.
CREATE TABLE subscription_changes (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT subscription_changes_pkey PRIMARY KEY,
    account_id      bigint NOT NULL CONSTRAINT subscription_changes_account REFERENCES accounts (id),
    subscription_id bigint NOT NULL CONSTRAINT subscription_changes_subscription REFERENCES subscriptions (id),
    changed_on      date NOT NULL,
    before          jsonb NOT NULL,
    after           jsonb NOT NULL,
    currency        char(3) NOT NULL,
    credit_minor    bigint NOT NULL CONSTRAINT subscription_changes_credit CHECK (credit_minor >= 0),
    charge_minor    bigint NOT NULL CONSTRAINT subscription_changes_charge CHECK (charge_minor >= 0),
    reason          text NOT NULL,
    actor           text NOT NULL,
    created_at      timestamptz NOT NULL,
    undone_at       timestamptz
);
CREATE INDEX subscription_changes_subscription ON subscription_changes (subscription_id, id);

-- What a whole paid stretch is worth since the change: of an invoice, of a change that moved the paid term itself, or
-- of an extension that has neither.
CREATE TABLE changed_values (
    change_id  bigint NOT NULL CONSTRAINT changed_values_change REFERENCES subscription_changes (id),
    cause      text NOT NULL CONSTRAINT changed_values_cause CHECK (cause IN ('invoice', 'change', 'extension')),
    cause_id   bigint NOT NULL,
    full_minor bigint NOT NULL CONSTRAINT changed_values_full CHECK (full_minor >= 0),
    CONSTRAINT changed_values_pkey PRIMARY KEY (change_id, cause, cause_id)
);
CREATE INDEX changed_values_cause ON changed_values (cause, cause_id);

-- An invoice asks for a period, for the difference that a change of terms makes, or for something ordered once. What credit notes take off it
-- is asked for no more.
ALTER TABLE invoices
    ADD COLUMN kind           text NOT NULL DEFAULT 'period' CONSTRAINT invoices_kind CHECK (kind IN ('period', 'change', 'order')),
    ADD COLUMN change_id      bigint CONSTRAINT invoices_change REFERENCES subscription_changes (id),
    -- the part that is charged once and comes with no other period
    ADD COLUMN once_minor     bigint NOT NULL DEFAULT 0 CONSTRAINT invoices_once CHECK (once_minor BETWEEN 0 AND total_minor),
    ADD COLUMN credited_minor bigint NOT NULL DEFAULT 0 CONSTRAINT invoices_credited CHECK (credited_minor BETWEEN 0 AND total_minor),
    DROP CONSTRAINT invoices_not_over_paid,
    ADD CONSTRAINT invoices_not_over_paid CHECK (paid_minor BETWEEN 0 AND total_minor - credited_minor),
    DROP CONSTRAINT invoices_paid_in_full,
    ADD CONSTRAINT invoices_paid_in_full CHECK (status <> 'paid' OR paid_minor = total_minor - credited_minor),
    DROP CONSTRAINT invoices_open_owes,
    ADD CONSTRAINT invoices_open_owes CHECK (status <> 'open' OR paid_minor < total_minor - credited_minor),
    ADD CONSTRAINT invoices_change_named CHECK ((kind = 'change') = (change_id IS NOT NULL));
DROP INDEX invoices_period_once;
CREATE UNIQUE INDEX invoices_period_once ON invoices (subscription_id, period_from) WHERE status <> 'void' AND kind = 'period';
UPDATE invoices SET kind = 'order', once_minor = total_minor WHERE subscription_id IS NULL;
CREATE INDEX invoices_change ON invoices (change_id) WHERE change_id IS NOT NULL;

-- Credit notes (кредит-ноты) with a gapless series per seller and year: less is asked for an invoice than stands on it.
CREATE TABLE credit_notes (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT credit_notes_pkey PRIMARY KEY,
    seller_id    bigint NOT NULL CONSTRAINT credit_notes_seller REFERENCES sellers (id),
    account_id   bigint NOT NULL CONSTRAINT credit_notes_account REFERENCES accounts (id),
    invoice_id   bigint NOT NULL CONSTRAINT credit_notes_invoice REFERENCES invoices (id),
    change_id    bigint CONSTRAINT credit_notes_change REFERENCES subscription_changes (id),
    year         int NOT NULL,
    running      int NOT NULL CONSTRAINT credit_notes_running CHECK (running > 0),
    number       text NOT NULL,
    issued_on    date NOT NULL,
    currency     char(3) NOT NULL,
    total_minor  bigint NOT NULL CONSTRAINT credit_notes_total CHECK (total_minor > 0),
    tax_minor    bigint NOT NULL CONSTRAINT credit_notes_tax CHECK (tax_minor BETWEEN 0 AND total_minor),
    reason       text NOT NULL CONSTRAINT credit_notes_reason_filled CHECK (reason <> ''),
    -- what of it is off each line of the invoice, in minor units
    shares       bigint[] NOT NULL,
    -- whether it has taken back revenue that a closing document had booked
    booked       boolean NOT NULL,
    snapshot     jsonb NOT NULL,
    renderer     text NOT NULL,
    actor        text NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT credit_notes_number_unique UNIQUE (seller_id, year, running)
);
CREATE INDEX credit_notes_invoice ON credit_notes (invoice_id);
CREATE INDEX credit_notes_account ON credit_notes (account_id, issued_on);

CREATE OR REPLACE VIEW report_receivables AS
    SELECT account_id, seller_id, number, due_on, currency, total_minor - credited_minor - paid_minor AS residual_minor FROM invoices WHERE status = 'open';

-- As before, but: what is charged once does not recur, and since a change of terms inside a period the period counts
-- by what it costs on the terms that were in force on the month's last day.
CREATE OR REPLACE VIEW report_mrr AS
    SELECT b.account_id, b.currency, m.first::date AS month,
        sum(round(coalesce(v.full_minor, b.recurring_minor) * b.net_share / CASE WHEN b.days >= 28 THEN round(b.days / 30.4375) ELSE b.days / 30.4375 END))::bigint AS mrr_minor
    FROM (SELECT 'invoice' AS value_cause, i.id AS value_id, i.account_id, i.currency, i.total_minor - i.once_minor AS recurring_minor,
            CASE WHEN i.total_minor = 0 THEN 1 ELSE (i.total_minor - i.tax_minor)::numeric / i.total_minor END AS net_share,
            e.bought_from AS first, e.through_after AS last, (e.through_after + 1 - e.bought_from)::numeric AS days
        FROM extensions e JOIN allocations l ON l.id = e.cause_id JOIN invoices i ON i.id = l.invoice_id AND i.status = 'paid'
        WHERE e.cause = 'allocation' AND NOT EXISTS (SELECT 1 FROM extensions u WHERE u.subscription_id = e.subscription_id AND u.cause = 'undo' AND u.cause_id = e.id)
        UNION ALL
        SELECT 'change', c.id, c.account_id, c.currency, 0, coalesce(i.net_share, 1), e.bought_from, e.through_after, e.through_after + 1 - e.bought_from
        FROM extensions e JOIN subscription_changes c ON c.id = e.cause_id
        LEFT JOIN LATERAL (SELECT (i.total_minor - i.tax_minor)::numeric / i.total_minor AS net_share FROM invoices i
            WHERE i.account_id = e.account_id AND i.subscription_id = e.subscription_id AND i.total_minor > 0 ORDER BY i.id DESC LIMIT 1) i ON true
        WHERE e.cause = 'change' AND NOT EXISTS (SELECT 1 FROM extensions u WHERE u.subscription_id = e.subscription_id AND u.cause = 'undo' AND u.cause_id = e.id)) b
    CROSS JOIN LATERAL generate_series(date_trunc('month', b.first), b.last, '1 month') AS m (first)
    LEFT JOIN LATERAL (SELECT v.full_minor FROM changed_values v JOIN subscription_changes c ON c.id = v.change_id
        WHERE v.cause = b.value_cause AND v.cause_id = b.value_id AND c.undone_at IS NULL AND c.changed_on <= (m.first + interval '1 month - 1 day')::date
        ORDER BY c.id DESC LIMIT 1) v ON true
    WHERE (m.first + interval '1 month - 1 day')::date BETWEEN b.first AND b.last
    GROUP BY b.account_id, b.currency, m.first;
