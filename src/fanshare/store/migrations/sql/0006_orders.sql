-- Orders as the shops tell them, and the work list of what is to be settled.

-- ``view`` is what all accepted states together say (none until the first is joined), ``touches`` its resolved evidence.
CREATE TABLE shop_order (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
    birth text NOT NULL,
    view jsonb,
    touches jsonb NOT NULL DEFAULT '[]',
    placed_at instant NOT NULL,
    buyer_key text NOT NULL DEFAULT '',
    buyer_party_id bigint,
    modified_at instant NOT NULL,
    currency currency_code NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'captured', 'cancelled', 'deleted')),
    net amount NOT NULL,
    vanished_at instant,
    vanished text NOT NULL DEFAULT '' CHECK (vanished IN ('', 'test', 'deleted', 'zero')),
    estimated boolean NOT NULL DEFAULT false,
    waiting boolean NOT NULL DEFAULT false,
    accepted_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, connection_id, external_id),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    FOREIGN KEY (programme_id, buyer_party_id) REFERENCES party
);
CREATE INDEX ON shop_order (programme_id, placed_at, connection_id, external_id);
CREATE INDEX ON shop_order (programme_id, buyer_key, placed_at) WHERE buyer_key <> '';
CREATE INDEX ON shop_order (programme_id, buyer_party_id);
CREATE INDEX shop_order_vanishing ON shop_order (vanished_at) WHERE vanished_at IS NOT NULL;

-- Every accepted state, as canonical JSON, hashed and logged.
CREATE TABLE order_state (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    state_hash hash32 NOT NULL,
    document text NOT NULL,
    accepted_at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, order_id, state_hash),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);

-- Which orders name a click id, known or not yet.
CREATE TABLE order_click (
    programme_id bigint NOT NULL,
    order_id bigint NOT NULL,
    click_id text NOT NULL CHECK (length(click_id) <= 64),
    position integer NOT NULL CHECK (position >= 0),
    PRIMARY KEY (programme_id, order_id, click_id),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order
);
CREATE INDEX ON order_click (programme_id, click_id);

CREATE TABLE order_code (
    programme_id bigint NOT NULL,
    order_id bigint NOT NULL,
    folded text NOT NULL,
    PRIMARY KEY (programme_id, order_id, folded),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order
);
CREATE INDEX ON order_code (programme_id, folded);

-- The row that is locked while orders of a creator are folded; several are locked in ascending creator id.
CREATE TABLE scope (
    programme_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    PRIMARY KEY (programme_id, creator_party_id),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);

-- In which creators' scopes an order is, by its touches.
CREATE TABLE order_creator (
    programme_id bigint NOT NULL,
    order_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    PRIMARY KEY (programme_id, order_id, creator_party_id),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);
CREATE INDEX ON order_creator (programme_id, creator_party_id, order_id);

-- Work is derived from state: a row here says "look again at this order from then on". Claimed with SKIP LOCKED.
CREATE TABLE settle_due (
    programme_id bigint NOT NULL,
    order_id bigint NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 40),
    due_at instant NOT NULL,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    failure text NOT NULL DEFAULT '',
    PRIMARY KEY (programme_id, order_id, reason),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order
);
CREATE INDEX settle_due_work ON settle_due (due_at, programme_id, order_id);
CREATE INDEX ON settle_due (programme_id, due_at);

SELECT make_mutable('shop_order');
SELECT make_immutable('order_state');
SELECT make_mutable('order_click');
SELECT make_mutable('order_code');
SELECT make_mutable('scope');
SELECT make_mutable('order_creator');
SELECT make_mutable('settle_due');
