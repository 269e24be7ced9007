-- +goose Up

-- Business calendars. A version is never changed: clocks that ran by it stay explainable.
CREATE TABLE support_calendars (
    id      bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT support_calendars_pkey PRIMARY KEY,
    key     text NOT NULL CONSTRAINT support_calendars_key_unique UNIQUE CONSTRAINT support_calendars_key_filled CHECK (key <> ''),
    -- the version in force
    version int NOT NULL CONSTRAINT support_calendars_version CHECK (version > 0)
);

CREATE TABLE support_calendar_versions (
    calendar_id bigint NOT NULL CONSTRAINT support_calendar_versions_calendar REFERENCES support_calendars (id),
    version     int NOT NULL CONSTRAINT support_calendar_versions_version CHECK (version > 0),
    -- name, zone, weekly hours, special dates
    spec        jsonb NOT NULL,
    actor       text NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT support_calendar_versions_pkey PRIMARY KEY (calendar_id, version)
);

-- Service levels: what is promised, by priority and metric, and to which plans.
CREATE TABLE sla_policies (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT sla_policies_pkey PRIMARY KEY,
    key        text NOT NULL CONSTRAINT sla_policies_key_unique UNIQUE CONSTRAINT sla_policies_key_filled CHECK (key <> ''),
    name       text NOT NULL CONSTRAINT sla_policies_name_filled CHECK (name <> ''),
    -- for clients whose plan names no other, and for strangers
    is_default boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX sla_policies_one_default ON sla_policies (is_default) WHERE is_default;

CREATE TABLE sla_targets (
    policy_id     bigint NOT NULL CONSTRAINT sla_targets_policy REFERENCES sla_policies (id),
    priority      text NOT NULL CONSTRAINT sla_targets_priority CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    metric        text NOT NULL CONSTRAINT sla_targets_metric CHECK (metric IN ('first_response', 'next_response', 'resolution')),
    minutes       int NOT NULL CONSTRAINT sla_targets_minutes CHECK (minutes > 0),
    calendar_id   bigint NOT NULL CONSTRAINT sla_targets_calendar REFERENCES support_calendars (id),
    -- the agent is warned when so many percent of the budget are used
    warn_percents int[] NOT NULL DEFAULT '{}',
    CONSTRAINT sla_targets_pkey PRIMARY KEY (policy_id, priority, metric)
);

CREATE TABLE sla_policy_plans (
    plan_key  text NOT NULL CONSTRAINT sla_policy_plans_pkey PRIMARY KEY,
    policy_id bigint NOT NULL CONSTRAINT sla_policy_plans_policy REFERENCES sla_policies (id)
);

-- The one vocabulary of tags, for tickets and calls.
CREATE TABLE support_tags (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT support_tags_pkey PRIMARY KEY,
    key         text NOT NULL CONSTRAINT support_tags_key_unique UNIQUE CONSTRAINT support_tags_key_form CHECK (key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name        text NOT NULL CONSTRAINT support_tags_name_filled CHECK (name <> ''),
    actor       text NOT NULL,
    created_at  timestamptz NOT NULL,
    -- no longer offered; what bears it keeps it
    archived_at timestamptz
);

CREATE SEQUENCE ticket_numbers START 1001;

CREATE TABLE tickets (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT tickets_pkey PRIMARY KEY,
    number          bigint NOT NULL DEFAULT nextval('ticket_numbers') CONSTRAINT tickets_number_unique UNIQUE,
    -- NULL until it is known whose ticket it is
    account_id      bigint CONSTRAINT tickets_account REFERENCES accounts (id),
    -- the requester; NULL for a stranger or a caller
    contact_id      bigint CONSTRAINT tickets_contact REFERENCES contacts (id),
    contact_email   text NOT NULL DEFAULT '' CONSTRAINT tickets_email_lower CHECK (contact_email = lower(contact_email)),
    contact_name    text NOT NULL DEFAULT '',
    language        text NOT NULL DEFAULT 'ru',
    subject         text NOT NULL CONSTRAINT tickets_subject_filled CHECK (subject <> ''),
    status          text NOT NULL CONSTRAINT tickets_status CHECK (status IN ('new', 'open', 'waiting', 'on_hold', 'resolved', 'closed')),
    priority        text NOT NULL CONSTRAINT tickets_priority CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    assignee_id     bigint CONSTRAINT tickets_assignee REFERENCES staff (id),
    channel         text NOT NULL CONSTRAINT tickets_channel CHECK (channel IN ('cabinet', 'mail', 'phone', 'office')),
    policy_id       bigint CONSTRAINT tickets_policy REFERENCES sla_policies (id),
    -- the closed ticket that this one goes on from, or that its letter seems to answer
    follows_id      bigint CONSTRAINT tickets_follows REFERENCES tickets (id),
    created_by      text NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    last_client_at  timestamptz,
    last_agent_at   timestamptz,
    first_agent_at  timestamptz,
    resolved_at     timestamptz,
    closed_at       timestamptz,
    acknowledged_at timestamptz,
    -- the earliest open promise, kept for sorting: see ticket_clocks
    due_at          timestamptz,
    due_metric      text NOT NULL DEFAULT '',
    breached        boolean NOT NULL DEFAULT false,
    -- a page that was sent twice files one ticket
    request_key     text NOT NULL DEFAULT '',
    CONSTRAINT tickets_not_own_follower CHECK (follows_id <> id),
    CONSTRAINT tickets_closed CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX tickets_account_list ON tickets (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX tickets_contact_list ON tickets (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX tickets_email ON tickets (contact_email, created_at) WHERE contact_email <> '';
CREATE INDEX tickets_open ON tickets (due_at, id) WHERE status NOT IN ('resolved', 'closed');
CREATE INDEX tickets_assignee_list ON tickets (assignee_id, id) WHERE status NOT IN ('resolved', 'closed');
CREATE INDEX tickets_to_close ON tickets (resolved_at) WHERE status = 'resolved';
CREATE INDEX tickets_updated ON tickets (updated_at);
CREATE UNIQUE INDEX tickets_request_once ON tickets (created_by, request_key) WHERE request_key <> '';

-- Where letters are fetched from: the cursor and the health of each mailbox. Its address and
-- password are configuration.
CREATE TABLE support_mailboxes (
    key             text NOT NULL CONSTRAINT support_mailboxes_pkey PRIMARY KEY,
    uid_validity    bigint NOT NULL DEFAULT 0,
    last_uid        bigint NOT NULL DEFAULT 0,
    last_fetch_at   timestamptz,
    last_success_at timestamptz,
    last_error      text NOT NULL DEFAULT '',
    failures        int NOT NULL DEFAULT 0 CONSTRAINT support_mailboxes_failures CHECK (failures >= 0)
);

-- Letters as they came, stored before anybody looks at them.
CREATE TABLE ticket_mails (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ticket_mails_pkey PRIMARY KEY,
    mailbox      text NOT NULL CONSTRAINT ticket_mails_mailbox REFERENCES support_mailboxes (key),
    uid_validity bigint NOT NULL,
    uid          bigint NOT NULL,
    sha256       bytea NOT NULL,
    size         bigint NOT NULL,
    -- only the header is here: the letter was larger than we take
    oversized    boolean NOT NULL DEFAULT false,
    received_at  timestamptz NOT NULL,
    stored_at    timestamptz NOT NULL,
    raw          bytea NOT NULL,
    state        text NOT NULL CONSTRAINT ticket_mails_state CHECK (state IN ('new', 'filed', 'duplicate', 'ignored', 'quarantine')),
    reason       text NOT NULL DEFAULT '',
    -- what reading found; empty before
    message_id   text NOT NULL DEFAULT '',
    from_email   text NOT NULL DEFAULT '',
    from_name    text NOT NULL DEFAULT '',
    subject      text NOT NULL DEFAULT '',
    class        text NOT NULL DEFAULT '',
    -- sender, Message-ID and content, attachments included: the same letter in two mailboxes is one message
    content_key  bytea,
    attempts     int NOT NULL DEFAULT 0,
    processed_at timestamptz,
    ticket_id    bigint CONSTRAINT ticket_mails_ticket REFERENCES tickets (id),
    account_id   bigint CONSTRAINT ticket_mails_account REFERENCES accounts (id),
    CONSTRAINT ticket_mails_uid_once UNIQUE (mailbox, uid_validity, uid),
    CONSTRAINT ticket_mails_processed CHECK ((state = 'new') = (processed_at IS NULL)),
    CONSTRAINT ticket_mails_filed CHECK (state <> 'filed' OR ticket_id IS NOT NULL)
);
CREATE UNIQUE INDEX ticket_mails_content_once ON ticket_mails (content_key) WHERE state IN ('filed', 'ignored');
CREATE INDEX ticket_mails_sha256 ON ticket_mails (mailbox, sha256);
CREATE INDEX ticket_mails_waiting ON ticket_mails (id) WHERE state IN ('new', 'quarantine');
CREATE INDEX ticket_mails_sender ON ticket_mails (from_email, received_at) WHERE from_email <> '';
CREATE INDEX ticket_mails_ticket_list ON ticket_mails (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE TABLE ticket_messages (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ticket_messages_pkey PRIMARY KEY,
    ticket_id    bigint NOT NULL CONSTRAINT ticket_messages_ticket REFERENCES tickets (id),
    account_id   bigint CONSTRAINT ticket_messages_account REFERENCES accounts (id),
    kind         text NOT NULL CONSTRAINT ticket_messages_kind CHECK (kind IN ('public', 'note', 'event')),
    channel      text NOT NULL CONSTRAINT ticket_messages_channel CHECK (channel IN ('cabinet', 'mail', 'phone', 'office', 'system')),
    author_kind  text NOT NULL CONSTRAINT ticket_messages_author CHECK (author_kind IN ('contact', 'stranger', 'staff', 'system')),
    author_id    bigint,
    author_name  text NOT NULL DEFAULT '',
    author_email text NOT NULL DEFAULT '',
    -- the whole text, and what of it was written rather than quoted
    body         text NOT NULL DEFAULT '',
    shown        text NOT NULL DEFAULT '',
    -- as sent, not sanitised: only mail.Sanitize may show it
    html         text NOT NULL DEFAULT '',
    -- what happened, for kind 'event': a message key and its values
    event        text NOT NULL DEFAULT '',
    event_args   jsonb NOT NULL DEFAULT '{}',
    -- letters of machines: kept, shown folded, without any effect
    folded       boolean NOT NULL DEFAULT false,
    mail_id      bigint CONSTRAINT ticket_messages_mail REFERENCES ticket_mails (id) CONSTRAINT ticket_messages_mail_once UNIQUE,
    request_key  text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    CONSTRAINT ticket_messages_event CHECK ((kind = 'event') = (event <> ''))
);
CREATE INDEX ticket_messages_thread ON ticket_messages (ticket_id, id);
CREATE UNIQUE INDEX ticket_messages_request_once ON ticket_messages (ticket_id, request_key) WHERE request_key <> '';

-- The bytes of attachments, once each.
CREATE TABLE ticket_files (
    sha256 bytea NOT NULL CONSTRAINT ticket_files_pkey PRIMARY KEY CONSTRAINT ticket_files_sha256 CHECK (length(sha256) = 32),
    data   bytea NOT NULL
);
-- what people attach is compressed already
ALTER TABLE ticket_files ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE ticket_attachments (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ticket_attachments_pkey PRIMARY KEY,
    ticket_id    bigint NOT NULL CONSTRAINT ticket_attachments_ticket REFERENCES tickets (id),
    account_id   bigint CONSTRAINT ticket_attachments_account REFERENCES accounts (id),
    message_id   bigint NOT NULL CONSTRAINT ticket_attachments_message REFERENCES ticket_messages (id),
    position     int NOT NULL CONSTRAINT ticket_attachments_position CHECK (position >= 0),
    name         text NOT NULL CONSTRAINT ticket_attachments_name_filled CHECK (name <> ''),
    content_type text NOT NULL,
    size         bigint NOT NULL CONSTRAINT ticket_attachments_size CHECK (size >= 0),
    sha256       bytea NOT NULL,
    content_id   text NOT NULL DEFAULT '',
    inline       boolean NOT NULL DEFAULT false,
    -- refused by the policy: named here, its bytes only in the raw letter
    blocked      boolean NOT NULL DEFAULT false,
    CONSTRAINT ticket_attachments_once UNIQUE (message_id, position)
);
CREATE INDEX ticket_attachments_ticket_list ON ticket_attachments (ticket_id);

-- Who takes part by mail and receives the answers, beside the requester.
CREATE TABLE ticket_participants (
    ticket_id  bigint NOT NULL CONSTRAINT ticket_participants_ticket REFERENCES tickets (id),
    email      text NOT NULL CONSTRAINT ticket_participants_email CHECK (email <> '' AND email = lower(email)),
    name       text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    CONSTRAINT ticket_participants_pkey PRIMARY KEY (ticket_id, email)
);

-- The Message-IDs of letters that came in, so that answers among clients find their ticket.
CREATE TABLE ticket_message_ids (
    message_id text NOT NULL,
    ticket_id  bigint NOT NULL CONSTRAINT ticket_message_ids_ticket REFERENCES tickets (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT ticket_message_ids_pkey PRIMARY KEY (message_id, ticket_id)
);

CREATE TABLE ticket_taggings (
    ticket_id  bigint NOT NULL CONSTRAINT ticket_taggings_ticket REFERENCES tickets (id),
    tag_id     bigint NOT NULL CONSTRAINT ticket_taggings_tag REFERENCES support_tags (id),
    actor      text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT ticket_taggings_pkey PRIMARY KEY (ticket_id, tag_id)
);
CREATE INDEX ticket_taggings_tag_list ON ticket_taggings (tag_id);

-- Whose letters an address writes, as an agent has decided.
CREATE TABLE ticket_senders (
    email      text NOT NULL CONSTRAINT ticket_senders_pkey PRIMARY KEY CONSTRAINT ticket_senders_email_lower CHECK (email <> '' AND email = lower(email)),
    account_id bigint NOT NULL CONSTRAINT ticket_senders_account REFERENCES accounts (id),
    actor      text NOT NULL,
    created_at timestamptz NOT NULL
);

-- One promise each. Working time is kept in seconds, so what has passed never changes with the
-- calendar.
CREATE TABLE ticket_clocks (
    id               bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ticket_clocks_pkey PRIMARY KEY,
    ticket_id        bigint NOT NULL CONSTRAINT ticket_clocks_ticket REFERENCES tickets (id),
    account_id       bigint CONSTRAINT ticket_clocks_account REFERENCES accounts (id),
    metric           text NOT NULL CONSTRAINT ticket_clocks_metric CHECK (metric IN ('first_response', 'next_response', 'resolution')),
    -- counts the unanswered messages of metric next_response; 1 for the others
    cycle            int NOT NULL CONSTRAINT ticket_clocks_cycle CHECK (cycle > 0),
    target_seconds   bigint NOT NULL CONSTRAINT ticket_clocks_target CHECK (target_seconds > 0),
    calendar_id      bigint NOT NULL,
    calendar_version int NOT NULL,
    warn_percents    int[] NOT NULL DEFAULT '{}',
    consumed_seconds bigint NOT NULL CONSTRAINT ticket_clocks_consumed CHECK (consumed_seconds >= 0),
    running_since    timestamptz NOT NULL,
    state            text NOT NULL CONSTRAINT ticket_clocks_state CHECK (state IN ('running', 'paused', 'met', 'cancelled')),
    started_at       timestamptz NOT NULL,
    paused_at        timestamptz,
    due_at           timestamptz,
    met_at           timestamptz,
    first_met_at     timestamptz,
    breached_at      timestamptz,
    CONSTRAINT ticket_clocks_once UNIQUE (ticket_id, metric, cycle),
    CONSTRAINT ticket_clocks_calendar FOREIGN KEY (calendar_id, calendar_version) REFERENCES support_calendar_versions (calendar_id, version),
    CONSTRAINT ticket_clocks_paused CHECK ((state = 'paused') = (paused_at IS NOT NULL)),
    CONSTRAINT ticket_clocks_met CHECK ((state = 'met') = (met_at IS NOT NULL)),
    CONSTRAINT ticket_clocks_due CHECK (state <> 'running' OR due_at IS NOT NULL)
);
CREATE INDEX ticket_clocks_to_breach ON ticket_clocks (due_at) WHERE state = 'running' AND breached_at IS NULL;
CREATE INDEX ticket_clocks_calendar_list ON ticket_clocks (calendar_id, calendar_version) WHERE state IN ('running', 'paused');

-- Everything that moved a clock, with the due instant before and after.
CREATE TABLE ticket_clock_events (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ticket_clock_events_pkey PRIMARY KEY,
    clock_id   bigint NOT NULL CONSTRAINT ticket_clock_events_clock REFERENCES ticket_clocks (id),
    account_id bigint,
    type       text NOT NULL CONSTRAINT ticket_clock_events_type CHECK (type IN ('activate', 'pause', 'resume', 'fulfill', 'retarget', 'recalc', 'breach', 'cancel')),
    at         timestamptz NOT NULL,
    actor      text NOT NULL,
    due_before timestamptz,
    due_after  timestamptz
);
CREATE INDEX ticket_clock_events_clock_list ON ticket_clock_events (clock_id, id);
CREATE TRIGGER ticket_clock_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ticket_clock_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Warnings to the agent, planned in working time; a breach is percent 100.
CREATE TABLE ticket_clock_notices (
    clock_id bigint NOT NULL CONSTRAINT ticket_clock_notices_clock REFERENCES ticket_clocks (id),
    percent  int NOT NULL CONSTRAINT ticket_clock_notices_percent CHECK (percent BETWEEN 1 AND 100),
    fire_at  timestamptz NOT NULL,
    sent_at  timestamptz,
    CONSTRAINT ticket_clock_notices_pkey PRIMARY KEY (clock_id, percent)
);
CREATE INDEX ticket_clock_notices_to_send ON ticket_clock_notices (fire_at) WHERE sent_at IS NULL;
