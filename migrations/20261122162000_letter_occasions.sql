-- +goose Up

-- Tells apart letters of one purpose about one subject that are meant to be said more than once: the
-- second reminder about an invoice, the end of a subscription that was announced anew. "copy" is what
-- a person asked for with "send again"; while both were one number, a copy asked for by hand took the
-- place of the next reminder, which was then left out as a repetition.
ALTER TABLE messages ADD COLUMN occasion int NOT NULL DEFAULT 0 CONSTRAINT messages_occasion CHECK (occasion >= 0);
ALTER TABLE messages DROP CONSTRAINT messages_once;
ALTER TABLE messages ADD CONSTRAINT messages_once UNIQUE (purpose, subject_kind, subject_id, recipient, occasion, copy);

-- How often the end of a subscription was announced or taken back: the occasion of the letter about it.
ALTER TABLE subscriptions ADD COLUMN end_decisions int NOT NULL DEFAULT 0 CONSTRAINT subscriptions_end_decisions CHECK (end_decisions >= 0);
