-- +goose Up
-- What a frozen paper was when it was drawn for the first time: SHA-256 of its PDF. Drawn again, by
-- whatever program, it has to be the same bytes; differs_at is when it first was not.
CREATE TABLE paper_hashes (
    kind       text        NOT NULL CONSTRAINT paper_hashes_kind CHECK (kind IN ('credit_note', 'document', 'invoice')),
    paper_id   bigint      NOT NULL,
    account_id bigint      NOT NULL CONSTRAINT paper_hashes_account REFERENCES accounts (id),
    sha256     bytea       NOT NULL CONSTRAINT paper_hashes_sha256 CHECK (length(sha256) = 32),
    drawn_at   timestamptz NOT NULL,
    differs_at timestamptz,
    CONSTRAINT paper_hashes_pkey PRIMARY KEY (kind, paper_id)
);
CREATE INDEX paper_hashes_differs ON paper_hashes (kind, paper_id) WHERE differs_at IS NOT NULL;
