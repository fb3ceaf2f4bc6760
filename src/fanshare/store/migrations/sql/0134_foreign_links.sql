-- Links to other sites in the sections of a creator's page. Nobody earns by them here, and no click of one is recorded:
-- the address stands on the page as it is. A label where she gets something for it elsewhere.
CREATE TABLE foreign_link (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    shelf_id bigint NOT NULL,
    place integer NOT NULL CHECK (place >= 1),
    words text NOT NULL CHECK (length(words) BETWEEN 1 AND 100),
    address text NOT NULL CHECK (address ~ '^https://[a-z0-9.-]+/' AND length(address) <= 2048),
    label_country text NOT NULL,
    label_text text NOT NULL CHECK ((label_text = '') = (label_country = '')),
    paused boolean NOT NULL DEFAULT false,
    added_at instant NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, shelf_id) REFERENCES page_shelf
);
CREATE UNIQUE INDEX ON foreign_link (programme_id, shelf_id, address);

SELECT make_mutable('foreign_link');
