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
