-- Imports: which file was read, how it was understood, what came of it, who asked. Contents are nowhere here.

-- ``what`` says what was brought in (orders, people, links, balances); ``source`` in whose form (csv, parquet, dub).
CREATE TABLE import_run (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    what text NOT NULL CHECK (length(what) BETWEEN 1 AND 40),
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 40),
    connection_id bigint,
    file_name text NOT NULL CHECK (length(file_name) <= 255),
    file_hash hash32 NOT NULL,
    file_size bigint NOT NULL CHECK (file_size >= 0),
    mapping jsonb NOT NULL DEFAULT '{}',
    -- ``running`` after its time is one that was broken off: the same file again goes on where it stopped.
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done')),
    counts jsonb NOT NULL DEFAULT '{}',
    started_by text NOT NULL CHECK (length(started_by) >= 1),
    started_at instant NOT NULL,
    finished_at instant,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    CHECK ((state = 'done') = (finished_at IS NOT NULL))
);
CREATE INDEX ON import_run (programme_id, connection_id);
CREATE INDEX ON import_run (programme_id, file_hash);
CREATE INDEX ON import_run (programme_id, started_at);

SELECT make_mutable('import_run');

-- Who came from another tool: the second import of a file finds her here. ``source`` is the keyed hash of her id there.
CREATE TABLE moved_person (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    tool text NOT NULL CHECK (length(tool) BETWEEN 1 AND 40),
    source text NOT NULL CHECK (source ~ '^[0-9a-f]{32}$'),
    party_id bigint NOT NULL,
    moved_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, tool, source),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX ON moved_person (programme_id, party_id);

-- What a link of another tool looked like in a shop's address (``?via=cleo``), and the link that has taken its place.
CREATE TABLE old_link (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    param text NOT NULL CHECK (param ~ '^[a-z][a-z0-9_]{0,39}$'),
    value text NOT NULL CHECK (length(value) BETWEEN 1 AND 100),
    link_id bigint NOT NULL,
    from_at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, param, value),
    FOREIGN KEY (programme_id, link_id) REFERENCES link,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON old_link (programme_id, link_id);

-- A balance that was owed in another tool and is owed here from now on. ``nth`` counts what came of one person there.
CREATE TABLE opening (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    tool text NOT NULL CHECK (length(tool) BETWEEN 1 AND 40),
    source text NOT NULL CHECK (source ~ '^[0-9a-f]{32}$'),
    nth integer NOT NULL CHECK (nth >= 1),
    file_hash hash32 NOT NULL,
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    moved_on calendar_day NOT NULL,
    moved_at instant NOT NULL,
    matures_at instant CHECK (matures_at > moved_at),
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, tool, source, currency, nth),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON opening (programme_id, party_id, currency);

-- That what was waiting of an opening balance has become ready; written with its transfer.
CREATE TABLE opening_ready (
    programme_id bigint NOT NULL,
    opening_id bigint NOT NULL,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, opening_id),
    FOREIGN KEY (programme_id, opening_id) REFERENCES opening
);

-- Opening balances are transfers of a kind of their own, beside whatever kinds there are by now.
DO $$
DECLARE
    kinds text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO STRICT kinds FROM pg_constraint
     WHERE conrelid = 'transfer'::regclass AND conname = 'transfer_kind_check';
    ALTER TABLE transfer DROP CONSTRAINT transfer_kind_check;
    EXECUTE 'ALTER TABLE transfer ADD CONSTRAINT transfer_kind_check '
         || replace(kinds, '''settle''::text', '''settle''::text, ''opening''::text');
END $$;
ALTER TABLE transfer ADD CONSTRAINT opening_names_its_party CHECK (kind <> 'opening' OR party_id IS NOT NULL);

SELECT make_immutable('moved_person');
SELECT make_immutable('old_link');
SELECT make_immutable('opening');
SELECT make_immutable('opening_ready');
