-- Of which shares the brand bears an old debt: a part of an order, or (``source``) what it bore for a claim. What was
-- ready of the share had fallen to ``base``; what comes again above that is borne no more.
CREATE TABLE borne_debt (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    opening_id bigint NOT NULL,
    party_id bigint NOT NULL,
    currency currency_code NOT NULL,
    order_id bigint,
    creator_party_id bigint,
    role text CHECK (role IN ('creator', 'fan', 'buyer')),
    source text CHECK (source ~ '^[0-9a-f]{32}$'),
    base micros NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, opening_id) REFERENCES opening,
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    CHECK (num_nulls(order_id, creator_party_id, role) = CASE WHEN source IS NULL THEN 0 ELSE 3 END)
);
CREATE INDEX ON borne_debt (programme_id, party_id, currency);
CREATE INDEX ON borne_debt (programme_id, opening_id);
CREATE INDEX ON borne_debt (programme_id, order_id);
CREATE INDEX ON borne_debt (programme_id, creator_party_id);

SELECT make_immutable('borne_debt');

-- What follows the order of a debt may be below zero, too.
ALTER TABLE opening DROP CONSTRAINT opening_amount_check;
ALTER TABLE opening ADD CONSTRAINT opening_amount_check
    CHECK (amount > 0 OR (amount < 0 AND tool IN ('claim_order', 'debt_order')));
