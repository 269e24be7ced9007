-- +goose Up

-- Plans that bill by the hours in which the service was fully available. The plan's price is that of one hour.
CREATE TABLE metered_plans (
    plan_id  bigint NOT NULL CONSTRAINT metered_plans_pkey PRIMARY KEY CONSTRAINT metered_plans_plan REFERENCES plans (id),
    -- how the hours of a period are rounded: to the hundredth, or whole hours down or up
    rounding text NOT NULL CONSTRAINT metered_plans_rounding CHECK (rounding IN ('hundredth', 'hour_down', 'hour_up')),
    -- days to pay after the period's end; the service goes on that long
    pay_days int NOT NULL CONSTRAINT metered_plans_pay_days CHECK (pay_days BETWEEN 1 AND 90)
);

-- Subscriptions of such plans: which period is counted next.
ALTER TABLE subscriptions ADD COLUMN metered boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT subscriptions_metered_rests CHECK (NOT metered OR renew_on IS NULL AND next_plan_id IS NULL);
CREATE TABLE meters (
    subscription_id bigint NOT NULL CONSTRAINT meters_pkey PRIMARY KEY CONSTRAINT meters_subscription REFERENCES subscriptions (id),
    account_id      bigint NOT NULL CONSTRAINT meters_account REFERENCES accounts (id),
    seller_id       bigint NOT NULL,
    anchor_day      int NOT NULL CONSTRAINT meters_anchor CHECK (anchor_day BETWEEN 1 AND 31),
    -- the period whose hours are counted next, and the day after it, on which they are invoiced
    period_from     date NOT NULL,
    bill_on         date NOT NULL CONSTRAINT meters_period CHECK (period_from < bill_on),
    key             text NOT NULL,
    CONSTRAINT meters_opened_once UNIQUE (account_id, key)
);
CREATE INDEX meters_bill_on ON meters (bill_on, subscription_id);

-- When the service was fully available to a client, and when it was not after all. Intervals may overlap; hours are those of
-- all 'up' without all 'down'. A row repeated changes nothing; a mistake is corrected by a row of the other kind.
CREATE TABLE availability (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT availability_pkey PRIMARY KEY,
    account_id      bigint NOT NULL CONSTRAINT availability_account REFERENCES accounts (id),
    subscription_id bigint NOT NULL CONSTRAINT availability_subscription REFERENCES subscriptions (id),
    kind            text NOT NULL CONSTRAINT availability_kind CHECK (kind IN ('up', 'down')),
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    source          text NOT NULL DEFAULT '',
    actor           text NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT availability_interval CHECK (starts_at < ends_at),
    CONSTRAINT availability_once UNIQUE (subscription_id, kind, starts_at, ends_at)
);
CREATE TRIGGER availability_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON availability
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The hours of an invoice as they were counted.
CREATE TABLE metered_invoices (
    invoice_id      bigint NOT NULL CONSTRAINT metered_invoices_pkey PRIMARY KEY CONSTRAINT metered_invoices_invoice REFERENCES invoices (id),
    account_id      bigint NOT NULL CONSTRAINT metered_invoices_account REFERENCES accounts (id),
    seconds         bigint NOT NULL CONSTRAINT metered_invoices_seconds CHECK (seconds >= 0),
    -- thousandths of an hour after rounding, and the price of an hour
    hours_milli     bigint NOT NULL CONSTRAINT metered_invoices_hours CHECK (hours_milli >= 0),
    price_minor     bigint NOT NULL CONSTRAINT metered_invoices_price CHECK (price_minor >= 0)
);
