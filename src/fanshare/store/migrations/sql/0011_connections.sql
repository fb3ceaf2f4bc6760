-- How connections are doing: when they were switched off, what was found by asking, how far asking has come.

-- When a connection was switched off and on again, by whom and why. No row: on since it was made.
CREATE TABLE connection_state (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('on', 'off')),
    cause text NOT NULL DEFAULT '' CHECK (cause IN ('', 'paused', 'uninstalled')),
    actor text NOT NULL DEFAULT '' CHECK (length(actor) <= 100),
    from_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, connection_id, from_at),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection
);

-- Orders that were found by asking before any message told of them, and when a message did after all.
CREATE TABLE fetched_first (
    programme_id bigint NOT NULL,
    connection_id bigint NOT NULL,
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
    fetched_at instant NOT NULL,
    heard_at instant,
    PRIMARY KEY (programme_id, connection_id, external_id),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection
);
CREATE INDEX ON fetched_first (programme_id, connection_id, fetched_at);

-- ``asked_at``: the shop's last answer. ``asking_until``: somebody is asking, lest two do. ``problem*``: why the last
-- question failed and since when. ``deep*``: the whole re-listing of the last days, its cursor while it runs and what
-- the last one found. ``webhooks*``: what the last look at the shop's own webhooks found.
ALTER TABLE connection
    ADD COLUMN asked_at instant,
    ADD COLUMN asking_until instant NOT NULL DEFAULT 0,
    ADD COLUMN ask_again_at instant NOT NULL DEFAULT 0,
    ADD COLUMN problem_code text NOT NULL DEFAULT '',
    ADD COLUMN problem text NOT NULL DEFAULT '',
    ADD COLUMN problem_at instant,
    ADD COLUMN deep_cursor_at instant,
    ADD COLUMN deep_began_at instant,
    ADD COLUMN deep_done_at instant,
    ADD COLUMN deep_found jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN webhooks_due_at instant NOT NULL DEFAULT 0,
    ADD COLUMN webhooks_checked_at instant,
    ADD COLUMN webhooks_problem text NOT NULL DEFAULT '',
    ADD COLUMN webhooks_repaired_at instant;

-- Deliveries that were refused on a day and taken later, after a secret had been put right.
ALTER TABLE connection_day ADD COLUMN retaken bigint NOT NULL DEFAULT 0 CHECK (retaken >= 0);

-- A whole re-listing compares what the shop lists of a span of changes with what is held of it.
CREATE INDEX ON shop_order (programme_id, connection_id, modified_at);

SELECT make_immutable('connection_state');
SELECT make_mutable('fetched_first');
