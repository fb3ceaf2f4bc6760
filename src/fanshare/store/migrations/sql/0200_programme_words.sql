-- What a brand says of itself on the public page of its programme, in markdown. The newest words alone are kept: whoever
-- takes something back that should not stand there must not find it again.
CREATE TABLE programme_words (
    programme_id bigint PRIMARY KEY REFERENCES programme,
    words text NOT NULL CHECK (length(words) <= 5000),
    written_by text NOT NULL CHECK (length(written_by) BETWEEN 1 AND 200),
    written_at instant NOT NULL
);

SELECT make_mutable('programme_words');
