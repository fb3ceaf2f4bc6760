-- Whether a brand lets people turn what is ready into codes of one of its shops, from when on.
CREATE TABLE credit_rule (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    allowed boolean NOT NULL,
    from_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection
);
CREATE INDEX ON credit_rule (programme_id, connection_id, id);

-- A code of the shop in which somebody has her money. ``payout_id`` is the road of that money: on its way while the
-- code is unused, final for what was used. ``rest_of_id`` is the credit whose rest this one is, ``order_id`` the order
-- in which it was used. ``token`` is the mark it carries in the shop.
CREATE TABLE shop_credit (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    connection_id bigint NOT NULL,
    payout_id bigint NOT NULL,
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    used amount NOT NULL DEFAULT 0,
    folded text NOT NULL CHECK (length(folded) BETWEEN 1 AND 120),
    shown text NOT NULL CHECK (length(shown) BETWEEN 1 AND 120),
    token text NOT NULL CHECK (token ~ '^[a-z0-9]{8,40}$'),
    state text NOT NULL CHECK (state IN ('wanted', 'asked', 'shown', 'used', 'ending', 'cancelled', 'failed')),
    rest_of_id bigint,
    order_id bigint,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    work_at instant,
    problem text NOT NULL DEFAULT '' CHECK (length(problem) <= 500),
    created_at instant NOT NULL,
    changed_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, payout_id),
    UNIQUE (programme_id, token),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    FOREIGN KEY (programme_id, payout_id) REFERENCES payout,
    FOREIGN KEY (programme_id, rest_of_id) REFERENCES shop_credit,
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    CHECK (used BETWEEN 0 AND amount),
    -- There is something left to ask the shop exactly in these states.
    CHECK ((state IN ('wanted', 'asked', 'ending')) = (work_at IS NOT NULL)),
    CHECK (state <> 'used' OR order_id IS NOT NULL)
);
CREATE UNIQUE INDEX shop_credit_text ON shop_credit (programme_id, connection_id, folded);
-- One rest of one credit, however often an order is told.
CREATE UNIQUE INDEX shop_credit_rest ON shop_credit (programme_id, rest_of_id) WHERE rest_of_id IS NOT NULL;
CREATE INDEX ON shop_credit (programme_id, rest_of_id);
CREATE INDEX shop_credit_work ON shop_credit (work_at, programme_id) WHERE work_at IS NOT NULL;
CREATE INDEX ON shop_credit (programme_id, party_id, id);
CREATE INDEX ON shop_credit (programme_id, order_id);

-- An order in which the code of a credit stands is looked at from then on: what it took, or that it came to nothing.
CREATE TABLE credit_due (
    programme_id bigint NOT NULL,
    order_id bigint NOT NULL,
    due_at instant NOT NULL,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    PRIMARY KEY (programme_id, order_id),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order
);
CREATE INDEX credit_due_work ON credit_due (due_at, programme_id);

SELECT make_immutable('credit_rule');
SELECT make_mutable('shop_credit');
SELECT make_mutable('credit_due');
