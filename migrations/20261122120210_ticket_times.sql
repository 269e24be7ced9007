-- +goose Up

-- Time that staff spent on tickets. A line is cancelled, never changed or removed.
CREATE TABLE ticket_times (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ticket_times_pkey PRIMARY KEY,
    ticket_id       bigint NOT NULL CONSTRAINT ticket_times_ticket REFERENCES tickets (id),
    -- the client whose hours pay for it; NULL if nothing is billed
    account_id      bigint,
    staff_id        bigint NOT NULL,
    minutes         int NOT NULL CONSTRAINT ticket_times_minutes CHECK (minutes > 0),
    -- what the client is asked for, and what his hours covered of that
    billed_minutes  int NOT NULL CONSTRAINT ticket_times_billed CHECK (billed_minutes >= 0),
    covered_minutes int NOT NULL DEFAULT 0 CONSTRAINT ticket_times_covered CHECK (covered_minutes BETWEEN 0 AND billed_minutes),
    note            text NOT NULL CONSTRAINT ticket_times_note CHECK (note <> ''),
    request_key     text NOT NULL,
    created_at      timestamptz NOT NULL,
    cancelled_at    timestamptz,
    cancelled_by    text NOT NULL DEFAULT '',
    CONSTRAINT ticket_times_request_once UNIQUE (ticket_id, request_key),
    CONSTRAINT ticket_times_client CHECK (billed_minutes = 0 OR account_id IS NOT NULL)
);
CREATE INDEX ticket_times_account ON ticket_times (account_id, id) WHERE account_id IS NOT NULL;
