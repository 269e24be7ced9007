-- +goose Up

-- What the staff's pages ask that no use case of the domains asks.

-- Payments of the last hours and days. Rows are appended in the order of time, so a summary per
-- block range costs next to nothing on the way in.
CREATE INDEX payments_received ON payments USING brin (received_at) WITH (pages_per_range = 16, autosummarize = on);

-- For whom has this payer paid before?
CREATE INDEX bank_lines_payer ON bank_lines (counterparty_tax_id, posted_on) WHERE direction = 'credit' AND counterparty_tax_id <> '';

-- Search by a part of a name, number or address. Without the extension, which comes with the
-- server's own package of extras, the search works and reads every account.
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX accounts_search ON accounts USING gin
            (translate(lower(name || ' ' || external_id || ' ' || payment_code || ' ' || tax_id || ' ' || email || ' ' || phone), 'ё«»"', 'е') gin_trgm_ops);
        CREATE INDEX contacts_search ON contacts USING gin (translate(lower(name || ' ' || email || ' ' || phone), 'ё', 'е') gin_trgm_ops);
    END IF;
END $$;
-- +goose StatementEnd
