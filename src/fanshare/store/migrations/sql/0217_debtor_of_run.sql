-- The account that a run's file is paid from, as it was when the file was first taken: taken again it is the same one.
CREATE TABLE payout_run_debtor (
    programme_id bigint NOT NULL,
    run_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('iban', 'us')),
    sealed bytea NOT NULL,
    taken_at instant NOT NULL,
    PRIMARY KEY (programme_id, run_id, kind),
    FOREIGN KEY (programme_id, run_id) REFERENCES payout_run
);
SELECT make_mutable('payout_run_debtor');
