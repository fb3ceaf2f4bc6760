-- A payout run moves the ready balance of everybody at once: with as much room as rows on a page, each new version
-- stays beside its old one, and no index hears of it. Pages that are full already stay as they are.
ALTER TABLE account SET (fillfactor = 50);
