-- +goose Up

-- Money moved from the balance of one account to that of another of the same client. What left is refunds of the
-- payments it came from, what came is payments of the channel 'transfer', one for each.
CREATE TABLE transfers (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT transfers_pkey PRIMARY KEY,
    from_account_id bigint NOT NULL CONSTRAINT transfers_from REFERENCES accounts (id),
    to_account_id   bigint NOT NULL CONSTRAINT transfers_to REFERENCES accounts (id),
    currency        char(3) NOT NULL,
    amount_minor    bigint NOT NULL CONSTRAINT transfers_amount CHECK (amount_minor > 0),
    -- an undo is a transfer of its own, back
    reverses_id     bigint CONSTRAINT transfers_reverses REFERENCES transfers (id) CONSTRAINT transfers_reversed_once UNIQUE,
    reason          text NOT NULL CONSTRAINT transfers_reason_filled CHECK (reason <> ''),
    actor           text NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT transfers_two_accounts CHECK (from_account_id <> to_account_id)
);
CREATE INDEX transfers_from_account ON transfers (from_account_id, id);
CREATE INDEX transfers_to_account ON transfers (to_account_id, id);
CREATE TRIGGER transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A list of allowed words gets one more, whatever other rooms have added to it meanwhile.
-- +goose StatementBegin
DO $$
DECLARE
    list record;
    words text;
BEGIN
    FOR list IN SELECT * FROM (VALUES ('payments', 'payments_channel', 'channel', 'transfer'), ('refunds', 'refunds_kind', 'kind', 'transfer'),
        ('ledger_postings', 'ledger_postings_debit', 'debit', 'transfer'), ('ledger_postings', 'ledger_postings_credit', 'credit', 'transfer')) AS v (tab, con, col, word)
    LOOP
        SELECT string_agg(DISTINCT quote_literal(w), ', ') INTO words FROM (
            SELECT m[1] AS w FROM regexp_matches((SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = list.con), '''([^'']+)''::', 'g') AS m
            UNION SELECT list.word) x;
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I, ADD CONSTRAINT %I CHECK (%I IN (%s))', list.tab, list.con, list.con, list.col, words);
    END LOOP;
END $$;
-- +goose StatementEnd
