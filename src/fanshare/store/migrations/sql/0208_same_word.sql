-- A fan whose link or code the brand has paused or ended gets further ones paused by the same word: which word such a pause follows.
ALTER TABLE work_stop ADD COLUMN follows_id bigint;
ALTER TABLE work_stop ADD FOREIGN KEY (programme_id, follows_id) REFERENCES work_stop;
ALTER TABLE work_stop ADD CHECK (follows_id IS NULL OR (kind = 'pause' AND by_brand AND creator_party_id IS NULL));
CREATE INDEX work_stop_follows ON work_stop (programme_id, follows_id) WHERE follows_id IS NOT NULL;
