-- Whether Today shows a creator only what fits ten minutes a week.
ALTER TABLE off_hours ADD COLUMN ten_minutes boolean NOT NULL DEFAULT false;
