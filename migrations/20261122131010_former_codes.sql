-- +goose Up

-- Matching remembers the closed invoices whose numbers do not carry their account's code. There are
-- two ways to such a number, both out of the ordinary: the account had another code once, or the
-- number is of no such form, from another program. Each is found here without a look at the years
-- of all the others.
CREATE TABLE former_payment_codes (
    account_id bigint NOT NULL CONSTRAINT former_payment_codes_account REFERENCES accounts (id),
    code       text NOT NULL,
    CONSTRAINT former_payment_codes_pkey PRIMARY KEY (account_id, code)
);
INSERT INTO former_payment_codes (account_id, code)
SELECT DISTINCT i.account_id, split_part(i.number, '-', 1) FROM invoices i JOIN accounts a ON a.id = i.account_id
WHERE i.number NOT LIKE a.payment_code || '-%' AND i.number ~ '^[0-9]{8,10}-[0-9]+$';
CREATE INDEX invoices_own_number ON invoices (seller_id, issued_on) WHERE number !~ '^[0-9]{8,10}-[0-9]+$';

-- +goose StatementBegin
CREATE FUNCTION keep_former_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO former_payment_codes (account_id, code) VALUES (OLD.id, OLD.payment_code) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER accounts_former_code AFTER UPDATE OF payment_code ON accounts FOR EACH ROW WHEN (OLD.payment_code IS DISTINCT FROM NEW.payment_code) EXECUTE FUNCTION keep_former_code();

-- What is open of an account is read under its lock at every payment, however many years of
-- paid invoices it has.
DROP INDEX invoices_open;
CREATE INDEX invoices_open ON invoices (account_id, period_from) WHERE status = 'open';
