-- A programme's rules for runs in a currency: the smallest payment, and the sum above which two people must agree.
CREATE TABLE payout_rule (
    programme_id bigint NOT NULL REFERENCES programme,
    currency currency_code NOT NULL,
    minimum amount NOT NULL DEFAULT 0 CHECK (minimum >= 0),
    two_above amount CHECK (two_above >= 0),
    PRIMARY KEY (programme_id, currency)
);

-- A payee whose money stays ready until the row is gone.
CREATE TABLE payout_stop (
    programme_id bigint NOT NULL REFERENCES programme,
    party_id bigint NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);

-- A run. ``frozen_at``: nothing of it is sent until it is resumed. ``file_hash`` is of the lines that were sent.
CREATE TABLE payout_run (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    rail text NOT NULL CHECK (rail IN ('manual')),
    planned_by text NOT NULL CHECK (length(planned_by) BETWEEN 1 AND 200),
    planned_at instant NOT NULL,
    approved_by text CHECK (length(approved_by) BETWEEN 1 AND 200),
    approved_at instant,
    frozen_at instant,
    submitted_at instant,
    file_hash hash32,
    PRIMARY KEY (programme_id, id),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK ((submitted_at IS NULL) = (file_hash IS NULL)),
    CONSTRAINT approved_before_sent CHECK (submitted_at IS NULL OR approved_at IS NOT NULL)
);

-- A payment. ``payout_id`` is the road of its money, from the moment it was sent; ``key`` and ``body`` are what was sent.
CREATE TABLE payout_item (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    run_id bigint NOT NULL,
    party_id bigint NOT NULL,
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    state text NOT NULL CHECK (state IN ('planned', 'approved', 'submitted', 'in_transit', 'final', 'returned',
                                         'failed', 'mismatch', 'unknown')),
    key text CHECK (length(key) BETWEEN 1 AND 35),
    body text CHECK (length(body) BETWEEN 1 AND 1000),
    first_at instant,
    last_at instant,
    missed_at instant,
    payout_id bigint,
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
    changed_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, run_id, party_id, currency),
    UNIQUE (programme_id, key),
    UNIQUE (programme_id, payout_id),
    FOREIGN KEY (programme_id, run_id) REFERENCES payout_run,
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, payout_id) REFERENCES payout,
    CONSTRAINT sent_as_a_whole CHECK (num_nulls(key, body, first_at, last_at, payout_id) IN (0, 5)),
    CONSTRAINT sent_by_state CHECK (
        CASE WHEN state IN ('planned', 'approved') THEN key IS NULL WHEN state = 'failed' THEN true
             ELSE key IS NOT NULL END)
);
CREATE INDEX ON payout_item (programme_id, party_id, currency);

-- What was sent stays as it was sent, whatever the program thinks.
CREATE FUNCTION keep_what_was_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was sent is not changed: payment %', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER sent_is_frozen BEFORE UPDATE ON payout_item FOR EACH ROW
    WHEN (OLD.key IS NOT NULL AND (OLD.key, OLD.body, OLD.amount, OLD.currency, OLD.party_id, OLD.first_at)
          IS DISTINCT FROM (NEW.key, NEW.body, NEW.amount, NEW.currency, NEW.party_id, NEW.first_at))
    EXECUTE FUNCTION keep_what_was_sent();

-- Everything that was done or said about a payment, also what changed nothing.
CREATE TABLE payout_item_event (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    item_id bigint NOT NULL,
    state text NOT NULL,
    said text NOT NULL DEFAULT '',
    amount amount,
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, item_id) REFERENCES payout_item
);
CREATE INDEX ON payout_item_event (programme_id, item_id);

SELECT make_mutable('payout_rule');
SELECT make_mutable('payout_stop');
SELECT make_mutable('payout_run');
SELECT make_mutable('payout_item');
SELECT make_immutable('payout_item_event');
