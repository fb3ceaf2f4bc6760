-- That something waits for people of the brand, or went wrong: once each, written with the mails that tell.
CREATE TABLE desk_note (
    programme_id bigint NOT NULL REFERENCES programme,
    kind text NOT NULL CHECK (kind IN ('claim', 'objection', 'application', 'claim_late', 'objection_late', 'target')),
    -- The number of what waits: of a claim, an appeal, an application or a target; no foreign key, some are forgotten.
    about bigint NOT NULL,
    -- Since when it waits. What fails twice is told twice.
    since instant NOT NULL,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, kind, about, since)
);
CREATE INDEX ON desk_note (programme_id, at);

SELECT make_immutable('desk_note');
