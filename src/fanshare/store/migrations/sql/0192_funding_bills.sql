-- Who asks a brand for the money of its people, and whom, sealed. Where there is no row no invoice is written.
CREATE TABLE funding_biller (
    programme_id bigint NOT NULL REFERENCES programme,
    sealed bytea NOT NULL,
    set_by text NOT NULL CHECK (length(set_by) BETWEEN 1 AND 200),
    set_at instant NOT NULL,
    PRIMARY KEY (programme_id)
);
SELECT make_mutable('funding_biller');

-- The last number of a year. Whoever takes the next one keeps the row until its transaction ends.
CREATE TABLE funding_bill_series (
    programme_id bigint NOT NULL REFERENCES programme,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2999),
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (programme_id, year)
);
SELECT make_mutable('funding_bill_series');

-- An invoice, or (``cancels``) what takes one back.
CREATE TABLE funding_bill (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    year integer NOT NULL,
    serial integer NOT NULL CHECK (serial > 0),
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    cancels bigint,
    made_by text NOT NULL CHECK (length(made_by) BETWEEN 1 AND 200),
    made_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, year, serial),
    UNIQUE (programme_id, cancels),
    FOREIGN KEY (programme_id, year) REFERENCES funding_bill_series,
    FOREIGN KEY (programme_id, cancels) REFERENCES funding_bill
);
SELECT make_immutable('funding_bill');

-- Numbers have no gaps, whatever the program thinks.
CREATE FUNCTION keep_funding_bills_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.serial > 1 AND NOT EXISTS (
        SELECT FROM funding_bill b
         WHERE b.programme_id = NEW.programme_id AND b.year = NEW.year AND b.serial = NEW.serial - 1) THEN
        RAISE EXCEPTION 'Number % of % would leave a gap.', NEW.serial, NEW.year USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER without_gaps BEFORE INSERT ON funding_bill FOR EACH ROW EXECUTE FUNCTION keep_funding_bills_whole();

-- What a document says, sealed; it goes when no law asks for it any more.
CREATE TABLE funding_bill_paper (
    programme_id bigint NOT NULL REFERENCES programme,
    bill_id bigint NOT NULL,
    sealed bytea NOT NULL,
    keep_until instant NOT NULL,
    PRIMARY KEY (programme_id, bill_id),
    FOREIGN KEY (programme_id, bill_id) REFERENCES funding_bill
);
CREATE INDEX ON funding_bill_paper (programme_id, keep_until);
SELECT make_mutable('funding_bill_paper');
