-- Terms, links and codes. Ownership, state and choices are dated histories: a change never rewrites the past.

CREATE TABLE terms (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL CHECK (version >= 1),
    document text NOT NULL,
    hash hash32 NOT NULL,
    effective_at instant NOT NULL,
    logged_at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, version),
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf,
    -- The very first version may begin in the past, before anything could have been promised to anyone.
    CHECK (version = 1 OR effective_at >= logged_at)
);

-- One sequence for all programmes: a link id is part of a click id, where it has 40 bits.
CREATE TABLE link (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY (MAXVALUE 1099511627775) CHECK (id <= 1099511627775),
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    destination text NOT NULL CHECK (length(destination) <= 2048),
    campaign text NOT NULL DEFAULT '',
    link_class text NOT NULL DEFAULT 'standard' CHECK (link_class IN ('standard', 'coupon', 'extension')),
    creator_party_id bigint NOT NULL,
    pinned_live boolean NOT NULL DEFAULT false,
    label_country text NOT NULL CHECK (label_country ~ '^[A-Z]{2}$'),
    label_platform text NOT NULL CHECK (length(label_platform) BETWEEN 1 AND 40),
    label_text text NOT NULL CHECK (length(label_text) BETWEEN 1 AND 200),
    created_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, code),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);
CREATE INDEX ON link (programme_id, creator_party_id);

CREATE TABLE link_owner (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    link_id bigint NOT NULL,
    owner_party_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    from_at instant NOT NULL,
    leaf_index bigint,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, link_id, from_at),
    FOREIGN KEY (programme_id, link_id) REFERENCES link,
    FOREIGN KEY (programme_id, owner_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON link_owner (programme_id, owner_party_id);
CREATE INDEX ON link_owner (programme_id, creator_party_id);

CREATE TABLE link_state (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    link_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
    from_at instant NOT NULL,
    leaf_index bigint,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, link_id, from_at),
    FOREIGN KEY (programme_id, link_id) REFERENCES link,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);

-- ``folded`` is what is compared (case folded), ``shown`` what people read.
CREATE TABLE code (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    folded text NOT NULL CHECK (length(folded) BETWEEN 1 AND 120),
    shown text NOT NULL CHECK (length(shown) BETWEEN 1 AND 120),
    single_use boolean NOT NULL DEFAULT false,
    connection_id bigint,
    label_country text NOT NULL DEFAULT '',
    label_platform text NOT NULL DEFAULT '',
    label_text text NOT NULL DEFAULT '',
    created_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE NULLS NOT DISTINCT (programme_id, folded, connection_id),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection
);
CREATE INDEX ON code (programme_id, connection_id);

CREATE TABLE code_owner (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    code_id bigint NOT NULL,
    owner_party_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    from_at instant NOT NULL,
    leaf_index bigint,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, code_id, from_at),
    FOREIGN KEY (programme_id, code_id) REFERENCES code,
    FOREIGN KEY (programme_id, owner_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON code_owner (programme_id, owner_party_id);
CREATE INDEX ON code_owner (programme_id, creator_party_id);

CREATE TABLE code_state (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    code_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
    from_at instant NOT NULL,
    leaf_index bigint,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, code_id, from_at),
    FOREIGN KEY (programme_id, code_id) REFERENCES code,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);

-- The creator's own choice of the fan's part, for all her links or for one of them.
CREATE TABLE fan_choice (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    creator_party_id bigint NOT NULL,
    link_id bigint,
    fan_bps basis_points NOT NULL CHECK (fan_bps <= 3000),
    from_at instant NOT NULL,
    leaf_index bigint,
    PRIMARY KEY (programme_id, id),
    UNIQUE NULLS NOT DISTINCT (programme_id, creator_party_id, link_id, from_at),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, link_id) REFERENCES link,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON fan_choice (programme_id, link_id);

SELECT make_immutable('terms');
SELECT make_immutable('link_owner');
SELECT make_immutable('link_state');
SELECT make_immutable('code_owner');
SELECT make_immutable('code_state');
SELECT make_immutable('fan_choice');
SELECT make_mutable('link');
SELECT make_mutable('code');
