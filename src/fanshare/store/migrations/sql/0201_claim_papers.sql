-- A claim that came with a photo or PDF of the shop's receipt. The file lies in the vault under the claimant's own key
-- ('claim paper <id>'), and goes some time after the answer: then it is not here any more. `mark` is the keyed hash of the
-- number that she gave afterwards, by which she finds the claim; her claim itself is marked by the file.
CREATE TABLE claim_paper (
    programme_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    here boolean NOT NULL DEFAULT true,
    mark text NOT NULL DEFAULT '' CHECK (mark ~ '^([0-9a-f]{32})?$'),
    added_at instant NOT NULL,
    PRIMARY KEY (programme_id, claim_id),
    FOREIGN KEY (programme_id, claim_id) REFERENCES claim
);
CREATE INDEX claim_paper_here ON claim_paper (programme_id, claim_id) WHERE here;

SELECT make_mutable('claim_paper');
