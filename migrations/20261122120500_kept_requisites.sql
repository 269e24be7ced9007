-- +goose Up

-- What of an account a person has changed here: a later table of accounts does not overwrite it.
ALTER TABLE accounts ADD COLUMN kept_fields text[] NOT NULL DEFAULT '{}'
    CONSTRAINT accounts_kept_fields CHECK (kept_fields <@ ARRAY['address', 'bank_account', 'bank_bic', 'email', 'phone']);
