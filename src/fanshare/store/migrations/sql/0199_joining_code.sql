-- That everybody who joins gets a code of a plan, from when on, and whether creators, fans, or both do.
CREATE TABLE joining_code (
    programme_id bigint PRIMARY KEY REFERENCES programme,
    plan_name text NOT NULL CHECK (length(plan_name) BETWEEN 1 AND 40),
    for_creators boolean NOT NULL,
    for_fans boolean NOT NULL,
    named boolean NOT NULL,
    since_at instant NOT NULL,
    CHECK (for_creators OR for_fans)
);
SELECT make_mutable('joining_code');
