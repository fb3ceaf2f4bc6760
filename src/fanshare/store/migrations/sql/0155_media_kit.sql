-- A creator's media kit: a page of results that hangs under an address nobody guesses, as long as she wants it there.
CREATE TABLE media_kit (
    programme_id bigint NOT NULL,
    party_id bigint NOT NULL,
    token text NOT NULL CHECK (token ~ '^[A-Za-z0-9_-]{22}$'),
    named boolean NOT NULL,
    goods boolean NOT NULL,
    listed boolean NOT NULL,
    made_at instant NOT NULL,
    PRIMARY KEY (programme_id, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE UNIQUE INDEX ON media_kit (programme_id, token);

-- What a statement said that held: never the statement. Clicks only where this installation counted them.
CREATE TABLE media_kit_source (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    own boolean NOT NULL,
    log text NOT NULL CHECK (length(log) BETWEEN 1 AND 300),
    log_key text NOT NULL CHECK (length(log_key) BETWEEN 1 AND 500),
    programme_name text NOT NULL CHECK (length(programme_name) BETWEEN 1 AND 300),
    party text NOT NULL CHECK (length(party) BETWEEN 1 AND 100),
    log_size bigint NOT NULL CHECK (log_size >= 0),
    log_root text NOT NULL CHECK (length(log_root) = 44),
    as_of instant NOT NULL,
    checked_at instant NOT NULL,
    clicks bigint CHECK (clicks >= 0),
    clicked bigint CHECK (clicked >= 0),
    sold jsonb NOT NULL CHECK (jsonb_typeof(sold) = 'array'),
    CHECK ((clicks IS NULL) = (clicked IS NULL)),
    CHECK (own OR clicks IS NULL),
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, party_id) REFERENCES media_kit
);
CREATE UNIQUE INDEX ON media_kit_source (programme_id, party_id, log);

SELECT make_mutable('media_kit');
SELECT make_mutable('media_kit_source');
