-- A plan as a calendar under a secret address: sealed under a key that only this address holds, of which a hash is kept.
-- Whoever has the database alone learns that there is one, and roughly how much stands in it.
CREATE TABLE workbench_feed (
    account hash32 PRIMARY KEY,
    address hash32 NOT NULL UNIQUE,
    sealed bytea NOT NULL CHECK (octet_length(sealed) <= 262144)
);

SELECT make_mutable('workbench_feed');
