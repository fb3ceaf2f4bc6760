-- Codes that are made in a shop, or taken from a stock the brand brought: what is allowed, and how far each one is.

-- What a brand allows for the codes of one shop. A newer row of the same name replaces an older one; codes keep theirs.
CREATE TABLE code_plan (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    document text NOT NULL,
    from_at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, name, from_at),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON code_plan (programme_id, connection_id);

ALTER TABLE code ADD COLUMN plan_id bigint,
    ADD FOREIGN KEY (programme_id, plan_id) REFERENCES code_plan;
CREATE INDEX ON code (programme_id, plan_id);

-- One code on its way into a shop and out of it again. ``token`` is the mark it carries there; codes of one batch share
-- ``sheet``. ``refers`` is what the shop calls it. ``code_id`` stands once it was confirmed and counts for its owner.
CREATE TABLE shop_code (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    plan_id bigint NOT NULL,
    connection_id bigint NOT NULL,
    folded text NOT NULL CHECK (length(folded) BETWEEN 1 AND 120),
    shown text NOT NULL CHECK (length(shown) BETWEEN 1 AND 120),
    wished boolean NOT NULL,
    token text NOT NULL CHECK (token ~ '^[a-z0-9]{8,40}$'),
    sheet text NOT NULL DEFAULT '' CHECK (sheet ~ '^[a-z0-9]{0,40}$'),
    single_use boolean NOT NULL,
    ends_at instant,
    owner_party_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    label_country text NOT NULL CHECK (label_country ~ '^[A-Z]{2}$'),
    label_platform text NOT NULL CHECK (length(btrim(label_platform)) BETWEEN 1 AND 40),
    label_text text NOT NULL CHECK (length(btrim(label_text)) BETWEEN 1 AND 200),
    replaces_id bigint,
    code_id bigint,
    state text NOT NULL CHECK (state IN ('wanted', 'asked', 'confirmed', 'ending', 'ended', 'failed')),
    refers text NOT NULL DEFAULT '' CHECK (length(refers) <= 400),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    work_at instant,
    problem_code text NOT NULL DEFAULT '' CHECK (length(problem_code) <= 40),
    problem text NOT NULL DEFAULT '' CHECK (length(problem) <= 500),
    used bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
    actor text NOT NULL DEFAULT '' CHECK (length(actor) <= 100),
    created_at instant NOT NULL,
    confirmed_at instant,
    ended_at instant,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, token),
    FOREIGN KEY (programme_id, plan_id) REFERENCES code_plan,
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    FOREIGN KEY (programme_id, owner_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, replaces_id) REFERENCES shop_code,
    FOREIGN KEY (programme_id, code_id) REFERENCES code,
    -- What works has been confirmed, and what has not been confirmed counts for nobody.
    CHECK ((state <> 'confirmed') OR (confirmed_at IS NOT NULL AND code_id IS NOT NULL)),
    CHECK ((confirmed_at IS NULL) = (code_id IS NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    -- There is something left to do exactly in these states.
    CHECK ((state IN ('wanted', 'asked', 'ending')) = (work_at IS NOT NULL))
);
-- A text is one code's as long as it lives, in whatever capitals; an ended one's text is not given out again either.
CREATE UNIQUE INDEX shop_code_text ON shop_code (programme_id, connection_id, folded) WHERE state <> 'failed';
CREATE INDEX shop_code_work ON shop_code (work_at, programme_id) WHERE work_at IS NOT NULL;
CREATE UNIQUE INDEX shop_code_replaced ON shop_code (programme_id, replaces_id)
    WHERE replaces_id IS NOT NULL AND state <> 'failed';
CREATE INDEX ON shop_code (programme_id, plan_id, owner_party_id);
CREATE INDEX ON shop_code (programme_id, owner_party_id);
CREATE INDEX ON shop_code (programme_id, creator_party_id);
CREATE INDEX ON shop_code (programme_id, code_id);
CREATE INDEX ON shop_code (programme_id, replaces_id);

-- Codes that a brand made in its shop itself and brought here, to be given out once each.
CREATE TABLE code_stock (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    plan_name text NOT NULL,
    folded text NOT NULL CHECK (length(folded) BETWEEN 1 AND 120),
    shown text NOT NULL CHECK (length(shown) BETWEEN 1 AND 120),
    file_hash hash32 NOT NULL,
    shop_code_id bigint,
    imported_at instant NOT NULL,
    given_at instant,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, connection_id, folded),
    UNIQUE (programme_id, shop_code_id),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    FOREIGN KEY (programme_id, shop_code_id) REFERENCES shop_code,
    CHECK ((shop_code_id IS NULL) = (given_at IS NULL))
);
CREATE INDEX code_stock_left ON code_stock (programme_id, plan_name, id) WHERE shop_code_id IS NULL;

SELECT make_immutable('code_plan');
SELECT make_mutable('shop_code');
SELECT make_mutable('code_stock');
