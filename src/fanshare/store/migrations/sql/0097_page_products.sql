-- Sections of products on a creator's page: a heading, and products in her order, each with the link that leads there.
CREATE TABLE page_shelf (
    programme_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    place integer NOT NULL CHECK (place >= 1),
    heading text NOT NULL CHECK (length(heading) BETWEEN 1 AND 100),
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX ON page_shelf (programme_id, party_id, place);

CREATE TABLE page_product (
    programme_id bigint NOT NULL,
    shelf_id bigint NOT NULL,
    product_id bigint NOT NULL,
    link_id bigint NOT NULL,
    place integer NOT NULL CHECK (place >= 1),
    PRIMARY KEY (programme_id, shelf_id, product_id),
    FOREIGN KEY (programme_id, shelf_id) REFERENCES page_shelf,
    FOREIGN KEY (programme_id, product_id) REFERENCES product,
    FOREIGN KEY (programme_id, link_id) REFERENCES link
);
CREATE INDEX ON page_product (programme_id, product_id);
CREATE INDEX ON page_product (programme_id, link_id);

SELECT make_mutable('page_shelf');
SELECT make_mutable('page_product');
