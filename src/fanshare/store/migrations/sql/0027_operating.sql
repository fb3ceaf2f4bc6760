-- What operators look at: who did what, how the last proof went, and the texts that every site has to show.

-- Global: what people did, in one programme or with the whole installation. Says who by row, and never a name.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    programme_id bigint REFERENCES programme,
    at instant NOT NULL,
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 100),
    what text NOT NULL CHECK (what ~ '^[a-z_]+\.[a-z_]+$'),
    about text NOT NULL DEFAULT '' CHECK (length(about) <= 300)
);
CREATE INDEX ON audit (programme_id, id);

-- The newest proof of a programme's books. ``offences``: name of the check -> where, recorded, expected.
CREATE TABLE proof (
    programme_id bigint PRIMARY KEY REFERENCES programme,
    at instant NOT NULL,
    log_size bigint NOT NULL CHECK (log_size >= 0),
    checks integer NOT NULL CHECK (checks >= 0),
    offences jsonb NOT NULL
);

-- Global: imprint, privacy, accessibility. Every version stays, so that it can be said what stood there when.
CREATE TABLE public_text (
    kind text NOT NULL CHECK (kind IN ('imprint', 'privacy', 'accessibility')),
    language text NOT NULL CHECK (language ~ '^[a-z]{2}$'),
    version integer NOT NULL CHECK (version >= 1),
    words text NOT NULL CHECK (length(words) <= 20000),
    written_by text NOT NULL,
    written_at instant NOT NULL,
    PRIMARY KEY (kind, language, version)
);

SELECT make_immutable('audit');
SELECT make_mutable('proof');
SELECT make_immutable('public_text');
