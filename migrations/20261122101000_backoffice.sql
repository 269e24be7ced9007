-- +goose Up

-- What the staff's pages ask that no use case of the domains asks.

-- Payments of the last hours and days. Rows are appended in the order of time, so a summary per
-- block range costs next to nothing on the way in.
CREATE INDEX payments_received ON payments USING brin (received_at) WITH (pages_per_range = 16, autosummarize = on);
