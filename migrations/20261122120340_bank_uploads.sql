-- +goose Up

-- Statement files that wait for a person: uploaded in the office, or come by mail from somebody
-- who is not proven to be the bank.
CREATE TABLE bank_uploads (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT bank_uploads_pkey PRIMARY KEY,
    source      text NOT NULL CONSTRAINT bank_uploads_source CHECK (source IN ('upload', 'mail')),
    name        text NOT NULL,
    sender      text NOT NULL,
    sha256      bytea NOT NULL CONSTRAINT bank_uploads_sha256 CHECK (length(sha256) = 32),
    body        bytea NOT NULL,
    state       text NOT NULL CONSTRAINT bank_uploads_state CHECK (state IN ('waiting', 'imported', 'dismissed')),
    report      jsonb,
    brought_by  text NOT NULL,
    brought_at  timestamptz NOT NULL,
    decided_by  text NOT NULL DEFAULT '',
    decided_at  timestamptz,
    CONSTRAINT bank_uploads_decided CHECK ((state = 'waiting') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX bank_uploads_waiting ON bank_uploads (sha256) WHERE state = 'waiting';

-- The layouts of tables that people confirmed, per bank account.
CREATE TABLE bank_mappings (
    bank_account_id bigint NOT NULL CONSTRAINT bank_mappings_bank_account REFERENCES seller_bank_accounts (id),
    header          text NOT NULL,
    mapping         jsonb NOT NULL CONSTRAINT bank_mappings_mapping CHECK (jsonb_typeof(mapping) = 'object'),
    confirmed_by    text NOT NULL,
    confirmed_at    timestamptz NOT NULL,
    CONSTRAINT bank_mappings_pkey PRIMARY KEY (bank_account_id, header)
);

-- Mailboxes that banks send statements to: how far they are read.
CREATE TABLE bank_mailboxes (
    key             text NOT NULL CONSTRAINT bank_mailboxes_pkey PRIMARY KEY,
    uid_validity    bigint NOT NULL DEFAULT 0,
    last_uid        bigint NOT NULL DEFAULT 0,
    last_success_at timestamptz,
    last_error      text NOT NULL DEFAULT '',
    failures        int NOT NULL DEFAULT 0 CONSTRAINT bank_mailboxes_failures CHECK (failures >= 0)
);
