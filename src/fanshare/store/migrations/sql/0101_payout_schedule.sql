-- On which days a programme pays, where it says so: every month on a day, every week on a weekday (1 is Monday).
-- ``pays_since`` is the last day for which a run was planned, else the day on which this was set.
ALTER TABLE programme
    ADD COLUMN pays_every text CHECK (pays_every IN ('month', 'week')),
    ADD COLUMN pays_day integer CHECK (pays_day BETWEEN 1 AND CASE pays_every WHEN 'week' THEN 7 ELSE 28 END),
    ADD COLUMN pays_since text CHECK (pays_since ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    ADD CONSTRAINT pays_as_a_whole CHECK (num_nulls(pays_every, pays_day, pays_since) IN (0, 3));
