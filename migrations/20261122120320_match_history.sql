-- +goose Up

-- What else matching looks at, so that a payment can be decided again from what is kept.
ALTER TABLE bank_lines
    ADD COLUMN ultimate_name   text NOT NULL DEFAULT '',
    ADD COLUMN ultimate_tax_id text NOT NULL DEFAULT '',
    ADD COLUMN reversal        boolean NOT NULL DEFAULT false;

-- Every step of an alias: what it was when a payment was decided, and why it changed.
CREATE TABLE payer_alias_events (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT payer_alias_events_pkey PRIMARY KEY,
    alias_id      bigint NOT NULL CONSTRAINT payer_alias_events_alias REFERENCES payer_aliases (id),
    state         text NOT NULL CONSTRAINT payer_alias_events_state CHECK (state IN ('candidate', 'active', 'quarantined', 'blocked')),
    confirmations int NOT NULL CONSTRAINT payer_alias_events_confirmations CHECK (confirmations >= 0),
    cause         text NOT NULL CONSTRAINT payer_alias_events_cause CHECK (cause IN ('confirmed', 'contradicted', 'undone', 'revoked', 'restored')),
    payment_id    bigint CONSTRAINT payer_alias_events_payment REFERENCES payments (id),
    note          text NOT NULL,
    actor         text NOT NULL,
    at            timestamptz NOT NULL
);
CREATE INDEX payer_alias_events_alias ON payer_alias_events (alias_id, id);
CREATE TRIGGER payer_alias_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payer_alias_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- That an alias was used again changes nothing that matching looks at.
DROP TRIGGER payer_aliases_match ON payer_aliases;
CREATE TRIGGER payer_aliases_match AFTER INSERT OR UPDATE OF account_id, kind, value, state, confirmations ON payer_aliases FOR EACH ROW EXECUTE FUNCTION note_alias_change();

CREATE INDEX bank_lines_payer_account ON bank_lines (counterparty_account) WHERE direction = 'credit' AND counterparty_tax_id = '' AND counterparty_account <> '';

-- A person corrected what matching had decided by itself: an incident, with both decisions.
CREATE VIEW match_incidents AS
SELECT u.id, u.payment_id, d.id AS decision_id, d.class, d.rule, d.ruleset, d.account_id AS wrong_account_id, d.decision, d.created_at AS decided_at,
    u.decided_by AS corrected_by, u.created_at AS corrected_at, coalesce(u.decision->>'note', '') AS note,
    (SELECT n.account_id FROM match_decisions n WHERE n.payment_id = u.payment_id AND n.id >= u.id AND n.account_id IS NOT NULL ORDER BY n.id LIMIT 1) AS right_account_id
FROM match_decisions u
CROSS JOIN LATERAL (SELECT * FROM match_decisions d WHERE d.payment_id = u.payment_id AND d.id < u.id ORDER BY d.id DESC LIMIT 1) d
WHERE u.ruleset = 'manual' AND d.ruleset NOT IN ('manual', 'bank') AND d.class IN ('auto', 'hold', 'not_ours');
CREATE INDEX match_decisions_manual ON match_decisions (id) WHERE ruleset = 'manual';
