-- By which movements money of a payment arrived, as the provider numbers them: told again it is the same, and another
-- one is another payment. ``report_id`` is the report that told it first; none where an answer did.
CREATE TABLE provider_movement (
    programme_id bigint NOT NULL,
    item_id bigint NOT NULL,
    movement text NOT NULL CHECK (length(movement) BETWEEN 1 AND 40),
    amount amount NOT NULL,
    currency text NOT NULL CHECK (length(currency) <= 10),
    report_id bigint,
    at instant NOT NULL,
    PRIMARY KEY (programme_id, item_id, movement),
    FOREIGN KEY (programme_id, item_id) REFERENCES payout_item,
    FOREIGN KEY (programme_id, report_id) REFERENCES provider_report
);
CREATE INDEX ON provider_movement (programme_id, report_id) WHERE report_id IS NOT NULL;
SELECT make_immutable('provider_movement');

ALTER TABLE provider_line ADD COLUMN movement text NOT NULL DEFAULT '' CHECK (length(movement) <= 40);
