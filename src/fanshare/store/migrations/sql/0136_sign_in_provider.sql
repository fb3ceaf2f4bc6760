-- An OpenID Connect provider that the operator configured: one, or none. Global, as all signing in.
CREATE TABLE sign_in_provider (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    issuer text NOT NULL CHECK (length(issuer) <= 2048),
    client_id text NOT NULL CHECK (length(client_id) BETWEEN 1 AND 500),
    authorize_url text NOT NULL,
    token_url text NOT NULL,
    keys_url text NOT NULL,
    basic boolean NOT NULL,
    algorithms text[] NOT NULL CHECK (cardinality(algorithms) >= 1),
    sealed_secret bytea NOT NULL,
    set_at instant NOT NULL
);

-- Whom it signs in: a hash of who she is there, and the account that connected it.
CREATE TABLE provider_link (
    subject hash32 PRIMARY KEY,
    account hash32 NOT NULL UNIQUE,
    -- The owner's address.
    sealed bytea NOT NULL,
    linked_at instant NOT NULL,
    used_at instant
);

SELECT make_mutable('sign_in_provider');
SELECT make_mutable('provider_link');
