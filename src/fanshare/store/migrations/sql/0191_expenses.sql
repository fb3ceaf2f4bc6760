-- What a creator spends for a brand and gets back is a movement of a kind of its own: it is no commission.
DO $$
DECLARE
    kinds text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO STRICT kinds FROM pg_constraint
     WHERE conrelid = 'transfer'::regclass AND conname = 'transfer_kind_check';
    ALTER TABLE transfer DROP CONSTRAINT transfer_kind_check;
    EXECUTE 'ALTER TABLE transfer ADD CONSTRAINT transfer_kind_check '
         || replace(kinds, '''settle''::text', '''settle''::text, ''expense''::text, ''allowance''::text');
END $$;
ALTER TABLE transfer ADD CONSTRAINT expense_names_its_party
    CHECK (kind NOT IN ('expense', 'allowance') OR party_id IS NOT NULL);

DROP INDEX transfer_adjusting;
CREATE INDEX transfer_adjusting ON transfer (programme_id, id)
    WHERE kind IN ('absorb', 'erase', 'claim', 'opening', 'payout_return', 'expense', 'allowance');

-- A line that a brand agreed with a creator. What it is for is in the vault ('expense:<id>').
CREATE TABLE expense (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    receipt boolean NOT NULL,
    agreed_by text NOT NULL CHECK (length(agreed_by) BETWEEN 1 AND 200),
    agreed_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX ON expense (programme_id, party_id, id);

-- How it ended, once: confirmed, with the balance that it became, or taken back (no balance).
CREATE TABLE expense_end (
    programme_id bigint NOT NULL REFERENCES programme,
    expense_id bigint NOT NULL,
    opening_id bigint,
    ended_by text NOT NULL CHECK (length(ended_by) BETWEEN 1 AND 200),
    ended_at instant NOT NULL,
    PRIMARY KEY (programme_id, expense_id),
    UNIQUE (programme_id, opening_id),
    FOREIGN KEY (programme_id, expense_id) REFERENCES expense,
    FOREIGN KEY (programme_id, opening_id) REFERENCES opening
);

SELECT make_immutable('expense');
SELECT make_immutable('expense_end');
