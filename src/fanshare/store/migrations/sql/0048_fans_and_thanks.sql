-- A fan lets a creator see her name: a row while she does. The name lies in the vault under the fan's own key.
CREATE TABLE fan_shown (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    fan_party_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    since_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, fan_party_id, creator_party_id),
    FOREIGN KEY (programme_id, fan_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);
CREATE INDEX ON fan_shown (programme_id, creator_party_id, id);

-- A creator thanks: one fan (from_at and until_at empty), or all who had brought her a sale placed in a span of time. Her
-- sentence lies in the vault under her own key.
CREATE TABLE thanks (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    creator_party_id bigint NOT NULL,
    from_at instant,
    until_at instant,
    fans bigint NOT NULL DEFAULT 0 CHECK (fans >= 0),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    CHECK ((from_at IS NULL) = (until_at IS NULL) AND (from_at IS NULL OR from_at < until_at))
);
CREATE INDEX ON thanks (programme_id, creator_party_id, id);

CREATE TABLE thanks_to (
    programme_id bigint NOT NULL,
    thanks_id bigint NOT NULL,
    fan_party_id bigint NOT NULL,
    PRIMARY KEY (programme_id, thanks_id, fan_party_id),
    FOREIGN KEY (programme_id, thanks_id) REFERENCES thanks,
    FOREIGN KEY (programme_id, fan_party_id) REFERENCES party
);
CREATE INDEX ON thanks_to (programme_id, fan_party_id, thanks_id);

-- Who asked to read her thanks in the weekly mail too, and since when.
ALTER TABLE mail_choice ADD COLUMN thanks_since_at instant;

SELECT make_mutable('fan_shown');
SELECT make_mutable('thanks');
SELECT make_mutable('thanks_to');
