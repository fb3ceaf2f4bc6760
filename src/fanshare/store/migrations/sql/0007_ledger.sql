-- Two-legged movements between accounts of one currency. A credit raises a balance, a debit lowers it, so the
-- balances of a programme sum to zero in every currency and what the brand owes is a negative balance of ``owed``.

CREATE TABLE account (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    currency currency_code NOT NULL,
    kind text NOT NULL,
    party_id bigint,
    balance micros NOT NULL DEFAULT 0,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, id, currency),
    UNIQUE NULLS NOT DISTINCT (programme_id, currency, kind, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    CONSTRAINT account_kind CHECK (
        kind IN ('owed', 'absorbed', 'fee', 'pending', 'available', 'held', 'in_transit', 'paid', 'unclaimed')),
    -- What nobody has claimed yet may belong to nobody we know.
    CONSTRAINT account_owner CHECK (kind = 'unclaimed' OR (kind IN ('owed', 'absorbed', 'fee')) = (party_id IS NULL)),
    CONSTRAINT pending_not_negative CHECK (kind <> 'pending' OR balance >= 0),
    CONSTRAINT held_not_negative CHECK (kind <> 'held' OR balance >= 0),
    CONSTRAINT in_transit_not_negative CHECK (kind <> 'in_transit' OR balance >= 0),
    CONSTRAINT paid_not_negative CHECK (kind <> 'paid' OR balance >= 0),
    CONSTRAINT unclaimed_not_negative CHECK (kind <> 'unclaimed' OR balance >= 0),
    CONSTRAINT fee_not_negative CHECK (kind <> 'fee' OR balance >= 0)
) WITH (fillfactor = 70);
CREATE INDEX ON account (programme_id, party_id);

CREATE TABLE payout (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    currency currency_code NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'in_transit', 'final', 'returned')),
    created_at instant NOT NULL,
    changed_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX ON payout (programme_id, party_id, currency);

CREATE TABLE payout_event (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    payout_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'in_transit', 'final', 'returned')),
    reason text NOT NULL DEFAULT '',
    at instant NOT NULL,
    leaf_index bigint,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, payout_id) REFERENCES payout,
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf
);
CREATE INDEX ON payout_event (programme_id, payout_id);

-- Numbers the batches in which transfers are posted; each batch is one leaf of the log.
CREATE SEQUENCE posting_number;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SEQUENCE posting_number TO %I', app_role()); END $$;

CREATE TABLE transfer (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    posting bigint NOT NULL,
    digest hash32 NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'settle', 'payout', 'payout_final', 'payout_return', 'absorb', 'fee', 'erase', 'claim')),
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    currency currency_code NOT NULL,
    order_id bigint,
    creator_party_id bigint,
    party_id bigint,
    role text CHECK (role IN ('creator', 'fan', 'buyer')),
    payout_id bigint,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, debit_account_id, currency) REFERENCES account (programme_id, id, currency),
    FOREIGN KEY (programme_id, credit_account_id, currency) REFERENCES account (programme_id, id, currency),
    FOREIGN KEY (programme_id, order_id) REFERENCES shop_order,
    FOREIGN KEY (programme_id, payout_id) REFERENCES payout,
    CONSTRAINT two_legs CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT settle_names_its_position CHECK (
        kind <> 'settle' OR num_nulls(order_id, creator_party_id, role) = 0)
);
CREATE INDEX ON transfer (programme_id, posting, id);
CREATE INDEX ON transfer (programme_id, debit_account_id, id);
CREATE INDEX ON transfer (programme_id, credit_account_id, id);
CREATE INDEX ON transfer (programme_id, order_id, creator_party_id) WHERE order_id IS NOT NULL;
CREATE INDEX ON transfer (programme_id, payout_id) WHERE payout_id IS NOT NULL;

-- Answers to a client's keys, kept for ever.
CREATE TABLE idempotency (
    programme_id bigint NOT NULL REFERENCES programme,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body_hash hash32 NOT NULL,
    answer jsonb NOT NULL,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, key)
);

SELECT give('account', 'SELECT, INSERT, UPDATE (balance)');
SELECT make_mutable('payout');
SELECT make_immutable('payout_event');
SELECT make_immutable('transfer');
SELECT make_immutable('idempotency');
