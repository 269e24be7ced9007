-- +goose Up

-- The running number of each account's last invoice, gapless: the row is locked from the draft to the end of the
-- transaction. It is a narrow row of its own because every renewal moves it: in accounts that meant a new version of a wide
-- row, and an entry in each of its indexes. Half a page is left free, so that even a page whose clients all renew on
-- one day keeps the new versions beside the old ones.
CREATE TABLE invoice_counters (
    account_id bigint NOT NULL CONSTRAINT invoice_counters_pkey PRIMARY KEY CONSTRAINT invoice_counters_account REFERENCES accounts (id),
    last       int NOT NULL CONSTRAINT invoice_counters_last CHECK (last > 0)
) WITH (fillfactor = 50);
INSERT INTO invoice_counters (account_id, last) SELECT id, invoice_seq FROM accounts WHERE invoice_seq > 0 ORDER BY id;
ALTER TABLE accounts DROP COLUMN invoice_seq;
ALTER TABLE accounts RESET (fillfactor);
