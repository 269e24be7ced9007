-- +goose Up

-- Contacts: people of the clients. A person is one row however many accounts he looks after.
CREATE TABLE contacts (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT contacts_pkey PRIMARY KEY,
    -- in lower case; empty for a person known by telephone only
    email      text NOT NULL DEFAULT '',
    name       text NOT NULL DEFAULT '',
    phone      text NOT NULL DEFAULT '',
    language   text NOT NULL DEFAULT 'ru',
    -- a disabled person can never log in again; a new invitation does not revive the row's sessions
    disabled_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT contacts_reachable CHECK (email <> '' OR phone <> ''),
    CONSTRAINT contacts_email_lower CHECK (email = lower(email))
);
CREATE UNIQUE INDEX contacts_email_unique ON contacts (email) WHERE email <> '';
CREATE INDEX contacts_phone ON contacts (phone) WHERE phone <> '';

-- Who belongs to which account, from when to when. valid_to is the first day without the right.
CREATE TABLE memberships (
    id                 bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT memberships_pkey PRIMARY KEY,
    account_id         bigint NOT NULL CONSTRAINT memberships_account REFERENCES accounts (id),
    contact_id         bigint NOT NULL CONSTRAINT memberships_contact REFERENCES contacts (id),
    role               text NOT NULL CONSTRAINT memberships_role CHECK (role IN ('owner', 'accountant', 'employee')),
    valid_from         date NOT NULL,
    valid_to           date,
    -- what the person chose to receive
    receives_invoices  boolean NOT NULL,
    receives_documents boolean NOT NULL,
    receives_tickets   boolean NOT NULL,
    actor              text NOT NULL,
    created_at         timestamptz NOT NULL,
    CONSTRAINT memberships_dates CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
-- one open membership per person and account; ended ones stay as history
CREATE UNIQUE INDEX memberships_open_unique ON memberships (account_id, contact_id) WHERE valid_to IS NULL;
CREATE INDEX memberships_contact ON memberships (contact_id);

CREATE TABLE staff (
    id             bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT staff_pkey PRIMARY KEY,
    email          text NOT NULL CONSTRAINT staff_email_unique UNIQUE
                   CONSTRAINT staff_email_lower CHECK (email = lower(email) AND email <> ''),
    name           text NOT NULL,
    role           text NOT NULL CONSTRAINT staff_role CHECK (role IN ('administrator', 'accountant', 'support')),
    language       text NOT NULL DEFAULT 'ru',
    -- PHC string of argon2id; empty until the person has set one
    password_hash  text NOT NULL DEFAULT '',
    -- base32; empty until the person has enrolled a second factor
    totp_secret    text NOT NULL DEFAULT '',
    -- a secret shown to the person and not yet confirmed by a code
    totp_pending   text NOT NULL DEFAULT '',
    -- the last 30-second step whose code was accepted: a code works once
    totp_last_step bigint NOT NULL DEFAULT 0,
    locked_at      timestamptz,
    created_at     timestamptz NOT NULL
);

-- One-time codes for the day when the telephone is lost. SHA-256: each has 80 random bits.
CREATE TABLE staff_recovery_codes (
    staff_id  bigint NOT NULL CONSTRAINT staff_recovery_codes_staff REFERENCES staff (id),
    code_hash bytea NOT NULL,
    used_at   timestamptz,
    CONSTRAINT staff_recovery_codes_pkey PRIMARY KEY (staff_id, code_hash)
);

-- Links by which a person sets the first password or a forgotten one. A newer one voids the older.
CREATE TABLE staff_setups (
    staff_id    bigint NOT NULL CONSTRAINT staff_setups_pkey PRIMARY KEY CONSTRAINT staff_setups_staff REFERENCES staff (id),
    secret_hash bytea NOT NULL CONSTRAINT staff_setups_secret_unique UNIQUE,
    expires_at  timestamptz NOT NULL,
    created_at  timestamptz NOT NULL
);

-- Login codes for contacts. A row is written for every request, known address or not, so that
-- both look the same from outside; the code itself is drawn by the job that mails it.
CREATE TABLE login_codes (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT login_codes_pkey PRIMARY KEY,
    -- as it was typed, in lower case
    email       text NOT NULL,
    -- NULL until the job has found the person
    contact_id  bigint CONSTRAINT login_codes_contact REFERENCES contacts (id),
    -- SHA-256 of the secret that the asking browser holds: a code works in that browser only
    secret_hash bytea NOT NULL,
    -- SHA-256 over secret_hash and the code; NULL until drawn
    code_hash   bytea,
    attempts    int NOT NULL DEFAULT 0 CONSTRAINT login_codes_attempts CHECK (attempts >= 0),
    language    text NOT NULL,
    ip          text NOT NULL,
    user_agent  text NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    created_at  timestamptz NOT NULL
);
CREATE INDEX login_codes_expiry ON login_codes (expires_at);

-- Logged-in browsers. The cookie is id.secret; only the hash of the secret is kept.
CREATE TABLE sessions (
    id           text NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY,
    secret_hash  bytea NOT NULL,
    kind         text NOT NULL CONSTRAINT sessions_kind CHECK (kind IN ('contact', 'staff')),
    contact_id   bigint CONSTRAINT sessions_contact REFERENCES contacts (id),
    staff_id     bigint CONSTRAINT sessions_staff REFERENCES staff (id),
    -- when the person last proved who he is; step-up asks again
    proved_at    timestamptz NOT NULL,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ip           text NOT NULL DEFAULT '',
    user_agent   text NOT NULL DEFAULT '',
    CONSTRAINT sessions_one_person CHECK ((kind = 'contact') = (contact_id IS NOT NULL) AND (kind = 'staff') = (staff_id IS NOT NULL))
);
CREATE INDEX sessions_contact_list ON sessions (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX sessions_staff_list ON sessions (staff_id) WHERE staff_id IS NOT NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Counters against guessing: attempts per subject ("staff:a@b.test", "ip:192.0.2.1") in a window.
CREATE TABLE login_throttles (
    subject      text NOT NULL CONSTRAINT login_throttles_pkey PRIMARY KEY,
    attempts     int NOT NULL CONSTRAINT login_throttles_attempts CHECK (attempts >= 0),
    window_start timestamptz NOT NULL
);
CREATE INDEX login_throttles_window ON login_throttles (window_start);

-- Keys of machines. The secret is shown once; 128 random bits need no slow hash.
CREATE TABLE api_keys (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT api_keys_pkey PRIMARY KEY,
    name         text NOT NULL CONSTRAINT api_keys_name_filled CHECK (name <> ''),
    prefix       text NOT NULL CONSTRAINT api_keys_prefix_unique UNIQUE,
    secret_hash  bytea NOT NULL,
    -- rights separated by spaces
    scopes       text NOT NULL,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);

-- Who did what, with the state before and after.
CREATE TABLE audit_entries (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_entries_pkey PRIMARY KEY,
    at           timestamptz NOT NULL,
    actor_kind   text NOT NULL,
    actor_id     bigint NOT NULL,
    actor_name   text NOT NULL,
    action       text NOT NULL CONSTRAINT audit_entries_action_filled CHECK (action <> ''),
    subject_kind text NOT NULL CONSTRAINT audit_entries_subject_filled CHECK (subject_kind <> ''),
    subject_id   bigint NOT NULL,
    account_id   bigint,
    before       jsonb,
    after        jsonb,
    ip           text NOT NULL DEFAULT ''
);
CREATE INDEX audit_entries_account ON audit_entries (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX audit_entries_subject ON audit_entries (subject_kind, subject_id, id);
CREATE INDEX audit_entries_actor ON audit_entries (actor_kind, actor_id, id);
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
