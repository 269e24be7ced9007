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
