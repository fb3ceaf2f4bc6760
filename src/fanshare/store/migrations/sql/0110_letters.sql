-- What a brand writes to its creators, until 30 days after: the words, sealed, and to whom. The worker puts the mails into the
-- outbox a few at a time; a row without an instant still waits for its turn.
CREATE TABLE letter (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL CHECK (name ~ '^[0-9a-f]{32}$'),
    sealed bytea NOT NULL,
    made_at instant NOT NULL,
    stopped_at instant,
    PRIMARY KEY (programme_id, id)
);

CREATE TABLE letter_to (
    programme_id bigint NOT NULL,
    letter_id bigint NOT NULL,
    party_id bigint NOT NULL,
    put_at instant,
    left_out boolean NOT NULL DEFAULT false,
    PRIMARY KEY (programme_id, letter_id, party_id),
    FOREIGN KEY (programme_id, letter_id) REFERENCES letter,
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    CHECK (put_at IS NULL OR NOT left_out)
);
CREATE INDEX ON letter_to (programme_id, party_id);
CREATE INDEX ON letter_to (programme_id, put_at) WHERE put_at IS NOT NULL;
CREATE INDEX letter_to_wait ON letter_to (programme_id, letter_id, party_id) WHERE put_at IS NULL AND NOT left_out;

SELECT make_mutable('letter');
SELECT make_mutable('letter_to');
