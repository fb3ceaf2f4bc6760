-- Why the run of a day of paying that has come could not be planned yet, in English; empty where nothing is in its way.
ALTER TABLE programme ADD COLUMN pays_problem text NOT NULL DEFAULT '' CHECK (length(pays_problem) <= 500);
