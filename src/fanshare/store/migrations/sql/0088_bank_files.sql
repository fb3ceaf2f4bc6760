-- The account that a brand pays from, by the way money goes. Where there is one, only payees with an account are paid.
CREATE TABLE payout_debtor (
    programme_id bigint NOT NULL REFERENCES programme,
    kind text NOT NULL CHECK (kind IN ('iban', 'us')),
    sealed bytea NOT NULL,
    set_by text NOT NULL CHECK (length(set_by) BETWEEN 1 AND 200),
    set_at instant NOT NULL,
    PRIMARY KEY (programme_id, kind)
);
SELECT make_mutable('payout_debtor');

-- Where a payment was sent to; empty where a person pays by hand. It is frozen with the line.
ALTER TABLE payout_item ADD COLUMN account_id bigint;
ALTER TABLE payout_item ADD FOREIGN KEY (programme_id, account_id) REFERENCES payee_account;
ALTER TABLE payout_item ADD CONSTRAINT account_of_sent CHECK (account_id IS NULL OR key IS NOT NULL);
CREATE INDEX ON payout_item (programme_id, account_id);

DROP TRIGGER sent_is_frozen ON payout_item;
CREATE TRIGGER sent_is_frozen BEFORE UPDATE ON payout_item FOR EACH ROW
    WHEN (OLD.key IS NOT NULL
          AND (OLD.key, OLD.body, OLD.amount, OLD.currency, OLD.party_id, OLD.first_at, OLD.account_id)
          IS DISTINCT FROM (NEW.key, NEW.body, NEW.amount, NEW.currency, NEW.party_id, NEW.first_at, NEW.account_id))
    EXECUTE FUNCTION keep_what_was_sent();
