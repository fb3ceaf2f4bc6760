-- What customers of a shop ask of us through it: to see what is held about them, or to have it forgotten.

-- ``customer`` and ``email`` are keyed hashes, as in orders. ``sealed`` holds what finds the raw deliveries that name
-- somebody (her number, address and orders in clear text) and goes when the request is done. The shop's mark in
-- ``request`` makes a repetition the same row.
CREATE TABLE compliance_request (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('data_request', 'redact_customer', 'redact_shop')),
    request text NOT NULL CHECK (length(request) BETWEEN 1 AND 200),
    customer text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    sealed bytea,
    received_at instant NOT NULL,
    due_at instant NOT NULL,
    done_at instant,
    outcome text NOT NULL DEFAULT '',
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, connection_id, kind, request),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    CHECK ((done_at IS NULL) = (outcome = '')),
    CHECK (done_at IS NULL OR sealed IS NULL)
);
CREATE INDEX compliance_request_open ON compliance_request (programme_id, due_at) WHERE done_at IS NULL;

SELECT make_mutable('compliance_request');
