-- +goose Up
-- Who signs papers for a client: the line under an act is otherwise left for the pen.
ALTER TABLE accounts
    ADD COLUMN signatory       text NOT NULL DEFAULT '' CONSTRAINT accounts_signatory_length CHECK (length(signatory) <= 150),
    ADD COLUMN signatory_title text NOT NULL DEFAULT '' CONSTRAINT accounts_signatory_title_length CHECK (length(signatory_title) <= 150);

-- An import of accounts keeps these too, once a person has changed them.
ALTER TABLE accounts DROP CONSTRAINT accounts_kept_fields;
ALTER TABLE accounts ADD CONSTRAINT accounts_kept_fields CHECK (kept_fields <@ ARRAY['address', 'bank_account', 'bank_bic', 'email', 'kpp', 'legal_form', 'name', 'phone', 'signatory', 'signatory_title', 'tax_id']);
