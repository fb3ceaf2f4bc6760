-- Somebody who leaves once what is hers has been paid. Her links ended when she asked; until ``until_at`` orders may
-- still come by older clicks. The row goes when she is erased.
CREATE TABLE party_leaving (
    programme_id bigint NOT NULL REFERENCES programme,
    party_id bigint NOT NULL,
    asked_at instant NOT NULL,
    until_at instant NOT NULL,
    PRIMARY KEY (programme_id, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    CHECK (until_at >= asked_at)
);
CREATE INDEX ON party_leaving (programme_id, until_at);

SELECT make_mutable('party_leaving');
