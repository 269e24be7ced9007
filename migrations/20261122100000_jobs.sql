-- +goose Up

-- Every run of a schedule: what the status page shows and the alarm "no success for two
-- periods" reads. A row is written when the run starts, so that a run whose process died
-- stays visible: the next leader marks it interrupted.
CREATE TABLE schedule_runs (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT schedule_runs_pkey PRIMARY KEY,
    name        text NOT NULL CONSTRAINT schedule_runs_name CHECK (name <> ''),
    due_at      timestamptz NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    outcome     text NOT NULL CONSTRAINT schedule_runs_outcome CHECK (outcome IN ('running', 'done', 'failed', 'interrupted')),
    counts      jsonb NOT NULL DEFAULT '{}' CONSTRAINT schedule_runs_counts CHECK (jsonb_typeof(counts) = 'object'),
    error       text NOT NULL DEFAULT '',
    CONSTRAINT schedule_runs_finished CHECK ((outcome = 'running') = (finished_at IS NULL))
);
CREATE INDEX schedule_runs_latest ON schedule_runs (name, id DESC);
CREATE INDEX schedule_runs_latest_done ON schedule_runs (name, id DESC) WHERE outcome = 'done';
CREATE INDEX schedule_runs_running ON schedule_runs (name) WHERE outcome = 'running';
