-- Keys of the public API. A key is shown once; what is kept is the hash of its secret.

CREATE TABLE api_key (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    public_id text NOT NULL CHECK (public_id ~ '^[0-9a-z]{12}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    secret_hash hash32 NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) >= 1),
    made_by text NOT NULL CHECK (length(made_by) >= 1),
    made_at instant NOT NULL,
    used_at instant,
    ended_at instant,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, public_id)
);

-- Where events are sent. ``told`` is the size of the log up to which its leaves were looked at for this target.
CREATE TABLE event_target (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    public_id text NOT NULL CHECK (public_id ~ '^[0-9a-z]{12}$'),
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    types text[] NOT NULL,
    sealed_secrets bytea NOT NULL,
    state text NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'off', 'failed')),
    reason text NOT NULL DEFAULT '',
    told bigint NOT NULL CHECK (told >= 0),
    failing_since_at instant,
    -- One that can't be reached is left alone until then, whatever happens meanwhile.
    quiet_until_at instant NOT NULL DEFAULT 0,
    made_at instant NOT NULL,
    changed_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, public_id)
);

-- One event on its way to one target. Sent ones are forgotten after a while; the events themselves are in the log.
CREATE TABLE event_delivery (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    target_id bigint NOT NULL,
    leaf_index bigint NOT NULL,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    answer text NOT NULL DEFAULT '',
    made_at instant NOT NULL,
    due_at instant NOT NULL,
    done_at instant,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, target_id, leaf_index),
    FOREIGN KEY (programme_id, target_id) REFERENCES event_target ON DELETE CASCADE,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX event_delivery_due ON event_delivery (due_at) WHERE state = 'due';
CREATE INDEX ON event_delivery (programme_id, leaf_index);
CREATE INDEX ON event_delivery (done_at);

-- From a leaf back to what it speaks of, for the events.
CREATE INDEX part_history_leaf ON part_history (programme_id, leaf_index);
CREATE INDEX ruling_leaf ON ruling (programme_id, leaf_index);
CREATE INDEX payout_event_leaf ON payout_event (programme_id, leaf_index);

SELECT make_mutable('api_key');
SELECT make_mutable('event_target');
SELECT make_mutable('event_delivery');
