-- +goose Up

-- The value date of the payment with which the debt of a suspended subscription fell below its plan's threshold, so that
-- the service went on; empty when the paid term moves (billing.md case 35).
ALTER TABLE subscriptions ADD COLUMN reopened_on date;
