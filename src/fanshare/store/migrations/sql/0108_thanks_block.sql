-- A fan wants no thanks of a creator: a row while that is so.
CREATE TABLE thanks_block (
    programme_id bigint NOT NULL REFERENCES programme,
    fan_party_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    since_at instant NOT NULL,
    PRIMARY KEY (programme_id, fan_party_id, creator_party_id),
    FOREIGN KEY (programme_id, fan_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);
CREATE INDEX ON thanks_block (programme_id, creator_party_id);

SELECT make_mutable('thanks_block');
