-- What the pages of signed-in people need: what somebody does for a brand, and shares by their state.

ALTER TABLE brand_person
    ADD COLUMN post text NOT NULL DEFAULT 'owner' CHECK (post IN ('owner', 'manager', 'finance', 'reader'));

-- A party's lines, newest first, all or in one state: a page of them costs the same whatever lies behind it.
CREATE INDEX ON position (programme_id, party_id, bucket, order_id);
