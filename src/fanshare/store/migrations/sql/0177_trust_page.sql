-- What a creator shows of how she works with brands: a copy in plain words of what she chose, made when she published it.
-- Her books stay sealed; this is all that was taken out of them. The page goes with its row.
CREATE TABLE trust_page (
    account hash32 PRIMARY KEY,
    token text NOT NULL UNIQUE CHECK (token ~ '^[A-Za-z0-9_-]{22}$'),
    listed boolean NOT NULL DEFAULT false,
    document jsonb NOT NULL CHECK (pg_column_size(document) <= 65536),
    published_at instant NOT NULL
);

SELECT make_mutable('trust_page');
