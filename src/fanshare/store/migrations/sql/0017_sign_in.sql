-- Who may sign in and how, and the mail that waits to be sent.
-- Addresses are sealed under the master key or lie in the vault; what is looked up is a keyed hash.

-- Global: operators run the installation and belong to no programme.
CREATE TABLE operator (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account hash32 NOT NULL UNIQUE,
    sealed_address bytea NOT NULL,
    added_at instant NOT NULL
);

-- Those who look after a brand's programme. Their address lies in the vault, like everybody's.
CREATE TABLE brand_person (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    person_id bigint NOT NULL,
    email_hash text NOT NULL CHECK (email_hash ~ '^[0-9a-f]{32}$'),
    added_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, email_hash),
    FOREIGN KEY (programme_id, person_id) REFERENCES person
);
CREATE INDEX ON brand_person (programme_id, person_id);
-- Signing in finds a person by her address, whatever else is known by a keyed hash.
CREATE INDEX party_identity_email ON party_identity (programme_id, hash) WHERE kind = 'email';

-- Global: an address may be known to several programmes. Gone when used or a day after it ended.
CREATE TABLE sign_in_link (
    token_hash hash32 PRIMARY KEY,
    account hash32 NOT NULL,
    sealed_address bytea NOT NULL,
    made_at instant NOT NULL,
    expires_at instant NOT NULL
);
CREATE INDEX ON sign_in_link (account, expires_at);
CREATE INDEX ON sign_in_link (expires_at);

-- Global: one session may carry hats of several programmes. Only the hash of its key is kept.
CREATE TABLE web_session (
    key_hash hash32 PRIMARY KEY,
    sealed bytea NOT NULL,
    began_at instant NOT NULL,
    expires_at instant NOT NULL
);
CREATE INDEX ON web_session (expires_at);

-- Global: a request to sign in names no programme. The sealed part is dropped with the delivery; the key stays a
-- while, so that nothing is sent twice.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    sealed bytea,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'dropped', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    reason text NOT NULL DEFAULT '',
    made_at instant NOT NULL,
    due_at instant NOT NULL,
    done_at instant,
    UNIQUE (kind, key),
    CHECK ((state = 'due') = (sealed IS NOT NULL))
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'due';
CREATE INDEX ON outbox (done_at);

-- What a party wants to be mailed, and the state of the books she was last told.
CREATE TABLE mail_choice (
    programme_id bigint NOT NULL,
    party_id bigint NOT NULL,
    stopped_at instant,
    told_at instant,
    told_size bigint CHECK (told_size >= 0),
    PRIMARY KEY (programme_id, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);

SELECT make_mutable('operator');
SELECT make_mutable('brand_person');
SELECT make_mutable('sign_in_link');
SELECT make_mutable('web_session');
SELECT make_mutable('outbox');
SELECT make_mutable('mail_choice');
