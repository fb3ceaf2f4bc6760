-- By which link or code a creator's part is hers, and what it came to: written with the part. Empty: a part of before,
-- of which the worker notes it.
ALTER TABLE part
    ADD COLUMN by_kind text NOT NULL DEFAULT '' CHECK (by_kind IN ('', 'link', 'code', 'ruling', 'none')),
    ADD COLUMN by_asset bigint NOT NULL DEFAULT 0,
    ADD COLUMN commission amount NOT NULL DEFAULT 0,
    ADD COLUMN earned amount NOT NULL DEFAULT 0;
CREATE INDEX part_not_noted ON part (programme_id, order_id) WHERE by_kind = '';

-- What each link and code brought a creator, per currency: orders of which goods are kept, these goods as credited to
-- her, the commission on them, and her own share.
CREATE TABLE brought_sum (
    programme_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('link', 'code', 'ruling', 'none')),
    asset_id bigint NOT NULL,
    currency currency_code NOT NULL,
    orders bigint NOT NULL,
    goods micros NOT NULL,
    commission micros NOT NULL,
    earned micros NOT NULL,
    PRIMARY KEY (programme_id, creator_party_id, kind, asset_id, currency),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);
CREATE INDEX ON brought_sum (programme_id, kind, asset_id);
SELECT make_mutable('brought_sum');

-- Each statement on parts adds the difference that it makes. Parts are written under the lock of their creator's scope,
-- so nobody else is at her sums.
CREATE FUNCTION brought_sum_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO brought_sum AS s (programme_id, creator_party_id, kind, asset_id, currency, orders, goods,
                                      commission, earned)
        SELECT n.programme_id, n.creator_party_id, n.by_kind, n.by_asset, n.currency,
               count(*) FILTER (WHERE n.in_tier > 0), sum(n.in_tier)::bigint, sum(n.commission)::bigint,
               sum(n.earned)::bigint
          FROM new_parts n WHERE n.by_kind <> ''
         GROUP BY 1, 2, 3, 4, 5 HAVING sum(n.in_tier) <> 0 OR sum(n.commission) <> 0 OR sum(n.earned) <> 0
        ON CONFLICT (programme_id, creator_party_id, kind, asset_id, currency)
        DO UPDATE SET orders = s.orders + excluded.orders, goods = s.goods + excluded.goods,
                      commission = s.commission + excluded.commission, earned = s.earned + excluded.earned;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO brought_sum AS s (programme_id, creator_party_id, kind, asset_id, currency, orders, goods,
                                      commission, earned)
        SELECT n.programme_id, n.creator_party_id, n.by_kind, n.by_asset, n.currency,
               coalesce(sum(n.sign) FILTER (WHERE n.in_tier > 0), 0), sum(n.sign * n.in_tier)::bigint,
               sum(n.sign * n.commission)::bigint, sum(n.sign * n.earned)::bigint
          FROM (SELECT 1 AS sign, * FROM new_parts UNION ALL SELECT -1, * FROM old_parts) n WHERE n.by_kind <> ''
         GROUP BY 1, 2, 3, 4, 5
        HAVING coalesce(sum(n.sign) FILTER (WHERE n.in_tier > 0), 0) <> 0 OR sum(n.sign * n.in_tier) <> 0
            OR sum(n.sign * n.commission) <> 0 OR sum(n.sign * n.earned) <> 0
        ON CONFLICT (programme_id, creator_party_id, kind, asset_id, currency)
        DO UPDATE SET orders = s.orders + excluded.orders, goods = s.goods + excluded.goods,
                      commission = s.commission + excluded.commission, earned = s.earned + excluded.earned;
    ELSE
        INSERT INTO brought_sum AS s (programme_id, creator_party_id, kind, asset_id, currency, orders, goods,
                                      commission, earned)
        SELECT o.programme_id, o.creator_party_id, o.by_kind, o.by_asset, o.currency,
               -count(*) FILTER (WHERE o.in_tier > 0), -sum(o.in_tier)::bigint, -sum(o.commission)::bigint,
               -sum(o.earned)::bigint
          FROM old_parts o WHERE o.by_kind <> '' GROUP BY 1, 2, 3, 4, 5
        ON CONFLICT (programme_id, creator_party_id, kind, asset_id, currency)
        DO UPDATE SET orders = s.orders + excluded.orders, goods = s.goods + excluded.goods,
                      commission = s.commission + excluded.commission, earned = s.earned + excluded.earned;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER brought_sum_inserted AFTER INSERT ON part REFERENCING NEW TABLE AS new_parts
    FOR EACH STATEMENT EXECUTE FUNCTION brought_sum_kept();
CREATE TRIGGER brought_sum_updated AFTER UPDATE ON part REFERENCING OLD TABLE AS old_parts NEW TABLE AS new_parts
    FOR EACH STATEMENT EXECUTE FUNCTION brought_sum_kept();
CREATE TRIGGER brought_sum_deleted AFTER DELETE ON part REFERENCING OLD TABLE AS old_parts
    FOR EACH STATEMENT EXECUTE FUNCTION brought_sum_kept();
