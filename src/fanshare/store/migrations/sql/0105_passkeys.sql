-- Passkeys (W3C Web Authentication): keys on somebody's own devices, by which she signs in and shows that it is she.
-- Global: an account is an address, whatever it is in however many programmes.
CREATE TABLE passkey (
    -- SHA-256 of the id that the device gave it; by this an answer is looked up.
    credential hash32 PRIMARY KEY,
    account hash32 NOT NULL,
    -- What devices call the account: random, and no part of an address.
    handle bytea NOT NULL CHECK (length(handle) = 32),
    -- Attested credential data as the device made them: its model, the id, the public key.
    attested bytea NOT NULL CHECK (length(attested) BETWEEN 19 AND 4096),
    -- The owner's address, and what she calls it.
    sealed bytea NOT NULL,
    -- How often it has signed, by its own count; many always say 0.
    signs bigint NOT NULL CHECK (signs BETWEEN 0 AND 4294967295),
    made_at instant NOT NULL,
    used_at instant,
    -- Since when it is refused because it counted backwards: there may be a copy of it.
    stopped_at instant
);
CREATE INDEX ON passkey (account);

-- Questions that were answered: each once. Gone when they could not be answered any more.
CREATE TABLE passkey_answer (
    challenge hash32 PRIMARY KEY,
    expires_at instant NOT NULL
);
CREATE INDEX ON passkey_answer (expires_at);

-- Recovery codes belong to whatever there is besides the mailbox: an app, passkeys, or both.
ALTER TABLE second_factor ALTER sealed_secret DROP NOT NULL;
ALTER TABLE second_factor ADD COLUMN app_at instant, ADD COLUMN codes_at instant;
UPDATE second_factor SET app_at = made_at, codes_at = made_at;
ALTER TABLE second_factor ALTER codes_at SET NOT NULL, ADD CHECK ((sealed_secret IS NULL) = (app_at IS NULL));

SELECT make_mutable('passkey');
SELECT make_mutable('passkey_answer');
