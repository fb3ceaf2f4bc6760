-- Whether the other creators of the programme see that she is there: only when she says so.

ALTER TABLE creator_page ADD COLUMN seen_by_creators boolean NOT NULL DEFAULT false;
CREATE INDEX ON creator_page (programme_id, party_id) WHERE seen_by_creators;
