-- +goose Up

-- What has changed of the things that matching looks at: each process keeps them in memory and
-- reads again only what is named here. xid says which transaction made the change, so that a
-- reader misses none that was still open when it looked last. account_id 0: names of plans.
CREATE TABLE match_changes (
    xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seller_id  bigint NOT NULL,
    account_id bigint NOT NULL,
    at         timestamptz NOT NULL DEFAULT statement_timestamp()
);
CREATE INDEX match_changes_xid ON match_changes (xid, seller_id, account_id);

-- +goose StatementBegin
CREATE FUNCTION note_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO match_changes (seller_id, account_id) SELECT n.seller_id, n.id FROM new_rows n;
    ELSE
        INSERT INTO match_changes (seller_id, account_id)
        SELECT s.seller_id, n.id FROM new_rows n JOIN old_rows o ON o.id = n.id CROSS JOIN LATERAL (VALUES (n.seller_id), (o.seller_id)) s (seller_id)
        WHERE (n.seller_id, n.payment_code, n.tax_id, n.legal_form, n.name, n.bank_account) IS DISTINCT FROM (o.seller_id, o.payment_code, o.tax_id, o.legal_form, o.name, o.bank_account)
        GROUP BY s.seller_id, n.id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER accounts_match_insert AFTER INSERT ON accounts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_account_change();
CREATE TRIGGER accounts_match_update AFTER UPDATE ON accounts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_account_change();

-- +goose StatementBegin
CREATE FUNCTION note_invoice_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO match_changes (seller_id, account_id) SELECT DISTINCT n.seller_id, n.account_id FROM new_rows n;
    ELSE
        INSERT INTO match_changes (seller_id, account_id)
        SELECT DISTINCT n.seller_id, n.account_id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.status, n.paid_minor, n.total_minor, n.due_on) IS DISTINCT FROM (o.status, o.paid_minor, o.total_minor, o.due_on);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER invoices_match_insert AFTER INSERT ON invoices REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_invoice_change();
CREATE TRIGGER invoices_match_update AFTER UPDATE ON invoices REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_invoice_change();

-- Row by row and only where the price or the plan changes: paid terms change all the time.
-- +goose StatementBegin
CREATE FUNCTION note_subscription_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO match_changes (seller_id, account_id) VALUES (NEW.seller_id, NEW.account_id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscriptions_match_insert AFTER INSERT ON subscriptions FOR EACH ROW EXECUTE FUNCTION note_subscription_change();
CREATE TRIGGER subscriptions_match_update AFTER UPDATE OF price_minor, currency, plan_id, ended_on ON subscriptions FOR EACH ROW
    WHEN ((NEW.price_minor, NEW.currency, NEW.plan_id, NEW.ended_on) IS DISTINCT FROM (OLD.price_minor, OLD.currency, OLD.plan_id, OLD.ended_on))
    EXECUTE FUNCTION note_subscription_change();

-- +goose StatementBegin
CREATE FUNCTION note_plan_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO match_changes (seller_id, account_id) VALUES (NEW.seller_id, 0);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER plans_match AFTER INSERT OR UPDATE OF name ON plans FOR EACH ROW EXECUTE FUNCTION note_plan_change();

-- +goose StatementBegin
CREATE FUNCTION note_alias_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO match_changes (seller_id, account_id) SELECT a.seller_id, a.id FROM accounts a WHERE a.id = NEW.account_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER payer_aliases_match AFTER INSERT OR UPDATE ON payer_aliases FOR EACH ROW EXECUTE FUNCTION note_alias_change();
