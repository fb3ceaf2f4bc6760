-- Whether creators may see how often what the shops sell comes back: the newest row counts, without one they may not.
CREATE TABLE returns_shown (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    shown boolean NOT NULL,
    said_by text NOT NULL,
    said_at instant NOT NULL,
    PRIMARY KEY (programme_id, id)
);

SELECT make_immutable('returns_shown');
