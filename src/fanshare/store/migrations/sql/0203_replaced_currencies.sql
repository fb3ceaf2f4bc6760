-- Where a law replaced a currency, what is ready in it becomes the next one (``core/replaced``): both legs of a
-- conversion, by the rate of the law, for no payment.
ALTER TABLE payout_exchange ALTER COLUMN of_payout_id DROP NOT NULL;
ALTER TABLE payout_exchange DROP CONSTRAINT payout_exchange_source_check;
ALTER TABLE payout_exchange ADD CONSTRAINT payout_exchange_source_check CHECK (source IN ('ECB', 'LAW'));
ALTER TABLE payout_exchange
    ADD CONSTRAINT law_has_no_payment CHECK ((source = 'LAW') = (of_payout_id IS NULL));
