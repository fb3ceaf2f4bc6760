-- What the fold decided: parts, positions, rulings, and what a close has sealed.

-- The latest settlement of a creator's part of an order, with its explanation.
CREATE TABLE part (
    programme_id bigint NOT NULL,
    order_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    seq integer NOT NULL CHECK (seq >= 0),
    document jsonb NOT NULL,
    leaf_index bigint NOT NULL,
    previous_leaf_hash hash32,
    settled_at instant NOT NULL,
    sealed boolean NOT NULL DEFAULT false,
    -- What a later fold needs of this part to begin behind it: its place in time and its input at every level.
    currency currency_code NOT NULL,
    placed_at instant NOT NULL,
    day calendar_day NOT NULL,
    week text NOT NULL,
    month text NOT NULL,
    in_tier amount NOT NULL,
    in_day amount NOT NULL,
    in_week amount NOT NULL,
    in_month amount NOT NULL,
    in_all amount NOT NULL,
    PRIMARY KEY (programme_id, order_id, creator_party_id),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON part (programme_id, creator_party_id, placed_at);
CREATE INDEX ON part (programme_id, creator_party_id, order_id);

-- Every settlement there was: which leaf it is. Salts are derived from the keys of those concerned, never kept.
CREATE TABLE part_history (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    seq integer NOT NULL CHECK (seq >= 0),
    leaf_index bigint NOT NULL,
    settled_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, order_id, creator_party_id, seq),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON part_history (programme_id, creator_party_id, order_id);

-- One party's share of one part: exactly one bucket holds all of it. No party: nobody has claimed it yet.
CREATE TABLE position (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    party_id bigint,
    role text NOT NULL CHECK (role IN ('creator', 'fan', 'buyer')),
    currency currency_code NOT NULL,
    bucket text NOT NULL CHECK (bucket IN ('pending', 'available', 'held', 'unclaimed')),
    amount amount NOT NULL,
    matures_at instant,
    held_until instant,
    why_token text NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE NULLS NOT DISTINCT (programme_id, order_id, creator_party_id, party_id, role),
    UNIQUE (programme_id, why_token),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    CHECK (held_until IS NULL OR bucket = 'held')
);
CREATE INDEX ON position (programme_id, party_id, order_id);
CREATE INDEX ON position (programme_id, creator_party_id);

-- Decisions. ``until_at`` is the release date of a hold; a hold without one can't be written down.
CREATE TABLE ruling (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('denied', 'reassigned', 'held', 'released', 'merged', 'absorbed')),
    order_id bigint,
    creator_party_id bigint,
    party_id bigint,
    to_creator_party_id bigint,
    to_party_id bigint,
    line_id text,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    evidence jsonb NOT NULL DEFAULT '{}',
    until_at instant,
    decided_by text NOT NULL CHECK (length(decided_by) >= 1),
    at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, to_creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, to_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf,
    CHECK ((kind = 'held') = (until_at IS NOT NULL)),
    CHECK (kind <> 'reassigned' OR to_creator_party_id IS NOT NULL),
    CHECK (kind <> 'merged' OR num_nulls(party_id, to_party_id) = 0),
    CHECK (kind IN ('merged', 'absorbed') OR order_id IS NOT NULL)
);
CREATE INDEX ON ruling (programme_id, order_id);
CREATE INDEX ON ruling (programme_id, creator_party_id);
CREATE INDEX ON ruling (programme_id, party_id);
CREATE INDEX ON ruling (programme_id, to_creator_party_id);
CREATE INDEX ON ruling (programme_id, to_party_id);
CREATE INDEX ON ruling (programme_id, kind, at);

CREATE TABLE period_close (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    creator_party_id bigint NOT NULL,
    currency currency_code NOT NULL,
    period text NOT NULL,
    chapter integer NOT NULL CHECK (chapter >= 0),
    sums jsonb NOT NULL,
    closed_at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, creator_party_id, currency, period, chapter),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);

-- What a close has sealed: piece ``position`` of an order occupies [before_micros, before_micros + amount_micros)
-- of the period's running sum.
CREATE TABLE sealed_piece (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    creator_party_id bigint NOT NULL,
    currency currency_code NOT NULL,
    level text NOT NULL CHECK (level IN ('tier', 'day', 'week', 'month', 'all')),
    period text NOT NULL,
    order_id bigint NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    before_micros amount NOT NULL,
    amount_micros amount NOT NULL,
    close_id bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, creator_party_id, currency, level, period, order_id, position),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, close_id) REFERENCES period_close
);
CREATE INDEX ON sealed_piece (programme_id, order_id);
CREATE INDEX ON sealed_piece (programme_id, close_id);

-- What an order took from its surroundings (newness, introducer, identity) when its period closed.
CREATE TABLE frozen_context (
    programme_id bigint NOT NULL,
    order_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    document jsonb NOT NULL,
    close_id bigint NOT NULL,
    frozen_at instant NOT NULL,
    PRIMARY KEY (programme_id, order_id, creator_party_id),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, close_id) REFERENCES period_close
);
CREATE INDEX ON frozen_context (programme_id, close_id);
CREATE INDEX ON frozen_context (programme_id, creator_party_id);

SELECT make_mutable('part');
SELECT make_immutable('part_history');
SELECT make_mutable('position');
SELECT make_immutable('ruling');
SELECT make_immutable('sealed_piece');
SELECT make_immutable('period_close');
SELECT make_immutable('frozen_context');
