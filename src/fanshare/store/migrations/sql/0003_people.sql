-- Parties are random numbers; what is personal lives in the vault under a key per person.

CREATE TABLE person (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    created_at instant NOT NULL,
    PRIMARY KEY (programme_id, id)
);

-- The person's data key, wrapped under the master key. Deleting this row is the erasure.
CREATE TABLE vault_key (
    programme_id bigint NOT NULL,
    person_id bigint NOT NULL,
    wrapped bytea NOT NULL,
    PRIMARY KEY (programme_id, person_id),
    FOREIGN KEY (programme_id, person_id) REFERENCES person
);

CREATE TABLE vault_item (
    programme_id bigint NOT NULL,
    person_id bigint NOT NULL,
    kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
    sealed bytea NOT NULL,
    written_at instant NOT NULL,
    PRIMARY KEY (programme_id, person_id, kind),
    FOREIGN KEY (programme_id, person_id) REFERENCES person
);

CREATE TABLE party (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('creator', 'fan', 'buyer')),
    public_id text NOT NULL,
    person_id bigint,
    slug text CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    display_name text CHECK (length(display_name) BETWEEN 1 AND 120),
    created_at instant NOT NULL,
    erased_at instant,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, public_id),
    UNIQUE (programme_id, slug),
    FOREIGN KEY (programme_id, person_id) REFERENCES person,
    CHECK (erased_at IS NULL OR (display_name IS NULL AND slug IS NULL))
);
CREATE INDEX ON party (programme_id, person_id);

CREATE TABLE connection (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
    endpoint text NOT NULL,
    base_url text NOT NULL DEFAULT '',
    settings jsonb NOT NULL DEFAULT '{}',
    sealed_secrets bytea NOT NULL,
    sealed_api bytea,
    state text NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'off')),
    is_order_record boolean NOT NULL DEFAULT true,
    reports_fulfilment boolean NOT NULL DEFAULT false,
    can_fetch boolean NOT NULL DEFAULT false,
    poll_cursor_at instant,
    last_heard_at instant,
    created_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, endpoint)
);

-- Keyed hashes by which a payer and a payee can be found to be one person.
CREATE TABLE party_identity (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('customer', 'email', 'payment')),
    connection_id bigint,
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{16,128}$'),
    known_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE NULLS NOT DISTINCT (programme_id, kind, hash, connection_id, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection
);
CREATE INDEX ON party_identity (programme_id, party_id);
CREATE INDEX ON party_identity (programme_id, connection_id);

SELECT make_mutable('person');
SELECT make_mutable('vault_key');
SELECT make_mutable('vault_item');
SELECT make_mutable('party');
SELECT make_mutable('connection');
SELECT make_mutable('party_identity');
