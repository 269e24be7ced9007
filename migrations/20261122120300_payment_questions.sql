-- +goose Up

-- Payments in review that a person has put aside until a day.
CREATE TABLE review_parks (
    payment_id bigint NOT NULL CONSTRAINT review_parks_pkey PRIMARY KEY CONSTRAINT review_parks_payment REFERENCES payments (id),
    until_on   date NOT NULL,
    note       text NOT NULL,
    parked_by  text NOT NULL,
    parked_at  timestamptz NOT NULL
);
CREATE INDEX review_parks_until ON review_parks (until_on);

-- What a client was asked about a payment that could not be matched, and what he said. The
-- answer is a hint for the person who decides; it posts nothing.
CREATE TABLE payment_questions (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT payment_questions_pkey PRIMARY KEY,
    payment_id    bigint NOT NULL CONSTRAINT payment_questions_payment REFERENCES payments (id),
    account_id    bigint NOT NULL CONSTRAINT payment_questions_account REFERENCES accounts (id),
    -- SHA-256 of the secret in the letter's links
    token_hash    bytea NOT NULL CONSTRAINT payment_questions_token UNIQUE CONSTRAINT payment_questions_token_length CHECK (length(token_hash) = 32),
    note          text NOT NULL,
    letters       int NOT NULL CONSTRAINT payment_questions_letters CHECK (letters >= 0),
    asked_by      text NOT NULL,
    asked_at      timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL CONSTRAINT payment_questions_expires CHECK (expires_at > asked_at),
    -- another question took its place
    withdrawn_at  timestamptz,
    answer        text NOT NULL DEFAULT '' CONSTRAINT payment_questions_answer CHECK (answer IN ('', 'invoices', 'balance', 'other', 'not_mine')),
    invoice_ids   bigint[] NOT NULL DEFAULT '{}',
    answer_text   text NOT NULL DEFAULT '',
    answered_by   text NOT NULL DEFAULT '',
    answered_at   timestamptz,
    CONSTRAINT payment_questions_answered CHECK ((answered_at IS NULL) = (answer = ''))
);
CREATE INDEX payment_questions_payment ON payment_questions (payment_id, id);
CREATE UNIQUE INDEX payment_questions_one ON payment_questions (payment_id) WHERE answered_at IS NULL AND withdrawn_at IS NULL;
