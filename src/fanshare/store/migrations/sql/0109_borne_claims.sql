-- What the brand bears for a claim that came late follows its order: a refund takes its part back. ``seen`` is what the
-- order looked like when that was last worked out; a row that differs from it is work to do.
CREATE TABLE borne_claim (
    programme_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    order_id bigint NOT NULL,
    party_id bigint NOT NULL,
    seen text NOT NULL DEFAULT '' CHECK (length(seen) <= 200),
    PRIMARY KEY (programme_id, claim_id),
    FOREIGN KEY (programme_id, claim_id) REFERENCES claim,
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX ON borne_claim (programme_id, order_id);
CREATE INDEX ON borne_claim (programme_id, party_id);

SELECT make_mutable('borne_claim');

INSERT INTO borne_claim (programme_id, claim_id, order_id, party_id)
SELECT a.programme_id, a.claim_id, a.order_id, c.party_id FROM claim_answer a
  JOIN claim c ON c.programme_id = a.programme_id AND c.id = a.claim_id
  JOIN ruling r ON r.programme_id = a.programme_id AND r.id = a.ruling_id
 WHERE a.accepted AND r.kind = 'absorbed';

-- Only what follows a claim's order may be below zero.
ALTER TABLE opening DROP CONSTRAINT opening_amount_check;
ALTER TABLE opening ALTER COLUMN amount TYPE micros;
ALTER TABLE opening ADD CONSTRAINT opening_amount_check CHECK (amount > 0 OR (amount < 0 AND tool = 'claim_order'));
