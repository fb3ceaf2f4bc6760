-- A payment of which a bank or a provider tells, and that books which were restored lack. ``reference`` tells it from
-- every other one there, ``key`` is the reference that it carries from us. Booked, it has a payout like any other; a person
-- may also say that it is none of these books, and why.
CREATE TABLE found_payment (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    place text NOT NULL CHECK (place IN ('bank', 'stripe', 'paypal', 'tremendous', 'shop')),
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 200),
    key text NOT NULL DEFAULT '' CHECK (length(key) <= 200),
    currency currency_code NOT NULL,
    amount micros NOT NULL CHECK (amount > 0),
    party_id bigint,
    payout_id bigint,
    why_not text NOT NULL DEFAULT '' CHECK (length(why_not) <= 500),
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    found_at instant NOT NULL,
    decided_at instant,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, place, reference),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, payout_id) REFERENCES payout,
    CHECK ((decided_at IS NULL) = (payout_id IS NULL AND why_not = '')),
    CHECK (payout_id IS NULL OR party_id IS NOT NULL)
);
CREATE INDEX ON found_payment (programme_id, party_id);
CREATE INDEX ON found_payment (programme_id, payout_id);

SELECT make_mutable('found_payment');
