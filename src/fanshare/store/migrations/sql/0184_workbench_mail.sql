-- Who is mailed that something is due in her own books, because she asked for it: where to and in which language, sealed,
-- and the last day of which she was told or on which she looked herself. What is due is in no row.
CREATE TABLE workbench_mail (
    account hash32 PRIMARY KEY,
    sealed bytea NOT NULL CHECK (length(sealed) <= 2000),
    told calendar_day NOT NULL
);

SELECT make_mutable('workbench_mail');
