-- A receipt as a picture or a PDF, sealed under the key of the books it belongs to. Which entry it belongs to stands in
-- that entry alone; its length is rounded up.
CREATE TABLE workbench_paper (
    account hash32 NOT NULL,
    paper_id uuid NOT NULL,
    sealed bytea NOT NULL CHECK (octet_length(sealed) <= 460000),
    PRIMARY KEY (account, paper_id)
);

SELECT make_mutable('workbench_paper');
