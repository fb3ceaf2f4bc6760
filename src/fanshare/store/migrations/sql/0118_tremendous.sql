-- Addresses for rewards of Tremendous, and Tremendous as a provider that a brand pays by.
ALTER TABLE payee_account DROP CONSTRAINT payee_account_kind_check;
ALTER TABLE payee_account ADD CONSTRAINT payee_account_kind_check
    CHECK (kind IN ('iban', 'us', 'stripe', 'paypal', 'tremendous'));
ALTER TABLE payout_rail DROP CONSTRAINT payout_rail_kind_check;
ALTER TABLE payout_rail ADD CONSTRAINT payout_rail_kind_check CHECK (kind IN ('stripe', 'paypal', 'tremendous'));
