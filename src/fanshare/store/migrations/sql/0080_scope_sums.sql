-- Whether a creator's sums are kept: from the first settlement on that asks for them.
ALTER TABLE scope ADD COLUMN summed boolean NOT NULL DEFAULT false;

-- What a creator's parts that no close has sealed come to, per level, period and currency. A fold that begins in the
-- middle takes it, less what lies behind, for what lies before.
CREATE TABLE scope_sum (
    programme_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    level text NOT NULL CHECK (level IN ('tier', 'day', 'week', 'month', 'all')),
    period text NOT NULL,
    currency currency_code NOT NULL,
    amount micros NOT NULL,
    PRIMARY KEY (programme_id, creator_party_id, level, period, currency),
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES scope
);
SELECT make_mutable('scope_sum');

CREATE INDEX part_open ON part (programme_id, creator_party_id, placed_at) WHERE NOT sealed;

-- Each statement on parts adds the difference that it makes, for creators whose sums are kept. Parts are written under
-- the lock of their scope, so nobody else is at it.
CREATE FUNCTION scope_sum_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scope_sum AS s (programme_id, creator_party_id, level, period, currency, amount)
    SELECT n.programme_id, n.creator_party_id, l.level, l.period, n.currency, sum(n.sign * l.amount)::bigint
      FROM (SELECT 1 AS sign, * FROM new_parts) n
      JOIN scope c ON c.programme_id = n.programme_id AND c.creator_party_id = n.creator_party_id AND c.summed
     CROSS JOIN LATERAL (VALUES ('tier', n.month, n.in_tier), ('day', n.day, n.in_day), ('week', n.week, n.in_week),
                                ('month', n.month, n.in_month), ('all', '', n.in_all)) AS l(level, period, amount)
     WHERE NOT n.sealed
     GROUP BY 1, 2, 3, 4, 5 HAVING sum(n.sign * l.amount) <> 0
    ON CONFLICT (programme_id, creator_party_id, level, period, currency)
    DO UPDATE SET amount = s.amount + excluded.amount;
    RETURN NULL;
END $$;
CREATE FUNCTION scope_sum_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scope_sum AS s (programme_id, creator_party_id, level, period, currency, amount)
    SELECT n.programme_id, n.creator_party_id, l.level, l.period, n.currency, sum(n.sign * l.amount)::bigint
      FROM (SELECT 1 AS sign, * FROM new_parts UNION ALL SELECT -1, * FROM old_parts) n
      JOIN scope c ON c.programme_id = n.programme_id AND c.creator_party_id = n.creator_party_id AND c.summed
     CROSS JOIN LATERAL (VALUES ('tier', n.month, n.in_tier), ('day', n.day, n.in_day), ('week', n.week, n.in_week),
                                ('month', n.month, n.in_month), ('all', '', n.in_all)) AS l(level, period, amount)
     WHERE NOT n.sealed
     GROUP BY 1, 2, 3, 4, 5 HAVING sum(n.sign * l.amount) <> 0
    ON CONFLICT (programme_id, creator_party_id, level, period, currency)
    DO UPDATE SET amount = s.amount + excluded.amount;
    RETURN NULL;
END $$;
CREATE FUNCTION scope_sum_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scope_sum AS s (programme_id, creator_party_id, level, period, currency, amount)
    SELECT n.programme_id, n.creator_party_id, l.level, l.period, n.currency, sum(n.sign * l.amount)::bigint
      FROM (SELECT -1 AS sign, * FROM old_parts) n
      JOIN scope c ON c.programme_id = n.programme_id AND c.creator_party_id = n.creator_party_id AND c.summed
     CROSS JOIN LATERAL (VALUES ('tier', n.month, n.in_tier), ('day', n.day, n.in_day), ('week', n.week, n.in_week),
                                ('month', n.month, n.in_month), ('all', '', n.in_all)) AS l(level, period, amount)
     WHERE NOT n.sealed
     GROUP BY 1, 2, 3, 4, 5 HAVING sum(n.sign * l.amount) <> 0
    ON CONFLICT (programme_id, creator_party_id, level, period, currency)
    DO UPDATE SET amount = s.amount + excluded.amount;
    RETURN NULL;
END $$;

CREATE TRIGGER scope_sum_inserted AFTER INSERT ON part REFERENCING NEW TABLE AS new_parts
    FOR EACH STATEMENT EXECUTE FUNCTION scope_sum_inserted();
CREATE TRIGGER scope_sum_updated AFTER UPDATE ON part REFERENCING OLD TABLE AS old_parts NEW TABLE AS new_parts
    FOR EACH STATEMENT EXECUTE FUNCTION scope_sum_updated();
CREATE TRIGGER scope_sum_deleted AFTER DELETE ON part REFERENCING OLD TABLE AS old_parts
    FOR EACH STATEMENT EXECUTE FUNCTION scope_sum_deleted();
