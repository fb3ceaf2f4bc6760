-- Who froze a run, and why: a person, or a restore that can't know whether the run was sent since the backup.
ALTER TABLE payout_run
    ADD COLUMN frozen_by text CHECK (length(frozen_by) BETWEEN 1 AND 200),
    ADD COLUMN frozen_why text NOT NULL DEFAULT '' CHECK (length(frozen_why) <= 500);

-- Payments are planned by runs alone. What an earlier command planned and nobody sent moved no money and has no leaf;
-- left here it would keep its payee out of every run.
ALTER TABLE payout_event DISABLE TRIGGER immutable;
DELETE FROM payout_event e USING payout p
 WHERE p.programme_id = e.programme_id AND p.id = e.payout_id AND p.state = 'planned';
ALTER TABLE payout_event ENABLE ALWAYS TRIGGER immutable;
DELETE FROM payout WHERE state = 'planned';
