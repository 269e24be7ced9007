-- +goose Up

-- The outbox: every mail that leaves, written in the transaction of the business that it is about.
CREATE TABLE messages (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT messages_pkey PRIMARY KEY,
    purpose         text NOT NULL CONSTRAINT messages_purpose_filled CHECK (purpose <> ''),
    subject_kind    text NOT NULL CONSTRAINT messages_subject_filled CHECK (subject_kind <> ''),
    subject_id      bigint NOT NULL,
    -- NULL for a message that is about no client: a staff member's login code
    account_id      bigint CONSTRAINT messages_account REFERENCES accounts (id),
    -- the address in lower case, so that one person is one recipient
    recipient       text NOT NULL CONSTRAINT messages_recipient_filled CHECK (recipient <> ''),
    recipient_name  text NOT NULL DEFAULT '',
    -- above 0 for a copy that a person asked to send again
    copy            int NOT NULL DEFAULT 0 CONSTRAINT messages_copy CHECK (copy >= 0),
    language        text NOT NULL,
    -- who writes: the seller's brand, cabinet address, support address and telephone
    letterhead      jsonb NOT NULL DEFAULT '{}',
    reply_to        text NOT NULL DEFAULT '',
    unsubscribe_url text NOT NULL DEFAULT '',
    -- without angle brackets; the same for every attempt
    message_id      text NOT NULL CONSTRAINT messages_message_id_unique UNIQUE,
    in_reply_to     text NOT NULL DEFAULT '',
    -- the ids of the thread before this message, oldest first, separated by spaces
    reference_ids   text NOT NULL DEFAULT '',
    payload         jsonb NOT NULL,
    attachments     jsonb NOT NULL DEFAULT '[]',
    state           text NOT NULL CONSTRAINT messages_state CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'suppressed')),
    attempts        int NOT NULL DEFAULT 0,
    -- the database's own time, not the business's: until when the sending process may be alive
    leased_until    timestamptz,
    queued_at       timestamptz NOT NULL,
    -- after this instant the message is worthless (a login code) and is not sent
    expires_at      timestamptz,
    sent_at         timestamptz,
    last_error      text NOT NULL DEFAULT '',
    CONSTRAINT messages_once UNIQUE (purpose, subject_kind, subject_id, recipient, copy),
    CONSTRAINT messages_sent_at CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT messages_leased CHECK ((state = 'sending') = (leased_until IS NOT NULL))
);
CREATE INDEX messages_account ON messages (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX messages_subject ON messages (subject_kind, subject_id);
CREATE INDEX messages_recipient ON messages (recipient, id);
CREATE INDEX messages_waiting ON messages (queued_at) WHERE state IN ('queued', 'sending');
CREATE INDEX messages_failed ON messages (id) WHERE state = 'failed';

-- Addresses that we do not write to: they bounced, or the person asked us not to.
CREATE TABLE suppressions (
    address    text NOT NULL CONSTRAINT suppressions_pkey PRIMARY KEY,
    -- 'all' stops everything, 'marketing' only what is not a service message
    scope      text NOT NULL CONSTRAINT suppressions_scope CHECK (scope IN ('all', 'marketing')),
    reason     text NOT NULL,
    actor      text NOT NULL,
    created_at timestamptz NOT NULL
);
