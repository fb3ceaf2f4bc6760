-- What a brand says that its goods cost it, in basis points of what buyers pay for them, and from when on: for an order
-- the latest that had begun when it was placed counts, of two that begin together the newer row. ``NULL`` says: unknown.
CREATE TABLE goods_cost (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    bps integer CHECK (bps BETWEEN 0 AND 99999),
    from_at instant NOT NULL,
    said_by text NOT NULL,
    said_at instant NOT NULL,
    PRIMARY KEY (programme_id, id)
);
CREATE INDEX ON goods_cost (programme_id, from_at, id);

SELECT make_immutable('goods_cost');
