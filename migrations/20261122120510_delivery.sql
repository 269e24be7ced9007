-- +goose Up

ALTER TABLE messages
    -- the seller whose hours hold the letter; NULL for one that no hours hold
    ADD COLUMN seller_id bigint CONSTRAINT messages_seller REFERENCES sellers (id),
    -- held until this instant, outside of the seller's hours; NULL once it may leave
    ADD COLUMN not_before timestamptz,
    -- a report said that the letter did not arrive
    ADD COLUMN returned_at timestamptz,
    ADD COLUMN returned_hard boolean NOT NULL DEFAULT false,
    -- the administrator's wording that was sent, 0 for the built-in one
    ADD COLUMN template_version int NOT NULL DEFAULT 0 CONSTRAINT messages_template_version CHECK (template_version >= 0),
    ADD CONSTRAINT messages_held CHECK (not_before IS NULL OR state = 'queued');
CREATE INDEX messages_not_before ON messages (not_before) WHERE not_before IS NOT NULL;

-- When letters that can wait leave, in the seller's zone. A seller without a row sends at any time.
CREATE TABLE sending_hours (
    seller_id     bigint NOT NULL CONSTRAINT sending_hours_pkey PRIMARY KEY CONSTRAINT sending_hours_seller REFERENCES sellers (id),
    -- minutes after midnight, [opens, closes)
    opens_minute  int NOT NULL,
    closes_minute int NOT NULL,
    -- bit 0 is Monday
    weekdays      int NOT NULL CONSTRAINT sending_hours_weekdays CHECK (weekdays BETWEEN 1 AND 127),
    actor         text NOT NULL,
    updated_at    timestamptz NOT NULL,
    CONSTRAINT sending_hours_span CHECK (0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440)
);

-- Letters as an administrator worded them, over the built-in ones. The newest version of a purpose and language holds;
-- one with no parts goes back to the built-in wording. Versions are only added: each sent letter names its own.
CREATE TABLE letter_templates (
    purpose    text NOT NULL CONSTRAINT letter_templates_purpose_filled CHECK (purpose <> ''),
    language   text NOT NULL,
    version    int NOT NULL CONSTRAINT letter_templates_version CHECK (version > 0),
    parts      jsonb NOT NULL,
    actor      text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT letter_templates_pkey PRIMARY KEY (purpose, language, version)
);
CREATE TRIGGER letter_templates_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON letter_templates
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
