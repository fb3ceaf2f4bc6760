-- One thing that a party is told by mail: found in the books, once. ``ref`` is the row it is about (a position, a claim,
-- an appeal, a payout's event, a version of the terms), ``mark`` tells two of the same row apart.
CREATE TABLE party_news (
    programme_id bigint NOT NULL,
    party_id bigint NOT NULL,
    kind text NOT NULL CHECK (
        kind IN ('first_sale', 'check', 'check_over', 'claim', 'objection', 'payout', 'terms')),
    ref bigint NOT NULL,
    mark bigint NOT NULL DEFAULT 0,
    at instant NOT NULL,
    mailed_at instant,
    PRIMARY KEY (programme_id, party_id, kind, ref, mark),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX party_news_waiting ON party_news (programme_id, party_id) WHERE mailed_at IS NULL;
CREATE INDEX party_news_checks ON party_news (programme_id, ref) WHERE kind = 'check';
CREATE INDEX position_held ON position (programme_id, party_id) WHERE bucket = 'held';
CREATE INDEX ON payout_event (programme_id, at);
CREATE INDEX ON claim_answer (programme_id, at);

-- How soon she is told (by default once a day), when she last was, and in which language.
ALTER TABLE mail_choice ADD COLUMN news text NOT NULL DEFAULT 'daily' CHECK (news IN ('daily', 'at_once', 'never'));
ALTER TABLE mail_choice ADD COLUMN news_at instant;
ALTER TABLE mail_choice ADD COLUMN language text NOT NULL DEFAULT '' CHECK (language ~ '^([a-z]{2})?$');

SELECT make_mutable('party_news');
