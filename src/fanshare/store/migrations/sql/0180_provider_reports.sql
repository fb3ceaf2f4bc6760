-- A report of a provider that was read: which one it was is known by its hash, and read again it counts once.
CREATE TABLE provider_report (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('stripe', 'paypal', 'tremendous')),
    hash hash32 NOT NULL,
    lines integer NOT NULL CHECK (lines >= 0),
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, hash)
);

-- What such a report says of a payment of ours, or of one that looks so. ``what`` is why it fits none, or not as it was
-- sent; ``heard`` whether the payment was told. What else stands in a report is not kept: it names people and accounts.
CREATE TABLE provider_line (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    report_id bigint NOT NULL,
    line integer NOT NULL CHECK (line > 0),
    item_id bigint,
    reference text NOT NULL CHECK (length(reference) <= 100),
    said text NOT NULL CHECK (said IN ('accepted', 'arrived', 'came_back', 'refused', '')),
    amount amount NOT NULL,
    fee micros NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    what text NOT NULL CHECK (length(what) <= 40),
    heard boolean NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, report_id) REFERENCES provider_report,
    FOREIGN KEY (programme_id, item_id) REFERENCES payout_item,
    CONSTRAINT told_of_ours CHECK (NOT heard OR (item_id IS NOT NULL AND said <> '')),
    CONSTRAINT fits_or_says_why CHECK (heard OR what <> '')
);
CREATE INDEX ON provider_line (programme_id, report_id);
CREATE INDEX ON provider_line (programme_id, item_id) WHERE item_id IS NOT NULL;

SELECT make_immutable('provider_report');
SELECT make_immutable('provider_line');
