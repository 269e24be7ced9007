-- +goose Up

-- Telephone lines: what is known of each PBX. Its address and keys are configuration.
CREATE TABLE phone_lines (
    key             text NOT NULL CONSTRAINT phone_lines_pkey PRIMARY KEY,
    -- the history is here up to calls that ended before this instant
    history_to      timestamptz,
    last_pull_at    timestamptz,
    last_success_at timestamptz,
    last_error      text NOT NULL DEFAULT '',
    failures        int NOT NULL DEFAULT 0 CONSTRAINT phone_lines_failures CHECK (failures >= 0),
    last_hook_at    timestamptz,
    -- the one session that all processes share, encrypted: a second one would end the first
    session         bytea,
    session_at      timestamptz
);

-- Who sits at which extension.
CREATE TABLE phone_extensions (
    line      text NOT NULL CONSTRAINT phone_extensions_line REFERENCES phone_lines (key),
    extension text NOT NULL CONSTRAINT phone_extensions_filled CHECK (extension <> ''),
    staff_id  bigint NOT NULL CONSTRAINT phone_extensions_staff REFERENCES staff (id),
    -- a mobile that the extension forwards to, E.164; empty for none
    forward   text NOT NULL DEFAULT '',
    CONSTRAINT phone_extensions_pkey PRIMARY KEY (line, extension)
);

-- Whose number it is, as an agent has decided.
CREATE TABLE phone_owners (
    phone      text NOT NULL CONSTRAINT phone_owners_pkey PRIMARY KEY CONSTRAINT phone_owners_form CHECK (phone ~ '^\+[0-9]{4,15}$'),
    account_id bigint NOT NULL CONSTRAINT phone_owners_account REFERENCES accounts (id),
    actor      text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Webhooks as they came, stored before anybody looks at them.
CREATE TABLE phone_hooks (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT phone_hooks_pkey PRIMARY KEY,
    line         text NOT NULL CONSTRAINT phone_hooks_line REFERENCES phone_lines (key),
    received_at  timestamptz NOT NULL,
    content_type text NOT NULL,
    body         bytea NOT NULL,
    -- event, call, date and parties: the same news twice is one row
    dedupe_key   text NOT NULL,
    processed_at timestamptz,
    -- why it changed nothing; empty if it did
    note         text NOT NULL DEFAULT '',
    CONSTRAINT phone_hooks_once UNIQUE (line, dedupe_key)
);
CREATE INDEX phone_hooks_received ON phone_hooks (received_at);
CREATE INDEX phone_hooks_waiting ON phone_hooks (id) WHERE processed_at IS NULL;

CREATE TABLE calls (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT calls_pkey PRIMARY KEY,
    line            text NOT NULL CONSTRAINT calls_line REFERENCES phone_lines (key),
    -- the PBX's own id
    uuid            text NOT NULL CONSTRAINT calls_uuid_filled CHECK (uuid <> ''),
    direction       text NOT NULL CONSTRAINT calls_direction CHECK (direction IN ('inbound', 'outbound', 'local')),
    state           text NOT NULL CONSTRAINT calls_state CHECK (state IN ('ringing', 'talking', 'ended')),
    outcome         text NOT NULL DEFAULT '' CONSTRAINT calls_outcome CHECK (outcome IN ('', 'answered', 'gave_up', 'busy', 'no_answer', 'wrong_number', 'barred', 'technical', 'unknown')),
    account_id      bigint CONSTRAINT calls_account REFERENCES accounts (id),
    contact_id      bigint CONSTRAINT calls_contact REFERENCES contacts (id),
    -- a person has said whose call it is; the number has no say any more
    decided         boolean NOT NULL DEFAULT false,
    -- E.164; empty if the number is hidden or none
    client_phone    text NOT NULL DEFAULT '' CONSTRAINT calls_phone_form CHECK (client_phone = '' OR client_phone ~ '^\+[0-9]{4,15}$'),
    client_raw      text NOT NULL DEFAULT '',
    extension       text NOT NULL DEFAULT '',
    agent_id        bigint CONSTRAINT calls_agent REFERENCES staff (id),
    trunk           text NOT NULL DEFAULT '',
    started_at      timestamptz NOT NULL,
    answered_at     timestamptz,
    ended_at        timestamptz,
    talk_seconds    int NOT NULL DEFAULT 0 CONSTRAINT calls_talk CHECK (talk_seconds >= 0),
    total_seconds   int NOT NULL DEFAULT 0 CONSTRAINT calls_total CHECK (total_seconds >= 0),
    cause           text NOT NULL DEFAULT '',
    -- the PBX's history has spoken; webhooks change nothing any more
    final           boolean NOT NULL DEFAULT false,
    ticket_id       bigint CONSTRAINT calls_ticket REFERENCES tickets (id),
    note            text NOT NULL DEFAULT '',
    raw             jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT calls_uuid_once UNIQUE (line, uuid),
    CONSTRAINT calls_ended CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CONSTRAINT calls_ended_outcome CHECK (state <> 'ended' OR outcome <> '' OR direction = 'local')
);
CREATE INDEX calls_account_list ON calls (account_id, started_at) WHERE account_id IS NOT NULL;
CREATE INDEX calls_phone_list ON calls (client_phone, started_at) WHERE client_phone <> '';
CREATE INDEX calls_started ON calls (started_at);
CREATE INDEX calls_open ON calls (started_at) WHERE state <> 'ended';
CREATE INDEX calls_agent_list ON calls (agent_id, started_at) WHERE agent_id IS NOT NULL;
CREATE INDEX calls_ticket_list ON calls (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE TABLE call_taggings (
    call_id    bigint NOT NULL CONSTRAINT call_taggings_call REFERENCES calls (id),
    tag_id     bigint NOT NULL CONSTRAINT call_taggings_tag REFERENCES support_tags (id),
    actor      text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT call_taggings_pkey PRIMARY KEY (call_id, tag_id)
);
CREATE INDEX call_taggings_tag_list ON call_taggings (tag_id);

-- Missed callers to be called back: one open task for each number.
CREATE TABLE callbacks (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT callbacks_pkey PRIMARY KEY,
    client_phone    text NOT NULL CONSTRAINT callbacks_phone_filled CHECK (client_phone <> ''),
    account_id      bigint CONSTRAINT callbacks_account REFERENCES accounts (id),
    state           text NOT NULL CONSTRAINT callbacks_state CHECK (state IN ('open', 'done', 'dropped')),
    -- how often he has called since we last spoke
    missed          int NOT NULL CONSTRAINT callbacks_missed CHECK (missed > 0),
    first_missed_at timestamptz NOT NULL,
    last_missed_at  timestamptz NOT NULL,
    due_at          timestamptz,
    assignee_id     bigint CONSTRAINT callbacks_assignee REFERENCES staff (id),
    -- the conversation that ended it
    call_id         bigint CONSTRAINT callbacks_call REFERENCES calls (id),
    closed_at       timestamptz,
    closed_by       text NOT NULL DEFAULT '',
    reason          text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    CONSTRAINT callbacks_closed CHECK ((state = 'open') = (closed_at IS NULL))
);
CREATE UNIQUE INDEX callbacks_one_open ON callbacks (client_phone) WHERE state = 'open';
CREATE INDEX callbacks_open_list ON callbacks (due_at, id) WHERE state = 'open';
CREATE INDEX callbacks_phone ON callbacks (client_phone, last_missed_at);

-- Who has listened to which recording.
CREATE TABLE recording_plays (
    id      bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT recording_plays_pkey PRIMARY KEY,
    call_id bigint NOT NULL CONSTRAINT recording_plays_call REFERENCES calls (id),
    actor   text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX recording_plays_call_list ON recording_plays (call_id, id);
CREATE TRIGGER recording_plays_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recording_plays
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
