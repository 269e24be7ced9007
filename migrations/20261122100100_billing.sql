-- +goose Up

-- Sellers: the vendor's legal entities that invoice.
CREATE TABLE sellers (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT sellers_pkey PRIMARY KEY,
    key             text NOT NULL CONSTRAINT sellers_key_unique UNIQUE,
    country         char(2) NOT NULL,
    name            text NOT NULL CONSTRAINT sellers_name_filled CHECK (name <> ''),
    short_name      text NOT NULL DEFAULT '',
    tax_id          text NOT NULL,
    kpp             text NOT NULL DEFAULT '',
    reg_no          text NOT NULL DEFAULT '',
    address         text NOT NULL DEFAULT '',
    phone           text NOT NULL DEFAULT '',
    email           text NOT NULL DEFAULT '',
    director        text NOT NULL DEFAULT '',
    accountant      text NOT NULL DEFAULT '',
    time_zone       text NOT NULL,
    vat_regime      text NOT NULL CONSTRAINT sellers_vat_regime CHECK (vat_regime IN ('general', 'usn_exempt', 'usn_5', 'usn_7', 'none')),
    closing_policy  text NOT NULL CONSTRAINT sellers_closing_policy CHECK (closing_policy IN ('next_day', 'end_of_period', 'end_of_month')),
    -- an invoice short of no more than this, in minor units, is settled and the rest written off; 0 never
    write_off_minor bigint NOT NULL DEFAULT 0 CONSTRAINT sellers_write_off CHECK (write_off_minor >= 0),
    created_at      timestamptz NOT NULL
);

CREATE TABLE seller_bank_accounts (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT seller_bank_accounts_pkey PRIMARY KEY,
    seller_id     bigint NOT NULL CONSTRAINT seller_bank_accounts_seller REFERENCES sellers (id),
    number        text NOT NULL CONSTRAINT seller_bank_accounts_number_unique UNIQUE,
    bic           text NOT NULL,
    bank          text NOT NULL,
    corr_account  text NOT NULL DEFAULT '',
    currency      char(3) NOT NULL,
    source_kind   text NOT NULL DEFAULT '',
    source_config jsonb NOT NULL DEFAULT '{}',
    position      int NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL
);

-- Plans and their dated prices.
CREATE TABLE plans (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT plans_pkey PRIMARY KEY,
    key           text NOT NULL,
    seller_id     bigint NOT NULL CONSTRAINT plans_seller REFERENCES sellers (id),
    name          text NOT NULL,
    period_count  int NOT NULL CONSTRAINT plans_period_positive CHECK (period_count > 0),
    period_unit   text NOT NULL CONSTRAINT plans_period_unit CHECK (period_unit IN ('day', 'month')),
    lead_count    int NOT NULL CONSTRAINT plans_lead_positive CHECK (lead_count >= 0),
    lead_unit     text NOT NULL CONSTRAINT plans_lead_unit CHECK (lead_unit IN ('day', 'month')),
    grace_days    int NOT NULL CONSTRAINT plans_grace_positive CHECK (grace_days >= 0),
    remind_days   int NOT NULL CONSTRAINT plans_remind_positive CHECK (remind_days >= 0),
    resume        text NOT NULL CONSTRAINT plans_resume CHECK (resume IN ('expiry', 'payment', 'latest')),
    created_at    timestamptz NOT NULL,
    CONSTRAINT plans_key_unique UNIQUE (key)
);

CREATE TABLE plan_prices (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT plan_prices_pkey PRIMARY KEY,
    plan_id      bigint NOT NULL CONSTRAINT plan_prices_plan REFERENCES plans (id),
    currency     char(3) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT plan_prices_amount CHECK (amount_minor >= 0),
    valid_from   date NOT NULL,
    CONSTRAINT plan_prices_version_unique UNIQUE (plan_id, currency, valid_from)
);

-- Accounts: the client businesses.
CREATE TABLE accounts (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT accounts_pkey PRIMARY KEY,
    external_id  text NOT NULL CONSTRAINT accounts_external_id_unique UNIQUE,
    seller_id    bigint NOT NULL CONSTRAINT accounts_seller REFERENCES sellers (id),
    payment_code text NOT NULL CONSTRAINT accounts_payment_code_unique UNIQUE
                 CONSTRAINT accounts_payment_code_form CHECK (payment_code ~ '^[5-9]([0-9]{7}|[0-9]{9})$'),
    name         text NOT NULL CONSTRAINT accounts_name_filled CHECK (name <> ''),
    legal_form   text NOT NULL DEFAULT '',
    country      char(2) NOT NULL,
    tax_id       text NOT NULL DEFAULT '',
    kpp          text NOT NULL DEFAULT '',
    address      text NOT NULL DEFAULT '',
    email        text NOT NULL DEFAULT '',
    phone        text NOT NULL DEFAULT '',
    bank_account text NOT NULL DEFAULT '',
    bank_bic     text NOT NULL DEFAULT '',
    language     text NOT NULL DEFAULT 'ru',
    -- running number of the account's last invoice; locked with the row when invoices are issued
    invoice_seq  int NOT NULL DEFAULT 0 CONSTRAINT accounts_invoice_seq CHECK (invoice_seq >= 0),
    created_at   timestamptz NOT NULL,
    closed_at    timestamptz
);
CREATE INDEX accounts_tax_id ON accounts (tax_id) WHERE tax_id <> '';
CREATE INDEX accounts_email ON accounts (lower(email)) WHERE email <> '';
CREATE INDEX accounts_phone ON accounts (phone) WHERE phone <> '';

CREATE TABLE subscriptions (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT subscriptions_pkey PRIMARY KEY,
    account_id   bigint NOT NULL CONSTRAINT subscriptions_account REFERENCES accounts (id),
    seller_id    bigint NOT NULL CONSTRAINT subscriptions_seller REFERENCES sellers (id),
    plan_id      bigint NOT NULL CONSTRAINT subscriptions_plan REFERENCES plans (id),
    currency     char(3) NOT NULL,
    -- a price agreed with this client; NULL takes the plan's price of the period's first day
    price_minor  bigint CONSTRAINT subscriptions_price CHECK (price_minor >= 0),
    period_count int NOT NULL CONSTRAINT subscriptions_period_positive CHECK (period_count > 0),
    period_unit  text NOT NULL CONSTRAINT subscriptions_period_unit CHECK (period_unit IN ('day', 'month')),
    anchor_day   int NOT NULL CONSTRAINT subscriptions_anchor CHECK (anchor_day BETWEEN 1 AND 31),
    -- the last paid day; equals the replay of the subscription's extensions
    paid_through date NOT NULL,
    -- the first day that no invoice covers yet: where the next renewal invoice begins
    invoiced_to  date NOT NULL,
    -- the day on which the renewal invoice falls due to be issued: invoiced_to less the plan's lead
    renew_on     date,
    created_at   timestamptz NOT NULL,
    ended_on     date
);
CREATE INDEX subscriptions_account ON subscriptions (account_id);
-- the renewal sweep: touches only what is due, however many subscriptions there are
CREATE INDEX subscriptions_renew_on ON subscriptions (renew_on, id) WHERE renew_on IS NOT NULL;
CREATE INDEX subscriptions_paid_through ON subscriptions (paid_through) WHERE ended_on IS NULL;

-- Every change of paid_through with its one cause.
CREATE TABLE extensions (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT extensions_pkey PRIMARY KEY,
    account_id      bigint NOT NULL CONSTRAINT extensions_account REFERENCES accounts (id),
    subscription_id bigint NOT NULL CONSTRAINT extensions_subscription REFERENCES subscriptions (id),
    cause           text NOT NULL CONSTRAINT extensions_cause CHECK (cause IN ('import', 'allocation', 'invoice', 'undo', 'manual')),
    cause_id        bigint NOT NULL,
    -- NULL for the opening extension
    through_before  date,
    through_after   date NOT NULL,
    -- the first bought day, later than through_before by more than a day after a suspension; NULL if nothing was bought
    bought_from     date,
    -- day of the month on which the periods that follow begin
    anchor_day      int NOT NULL CONSTRAINT extensions_anchor CHECK (anchor_day BETWEEN 1 AND 31),
    actor           text NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT extensions_cause_once UNIQUE (subscription_id, cause, cause_id)
);

-- Received money, whatever its channel.
CREATE TABLE payments (
    id              bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT payments_pkey PRIMARY KEY,
    seller_id       bigint NOT NULL CONSTRAINT payments_seller REFERENCES sellers (id),
    -- whose money it is; NULL while it waits in review or is not ours
    account_id      bigint CONSTRAINT payments_account REFERENCES accounts (id),
    channel         text NOT NULL CONSTRAINT payments_channel CHECK (channel IN ('bank', 'card', 'correction', 'split', 'write_off')),
    -- the bank line or the acquirer's operation that brought the money; of a part, the payment that was split;
    -- of kopecks given up, the invoice
    channel_ref     bigint NOT NULL,
    part            int NOT NULL DEFAULT 0,
    currency        char(3) NOT NULL,
    amount_minor    bigint NOT NULL CONSTRAINT payments_amount CHECK (amount_minor > 0),
    allocated_minor bigint NOT NULL DEFAULT 0 CONSTRAINT payments_not_over_allocated CHECK (allocated_minor BETWEEN 0 AND amount_minor),
    -- what has left again: paid back by us, or taken back by the bank
    refunded_minor  bigint NOT NULL DEFAULT 0 CONSTRAINT payments_not_over_refunded CHECK (refunded_minor BETWEEN 0 AND amount_minor - allocated_minor),
    state           text NOT NULL CONSTRAINT payments_state CHECK (state IN ('matched', 'review', 'ignored', 'split')),
    -- the bank's value date decides lateness, not the day on which we saw the line
    value_on        date NOT NULL,
    received_at     timestamptz NOT NULL,
    CONSTRAINT payments_channel_once UNIQUE (channel, channel_ref, part),
    CONSTRAINT payments_owner CHECK ((state = 'matched') = (account_id IS NOT NULL))
);
CREATE INDEX payments_account ON payments (account_id, value_on) WHERE account_id IS NOT NULL;
CREATE INDEX payments_rest ON payments (account_id, value_on, id) WHERE state = 'matched' AND allocated_minor + refunded_minor < amount_minor;
CREATE INDEX payments_review ON payments (value_on, id) WHERE state = 'review';

-- The ledger: one row moves an amount from one ledger account to another, so every row, and
-- with it every transaction, sums to zero by construction.
CREATE TABLE ledger_postings (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ledger_postings_pkey PRIMARY KEY,
    seller_id    bigint NOT NULL,
    account_id   bigint,
    booked_on    date NOT NULL,
    debit        text NOT NULL CONSTRAINT ledger_postings_debit CHECK (debit IN ('bank', 'suspense', 'not_ours', 'advances', 'receivables', 'deferred', 'revenue', 'vat', 'write_off')),
    credit       text NOT NULL CONSTRAINT ledger_postings_credit CHECK (credit IN ('bank', 'suspense', 'not_ours', 'advances', 'receivables', 'deferred', 'revenue', 'vat', 'write_off')),
    currency     char(3) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT ledger_postings_amount CHECK (amount_minor > 0),
    cause        text NOT NULL,
    cause_id     bigint NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT ledger_postings_two_sides CHECK (debit <> credit),
    CONSTRAINT ledger_postings_account CHECK (account_id IS NOT NULL OR debit IN ('bank', 'suspense', 'not_ours') AND credit IN ('bank', 'suspense', 'not_ours')),
    CONSTRAINT ledger_postings_cause_once UNIQUE (cause, cause_id, debit, credit)
);
CREATE INDEX ledger_postings_account ON ledger_postings (account_id, booked_on) WHERE account_id IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct by a compensating row', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER extensions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON extensions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The two entries of each posting: debits positive, credits negative.
CREATE VIEW ledger_entries AS
    SELECT id AS posting_id, cause, cause_id, seller_id, account_id, booked_on, debit AS ledger_account, currency, amount_minor FROM ledger_postings
    UNION ALL
    SELECT id, cause, cause_id, seller_id, account_id, booked_on, credit, currency, -amount_minor FROM ledger_postings;

-- What a client has with us that is on no invoice: the sum of its 'advances' entries, kept in the posting transaction.
CREATE TABLE balances (
    account_id   bigint NOT NULL CONSTRAINT balances_account REFERENCES accounts (id),
    currency     char(3) NOT NULL,
    amount_minor bigint NOT NULL,
    CONSTRAINT balances_pkey PRIMARY KEY (account_id, currency)
);

-- What the pass service is told: one row per change of an account's access. Readers keep their place by
-- (xid, seq) behind every running transaction, so no change is skipped.
CREATE TABLE access_feed (
    seq          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT access_feed_pkey PRIMARY KEY,
    account_id   bigint NOT NULL,
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- access is computed at read time from these
    paid_through date NOT NULL,
    grace_days   int NOT NULL,
    cause        text NOT NULL,
    created_at   timestamptz NOT NULL
);
-- readers go on from the last (xid, seq) they have seen
CREATE INDEX access_feed_order ON access_feed (xid, seq);
