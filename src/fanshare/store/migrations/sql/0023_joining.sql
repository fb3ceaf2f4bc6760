-- Joining: what somebody typed and has not confirmed yet, and applications that a brand has to answer.

-- Gone when confirmed or a day after it was asked for. ``account`` is the keyed hash of the address.
CREATE TABLE joining (
    programme_id bigint NOT NULL REFERENCES programme,
    token_hash hash32 NOT NULL,
    account hash32 NOT NULL,
    sealed bytea NOT NULL,
    made_at instant NOT NULL,
    expires_at instant NOT NULL,
    PRIMARY KEY (programme_id, token_hash)
);
CREATE INDEX ON joining (programme_id, account);

-- Name, address and answers are sealed and go with the decision; what stays is that there was one.
CREATE TABLE application (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    account hash32 NOT NULL,
    sealed bytea,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'declined')),
    party_id bigint,
    decided_by text NOT NULL DEFAULT '',
    made_at instant NOT NULL,
    decided_at instant,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((state = 'waiting') = (sealed IS NOT NULL)),
    CHECK (party_id IS NULL OR state = 'accepted')
);
-- Somebody waits for one answer at a time.
CREATE UNIQUE INDEX application_waiting ON application (programme_id, account) WHERE state = 'waiting';
CREATE INDEX ON application (programme_id, state, id);
CREATE INDEX ON application (programme_id, party_id);

SELECT make_mutable('joining');
SELECT make_mutable('application');
