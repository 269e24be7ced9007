-- +goose Up
-- The catalogue (sellers, their bank accounts, plans, prices, calendars) is read by every use case
-- that moves money and changes a few times a month. Its version lets a process keep what it has
-- read. It is random, not counted: a number that a roll-back gave back would name two contents.
CREATE TABLE catalog_version (
    one     boolean NOT NULL DEFAULT true,
    version uuid    NOT NULL DEFAULT gen_random_uuid(),
    CONSTRAINT catalog_version_pkey PRIMARY KEY (one),
    CONSTRAINT catalog_version_one CHECK (one)
);
INSERT INTO catalog_version DEFAULT VALUES;

-- +goose StatementBegin
CREATE FUNCTION renew_catalog_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_version SET version = gen_random_uuid();
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER sellers_catalog_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sellers FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version();
CREATE TRIGGER seller_bank_accounts_catalog_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON seller_bank_accounts FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version();
CREATE TRIGGER plans_catalog_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON plans FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version();
CREATE TRIGGER plan_prices_catalog_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON plan_prices FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version();
CREATE TRIGGER plan_items_catalog_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON plan_items FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version();
CREATE TRIGGER plan_item_prices_catalog_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON plan_item_prices FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version();
CREATE TRIGGER calendar_days_catalog_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON calendar_days FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version();
