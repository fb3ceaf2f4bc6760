-- On which days how many things are due in a creator's own books, where she lets the site know that while they are
-- locked. It names nothing: no kind, no amount, nobody.
CREATE TABLE workbench_due (
    account hash32 NOT NULL,
    day calendar_day NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    PRIMARY KEY (account, day)
);

SELECT make_mutable('workbench_due');
