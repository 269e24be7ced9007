-- +goose Up

-- What rooms publish of their tables for the reports and lists of the rooms above them: read only, and no more than is
-- read. Everything else is asked of the owner's functions. PostgreSQL puts such a view into the statement that reads it,
-- so it costs nothing; a table that changes keeps its view. Who may read what: README.md beside this file.

-- billing
CREATE VIEW published_sellers AS
    SELECT id, key, time_zone FROM sellers;
CREATE VIEW published_accounts AS
    SELECT id, seller_id, external_id, payment_code, legal_form, name, tax_id, kpp, email, language, bank_account, created_at FROM accounts;
CREATE VIEW published_former_codes AS
    SELECT account_id, code FROM former_payment_codes;
CREATE VIEW published_subscriptions AS
    SELECT id, account_id, seller_id, currency, price_minor, ended_on FROM subscriptions;
CREATE VIEW published_payments AS
    SELECT id, seller_id, account_id, channel, channel_ref, part, currency, amount_minor, allocated_minor, refunded_minor, state, value_on, received_at, from_payment_id FROM payments;

-- invoices
CREATE VIEW published_invoices AS
    SELECT id, seller_id, account_id, subscription_id, number, status, currency, total_minor, tax_minor, credited_minor, paid_minor, issued_on, due_on, period_from, period_to, voided_on, created_at FROM invoices;
CREATE VIEW published_allocations AS
    SELECT id, account_id, payment_id, invoice_id, amount_minor, created_at FROM allocations;
