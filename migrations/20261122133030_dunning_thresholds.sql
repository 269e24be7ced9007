-- +goose Up
-- From which debt on a subscription is dunned, in minor units by currency: {"EUR": 15000}. Less
-- is asked for by the invoice alone (billing.md case 35).
ALTER TABLE plans ADD COLUMN dun_from jsonb NOT NULL DEFAULT '{}' CONSTRAINT plans_dun_from CHECK (jsonb_typeof(dun_from) = 'object');
