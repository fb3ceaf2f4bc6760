-- Who is in which group of creators since when; an empty name means none. The terms say what a group earns.

CREATE TABLE creator_group (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    creator_party_id bigint NOT NULL,
    name text NOT NULL CHECK (name ~ '^([a-z0-9][a-z0-9_-]{0,39})?$'),
    from_at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, creator_party_id, from_at),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);

-- The operator's fee is posted for one creator's part of an order, so that what was posted can be told from it.
ALTER TABLE transfer ADD CONSTRAINT fee_names_its_part CHECK (
    kind <> 'fee' OR num_nulls(order_id, creator_party_id) = 0);
CREATE INDEX transfer_fee ON transfer (programme_id, order_id) WHERE kind = 'fee';

SELECT make_immutable('creator_group');
