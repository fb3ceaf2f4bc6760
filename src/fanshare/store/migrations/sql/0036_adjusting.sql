-- What moved besides sales and payouts, newest first.
CREATE INDEX transfer_adjusting ON transfer (programme_id, id)
    WHERE kind IN ('absorb', 'erase', 'claim', 'opening', 'payout_return');
