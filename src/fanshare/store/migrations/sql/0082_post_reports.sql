-- A post that a fan reported: answered once, let be or taken down; reported anew only when it was changed since.
ALTER TABLE post ADD COLUMN closed_at instant;

CREATE TABLE post_report (
    programme_id bigint NOT NULL,
    post_id bigint NOT NULL,
    at instant NOT NULL,
    answered_at instant,
    PRIMARY KEY (programme_id, post_id),
    FOREIGN KEY (programme_id, post_id) REFERENCES post
);
CREATE INDEX ON post_report (programme_id, at) WHERE answered_at IS NULL;

SELECT make_mutable('post_report');
