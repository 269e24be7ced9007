-- +goose Up
-- The end of a first period that is cut short so that the following ones begin on a day that was
-- asked for (billing.md cases 6 and 7): its days cost their part of the period of full length that
-- ends with it. NULL for a first period of full length.
ALTER TABLE subscriptions
    ADD COLUMN first_to date,
    ADD CONSTRAINT subscriptions_first_to CHECK (first_to IS NULL OR (first_from IS NOT NULL AND first_to > first_from AND first_periods = 1 AND NOT metered));
