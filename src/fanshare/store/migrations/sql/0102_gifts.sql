-- What somebody gives a creator of what is ready of hers. ``changed_at`` is when it came to its state.
CREATE TABLE gift (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    giver_party_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    state text NOT NULL CHECK (state IN ('given', 'kept', 'back')),
    given_at instant NOT NULL,
    changed_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, giver_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    CONSTRAINT gift_to_somebody_else CHECK (giver_party_id <> creator_party_id)
);
CREATE INDEX ON gift (programme_id, giver_party_id, id);
CREATE INDEX ON gift (programme_id, creator_party_id, id);

-- Each state of a gift, with its record in the log.
CREATE TABLE gift_event (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    gift_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('given', 'kept', 'back')),
    at instant NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, gift_id, state),
    FOREIGN KEY (programme_id, gift_id) REFERENCES gift,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);

-- Gifts are transfers of a kind of their own, beside whatever kinds there are by now.
DO $$
DECLARE
    kinds text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO STRICT kinds FROM pg_constraint
     WHERE conrelid = 'transfer'::regclass AND conname = 'transfer_kind_check';
    ALTER TABLE transfer DROP CONSTRAINT transfer_kind_check;
    EXECUTE 'ALTER TABLE transfer ADD CONSTRAINT transfer_kind_check '
         || replace(kinds, '''settle''::text', '''settle''::text, ''gift''::text');
END $$;
ALTER TABLE transfer ADD COLUMN gift_id bigint;
ALTER TABLE transfer ADD FOREIGN KEY (programme_id, gift_id) REFERENCES gift;
CREATE INDEX ON transfer (programme_id, gift_id) WHERE gift_id IS NOT NULL;
ALTER TABLE transfer ADD CONSTRAINT gift_names_itself CHECK (
    (kind = 'gift') = (gift_id IS NOT NULL)
    AND (kind <> 'gift' OR num_nulls(party_id, creator_party_id) = 0));

SELECT make_mutable('gift');
SELECT make_immutable('gift_event');
