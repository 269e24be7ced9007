-- +goose Up

CREATE TABLE invoices (
    id               bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT invoices_pkey PRIMARY KEY,
    seller_id        bigint NOT NULL CONSTRAINT invoices_seller REFERENCES sellers (id),
    account_id       bigint NOT NULL CONSTRAINT invoices_account REFERENCES accounts (id),
    subscription_id  bigint CONSTRAINT invoices_subscription REFERENCES subscriptions (id),
    bank_account_id  bigint NOT NULL CONSTRAINT invoices_bank_account REFERENCES seller_bank_accounts (id),
    number           text NOT NULL CONSTRAINT invoices_number_unique UNIQUE,
    issued_on        date NOT NULL,
    due_on           date NOT NULL,
    period_from      date NOT NULL,
    period_to        date NOT NULL,
    currency         char(3) NOT NULL,
    total_minor      bigint NOT NULL CONSTRAINT invoices_total CHECK (total_minor >= 0),
    tax_minor        bigint NOT NULL CONSTRAINT invoices_tax CHECK (tax_minor BETWEEN 0 AND total_minor),
    -- the share of allocations; an invoice is paid only by them
    paid_minor       bigint NOT NULL DEFAULT 0 CONSTRAINT invoices_not_over_paid CHECK (paid_minor BETWEEN 0 AND total_minor),
    status           text NOT NULL CONSTRAINT invoices_status CHECK (status IN ('open', 'paid', 'void')),
    paid_on          date,
    -- the day on which the unpaid invoice is sent again; NULL once done or not wanted
    remind_on        date,
    -- the day on which the closing document of the paid invoice is due; NULL once drawn up
    close_on         date,
    -- everything that stands on the paper, frozen: later changes of requisites never reach it
    snapshot         jsonb NOT NULL,
    renderer         text NOT NULL,
    created_at       timestamptz NOT NULL,
    CONSTRAINT invoices_period CHECK (period_from < period_to),
    CONSTRAINT invoices_paid_in_full CHECK (status <> 'paid' OR paid_minor = total_minor),
    CONSTRAINT invoices_open_owes CHECK (status <> 'open' OR paid_minor < total_minor)
);
-- One invoice per subscription and period; a void one makes room for its successor.
CREATE UNIQUE INDEX invoices_period_once ON invoices (subscription_id, period_from) WHERE status <> 'void';
CREATE INDEX invoices_account ON invoices (account_id, period_from);
CREATE INDEX invoices_open ON invoices (id) WHERE status = 'open';
CREATE INDEX invoices_open_due ON invoices (due_on, id) WHERE status = 'open';
CREATE INDEX invoices_remind_on ON invoices (remind_on, id) WHERE remind_on IS NOT NULL;
CREATE INDEX invoices_close_on ON invoices (close_on, id) WHERE close_on IS NOT NULL;

-- Parts of payments given to invoices. An undo is a row with a negative amount that names what it reverses.
CREATE TABLE allocations (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT allocations_pkey PRIMARY KEY,
    account_id   bigint NOT NULL CONSTRAINT allocations_account REFERENCES accounts (id),
    payment_id   bigint NOT NULL CONSTRAINT allocations_payment REFERENCES payments (id),
    invoice_id   bigint NOT NULL CONSTRAINT allocations_invoice REFERENCES invoices (id),
    amount_minor bigint NOT NULL CONSTRAINT allocations_amount CHECK (amount_minor <> 0),
    reverses_id  bigint CONSTRAINT allocations_reverses REFERENCES allocations (id) CONSTRAINT allocations_reversed_once UNIQUE,
    actor        text NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT allocations_reversal_is_negative CHECK ((amount_minor < 0) = (reverses_id IS NOT NULL))
);
CREATE INDEX allocations_payment ON allocations (payment_id);
CREATE INDEX allocations_invoice ON allocations (invoice_id);
CREATE INDEX allocations_account ON allocations (account_id);
CREATE TRIGGER allocations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON allocations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Gapless running numbers per seller, kind and year: the row is locked in the transaction that freezes the document.
CREATE TABLE document_counters (
    seller_id bigint NOT NULL CONSTRAINT document_counters_seller REFERENCES sellers (id),
    kind      text NOT NULL,
    year      int NOT NULL,
    last      int NOT NULL CONSTRAINT document_counters_last CHECK (last >= 0),
    CONSTRAINT document_counters_pkey PRIMARY KEY (seller_id, kind, year)
);

-- Closing documents (акт; УПД) and, later, every other numbered document.
CREATE TABLE documents (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT documents_pkey PRIMARY KEY,
    seller_id    bigint NOT NULL CONSTRAINT documents_seller REFERENCES sellers (id),
    account_id   bigint NOT NULL CONSTRAINT documents_account REFERENCES accounts (id),
    invoice_id   bigint CONSTRAINT documents_invoice REFERENCES invoices (id),
    kind         text NOT NULL CONSTRAINT documents_kind CHECK (kind IN ('act', 'upd', 'storno')),
    year         int NOT NULL,
    running      int NOT NULL CONSTRAINT documents_running CHECK (running > 0),
    number       text NOT NULL,
    issued_on    date NOT NULL,
    period_from  date NOT NULL,
    period_to    date NOT NULL,
    currency     char(3) NOT NULL,
    total_minor  bigint NOT NULL CONSTRAINT documents_total CHECK (total_minor >= 0),
    tax_minor    bigint NOT NULL CONSTRAINT documents_tax CHECK (tax_minor BETWEEN 0 AND total_minor),
    status       text NOT NULL CONSTRAINT documents_status CHECK (status IN ('issued', 'cancelled')),
    snapshot     jsonb NOT NULL,
    renderer     text NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT documents_number_unique UNIQUE (seller_id, kind, year, running)
);
-- One closing document per invoice; a cancelled one makes room for its correction.
CREATE UNIQUE INDEX documents_invoice_once ON documents (invoice_id) WHERE status = 'issued' AND kind IN ('act', 'upd');
CREATE INDEX documents_account ON documents (account_id, issued_on);
