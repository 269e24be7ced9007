-- +goose Up

-- How a seller exchanges with accounting programs and operators of electronic documents, as
-- `prolong apply` declares it. Settings say where keys lie, never what they are.
CREATE TABLE seller_exchange (
    seller_id bigint NOT NULL CONSTRAINT seller_exchange_pkey PRIMARY KEY CONSTRAINT seller_exchange_seller REFERENCES sellers (id),
    settings  jsonb NOT NULL CONSTRAINT seller_exchange_settings CHECK (jsonb_typeof(settings) = 'object')
);

-- Registers and exports ask by seller and day.
CREATE INDEX documents_seller_day ON documents (seller_id, issued_on, id);
CREATE INDEX invoices_seller_day ON invoices (seller_id, issued_on, id);
CREATE INDEX ledger_postings_seller_day ON ledger_postings (seller_id, booked_on, id);

-- Documents on their way through an operator of electronic exchange. One row per document and
-- attempt to send it anew; operation_id makes sending it twice the same as sending it once.
CREATE TABLE edo_documents (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT edo_documents_pkey PRIMARY KEY,
    account_id    bigint NOT NULL CONSTRAINT edo_documents_account REFERENCES accounts (id),
    seller_id     bigint NOT NULL CONSTRAINT edo_documents_seller REFERENCES sellers (id),
    document_id   bigint NOT NULL CONSTRAINT edo_documents_document REFERENCES documents (id),
    operator      text NOT NULL CONSTRAINT edo_documents_operator CHECK (operator IN ('diadoc', 'vchasno')),
    operation_id  uuid NOT NULL CONSTRAINT edo_documents_operation_once UNIQUE,
    state         text NOT NULL CONSTRAINT edo_documents_state CHECK (state IN ('queued', 'draft', 'sent', 'signed', 'rejected', 'revoked', 'failed')),
    -- what the operator calls it; empty until he has taken it
    remote_id     text NOT NULL DEFAULT '',
    -- what he says about it, in his own words
    detail        text NOT NULL DEFAULT '',
    -- failures in a row since the last answer
    missed        int NOT NULL DEFAULT 0 CONSTRAINT edo_documents_missed CHECK (missed >= 0),
    -- when somebody looks at it again; NULL once nothing more will happen
    next_at       timestamptz,
    created_at    timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    signed_name   text NOT NULL DEFAULT '',
    signed_body   bytea,
    CONSTRAINT edo_documents_taken CHECK (state IN ('queued', 'failed') OR remote_id <> ''),
    CONSTRAINT edo_documents_done CHECK ((next_at IS NULL) = (state IN ('signed', 'rejected', 'revoked', 'failed')))
);
-- One living dispatch per document; a rejected, revoked or failed one makes room for the next.
CREATE UNIQUE INDEX edo_documents_living ON edo_documents (document_id) WHERE state IN ('queued', 'draft', 'sent', 'signed');
CREATE INDEX edo_documents_due ON edo_documents (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX edo_documents_account ON edo_documents (account_id, document_id);

-- What registers of companies and banks have answered, so that nobody asks twice.
CREATE TABLE company_lookups (
    kind         text NOT NULL CONSTRAINT company_lookups_kind CHECK (kind IN ('company', 'name', 'bank')),
    country      char(2) NOT NULL,
    query        text NOT NULL,
    source       text NOT NULL,
    answer       jsonb NOT NULL,
    retrieved_at timestamptz NOT NULL,
    CONSTRAINT company_lookups_pkey PRIMARY KEY (kind, country, query)
);
CREATE INDEX company_lookups_age ON company_lookups (retrieved_at);
