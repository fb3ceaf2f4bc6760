-- Nothing of a programme is paid and no credit is made while such a row stands: its books were restored from a backup
-- of ``books_of``, and what was paid after it has to be found first. Whoever ended it said what she had compared.
CREATE TABLE payout_hold (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    books_of instant NOT NULL,
    since_at instant NOT NULL,
    released_at instant,
    released_by text CHECK (length(released_by) BETWEEN 1 AND 200),
    compared text NOT NULL DEFAULT '' CHECK (length(compared) <= 1000),
    PRIMARY KEY (programme_id, id),
    CHECK ((released_at IS NULL) = (released_by IS NULL))
);
CREATE UNIQUE INDEX payout_hold_stands ON payout_hold (programme_id) WHERE released_at IS NULL;

SELECT make_mutable('payout_hold');
