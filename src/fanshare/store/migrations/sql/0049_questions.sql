-- One thread for each fan and creator. ``waits``: the last words are the fan's. ``blocked_at``: the creator reads no more
-- of it, which the fan is not told. ``closed_at``: the house closed it after a report, for both.
CREATE TABLE question_thread (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    creator_party_id bigint NOT NULL,
    fan_party_id bigint NOT NULL,
    waits boolean NOT NULL DEFAULT true,
    last_at instant NOT NULL,
    blocked_at instant,
    closed_at instant,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, creator_party_id, fan_party_id),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, fan_party_id) REFERENCES party
);
CREATE INDEX ON question_thread (programme_id, creator_party_id, last_at, id);
CREATE INDEX ON question_thread (programme_id, fan_party_id, last_at, id);

-- One message; its words lie in the vault under the key of whoever wrote it.
CREATE TABLE question_message (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    thread_id bigint NOT NULL,
    by_creator boolean NOT NULL,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, thread_id) REFERENCES question_thread
);
CREATE INDEX ON question_message (programme_id, thread_id, id);

-- A message that whoever received it reported. Answered once: let be, or the thread closed.
CREATE TABLE question_report (
    programme_id bigint NOT NULL,
    message_id bigint NOT NULL,
    at instant NOT NULL,
    answered_at instant,
    PRIMARY KEY (programme_id, message_id),
    FOREIGN KEY (programme_id, message_id) REFERENCES question_message
);
CREATE INDEX ON question_report (programme_id, at) WHERE answered_at IS NULL;

-- When a creator is away, and the hours of the day in which nothing is mailed to a party.
CREATE TABLE off_hours (
    programme_id bigint NOT NULL,
    party_id bigint NOT NULL,
    away_until_at instant,
    quiet_from integer CHECK (quiet_from BETWEEN 0 AND 23),
    quiet_to integer CHECK (quiet_to BETWEEN 0 AND 23),
    PRIMARY KEY (programme_id, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND (quiet_from IS NULL OR quiet_from <> quiet_to))
);

SELECT make_mutable('question_thread');
SELECT make_mutable('question_message');
SELECT make_mutable('question_report');
SELECT make_mutable('off_hours');
