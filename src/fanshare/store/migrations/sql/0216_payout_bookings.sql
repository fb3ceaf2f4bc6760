-- A debit or a return of a payment that a bank's statement told. Statements come day by day, and a file that was paid
-- twice stands on two of them: only what the earlier ones told makes the second debit one too many.
CREATE TABLE payout_booking (
    programme_id bigint NOT NULL,
    item_id bigint NOT NULL,
    -- Which booking it is: the same one is the same on every statement that tells it.
    entry hash32 NOT NULL,
    back boolean NOT NULL,
    amount amount NOT NULL,
    currency text NOT NULL CHECK (length(currency) <= 10),
    reason text NOT NULL CHECK (length(reason) <= 40),
    PRIMARY KEY (programme_id, item_id, entry),
    FOREIGN KEY (programme_id, item_id) REFERENCES payout_item
);

SELECT make_immutable('payout_booking');
