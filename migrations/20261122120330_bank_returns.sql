-- +goose Up

-- Debits that give a received payment back. One that names its payment beyond doubt is booked by
-- itself; of the others a person says which payment it gives back, or that it gives back none.
CREATE TABLE bank_returns (
    line_id          bigint NOT NULL CONSTRAINT bank_returns_pkey PRIMARY KEY CONSTRAINT bank_returns_line REFERENCES bank_lines (id),
    bank_account_id  bigint NOT NULL CONSTRAINT bank_returns_bank_account REFERENCES seller_bank_accounts (id),
    state            text NOT NULL CONSTRAINT bank_returns_state CHECK (state IN ('pending', 'review', 'booked', 'refunded', 'dismissed')),
    -- the line of the payment that it gives back
    original_line_id bigint CONSTRAINT bank_returns_original REFERENCES bank_lines (id),
    -- what speaks for the original: reference, document, party
    proof            text NOT NULL DEFAULT '',
    note             text NOT NULL DEFAULT '',
    decided_by       text NOT NULL DEFAULT '',
    decided_at       timestamptz,
    CONSTRAINT bank_returns_original_known CHECK ((state IN ('booked', 'refunded')) = (original_line_id IS NOT NULL))
);
CREATE UNIQUE INDEX bank_returns_original_once ON bank_returns (original_line_id) WHERE state = 'booked';
CREATE INDEX bank_returns_waiting ON bank_returns (bank_account_id) WHERE state IN ('pending', 'review');
