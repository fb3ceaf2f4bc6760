-- Appeals: somebody concerned says that an order was judged wrongly. Her words lie in the vault under her own key;
-- ``words`` is a commitment under the same key, so that after her erasure neither can be read nor guessed.
CREATE TABLE appeal (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL,
    party_id bigint NOT NULL,
    words text NOT NULL CHECK (words ~ '^[0-9a-f]{64}$'),
    at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, order_id, party_id, at),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON appeal (programme_id, party_id);

-- Which decision answers which appeals: each is answered once.
CREATE TABLE appeal_answer (
    programme_id bigint NOT NULL,
    appeal_id bigint NOT NULL,
    ruling_id bigint NOT NULL,
    PRIMARY KEY (programme_id, appeal_id),
    FOREIGN KEY (programme_id, appeal_id) REFERENCES appeal,
    FOREIGN KEY (programme_id, ruling_id) REFERENCES ruling
);
CREATE INDEX ON appeal_answer (programme_id, ruling_id);

-- ``upheld``: after an appeal, what was decided stays as it is.
ALTER TABLE ruling DROP CONSTRAINT ruling_kind_check;
ALTER TABLE ruling ADD CONSTRAINT ruling_kind_check CHECK (
    kind IN ('denied', 'reassigned', 'held', 'released', 'upheld', 'merged', 'absorbed'));

SELECT make_immutable('appeal');
SELECT make_immutable('appeal_answer');
