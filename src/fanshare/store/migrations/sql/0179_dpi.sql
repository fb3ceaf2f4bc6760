-- Who reports sellers (DAC7): the operator of this installation. Where there is no row nothing is reported.
CREATE TABLE dpi_operator (
    id bigint PRIMARY KEY CHECK (id = 1),
    sealed bytea NOT NULL,
    set_by text NOT NULL CHECK (length(set_by) BETWEEN 1 AND 200),
    set_at instant NOT NULL
);
SELECT make_mutable('dpi_operator');

-- A file that was made for the authority. What it says is sealed, and goes when no law asks for it any more.
CREATE TABLE dpi_message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year integer NOT NULL CHECK (year BETWEEN 2026 AND 2999),
    ref text NOT NULL UNIQUE CHECK (length(ref) BETWEEN 10 AND 170),
    indic text NOT NULL CHECK (indic IN ('DPI401', 'DPI402', 'DPI403')),
    sellers integer NOT NULL CHECK (sellers >= 0),
    hash hash32 NOT NULL,
    sealed bytea,
    made_by text NOT NULL CHECK (length(made_by) BETWEEN 1 AND 200),
    made_at instant NOT NULL,
    keep_until instant NOT NULL,
    CHECK ((indic = 'DPI403') = (sellers = 0) OR indic = 'DPI402')
);
CREATE INDEX ON dpi_message (year, id);
SELECT make_mutable('dpi_message');

-- A record of such a file, of the operator or of a seller; which of the two, and of whom, is sealed with what it says.
CREATE TABLE dpi_record (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id bigint NOT NULL REFERENCES dpi_message,
    indic text NOT NULL CHECK (indic IN ('OECD0', 'OECD1', 'OECD2', 'OECD3')),
    ref text NOT NULL CHECK (length(ref) BETWEEN 10 AND 200),
    corrects text NOT NULL,
    sealed bytea,
    CHECK ((indic IN ('OECD2', 'OECD3')) = (corrects <> ''))
);
CREATE INDEX ON dpi_record (message_id);
-- A reference is given once, and each record is corrected once at most; the operator's is resent under its own.
CREATE UNIQUE INDEX ON dpi_record (ref) WHERE indic <> 'OECD0';
CREATE UNIQUE INDEX ON dpi_record (corrects) WHERE corrects <> '';
SELECT make_mutable('dpi_record');

-- What of such a record is of which party, so that she can read it: a seller may be paid in several programmes.
CREATE TABLE dpi_share (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    record bigint NOT NULL,
    year integer NOT NULL CHECK (year BETWEEN 2026 AND 2999),
    currency currency_code NOT NULL,
    considerations bigint[] NOT NULL CHECK (cardinality(considerations) = 4),
    activities integer[] NOT NULL CHECK (cardinality(activities) = 4),
    fees bigint[] NOT NULL CHECK (cardinality(fees) = 4),
    taxes bigint[] NOT NULL CHECK (cardinality(taxes) = 4),
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, record, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX ON dpi_share (programme_id, party_id, year, id);
SELECT make_immutable('dpi_share');

-- What was reported is not changed. What it says goes once its time is over, and is sealed anew with another key.
CREATE FUNCTION keep_what_was_reported() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.sealed IS NULL AND NEW.sealed IS NOT NULL)
       OR to_jsonb(NEW) - 'sealed' <> to_jsonb(OLD) - 'sealed' THEN
        RAISE EXCEPTION 'What was reported stays as it is.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reported_stays BEFORE UPDATE OR DELETE ON dpi_message
    FOR EACH ROW EXECUTE FUNCTION keep_what_was_reported();
CREATE TRIGGER reported_stays BEFORE UPDATE OR DELETE ON dpi_record
    FOR EACH ROW EXECUTE FUNCTION keep_what_was_reported();
