-- Claims: a creator or fan says that a sale of hers is missing. The number she gave, her receipt and her words lie in
-- the vault under her own key; ``mark`` is a keyed hash of the number, so that the same claim is there once.
CREATE TABLE claim (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    mark text NOT NULL CHECK (mark ~ '^[0-9a-f]{32}$'),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, party_id, creator_party_id, mark),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);
CREATE INDEX ON claim (programme_id, creator_party_id);

-- The one answer to a claim. An accepted one names its order, what stood behind it, and the ruling that came of it.
CREATE TABLE claim_answer (
    programme_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    accepted boolean NOT NULL,
    basis text NOT NULL DEFAULT '' CHECK (basis IN ('', 'own', 'receipt', 'buyer')),
    order_id bigint,
    ruling_id bigint,
    note text NOT NULL CHECK (length(note) <= 1000),
    answered_by text NOT NULL,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, claim_id),
    FOREIGN KEY (programme_id, claim_id) REFERENCES claim,
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, ruling_id) REFERENCES ruling,
    CHECK (accepted = (ruling_id IS NOT NULL) AND accepted = (order_id IS NOT NULL) AND accepted = (basis <> ''))
);
CREATE INDEX ON claim_answer (programme_id, order_id);
CREATE INDEX ON claim_answer (programme_id, ruling_id);

SELECT make_immutable('claim');
SELECT make_immutable('claim_answer');
