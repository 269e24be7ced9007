-- +goose Up

-- A credit note changes what is left to pay of an invoice: whoever keeps open invoices in memory reads them again.
-- +goose StatementBegin
CREATE FUNCTION note_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO match_changes (seller_id, account_id) VALUES (NEW.seller_id, NEW.account_id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER credit_notes_match AFTER INSERT ON credit_notes FOR EACH ROW EXECUTE FUNCTION note_credit();
