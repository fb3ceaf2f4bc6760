-- What a creator wants to reach with what fans give. How it stands is computed from its gifts; ``booked_at`` says that
-- it is over and its gifts were moved to where they belong.
CREATE TABLE goal (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    creator_party_id bigint NOT NULL,
    title text NOT NULL CHECK (length(title) <= 80),
    words text NOT NULL CHECK (length(words) <= 1000),
    currency currency_code NOT NULL,
    target amount NOT NULL CHECK (target > 0),
    opened_at instant NOT NULL,
    ends_at instant NOT NULL,
    withdrawn_at instant,
    booked_at instant,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party,
    CONSTRAINT goal_ends_later CHECK (ends_at > opened_at),
    CONSTRAINT withdrawn_before_booked CHECK (withdrawn_at IS NULL OR booked_at IS NOT NULL)
);
-- One at a time: fans know which is meant, and the one before is over first.
CREATE UNIQUE INDEX goal_open ON goal (programme_id, creator_party_id) WHERE booked_at IS NULL;
CREATE INDEX ON goal (programme_id, creator_party_id, id);
CREATE INDEX goal_due ON goal (ends_at, programme_id) WHERE booked_at IS NULL;

ALTER TABLE gift ADD COLUMN goal_id bigint, ADD COLUMN taken_back_at instant;
ALTER TABLE gift ADD FOREIGN KEY (programme_id, goal_id) REFERENCES goal;
CREATE INDEX ON gift (programme_id, goal_id) WHERE goal_id IS NOT NULL;
ALTER TABLE gift ADD CONSTRAINT only_goals_wait CHECK (goal_id IS NOT NULL OR state = 'kept');
ALTER TABLE gift ADD CONSTRAINT taken_back_is_back CHECK (taken_back_at IS NULL OR state = 'back');

-- Since when the money of a gift had been ready: it goes back with these dates.
CREATE TABLE gift_ready (
    programme_id bigint NOT NULL,
    gift_id bigint NOT NULL,
    since_at instant NOT NULL,
    amount amount NOT NULL CHECK (amount > 0),
    PRIMARY KEY (programme_id, gift_id, since_at),
    FOREIGN KEY (programme_id, gift_id) REFERENCES gift
);

SELECT make_mutable('goal');
SELECT make_immutable('gift_ready');
