-- A second thing that somebody has besides her mailbox: an authenticator app, and codes for when it is lost.
-- Global: an account is an address, whatever it is in however many programmes.
CREATE TABLE second_factor (
    account hash32 PRIMARY KEY,
    sealed_secret bytea NOT NULL,
    -- The newest step of time whose code was taken: each is good once.
    used_step bigint NOT NULL DEFAULT -1,
    -- Hashes of the recovery codes that are left.
    recovery bytea[] NOT NULL,
    -- Wrong codes since an instant, so that nobody tries them all.
    wrong integer NOT NULL DEFAULT 0 CHECK (wrong >= 0),
    wrong_since_at instant NOT NULL DEFAULT 0,
    made_at instant NOT NULL
);

-- Whose a session is, so that somebody sees where she is signed in.
ALTER TABLE web_session ADD COLUMN account hash32;
CREATE INDEX ON web_session (account);

SELECT make_mutable('second_factor');
