-- Who a brand is on credit notes that it writes for its payees. Where there is no row it writes none.
CREATE TABLE self_billing_issuer (
    programme_id bigint NOT NULL REFERENCES programme,
    sealed bytea NOT NULL,
    set_by text NOT NULL CHECK (length(set_by) BETWEEN 1 AND 200),
    set_at instant NOT NULL,
    PRIMARY KEY (programme_id)
);
SELECT make_mutable('self_billing_issuer');

-- That a payee agreed to it, or took that back; the newest row counts. How she is taxed is in the vault ('billing:<id>').
CREATE TABLE self_billing_word (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    agreed boolean NOT NULL,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX ON self_billing_word (programme_id, party_id, id);
SELECT make_immutable('self_billing_word');

-- The last number of a year. Whoever takes the next one keeps the row until its transaction ends.
CREATE TABLE self_bill_series (
    programme_id bigint NOT NULL REFERENCES programme,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2999),
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (programme_id, year)
);
SELECT make_mutable('self_bill_series');

-- A document: for a payment that arrived, or (``cancels``) for one that came back.
CREATE TABLE self_bill (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    year integer NOT NULL,
    serial integer NOT NULL CHECK (serial > 0),
    party_id bigint NOT NULL,
    item_id bigint NOT NULL,
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    cancels bigint,
    made_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, year, serial),
    UNIQUE (programme_id, cancels),
    FOREIGN KEY (programme_id, year) REFERENCES self_bill_series,
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, item_id) REFERENCES payout_item,
    FOREIGN KEY (programme_id, cancels) REFERENCES self_bill
);
CREATE UNIQUE INDEX ON self_bill (programme_id, item_id) WHERE cancels IS NULL;
CREATE INDEX ON self_bill (programme_id, party_id, id);
SELECT make_immutable('self_bill');

-- Numbers have no gaps, whatever the program thinks.
CREATE FUNCTION keep_self_bills_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.serial > 1 AND NOT EXISTS (
        SELECT FROM self_bill b
         WHERE b.programme_id = NEW.programme_id AND b.year = NEW.year AND b.serial = NEW.serial - 1) THEN
        RAISE EXCEPTION 'Number % of % would leave a gap.', NEW.serial, NEW.year USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER without_gaps BEFORE INSERT ON self_bill FOR EACH ROW EXECUTE FUNCTION keep_self_bills_whole();

-- What a document says, sealed; it goes when no law asks for it any more.
CREATE TABLE self_bill_paper (
    programme_id bigint NOT NULL REFERENCES programme,
    bill_id bigint NOT NULL,
    sealed bytea NOT NULL,
    keep_until instant NOT NULL,
    PRIMARY KEY (programme_id, bill_id),
    FOREIGN KEY (programme_id, bill_id) REFERENCES self_bill
);
CREATE INDEX ON self_bill_paper (programme_id, keep_until);
SELECT make_mutable('self_bill_paper');
