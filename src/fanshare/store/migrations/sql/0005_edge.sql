-- What the spool delivers: clicks and shop deliveries, partitioned by time so that old ones go as whole tables.

CREATE TABLE click (
    programme_id bigint NOT NULL REFERENCES programme,
    click_id text NOT NULL CHECK (length(click_id) = 36),
    at instant NOT NULL,
    link_id bigint NOT NULL,
    verdict text NOT NULL CHECK (length(verdict) BETWEEN 1 AND 40),
    visitor bytea,
    referrer_kind text NOT NULL DEFAULT '',
    user_activation boolean,
    checkout_referrer boolean NOT NULL DEFAULT false,
    platform text NOT NULL DEFAULT '',
    drained_at instant NOT NULL,
    seal_part integer,
    PRIMARY KEY (programme_id, click_id, at),
    FOREIGN KEY (programme_id, link_id) REFERENCES link
) PARTITION BY RANGE (at);
CREATE INDEX ON click (programme_id, link_id, at);
CREATE TABLE click_default PARTITION OF click DEFAULT;

-- Counts per link and UTC day: what screens show without touching the raw clicks.
CREATE TABLE click_day (
    programme_id bigint NOT NULL,
    link_id bigint NOT NULL,
    day calendar_day NOT NULL,
    verdict text NOT NULL,
    n bigint NOT NULL CHECK (n >= 0),
    PRIMARY KEY (programme_id, link_id, day, verdict),
    FOREIGN KEY (programme_id, link_id) REFERENCES link
);
CREATE INDEX ON click_day (programme_id, day);

-- Count and Merkle root of a link's click ids of one day; part 0 soon after midnight, later parts for late clicks.
CREATE TABLE click_seal (
    programme_id bigint NOT NULL,
    link_id bigint NOT NULL,
    day calendar_day NOT NULL,
    part integer NOT NULL CHECK (part >= 0),
    count bigint NOT NULL CHECK (count > 0),
    root hash32 NOT NULL,
    leaf_index bigint NOT NULL,
    sealed_at instant NOT NULL,
    PRIMARY KEY (programme_id, link_id, day, part),
    FOREIGN KEY (programme_id, link_id) REFERENCES link,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);

CREATE TABLE delivery (
    programme_id bigint NOT NULL REFERENCES programme,
    id bytea NOT NULL CHECK (octet_length(id) = 16),
    received_at instant NOT NULL,
    connection_id bigint NOT NULL,
    endpoint text NOT NULL,
    topic text NOT NULL DEFAULT '',
    sealed_body bytea,
    body_hash hash32 NOT NULL,
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'parked', 'ignored')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    reason_code text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    retry_at instant NOT NULL DEFAULT 0,
    done_at instant,
    PRIMARY KEY (programme_id, id, received_at),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection
) PARTITION BY RANGE (received_at);
CREATE INDEX ON delivery (programme_id, connection_id, received_at);
CREATE INDEX delivery_work ON delivery (retry_at, programme_id, received_at) WHERE state = 'new';
CREATE INDEX delivery_parked ON delivery (programme_id, received_at) WHERE state = 'parked';
CREATE TABLE delivery_default PARTITION OF delivery DEFAULT;

-- What a connection brought per UTC day; becomes a log leaf when the day is over.
CREATE TABLE connection_day (
    programme_id bigint NOT NULL,
    connection_id bigint NOT NULL,
    day calendar_day NOT NULL,
    accepted bigint NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    refused bigint NOT NULL DEFAULT 0 CHECK (refused >= 0),
    parked bigint NOT NULL DEFAULT 0 CHECK (parked >= 0),
    ignored bigint NOT NULL DEFAULT 0 CHECK (ignored >= 0),
    off_seconds bigint NOT NULL DEFAULT 0 CHECK (off_seconds >= 0),
    leaf_index bigint,
    PRIMARY KEY (programme_id, connection_id, day),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);

-- Global: a refused delivery may name no known endpoint, so it has no programme it could belong to.
CREATE TABLE refused_delivery (
    id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
    received_at instant NOT NULL,
    endpoint text NOT NULL,
    programme_id bigint REFERENCES programme,
    reason_code text NOT NULL,
    sealed_body bytea NOT NULL,
    size bigint NOT NULL CHECK (size >= 0)
);
CREATE INDEX ON refused_delivery (received_at);
CREATE INDEX ON refused_delivery (programme_id, received_at);

-- Global: keys of the sealed bodies, one a UTC day, wrapped under the master key; deleted after 30 days.
CREATE TABLE day_key (
    day calendar_day PRIMARY KEY,
    wrapped bytea NOT NULL
);

-- Global: a segment holds records of many programmes. Written with the rows it produced, so draining is exactly once.
CREATE TABLE spool_position (
    segment_id bytea PRIMARY KEY CHECK (octet_length(segment_id) = 16),
    stream text NOT NULL,
    read_to bigint NOT NULL CHECK (read_to >= 0),
    finished boolean NOT NULL DEFAULT false,
    read_at instant NOT NULL
);

SELECT make_mutable('click');
SELECT make_mutable('click_day');
SELECT make_immutable('click_seal');
SELECT make_mutable('delivery');
SELECT make_mutable('connection_day');
SELECT make_mutable('refused_delivery');
SELECT make_mutable('day_key');
SELECT make_mutable('spool_position');
