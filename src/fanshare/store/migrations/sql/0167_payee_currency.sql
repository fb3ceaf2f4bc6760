-- In which currencies a brand pays whoever wishes so; and who wishes which.
CREATE TABLE payout_currency (
    programme_id bigint NOT NULL REFERENCES programme,
    currency currency_code NOT NULL,
    PRIMARY KEY (programme_id, currency)
);
CREATE TABLE payee_currency (
    programme_id bigint NOT NULL REFERENCES programme,
    party_id bigint NOT NULL,
    currency currency_code NOT NULL,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
SELECT make_mutable('payout_currency');
SELECT make_mutable('payee_currency');

-- What a payment takes of which balance, where that is in another currency, and the rates: until it is sent those of when
-- it was planned, then those that it was sent at.
ALTER TABLE payout_item
    ADD COLUMN from_currency currency_code,
    ADD COLUMN from_amount amount CHECK (from_amount > 0),
    ADD COLUMN rate_source text CHECK (rate_source IN ('ECB')),
    ADD COLUMN rate_day calendar_day,
    ADD COLUMN origin_per text CHECK (origin_per ~ '^[0-9]{1,12}([.][0-9]{1,12})?$' AND origin_per ~ '[1-9]'),
    ADD COLUMN target_per text CHECK (target_per ~ '^[0-9]{1,12}([.][0-9]{1,12})?$' AND target_per ~ '[1-9]'),
    ADD CONSTRAINT changed_as_a_whole CHECK (
        num_nulls(from_currency, from_amount, rate_source, rate_day, origin_per, target_per) IN (0, 6)
        AND from_currency IS DISTINCT FROM currency),
    DROP CONSTRAINT payout_item_programme_id_run_id_party_id_currency_key;
CREATE UNIQUE INDEX payout_item_once ON payout_item (programme_id, run_id, party_id, coalesce(from_currency, currency));
DROP TRIGGER sent_is_frozen ON payout_item;
CREATE TRIGGER sent_is_frozen BEFORE UPDATE ON payout_item FOR EACH ROW
    WHEN (OLD.key IS NOT NULL
          AND (OLD.key, OLD.body, OLD.amount, OLD.currency, OLD.party_id, OLD.first_at, OLD.account_id,
               OLD.from_currency, OLD.from_amount, OLD.rate_source, OLD.rate_day, OLD.origin_per, OLD.target_per)
          IS DISTINCT FROM (NEW.key, NEW.body, NEW.amount, NEW.currency, NEW.party_id, NEW.first_at, NEW.account_id,
               NEW.from_currency, NEW.from_amount, NEW.rate_source, NEW.rate_day, NEW.origin_per, NEW.target_per)
          OR (OLD.remote <> '' AND NEW.remote <> OLD.remote))
    EXECUTE FUNCTION keep_what_was_sent();
