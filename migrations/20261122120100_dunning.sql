-- +goose Up

-- Days of the operator's own in the calendars of working days; they win over those that the program ships.
CREATE TABLE calendar_days (
    country char(2) NOT NULL,
    on_day  date NOT NULL,
    kind    text NOT NULL CONSTRAINT calendar_days_kind CHECK (kind IN ('off', 'short', 'work')),
    note    text NOT NULL DEFAULT '',
    CONSTRAINT calendar_days_pkey PRIMARY KEY (country, on_day)
);

ALTER TABLE plans
    -- the letters and their days: [{"letter": "reminder", "when": "3 days before end", "move": "previous"}]; empty takes the usual ones
    ADD COLUMN dunning         jsonb NOT NULL DEFAULT '[]' CONSTRAINT plans_dunning CHECK (jsonb_typeof(dunning) = 'array'),
    -- grace_days counts working days
    ADD COLUMN grace_working   boolean NOT NULL DEFAULT false,
    -- the service stops on a working day only
    ADD COLUMN suspend_working boolean NOT NULL DEFAULT false,
    -- days of suspension after which the subscription is closed; 0 never
    ADD COLUMN terminate_days  int NOT NULL DEFAULT 0 CONSTRAINT plans_terminate CHECK (terminate_days >= 0);

ALTER TABLE subscriptions
    -- the first day without service, where it is another than the plan's grace after paid_through gives: working days,
    -- or the wait for the bank's statement
    ADD COLUMN suspend_on date CONSTRAINT subscriptions_suspend_after_paid CHECK (suspend_on > paid_through),
    -- the next day on which reminders and suspension have something to look at
    ADD COLUMN dunning_on date,
    ADD CONSTRAINT subscriptions_ended_rests CHECK (ended_on IS NULL OR (renew_on IS NULL AND dunning_on IS NULL));
UPDATE subscriptions SET dunning_on = paid_through - 3 WHERE ended_on IS NULL;
-- the dunning sweep: touches only what is due, however many subscriptions there are
CREATE INDEX subscriptions_dunning_on ON subscriptions (dunning_on, id) WHERE dunning_on IS NOT NULL;

CREATE INDEX subscriptions_suspend_on ON subscriptions (suspend_on) WHERE suspend_on IS NOT NULL;

-- What dunning did about a subscription: each step once a round. A round is the extension that made the paid term what
-- it is, so that a debt which a taken back payment brings to life again is a round of its own.
CREATE TABLE dunning_events (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT dunning_events_pkey PRIMARY KEY,
    account_id      bigint NOT NULL CONSTRAINT dunning_events_account REFERENCES accounts (id),
    subscription_id bigint NOT NULL CONSTRAINT dunning_events_subscription REFERENCES subscriptions (id),
    round           bigint NOT NULL,
    step            text NOT NULL,
    outcome         text NOT NULL CONSTRAINT dunning_events_outcome CHECK (outcome IN ('sent', 'skipped', 'held', 'suspended', 'closed')),
    -- the letter's kind; empty for what is no letter
    letter          text NOT NULL DEFAULT '',
    on_day          date NOT NULL,
    invoice_id      bigint CONSTRAINT dunning_events_invoice REFERENCES invoices (id),
    created_at      timestamptz NOT NULL,
    CONSTRAINT dunning_events_once UNIQUE (subscription_id, round, step)
);
CREATE INDEX dunning_events_account ON dunning_events (account_id, id);
CREATE INDEX dunning_events_invoice ON dunning_events (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE TRIGGER dunning_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The invoice is reminded of with its subscription's schedule.
UPDATE invoices SET remind_on = NULL WHERE remind_on IS NOT NULL;
DROP INDEX invoices_remind_on;
ALTER TABLE invoices DROP COLUMN remind_on;
