-- +goose Up

-- Partners who bring clients: agents, and representatives who lead agents.
CREATE TABLE partners (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT partners_pkey PRIMARY KEY,
    key        text NOT NULL CONSTRAINT partners_key_unique UNIQUE,
    name       text NOT NULL CONSTRAINT partners_name_filled CHECK (name <> ''),
    tax_id     text NOT NULL DEFAULT '',
    email      text NOT NULL DEFAULT '',
    -- the representative whose agent it is
    parent_id  bigint CONSTRAINT partners_parent REFERENCES partners (id) CONSTRAINT partners_not_own_parent CHECK (parent_id <> id),
    created_at timestamptz NOT NULL
);

-- What is agreed with a partner from a day on; another day is another version. The day is that of the bank's value date.
CREATE TABLE partner_agreements (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT partner_agreements_pkey PRIMARY KEY,
    partner_id   bigint NOT NULL CONSTRAINT partner_agreements_partner REFERENCES partners (id),
    valid_from   date NOT NULL,
    valid_to     date CONSTRAINT partner_agreements_days CHECK (valid_to >= valid_from),
    percent_bp   int NOT NULL CONSTRAINT partner_agreements_percent CHECK (percent_bp BETWEEN 0 AND 10000),
    -- the most that one invoice brings when it is paid in full; NULL without a limit
    cap_minor    bigint CONSTRAINT partner_agreements_cap CHECK (cap_minor >= 0),
    cap_currency char(3),
    -- how many months after the client came; 0 as long as he pays
    months       int NOT NULL CONSTRAINT partner_agreements_months CHECK (months >= 0),
    -- days between the accrual and the day from which it may be paid out
    hold_days    int NOT NULL CONSTRAINT partner_agreements_hold CHECK (hold_days >= 0),
    -- whether what is sold once (fees, packs of hours) counts too
    one_off      boolean NOT NULL,
    CONSTRAINT partner_agreements_version_unique UNIQUE (partner_id, valid_from),
    CONSTRAINT partner_agreements_cap_currency CHECK ((cap_minor IS NULL) = (cap_currency IS NULL))
);

-- Who brought a client, by days.
CREATE TABLE partner_accounts (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT partner_accounts_pkey PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT partner_accounts_account REFERENCES accounts (id),
    partner_id bigint NOT NULL CONSTRAINT partner_accounts_partner REFERENCES partners (id),
    valid_from date NOT NULL,
    valid_to   date CONSTRAINT partner_accounts_days CHECK (valid_to >= valid_from),
    actor      text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX partner_accounts_one ON partner_accounts (account_id) WHERE valid_to IS NULL;
CREATE INDEX partner_accounts_account ON partner_accounts (account_id, valid_from);

-- Commission of each allocation of a client's money. One that was taken back has an equal negative row beside it.
CREATE TABLE commissions (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT commissions_pkey PRIMARY KEY,
    partner_id    bigint NOT NULL CONSTRAINT commissions_partner REFERENCES partners (id),
    account_id    bigint NOT NULL CONSTRAINT commissions_account REFERENCES accounts (id),
    agreement_id  bigint NOT NULL CONSTRAINT commissions_agreement REFERENCES partner_agreements (id),
    allocation_id bigint NOT NULL CONSTRAINT commissions_allocation REFERENCES allocations (id),
    -- what the money brought in without tax, the percent that counts, and what it comes to
    currency      char(3) NOT NULL,
    base_minor    bigint NOT NULL,
    percent_bp    int NOT NULL CONSTRAINT commissions_percent CHECK (percent_bp BETWEEN 0 AND 10000),
    amount_minor  bigint NOT NULL,
    accrued_on    date NOT NULL,
    payable_on    date NOT NULL CONSTRAINT commissions_payable CHECK (payable_on >= accrued_on),
    reverses_id   bigint CONSTRAINT commissions_reverses REFERENCES commissions (id) CONSTRAINT commissions_reversed_once UNIQUE,
    created_at    timestamptz NOT NULL,
    CONSTRAINT commissions_once UNIQUE (partner_id, allocation_id),
    CONSTRAINT commissions_sign CHECK (CASE WHEN reverses_id IS NULL THEN amount_minor >= 0 ELSE amount_minor <= 0 END)
);
CREATE INDEX commissions_statement ON commissions (partner_id, accrued_on);
CREATE INDEX commissions_allocation ON commissions (allocation_id);
CREATE TRIGGER commissions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commissions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What each allocation of a brought client's money is worth to whom: the pure function behind commissions. The agent who
-- brought the client has his percent; his representative has the rest up to his own.
CREATE VIEW commission_of_allocation AS
    SELECT l.id AS allocation_id, l.account_id, o.partner_id, g.id AS agreement_id, i.currency,
        round(x.base)::bigint AS base_minor, bp.percent_bp,
        least(round(x.base * bp.percent_bp / 10000),
            CASE WHEN g.cap_minor IS NOT NULL AND g.cap_currency = i.currency THEN floor(g.cap_minor::numeric * l.amount_minor / i.total_minor) END)::bigint AS amount_minor,
        (l.created_at AT TIME ZONE s.time_zone)::date AS accrued_on, g.hold_days
    FROM allocations l
    JOIN payments p ON p.id = l.payment_id
    JOIN invoices i ON i.id = l.invoice_id
    JOIN sellers s ON s.id = i.seller_id
    JOIN partner_accounts a ON a.account_id = l.account_id AND a.valid_from <= p.value_on AND (a.valid_to IS NULL OR a.valid_to >= p.value_on)
    JOIN partners w ON w.id = a.partner_id
    CROSS JOIN LATERAL (SELECT w.id AS partner_id, false AS leads UNION ALL SELECT w.parent_id, true WHERE w.parent_id IS NOT NULL) o
    CROSS JOIN LATERAL (SELECT g.* FROM partner_agreements g WHERE g.partner_id = o.partner_id AND g.valid_from <= p.value_on AND (g.valid_to IS NULL OR g.valid_to >= p.value_on)
        ORDER BY g.valid_from DESC LIMIT 1) g
    LEFT JOIN LATERAL (SELECT n.percent_bp FROM partner_agreements n WHERE o.leads AND n.partner_id = w.id AND n.valid_from <= p.value_on AND (n.valid_to IS NULL OR n.valid_to >= p.value_on)
        ORDER BY n.valid_from DESC LIMIT 1) n ON true
    CROSS JOIN LATERAL (SELECT l.amount_minor::numeric * (i.total_minor - i.tax_minor) / i.total_minor
        * CASE WHEN g.one_off THEN 1 ELSE (i.total_minor - i.once_minor)::numeric / i.total_minor END AS base) x
    CROSS JOIN LATERAL (SELECT greatest(g.percent_bp - coalesce(n.percent_bp, 0), 0) AS percent_bp) bp
    WHERE l.amount_minor > 0 AND p.channel <> 'write_off'
        AND (g.months = 0 OR p.value_on < (a.valid_from + make_interval(months => g.months))::date);
