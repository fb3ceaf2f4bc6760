-- What the shops of a programme sell, as told by a file or a program: what creators may show on their pages.
-- ``picture_url`` is where the shop has its picture, ``picture_id`` our copy, drawn anew. ``picture_at``: when the worker
-- fetches it (again); nothing is to be fetched without. ``picture_problem``: why there is no copy, in a sentence.
CREATE TABLE product (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint,
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
    price amount,
    currency currency_code,
    sold_out boolean NOT NULL,
    picture_url text NOT NULL DEFAULT '' CHECK (length(picture_url) <= 2048),
    picture_id text,
    picture_at instant,
    picture_tries integer NOT NULL DEFAULT 0 CHECK (picture_tries >= 0),
    picture_problem text NOT NULL DEFAULT '' CHECK (length(picture_problem) <= 300),
    updated_at instant NOT NULL,
    gone_at instant,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, connection_id) REFERENCES connection,
    FOREIGN KEY (programme_id, picture_id) REFERENCES picture,
    CHECK ((price IS NULL) = (currency IS NULL)),
    CHECK (picture_at IS NULL OR picture_url <> '')
);
CREATE UNIQUE INDEX product_of_shop ON product (programme_id, connection_id, external_id) NULLS NOT DISTINCT;
CREATE INDEX ON product (programme_id, picture_id);
CREATE INDEX product_pictures ON product (picture_at, programme_id) WHERE picture_at IS NOT NULL;

SELECT make_mutable('product');
