-- What a creator writes for her fans alone. Title, words and pictures lie in the vault under her key; ``shown_at`` is
-- empty while she hides it; ``label_country`` says whose advertising label stands before it, where it advertises.
CREATE TABLE post (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    creator_party_id bigint NOT NULL,
    label_country text CHECK (label_country ~ '^[A-Z]{2}$'),
    written_at instant NOT NULL,
    changed_at instant NOT NULL,
    shown_at instant,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);
CREATE INDEX ON post (programme_id, creator_party_id, id);
CREATE INDEX ON post (programme_id, creator_party_id, shown_at, id) WHERE shown_at IS NOT NULL;

-- A picture of a post, under a random name; its pixels and what it shows in words lie in the vault of the creator.
CREATE TABLE post_picture (
    programme_id bigint NOT NULL,
    name text NOT NULL CHECK (name ~ '^[0-9a-f]{32}$'),
    post_id bigint NOT NULL,
    width integer NOT NULL CHECK (width BETWEEN 1 AND 4096),
    height integer NOT NULL CHECK (height BETWEEN 1 AND 4096),
    added_at instant NOT NULL,
    PRIMARY KEY (programme_id, name),
    FOREIGN KEY (programme_id, post_id) REFERENCES post
);
CREATE INDEX ON post_picture (programme_id, post_id, added_at, name);

SELECT make_mutable('post');
SELECT make_mutable('post_picture');
