-- The operator holds this programme's money: since then runs take only what was paid in. Without a row the brand pays
-- its people itself and nobody looks.
CREATE TABLE funding_rule (
    programme_id bigint PRIMARY KEY REFERENCES programme,
    reserve_bps integer NOT NULL CHECK (reserve_bps BETWEEN 0 AND 5000),
    since_at instant NOT NULL
);

-- Money that came in, or below zero went back to the brand. ``bank_entry`` is a hash of what the bank calls the booking,
-- so that one statement counts once.
CREATE TABLE funding_entry (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    currency currency_code NOT NULL,
    amount micros NOT NULL CHECK (amount <> 0),
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    bank_entry text CHECK (bank_entry ~ '^[0-9a-f]{64}$'),
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, bank_entry)
);

SELECT make_mutable('funding_rule');
SELECT make_immutable('funding_entry');
