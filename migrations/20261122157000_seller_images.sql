-- +goose Up
-- Pictures of stamps and signatures, by the hash of their bytes. A paper names the one that it was
-- issued with, so none is ever changed or taken out: the paper must render to the same bytes for ever.
CREATE TABLE seller_images (
    sha256     text        NOT NULL CONSTRAINT seller_images_pkey PRIMARY KEY CONSTRAINT seller_images_hash CHECK (sha256 = encode(sha256(png), 'hex')),
    png        bytea       NOT NULL CONSTRAINT seller_images_size CHECK (length(png) BETWEEN 1 AND 524288),
    created_at timestamptz NOT NULL
);
CREATE TRIGGER seller_images_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seller_images
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What the seller wants on papers issued from now on.
ALTER TABLE sellers
    ADD COLUMN stamp              text CONSTRAINT sellers_stamp REFERENCES seller_images (sha256),
    ADD COLUMN facsimile          text CONSTRAINT sellers_facsimile REFERENCES seller_images (sha256),
    ADD COLUMN invoice_notice     text    NOT NULL DEFAULT ''    CONSTRAINT sellers_invoice_notice CHECK (length(invoice_notice) <= 500),
    ADD COLUMN invoice_valid_days integer NOT NULL DEFAULT 0     CONSTRAINT sellers_invoice_valid_days CHECK (invoice_valid_days BETWEEN 0 AND 365),
    ADD COLUMN acceptance_days    integer NOT NULL DEFAULT 0     CONSTRAINT sellers_acceptance_days CHECK (acceptance_days BETWEEN 0 AND 90),
    ADD COLUMN one_sided          boolean NOT NULL DEFAULT false CONSTRAINT sellers_one_sided CHECK (NOT one_sided OR country = 'UA');
