-- +goose Up

-- Packs of prepaid minutes that the vendor sells.
CREATE TABLE prepaid_packs (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT prepaid_packs_pkey PRIMARY KEY,
    key          text NOT NULL CONSTRAINT prepaid_packs_key_unique UNIQUE,
    seller_id    bigint NOT NULL CONSTRAINT prepaid_packs_seller REFERENCES sellers (id),
    name         text NOT NULL CONSTRAINT prepaid_packs_name_filled CHECK (name <> ''),
    minutes      int NOT NULL CONSTRAINT prepaid_packs_minutes CHECK (minutes > 0),
    -- how long after the payment the minutes can be used; 0 for ever
    valid_months int NOT NULL CONSTRAINT prepaid_packs_validity CHECK (valid_months >= 0),
    created_at   timestamptz NOT NULL
);
CREATE TABLE prepaid_pack_prices (
    pack_id      bigint NOT NULL CONSTRAINT prepaid_pack_prices_pack REFERENCES prepaid_packs (id),
    currency     char(3) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT prepaid_pack_prices_amount CHECK (amount_minor > 0),
    CONSTRAINT prepaid_pack_prices_pkey PRIMARY KEY (pack_id, currency)
);

-- Which invoice sells which minutes; they are granted when it is paid in full.
CREATE TABLE prepaid_orders (
    invoice_id   bigint NOT NULL CONSTRAINT prepaid_orders_pkey PRIMARY KEY CONSTRAINT prepaid_orders_invoice REFERENCES invoices (id),
    account_id   bigint NOT NULL CONSTRAINT prepaid_orders_account REFERENCES accounts (id),
    pack_id      bigint NOT NULL CONSTRAINT prepaid_orders_pack REFERENCES prepaid_packs (id),
    packs        int NOT NULL CONSTRAINT prepaid_orders_packs CHECK (packs > 0),
    minutes      int NOT NULL CONSTRAINT prepaid_orders_minutes CHECK (minutes > 0),
    valid_months int NOT NULL CONSTRAINT prepaid_orders_validity CHECK (valid_months >= 0),
    -- of the request; repeating it orders nothing
    key          text NOT NULL CONSTRAINT prepaid_orders_key_filled CHECK (key <> ''),
    CONSTRAINT prepaid_orders_key_once UNIQUE (account_id, key)
);

-- Minutes that an account received at once. Used in the order of expiry.
CREATE TABLE prepaid_lots (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT prepaid_lots_pkey PRIMARY KEY,
    account_id      bigint NOT NULL CONSTRAINT prepaid_lots_account REFERENCES accounts (id),
    cause           text NOT NULL CONSTRAINT prepaid_lots_cause CHECK (cause IN ('invoice')),
    cause_id        bigint NOT NULL,
    granted_minutes int NOT NULL CONSTRAINT prepaid_lots_granted CHECK (granted_minutes > 0),
    left_minutes    int NOT NULL CONSTRAINT prepaid_lots_left CHECK (left_minutes BETWEEN 0 AND granted_minutes),
    -- its invoice is not paid any more; what was left has been taken out
    withdrawn       boolean NOT NULL DEFAULT false CONSTRAINT prepaid_lots_withdrawn CHECK (NOT withdrawn OR left_minutes = 0),
    -- the last day of use; NULL for ever
    expires_on      date,
    created_at      timestamptz NOT NULL,
    CONSTRAINT prepaid_lots_cause_once UNIQUE (cause, cause_id)
);
CREATE INDEX prepaid_lots_account ON prepaid_lots (account_id);
CREATE INDEX prepaid_lots_expire ON prepaid_lots (expires_on, id) WHERE left_minutes > 0 AND expires_on IS NOT NULL;

-- One act that uses minutes, or gives those of another act back. A repeated key does nothing.
CREATE TABLE prepaid_uses (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT prepaid_uses_pkey PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT prepaid_uses_account REFERENCES accounts (id),
    key        text NOT NULL CONSTRAINT prepaid_uses_key_filled CHECK (key <> ''),
    -- what was asked for and what the balance had; both negative when minutes come back
    asked      int NOT NULL,
    minutes    int NOT NULL,
    cause      text NOT NULL,
    returns_id bigint CONSTRAINT prepaid_uses_returns REFERENCES prepaid_uses (id) CONSTRAINT prepaid_uses_returned_once UNIQUE,
    actor      text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT prepaid_uses_key_once UNIQUE (account_id, key),
    CONSTRAINT prepaid_uses_minutes CHECK (CASE WHEN returns_id IS NULL THEN asked > 0 AND minutes BETWEEN 0 AND asked ELSE minutes <= 0 AND asked = minutes END)
);
CREATE TRIGGER prepaid_uses_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON prepaid_uses
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The journal of minutes: what each lot gained and lost, and why.
CREATE TABLE prepaid_entries (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT prepaid_entries_pkey PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT prepaid_entries_account REFERENCES accounts (id),
    lot_id     bigint NOT NULL CONSTRAINT prepaid_entries_lot REFERENCES prepaid_lots (id),
    use_id     bigint CONSTRAINT prepaid_entries_use REFERENCES prepaid_uses (id),
    kind       text NOT NULL CONSTRAINT prepaid_entries_kind CHECK (kind IN ('grant', 'withdraw', 'consume', 'return', 'expire')),
    minutes    int NOT NULL CONSTRAINT prepaid_entries_minutes CHECK (minutes <> 0 AND (minutes > 0) = (kind IN ('grant', 'return'))),
    actor      text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT prepaid_entries_used CHECK ((use_id IS NOT NULL) = (kind IN ('consume', 'return')))
);
CREATE INDEX prepaid_entries_account ON prepaid_entries (account_id, id);
CREATE INDEX prepaid_entries_lot ON prepaid_entries (lot_id);
CREATE INDEX prepaid_entries_use ON prepaid_entries (use_id) WHERE use_id IS NOT NULL;
CREATE TRIGGER prepaid_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON prepaid_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
