-- The lines of a run as they were sent, in one piece: what is missing, doubled or strange in it has a reference.
ALTER TABLE payout_run ADD COLUMN file text;
UPDATE payout_run r SET file = coalesce(
    (SELECT string_agg(i.body || E'\n', '' ORDER BY i.id) FROM payout_item i
      WHERE i.programme_id = r.programme_id AND i.run_id = r.id AND i.key IS NOT NULL), '')
 WHERE r.submitted_at IS NOT NULL;
ALTER TABLE payout_run ADD CONSTRAINT file_of_sent CHECK ((submitted_at IS NULL) = (file IS NULL));

CREATE FUNCTION keep_sent_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was sent is not changed: run %', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER sent_is_frozen BEFORE UPDATE ON payout_run FOR EACH ROW
    WHEN (OLD.file IS NOT NULL
          AND (OLD.file, OLD.file_hash, OLD.submitted_at) IS DISTINCT FROM (NEW.file, NEW.file_hash, NEW.submitted_at))
    EXECUTE FUNCTION keep_sent_run();

-- An answer may name a currency as well as an amount.
ALTER TABLE payout_item_event ADD COLUMN currency text NOT NULL DEFAULT '' CHECK (length(currency) <= 10);

-- A file of a bank that was read for a run: which one it was is known by its hash, and read again it counts once.
CREATE TABLE payout_report (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    run_id bigint NOT NULL,
    hash hash32 NOT NULL,
    told integer NOT NULL CHECK (told >= 0),
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, run_id, hash),
    FOREIGN KEY (programme_id, run_id) REFERENCES payout_run
);

-- What such a file says that fits no payment of the run.
CREATE TABLE payout_odd (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    report_id bigint NOT NULL,
    reference text NOT NULL CHECK (length(reference) <= 100),
    what text NOT NULL CHECK (length(what) BETWEEN 1 AND 40),
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, report_id) REFERENCES payout_report
);
CREATE INDEX ON payout_odd (programme_id, report_id);

SELECT make_immutable('payout_report');
SELECT make_immutable('payout_odd');
