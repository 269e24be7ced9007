-- +goose Up

ALTER TABLE sellers
    -- what closes a paid invoice: an act, an act with a счёт-фактура, or one УПД
    ADD COLUMN closing_document text NOT NULL DEFAULT 'act' CONSTRAINT sellers_closing_document CHECK (closing_document IN ('act', 'act_sf', 'upd')),
    -- счета-фактуры on advances are drawn up for money received from this day on; NULL for never
    ADD COLUMN advance_from date,
    -- код бенефициара and код назначения платежа, printed on invoices in Kazakhstan
    ADD COLUMN kbe text NOT NULL DEFAULT '' CONSTRAINT sellers_kbe CHECK (kbe ~ '^([0-9]{2})?$'),
    ADD COLUMN knp text NOT NULL DEFAULT '' CONSTRAINT sellers_knp CHECK (knp ~ '^([0-9]{3})?$');

ALTER TABLE documents
    DROP CONSTRAINT documents_kind,
    DROP CONSTRAINT documents_status,
    DROP CONSTRAINT documents_number_unique,
    -- the money of a счёт-фактура on an advance
    ADD COLUMN payment_id bigint CONSTRAINT documents_payment REFERENCES payments (id),
    -- 0 as first issued, then the number of the correction (исправление)
    ADD COLUMN revision int NOT NULL DEFAULT 0 CONSTRAINT documents_revision CHECK (revision >= 0),
    ADD CONSTRAINT documents_kind CHECK (kind IN ('act', 'upd', 'sf', 'storno')),
    ADD CONSTRAINT documents_status CHECK (status IN ('issued', 'corrected', 'cancelled')),
    ADD CONSTRAINT documents_advance CHECK (payment_id IS NULL OR kind IN ('sf', 'storno')),
    ADD CONSTRAINT documents_number_unique UNIQUE (seller_id, kind, year, running, revision);
CREATE UNIQUE INDEX documents_tax_invoice_once ON documents (invoice_id) WHERE status = 'issued' AND kind = 'sf' AND invoice_id IS NOT NULL;
CREATE UNIQUE INDEX documents_advance_once ON documents (payment_id) WHERE status = 'issued' AND kind = 'sf' AND payment_id IS NOT NULL;

-- The payment order of a payment, as a счёт-фактура names it (line 5).
CREATE TABLE payment_orders (
    payment_id bigint NOT NULL CONSTRAINT payment_orders_pkey PRIMARY KEY CONSTRAINT payment_orders_payment REFERENCES payments (id),
    number     text NOT NULL CONSTRAINT payment_orders_number CHECK (number <> '')
);
