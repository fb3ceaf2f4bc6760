-- A code of shop credit that the brand made in its shop itself and brought here. It lies sealed until somebody is given
-- it; from then on it stands in her credit, and here only that it was given. ``print`` is a keyed hash by which the
-- same code is known again. ``ends_at`` is the first instant at which it is over.
CREATE TABLE credit_stock (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    ends_at instant,
    print text NOT NULL CHECK (print ~ '^[0-9a-f]{32}$'),
    sealed bytea,
    imported_at instant NOT NULL,
    given_at instant,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, connection_id, print),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    CHECK ((sealed IS NULL) = (given_at IS NOT NULL))
);
CREATE INDEX credit_stock_free ON credit_stock (programme_id, connection_id, currency, amount, ends_at DESC NULLS FIRST, id)
    WHERE given_at IS NULL;

SELECT make_mutable('credit_stock');

-- Which code of the stock a credit is, and when that one ends. No shop can be asked about it: while it is taken back it
-- waits for the word of the brand, which may also say that it was used, in an order that is not known here.
ALTER TABLE shop_credit ADD COLUMN stock_id bigint, ADD COLUMN ends_at instant,
    ADD FOREIGN KEY (programme_id, stock_id) REFERENCES credit_stock,
    DROP CONSTRAINT shop_credit_check1, DROP CONSTRAINT shop_credit_check2,
    ADD CONSTRAINT shop_credit_work CHECK (
        (state IN ('wanted', 'asked', 'ending') AND stock_id IS NULL) = (work_at IS NOT NULL)),
    ADD CONSTRAINT shop_credit_order CHECK (state <> 'used' OR order_id IS NOT NULL OR stock_id IS NOT NULL),
    ADD CONSTRAINT shop_credit_stock CHECK (stock_id IS NOT NULL OR ends_at IS NULL),
    ADD CONSTRAINT shop_credit_there CHECK (stock_id IS NULL OR state IN ('shown', 'used', 'ending', 'cancelled'));
-- No code is given twice.
CREATE UNIQUE INDEX shop_credit_given ON shop_credit (programme_id, stock_id) WHERE stock_id IS NOT NULL;
CREATE INDEX ON shop_credit (programme_id, stock_id);

-- The brand is told when few or no codes of a value are left; ``about`` is the first row of that value.
ALTER TABLE desk_note DROP CONSTRAINT desk_note_kind_check, ADD CONSTRAINT desk_note_kind_check CHECK (kind IN
    ('claim', 'objection', 'application', 'claim_late', 'objection_late', 'target', 'stock_low', 'stock_out'));
