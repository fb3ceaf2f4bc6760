-- One RFC 6962 tree per programme. Other tables point to its leaves, so "logged" can't be claimed falsely.
--
-- A restore from a backup opens a new epoch; the tree goes on from the restored size, so a leaf index stays unique.

CREATE TABLE log_epoch (
    programme_id bigint NOT NULL REFERENCES programme,
    epoch bigint NOT NULL CHECK (epoch >= 1),
    restored_size bigint NOT NULL CHECK (restored_size >= 0),
    restored_root hash32 NOT NULL,
    cause text NOT NULL,
    opened_at instant NOT NULL,
    PRIMARY KEY (programme_id, epoch)
);

CREATE TABLE log_leaf (
    programme_id bigint NOT NULL,
    index bigint NOT NULL CHECK (index >= 0),
    epoch bigint NOT NULL,
    hash hash32 NOT NULL,
    kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
    body text NOT NULL,
    PRIMARY KEY (programme_id, index),
    FOREIGN KEY (programme_id, epoch) REFERENCES log_epoch
);

-- Complete inner nodes; level 1 holds the parents of two leaves.
CREATE TABLE log_node (
    programme_id bigint NOT NULL REFERENCES programme,
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 62),
    index bigint NOT NULL CHECK (index >= 0),
    hash hash32 NOT NULL,
    PRIMARY KEY (programme_id, level, index)
);

-- The row every append locks, last of all locks. The frontier holds the roots of the complete subtrees of size,
-- the largest first.
CREATE TABLE log_tree (
    programme_id bigint PRIMARY KEY REFERENCES programme,
    epoch bigint NOT NULL DEFAULT 1,
    size bigint NOT NULL CHECK (size >= 0),
    frontier bytea[] NOT NULL,
    CHECK (cardinality(frontier) = bit_count(size::bit(64))),
    FOREIGN KEY (programme_id, epoch) REFERENCES log_epoch
);

-- The signed note as it was published, byte for byte.
CREATE TABLE checkpoint (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    epoch bigint NOT NULL,
    size bigint NOT NULL CHECK (size >= 0),
    root hash32 NOT NULL,
    note text NOT NULL,
    signed_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, epoch, size, signed_at),
    FOREIGN KEY (programme_id, epoch) REFERENCES log_epoch
);

SELECT make_immutable('log_epoch');
SELECT make_immutable('log_leaf');
SELECT make_immutable('log_node');
SELECT make_immutable('checkpoint');
SELECT give('log_tree', 'SELECT, INSERT, UPDATE');
