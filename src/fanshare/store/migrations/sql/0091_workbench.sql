-- A creator's own books. They hang on her account, which is an address, and not on a programme: whoever has none keeps
-- books too. Global, like whatever an account has.
CREATE TABLE workbench (
    account hash32 PRIMARY KEY,
    -- What Argon2id makes of her passphrase, and at which cost (KiB, passes, lanes).
    salt bytea NOT NULL CHECK (octet_length(salt) = 16),
    memory integer NOT NULL CHECK (memory > 0),
    passes integer NOT NULL CHECK (passes > 0),
    lanes integer NOT NULL CHECK (lanes > 0),
    -- The key of the books: wrapped by the passphrase's key, and by the recovery code; each sealed once more under the
    -- master key, so that whoever has the database alone can't even guess.
    by_passphrase bytea NOT NULL,
    by_recovery bytea NOT NULL,
    -- Grows when the books are locked everywhere or the passphrase changes: what was unlocked before is locked.
    turn bigint NOT NULL DEFAULT 0,
    -- Attempts since an instant, counted before they are judged.
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    tries_since_at instant NOT NULL DEFAULT 0,
    made_at instant NOT NULL
);

-- One thing that she wrote down, sealed under the key of the books. Not even its kind or its day is told, nor when it
-- was written; its length is rounded up.
CREATE TABLE workbench_row (
    account hash32 NOT NULL,
    row_id uuid NOT NULL,
    sealed bytea NOT NULL CHECK (octet_length(sealed) <= 8192),
    PRIMARY KEY (account, row_id)
);

-- Who may have a workbench without being a creator in any programme.
CREATE TABLE workbench_seat (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account hash32 NOT NULL UNIQUE,
    made_at instant NOT NULL
);

SELECT make_mutable('workbench');
SELECT make_mutable('workbench_row');
SELECT make_mutable('workbench_seat');
