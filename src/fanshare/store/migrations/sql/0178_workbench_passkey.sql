-- Passkeys that open a creator's own books, by what their devices make of a salt (WebAuthn level 3, the PRF extension).
-- The salt is of these books, and never changes: it is their name in what wraps their key, since her account may change.
-- Random, and no secret.
ALTER TABLE workbench ADD COLUMN passkey_salt bytea NOT NULL
    DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    CHECK (octet_length(passkey_salt) = 32);

-- The key of the books, wrapped by what one passkey's device makes; sealed once more under the master key. It goes with
-- the passkey, and with the books.
CREATE TABLE workbench_passkey (
    credential hash32 PRIMARY KEY REFERENCES passkey ON DELETE CASCADE,
    account hash32 NOT NULL REFERENCES workbench ON UPDATE CASCADE ON DELETE CASCADE,
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    wrapped bytea NOT NULL,
    made_at instant NOT NULL
);
CREATE INDEX ON workbench_passkey (account);

SELECT make_mutable('workbench_passkey');
