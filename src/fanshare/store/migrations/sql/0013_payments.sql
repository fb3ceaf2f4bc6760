-- Payments as their providers tell them, the names by which several connections know one sale, and exchanges.

-- ``exchange_of``: the shop's number of the order whose goods this one exchanges; ``twin_of``: the order that counts for
-- the sale that this one tells a second time.
ALTER TABLE shop_order
    ADD COLUMN exchange_of text NOT NULL DEFAULT '' CHECK (length(exchange_of) <= 200),
    ADD COLUMN twin_of bigint,
    ADD FOREIGN KEY (programme_id, twin_of) REFERENCES shop_order,
    ADD CHECK (twin_of <> id);
CREATE INDEX ON shop_order (programme_id, twin_of);
CREATE INDEX ON shop_order (programme_id, connection_id, exchange_of) WHERE exchange_of <> '';

-- Other names of an order that its states tell: payments, orders of other connections.
CREATE TABLE order_name (
    programme_id bigint NOT NULL,
    order_id bigint NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 500),
    PRIMARY KEY (programme_id, order_id, name),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order
);
CREATE INDEX ON order_name (programme_id, name);

-- A payment as all reports of its provider together tell it. ``order_id`` is the order it pays, once it is known;
-- ``several`` says that more than one could be meant, so that none was chosen. ``due``: to be looked at again.
CREATE TABLE payment (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
    document text NOT NULL,
    currency currency_code,
    refunded amount NOT NULL CHECK (refunded >= 0),
    fingerprint text NOT NULL DEFAULT '' CHECK (fingerprint ~ '^([0-9a-f]{16,128})?$'),
    fingerprint_at instant,
    test boolean NOT NULL,
    order_id bigint,
    several boolean NOT NULL DEFAULT false,
    due boolean NOT NULL DEFAULT true,
    accepted_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, connection_id, external_id),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    CHECK ((fingerprint = '') = (fingerprint_at IS NULL))
);
CREATE INDEX ON payment (programme_id, order_id);
CREATE INDEX payment_work ON payment (programme_id, id) WHERE due;

CREATE TABLE payment_name (
    programme_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 500),
    PRIMARY KEY (programme_id, payment_id, name),
    FOREIGN KEY (programme_id, payment_id) REFERENCES payment
);
CREATE INDEX ON payment_name (programme_id, name);

SELECT make_mutable('order_name');
SELECT make_mutable('payment');
SELECT make_mutable('payment_name');
