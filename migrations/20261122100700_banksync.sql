-- +goose Up

-- What a bank sent, byte for byte, with what became of it.
CREATE TABLE bank_imports (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT bank_imports_pkey PRIMARY KEY,
    source      text NOT NULL,
    name        text NOT NULL,
    sha256      bytea NOT NULL CONSTRAINT bank_imports_sha256 CHECK (length(sha256) = 32),
    format      text NOT NULL,
    body        bytea NOT NULL,
    lines       int NOT NULL,
    new_lines   int NOT NULL,
    warnings    jsonb NOT NULL,
    imported_at timestamptz NOT NULL
);
CREATE INDEX bank_imports_at ON bank_imports (imported_at);

-- Every line of every statement, once. The key is the bank's own id or content hash + occurrence per day.
CREATE TABLE bank_lines (
    id                   bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT bank_lines_pkey PRIMARY KEY,
    bank_account_id      bigint NOT NULL CONSTRAINT bank_lines_bank_account REFERENCES seller_bank_accounts (id),
    import_id            bigint NOT NULL CONSTRAINT bank_lines_import REFERENCES bank_imports (id),
    key                  text NOT NULL,
    line                 int NOT NULL,
    status               text NOT NULL CONSTRAINT bank_lines_status CHECK (status IN ('booked', 'pending', 'rejected', 'reversed')),
    direction            text NOT NULL CONSTRAINT bank_lines_direction CHECK (direction IN ('credit', 'debit')),
    currency             char(3) NOT NULL,
    amount_minor         bigint NOT NULL CONSTRAINT bank_lines_amount CHECK (amount_minor >= 0),
    posted_on            date NOT NULL,
    value_on             date NOT NULL,
    doc_no               text NOT NULL,
    counterparty_name    text NOT NULL,
    counterparty_tax_id  text NOT NULL,
    counterparty_kpp     text NOT NULL,
    counterparty_account text NOT NULL,
    counterparty_bic     text NOT NULL,
    purpose              text NOT NULL,
    reference            text NOT NULL,
    raw                  text NOT NULL,
    CONSTRAINT bank_lines_key_once UNIQUE (bank_account_id, key)
);
CREATE INDEX bank_lines_posted ON bank_lines (bank_account_id, posted_on);

-- Closing balances that banks declared, for the balance chain.
CREATE TABLE bank_balances (
    bank_account_id bigint NOT NULL CONSTRAINT bank_balances_bank_account REFERENCES seller_bank_accounts (id),
    period_from     date NOT NULL,
    period_to       date NOT NULL,
    opening_minor   bigint,
    closing_minor   bigint,
    balance_ok      boolean,
    import_id       bigint NOT NULL CONSTRAINT bank_balances_import REFERENCES bank_imports (id),
    CONSTRAINT bank_balances_pkey PRIMARY KEY (bank_account_id, period_from, period_to)
);

-- Why a payment went where it went. A later decision about the same payment supersedes, never edits.
CREATE TABLE match_decisions (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT match_decisions_pkey PRIMARY KEY,
    payment_id  bigint NOT NULL CONSTRAINT match_decisions_payment REFERENCES payments (id),
    account_id  bigint,
    ruleset     text NOT NULL,
    class       text NOT NULL,
    rule        text NOT NULL,
    reason      text NOT NULL DEFAULT '',
    decision    jsonb NOT NULL,
    decided_by  text NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX match_decisions_payment ON match_decisions (payment_id, id);
CREATE TRIGGER match_decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON match_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What people taught: a payer's requisite that pays for an account (matching.md 5.4).
CREATE TABLE payer_aliases (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT payer_aliases_pkey PRIMARY KEY,
    account_id    bigint NOT NULL CONSTRAINT payer_aliases_account REFERENCES accounts (id),
    kind          text NOT NULL CONSTRAINT payer_aliases_kind CHECK (kind IN ('account', 'tax_id', 'personal_inn', 'name_key', 'keyword')),
    value         text NOT NULL CONSTRAINT payer_aliases_value CHECK (value <> ''),
    state         text NOT NULL CONSTRAINT payer_aliases_state CHECK (state IN ('candidate', 'active', 'quarantined', 'blocked')),
    confirmations int NOT NULL DEFAULT 0,
    confirmed_by  text NOT NULL,
    decision_id   bigint NOT NULL CONSTRAINT payer_aliases_decision REFERENCES match_decisions (id),
    first_seen    timestamptz NOT NULL,
    last_seen     timestamptz NOT NULL,
    CONSTRAINT payer_aliases_once UNIQUE (kind, value, account_id)
);

-- How each bank account's source is doing.
CREATE TABLE bank_pulls (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT bank_pulls_pkey PRIMARY KEY,
    bank_account_id bigint NOT NULL CONSTRAINT bank_pulls_bank_account REFERENCES seller_bank_accounts (id),
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    outcome         text NOT NULL CONSTRAINT bank_pulls_outcome CHECK (outcome IN ('done', 'failed')),
    new_lines       int NOT NULL DEFAULT 0,
    error           text NOT NULL DEFAULT ''
);
CREATE INDEX bank_pulls_latest ON bank_pulls (bank_account_id, id);
