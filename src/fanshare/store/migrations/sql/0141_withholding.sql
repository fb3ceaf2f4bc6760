-- A part of a payment that is held for a tax authority: a payout of its own, in the state ``withheld`` until its payment
-- comes back. What is held and what was handed on are accounts of the programme.
ALTER TABLE tax_ask ADD COLUMN without text NOT NULL DEFAULT 'wait' CHECK (without IN ('wait', 'withhold'));

DO $$
DECLARE
    place record;
    text_of text;
BEGIN
    FOR place IN SELECT * FROM (VALUES
        ('transfer', 'transfer_kind_check', '''settle''::text', '''withhold''::text, ''withhold_back''::text, ''tax''::text'),
        ('payout', 'payout_state_check', '''planned''::text', '''withheld''::text'),
        ('payout_event', 'payout_event_state_check', '''planned''::text', '''withheld''::text'),
        ('account', 'account_kind', '''owed''::text', '''tax_held''::text, ''tax_paid''::text'),
        ('account', 'account_owner', '''owed''::text', '''tax_held''::text, ''tax_paid''::text')
    ) AS v (name, rule, known, more) LOOP
        SELECT pg_get_constraintdef(oid) INTO STRICT text_of FROM pg_constraint
         WHERE conrelid = place.name::regclass AND conname = place.rule;
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', place.name, place.rule);
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I ', place.name, place.rule)
             || replace(text_of, place.known, place.known || ', ' || place.more);
    END LOOP;
END $$;
ALTER TABLE account ADD CONSTRAINT tax_paid_not_negative CHECK (kind <> 'tax_paid' OR balance >= 0);

-- Of which payment such a part is, by which rate (basis points) of what.
CREATE TABLE tax_withheld (
    programme_id bigint NOT NULL REFERENCES programme,
    payout_id bigint NOT NULL,
    of_payout_id bigint NOT NULL,
    rate integer NOT NULL CHECK (rate BETWEEN 1 AND 10000),
    base amount NOT NULL CHECK (base > 0),
    authority text NOT NULL CHECK (authority ~ '^[A-Z]{2}$'),
    PRIMARY KEY (programme_id, payout_id),
    UNIQUE (programme_id, of_payout_id),
    FOREIGN KEY (programme_id, payout_id) REFERENCES payout,
    FOREIGN KEY (programme_id, of_payout_id) REFERENCES payout,
    CONSTRAINT part_of_another CHECK (payout_id <> of_payout_id)
);

-- What was handed on to an authority, and who said so.
CREATE TABLE tax_deposit (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    authority text NOT NULL CHECK (authority ~ '^[A-Z]{2}$'),
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 100),
    by_whom text NOT NULL CHECK (length(by_whom) BETWEEN 1 AND 200),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, authority, reference)
);

SELECT make_immutable('tax_withheld');
SELECT make_immutable('tax_deposit');
