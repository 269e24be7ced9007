-- +goose Up

-- void: a part of a split payment that was taken back; its money is in the whole payment again.
ALTER TABLE payments DROP CONSTRAINT payments_state, ADD CONSTRAINT payments_state
    CHECK (state IN ('matched', 'review', 'ignored', 'split', 'void'));

-- Nothing but NULLs stood in it, one for every allocation.
ALTER TABLE allocations DROP CONSTRAINT allocations_reversed_once;
CREATE UNIQUE INDEX allocations_reversed_once ON allocations (reverses_id) WHERE reverses_id IS NOT NULL;

-- dropped: taught once and found wrong, and a person has given it up in favour of another account.
-- Unlike blocked and quarantined it says nothing about the payer any more.
ALTER TABLE payer_aliases DROP CONSTRAINT payer_aliases_state, ADD CONSTRAINT payer_aliases_state
    CHECK (state IN ('candidate', 'active', 'quarantined', 'blocked', 'dropped'));
ALTER TABLE payer_alias_events DROP CONSTRAINT payer_alias_events_state, ADD CONSTRAINT payer_alias_events_state
    CHECK (state IN ('candidate', 'active', 'quarantined', 'blocked', 'dropped'));
