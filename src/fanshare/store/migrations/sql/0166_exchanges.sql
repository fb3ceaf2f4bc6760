-- A conversion: two payouts, one that leaves what is ready in a currency (``exchanged``) and one that is ready in
-- another (``received``), beside the payment that they were made for, by the rates that a source published for a day.
-- Between them stand accounts of the programme, one a currency.
DO $$
DECLARE
    place record;
    text_of text;
BEGIN
    FOR place IN SELECT * FROM (VALUES
        ('transfer', 'transfer_kind_check', '''settle''::text', '''exchange''::text, ''exchange_back''::text'),
        ('payout', 'payout_state_check', '''planned''::text', '''exchanged''::text, ''received''::text'),
        ('payout_event', 'payout_event_state_check', '''planned''::text', '''exchanged''::text, ''received''::text'),
        ('account', 'account_kind', '''owed''::text', '''liquidity''::text'),
        ('account', 'account_owner', '''owed''::text', '''liquidity''::text')
    ) AS v (name, rule, known, more) LOOP
        SELECT pg_get_constraintdef(oid) INTO STRICT text_of FROM pg_constraint
         WHERE conrelid = place.name::regclass AND conname = place.rule;
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', place.name, place.rule);
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I ', place.name, place.rule)
             || replace(text_of, place.known, place.known || ', ' || place.more);
    END LOOP;
END $$;

-- ``origin_per`` and ``target_per`` are the rates as they were published. Amounts and currencies are those of the legs.
CREATE TABLE payout_exchange (
    programme_id bigint NOT NULL REFERENCES programme,
    payout_id bigint NOT NULL,
    got_payout_id bigint NOT NULL,
    of_payout_id bigint NOT NULL,
    source text NOT NULL CHECK (source IN ('ECB')),
    day calendar_day NOT NULL,
    origin_per text NOT NULL CHECK (origin_per ~ '^[0-9]{1,12}([.][0-9]{1,12})?$' AND origin_per ~ '[1-9]'),
    target_per text NOT NULL CHECK (target_per ~ '^[0-9]{1,12}([.][0-9]{1,12})?$' AND target_per ~ '[1-9]'),
    frozen_at instant NOT NULL,
    PRIMARY KEY (programme_id, payout_id),
    UNIQUE (programme_id, got_payout_id),
    UNIQUE (programme_id, of_payout_id),
    FOREIGN KEY (programme_id, payout_id) REFERENCES payout,
    FOREIGN KEY (programme_id, got_payout_id) REFERENCES payout,
    FOREIGN KEY (programme_id, of_payout_id) REFERENCES payout,
    CONSTRAINT three_payouts CHECK (payout_id <> got_payout_id AND payout_id <> of_payout_id
                                    AND got_payout_id <> of_payout_id)
);

SELECT make_immutable('payout_exchange');
