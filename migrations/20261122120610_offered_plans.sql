-- +goose Up

-- What clients may choose themselves in the cabinet. Plans are for the office until their
-- declaration says otherwise: a price agreed with one client is nobody else's business.
ALTER TABLE plans ADD COLUMN offered boolean NOT NULL DEFAULT false;
