-- +goose Up

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
