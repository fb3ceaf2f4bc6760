-- What a creator shows the public: her picture, her words, her sections. It is public by her own wish, so it lies in
-- the open; it goes when she leaves.

CREATE TABLE picture (
    programme_id bigint NOT NULL REFERENCES programme,
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{32}$'),
    content bytea NOT NULL CHECK (length(content) BETWEEN 1 AND 300000),
    width integer NOT NULL CHECK (width BETWEEN 1 AND 4096),
    height integer NOT NULL CHECK (height BETWEEN 1 AND 4096),
    added_at instant NOT NULL,
    PRIMARY KEY (programme_id, id)
);

CREATE TABLE creator_page (
    programme_id bigint NOT NULL,
    party_id bigint NOT NULL,
    words text NOT NULL DEFAULT '' CHECK (length(words) <= 5000),
    picture_id text,
    alt text NOT NULL DEFAULT '' CHECK (length(alt) <= 200),
    updated_at instant NOT NULL,
    PRIMARY KEY (programme_id, party_id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    FOREIGN KEY (programme_id, picture_id) REFERENCES picture
);
CREATE INDEX ON creator_page (programme_id, picture_id);

CREATE TABLE page_section (
    programme_id bigint NOT NULL,
    party_id bigint NOT NULL,
    place integer NOT NULL CHECK (place BETWEEN 1 AND 8),
    heading text NOT NULL CHECK (length(heading) BETWEEN 1 AND 100),
    words text NOT NULL CHECK (length(words) <= 5000),
    PRIMARY KEY (programme_id, party_id, place),
    FOREIGN KEY (programme_id, party_id) REFERENCES creator_page
);

SELECT make_mutable('picture');
SELECT make_mutable('creator_page');
SELECT make_mutable('page_section');
