-- +goose Up

ALTER TABLE plans DROP CONSTRAINT plans_resume, ADD CONSTRAINT plans_resume CHECK (resume IN ('expiry', 'payment', 'latest', 'credit'));

-- Days without service inside a period that was paid after the suspension, by plans that give them back: as a discount
-- on the next invoice, once for each paid invoice.
CREATE TABLE blocked_credits (
    invoice_id  bigint NOT NULL CONSTRAINT blocked_credits_pkey PRIMARY KEY,
    account_id  bigint NOT NULL CONSTRAINT blocked_credits_account REFERENCES accounts (id),
    discount_id bigint NOT NULL CONSTRAINT blocked_credits_discount REFERENCES discounts (id),
    blocked_from date NOT NULL,
    blocked_to   date NOT NULL,
    CONSTRAINT blocked_credits_days CHECK (blocked_from < blocked_to)
);
