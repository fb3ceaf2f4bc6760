-- Who paused or ended a link, a code or all that a creator does here. What counts is still the dated state of each link
-- and code; a row here says whose word it is and who may take it back. Why lies in the vault of whom it is told.
CREATE TABLE work_stop (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('pause', 'end')),
    by_brand boolean NOT NULL,
    link_id bigint,
    code_id bigint,
    creator_party_id bigint,
    set_by text NOT NULL CHECK (length(set_by) <= 100),
    from_at instant NOT NULL,
    until_at instant,
    done_at instant,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, link_id) REFERENCES link,
    FOREIGN KEY (programme_id, code_id) REFERENCES code,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    CHECK (num_nonnulls(link_id, code_id, creator_party_id) = 1),
    -- Only a brand stops all that a creator does.
    CHECK (by_brand OR creator_party_id IS NULL),
    -- One link or code ends at once; all that she does waits for its day.
    CHECK (kind = 'pause' OR creator_party_id IS NOT NULL OR done_at IS NOT NULL)
);
CREATE INDEX ON work_stop (programme_id, link_id) WHERE link_id IS NOT NULL;
CREATE INDEX ON work_stop (programme_id, code_id) WHERE code_id IS NOT NULL;
CREATE INDEX ON work_stop (programme_id, creator_party_id) WHERE creator_party_id IS NOT NULL;
-- One of each in force, whoever is quicker.
CREATE UNIQUE INDEX work_stop_once ON work_stop (programme_id, link_id, code_id, creator_party_id, kind, by_brand)
    NULLS NOT DISTINCT WHERE until_at IS NULL;
CREATE INDEX work_stop_due ON work_stop (programme_id, from_at)
    WHERE kind = 'end' AND until_at IS NULL AND done_at IS NULL;

SELECT make_mutable('work_stop');
