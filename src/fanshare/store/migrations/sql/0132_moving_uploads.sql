-- Exports of another tool that a brand uploaded: read by the worker, looked at by a person, moved in by the worker. What was
-- uploaded and the plan of it are sealed, and dropped as soon as it is over.
CREATE TABLE moving_upload (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL CHECK (name ~ '^[0-9a-f]{32}$'),
    tool text NOT NULL CHECK (length(tool) BETWEEN 1 AND 40),
    file_hash hash32 NOT NULL,
    sealed bytea,
    sealed_plan bytea,
    state text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'planned', 'asked', 'done', 'failed', 'dropped')),
    -- What the plan means that was shown: only that is done.
    seen text NOT NULL DEFAULT '' CHECK (length(seen) <= 64),
    problem_code text NOT NULL DEFAULT '' CHECK (length(problem_code) <= 40),
    problem text NOT NULL DEFAULT '' CHECK (length(problem) <= 500),
    counts jsonb NOT NULL DEFAULT '{}',
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    work_at instant,
    sent_by text NOT NULL CHECK (length(sent_by) BETWEEN 1 AND 100),
    asked_by text NOT NULL DEFAULT '' CHECK (length(asked_by) <= 100),
    sent_at instant NOT NULL,
    changed_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    CHECK ((work_at IS NOT NULL) = (state IN ('sent', 'asked'))),
    CHECK ((sealed IS NOT NULL) = (state IN ('sent', 'planned', 'asked')))
);
CREATE UNIQUE INDEX moving_upload_open ON moving_upload (programme_id) WHERE sealed IS NOT NULL;
CREATE INDEX moving_upload_due ON moving_upload (programme_id, work_at) WHERE work_at IS NOT NULL;

SELECT make_mutable('moving_upload');
