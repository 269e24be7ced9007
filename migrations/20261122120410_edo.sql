-- +goose Up

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
