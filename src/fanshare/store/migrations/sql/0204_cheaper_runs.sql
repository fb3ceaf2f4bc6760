-- A payment that was not sent has no key, payout or account, and needs no entry in the indexes over them. Its approval
-- changes no column of any index; with room on its page the new version stays there, and no index hears of it (HOT).
ALTER TABLE payout_item
    DROP CONSTRAINT payout_item_programme_id_key_key,
    DROP CONSTRAINT payout_item_programme_id_payout_id_key;
CREATE UNIQUE INDEX payout_item_key ON payout_item (programme_id, key) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX payout_item_payout ON payout_item (programme_id, payout_id) WHERE payout_id IS NOT NULL;
DROP INDEX payout_item_programme_id_account_id_idx;
CREATE INDEX payout_item_account ON payout_item (programme_id, account_id) WHERE account_id IS NOT NULL;
ALTER TABLE payout_item SET (fillfactor = 50);
