-- +goose Up

-- How far the interface of a bank has been read, and how it is doing. Settings say where keys
-- lie, never what they are.
CREATE TABLE bank_sources (
    bank_account_id bigint NOT NULL CONSTRAINT bank_sources_pkey PRIMARY KEY CONSTRAINT bank_sources_bank_account REFERENCES seller_bank_accounts (id),
    settings        jsonb NOT NULL CONSTRAINT bank_sources_settings CHECK (jsonb_typeof(settings) = 'object'),
    -- no day before this one is ever asked for
    begins_on       date,
    -- the last pull that went well: when it began, and its last day
    good_at         timestamptz,
    good_through    date,
    -- pulls that failed since then, the reason of the last, and when people were told
    missed          int NOT NULL DEFAULT 0 CONSTRAINT bank_sources_missed CHECK (missed >= 0),
    failure         text NOT NULL DEFAULT '',
    announced_at    timestamptz,
    -- no pull by itself before this: somebody pulls right now, or the bank is left alone
    next_at         timestamptz,
    CONSTRAINT bank_sources_good CHECK ((good_at IS NULL) = (good_through IS NULL)),
    CONSTRAINT bank_sources_good_is_clean CHECK (missed > 0 OR (failure = '' AND announced_at IS NULL))
);
