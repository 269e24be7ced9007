-- +goose Up

-- What periods cover a day: recurring revenue by month. Periods begin in the order of time.
CREATE INDEX invoices_period ON invoices USING brin (period_from) WITH (pages_per_range = 16, autosummarize = on);

-- What people have decided about payments. What matching decides by itself is not in it.
CREATE INDEX match_decisions_staff ON match_decisions (id) WHERE decided_by LIKE 'staff:%';
