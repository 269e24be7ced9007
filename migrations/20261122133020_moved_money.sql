-- +goose Up
-- Whose money a payment is that a transfer brought: what the bank takes back is taken where it
-- lies now, however often it has moved.
ALTER TABLE payments
    ADD COLUMN from_payment_id bigint,
    ADD CONSTRAINT payments_from FOREIGN KEY (from_payment_id) REFERENCES payments (id);
CREATE INDEX payments_from ON payments (from_payment_id) WHERE from_payment_id IS NOT NULL;

-- A transfer wrote what leaves and what arrives in one order.
UPDATE payments p SET from_payment_id = r.payment_id
FROM (SELECT payment_id, account_id, created_at, row_number() OVER (PARTITION BY account_id, created_at ORDER BY id) - 1 AS part FROM refunds WHERE kind = 'transfer') r
JOIN transfers t ON t.from_account_id = r.account_id AND t.created_at = r.created_at
WHERE p.channel = 'transfer' AND p.channel_ref = t.id AND p.part = r.part;

ALTER TABLE payments ADD CONSTRAINT payments_from_known CHECK ((channel = 'transfer') = (from_payment_id IS NOT NULL));
