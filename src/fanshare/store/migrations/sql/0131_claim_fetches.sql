-- What became of asking the shops for the order of a claim. A row is there for every claim, whatever its number, so that
-- making one takes the same work whether or not there is such an order. `due_at` is when it is the worker's turn.
CREATE TABLE claim_fetch (
    programme_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    due_at instant,
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    asked_at instant,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'known', 'found', 'none', 'failed', 'unasked', 'gone')),
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 60),
    failures jsonb NOT NULL DEFAULT '{}',
    order_id bigint,
    PRIMARY KEY (programme_id, claim_id),
    FOREIGN KEY (programme_id, claim_id) REFERENCES claim,
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    CHECK ((due_at IS NULL) = (state <> 'waiting'))
);
CREATE INDEX ON claim_fetch (programme_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX claim_fetch_due ON claim_fetch (programme_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ON claim_fetch (programme_id, asked_at) WHERE asked_at IS NOT NULL;

SELECT make_mutable('claim_fetch');

INSERT INTO claim_fetch (programme_id, claim_id, due_at)
SELECT c.programme_id, c.id, c.at FROM claim c
 WHERE NOT EXISTS (SELECT FROM claim_answer a WHERE a.programme_id = c.programme_id AND a.claim_id = c.id);
