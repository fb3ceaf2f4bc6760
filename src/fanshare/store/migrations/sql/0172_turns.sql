-- The newest ready shares of a payee in a currency: whose money waits longest is found from there back, without reading
-- what was paid long ago.
CREATE INDEX position_ready ON position (programme_id, party_id, currency, matures_at DESC) INCLUDE (amount)
 WHERE bucket = 'available' AND amount > 0 AND matures_at IS NOT NULL;
-- Payments that came back are few; only who had one is looked at more closely.
CREATE INDEX payout_returned ON payout (programme_id, party_id, currency) WHERE state = 'returned';
