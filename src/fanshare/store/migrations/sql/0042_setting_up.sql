-- What a brand said about setting up its programme: a step that it answered, or left for later.
CREATE TABLE set_up_step (
    programme_id bigint NOT NULL REFERENCES programme,
    step text NOT NULL CHECK (step IN ('brands', 'terms', 'shop', 'admission', 'invite', 'moving')),
    said text NOT NULL CHECK (said IN ('done', 'later')),
    said_at instant NOT NULL,
    PRIMARY KEY (programme_id, step)
);
SELECT make_mutable('set_up_step');
