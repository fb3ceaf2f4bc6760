-- Another address for an account: asked for by its owner, confirmed by the new mailbox, undone by the old one.
-- Global: an account is an address, whatever it is in however many programmes. Addresses and what was moved are sealed.
-- Gone a day after it was asked for, or 72 hours after it was done.
CREATE TABLE address_change (
    -- Whose: one change at a time.
    account hash32 PRIMARY KEY,
    -- What becomes of it.
    fresh_account hash32 NOT NULL,
    -- Of the link that confirms; once that was done, of the one that undoes.
    token_hash hash32 NOT NULL UNIQUE,
    sealed bytea NOT NULL,
    made_at instant NOT NULL,
    done_at instant,
    expires_at instant NOT NULL,
    CHECK (account <> fresh_account)
);
CREATE INDEX ON address_change (fresh_account);
CREATE INDEX ON address_change (expires_at);

SELECT make_mutable('address_change');
