-- Where somebody's money goes is one place for each currency, whatever the way of paying.
ALTER TABLE payee_account DROP CONSTRAINT payee_account_kind_check;
ALTER TABLE payee_account ADD CONSTRAINT payee_account_kind_check CHECK (kind IN ('iban', 'us', 'stripe'));
ALTER TABLE payee_account ADD COLUMN currency currency_code;
UPDATE payee_account SET currency = CASE kind WHEN 'iban' THEN 'EUR' ELSE 'USD' END;
ALTER TABLE payee_account ALTER COLUMN currency SET NOT NULL;
ALTER TABLE payee_account ADD CONSTRAINT currency_of_kind CHECK (
    CASE kind WHEN 'iban' THEN currency = 'EUR' WHEN 'us' THEN currency = 'USD' ELSE true END);
DROP INDEX payee_account_programme_id_party_id_kind_id_idx;
CREATE INDEX ON payee_account (programme_id, party_id, currency, id);

DROP TRIGGER named_is_kept ON payee_account;
CREATE TRIGGER named_is_kept BEFORE UPDATE ON payee_account FOR EACH ROW
    WHEN ((OLD.party_id, OLD.kind, OLD.currency, OLD.set_at, OLD.usable_at)
          IS DISTINCT FROM (NEW.party_id, NEW.kind, NEW.currency, NEW.set_at, NEW.usable_at)
          OR (OLD.undone_at IS NOT NULL AND NEW.undone_at IS DISTINCT FROM OLD.undone_at)
          OR (OLD.left_at IS NOT NULL AND NEW.left_at IS DISTINCT FROM OLD.left_at))
    EXECUTE FUNCTION keep_payee_account();

-- A provider that a brand pays by, with its sealed key. ``trouble`` is why nothing was learned there lately, for the brand.
CREATE TABLE payout_rail (
    programme_id bigint NOT NULL REFERENCES programme,
    kind text NOT NULL CHECK (kind IN ('stripe')),
    sealed bytea NOT NULL,
    set_by text NOT NULL CHECK (length(set_by) BETWEEN 1 AND 200),
    set_at instant NOT NULL,
    trouble text NOT NULL DEFAULT '' CHECK (length(trouble) <= 500),
    trouble_at instant,
    PRIMARY KEY (programme_id, kind)
);
SELECT make_mutable('payout_rail');

-- A payment over such a rail: what the provider calls it, how often it was tried, and when it is looked at next.
ALTER TABLE payout_item
    ADD COLUMN remote text NOT NULL DEFAULT '' CHECK (length(remote) <= 200),
    ADD COLUMN tries integer NOT NULL DEFAULT 0,
    ADD COLUMN due_at instant,
    ADD CONSTRAINT called_after_sent CHECK (key IS NOT NULL OR (remote = '' AND due_at IS NULL));
CREATE INDEX ON payout_item (due_at) WHERE due_at IS NOT NULL;

ALTER TABLE payout_item_event ADD COLUMN remote text NOT NULL DEFAULT '' CHECK (length(remote) <= 200);

DROP TRIGGER sent_is_frozen ON payout_item;
CREATE TRIGGER sent_is_frozen BEFORE UPDATE ON payout_item FOR EACH ROW
    WHEN (OLD.key IS NOT NULL
          AND (OLD.key, OLD.body, OLD.amount, OLD.currency, OLD.party_id, OLD.first_at, OLD.account_id)
          IS DISTINCT FROM (NEW.key, NEW.body, NEW.amount, NEW.currency, NEW.party_id, NEW.first_at, NEW.account_id)
          OR (OLD.remote <> '' AND NEW.remote <> OLD.remote))
    EXECUTE FUNCTION keep_what_was_sent();
