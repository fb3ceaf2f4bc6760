-- What was sold in a stretch of time, whoever brought it.
CREATE INDEX ON part (programme_id, placed_at);
