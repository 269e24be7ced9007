-- +goose Up
-- A seller's regime of VAT may change: on the first of a month in Russia, where УСН crosses a threshold
-- of income. sellers.vat_regime is the one it has from the beginning, a row here the one from a day on,
-- so that supplies before that day keep their tax.
CREATE TABLE seller_vat_changes (
    seller_id  bigint NOT NULL CONSTRAINT seller_vat_changes_seller REFERENCES sellers (id),
    valid_from date   NOT NULL,
    regime     text   NOT NULL CONSTRAINT seller_vat_changes_regime CHECK (regime IN ('general', 'usn_exempt', 'usn_5', 'usn_7', 'none')),
    CONSTRAINT seller_vat_changes_pkey PRIMARY KEY (seller_id, valid_from)
);
CREATE TRIGGER seller_vat_changes_catalog_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON seller_vat_changes
    FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version();
