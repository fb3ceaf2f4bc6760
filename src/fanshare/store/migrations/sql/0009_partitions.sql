-- Partitions are made ahead of time by the housekeeping job, which has no right to create tables itself.

CREATE FUNCTION month_start(at bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM date_trunc('month', to_timestamp(at / 1000000) AT TIME ZONE 'UTC')) * 1000000)::bigint
$$;

CREATE FUNCTION next_month(at bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM date_trunc('month', to_timestamp(at / 1000000) AT TIME ZONE 'UTC')
                               + interval '1 month') * 1000000)::bigint
$$;

-- 1970-01-01 was a Thursday; weeks begin on Monday.
CREATE FUNCTION week_start(at bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT ((at / 86400000000 + 3) / 7 * 7 - 3) * 86400000000
$$;

-- Rows that fell into the default partition move into the new one, so a late start of housekeeping loses nothing.
CREATE FUNCTION make_partition(parent text, key text, low bigint, high bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    child text := parent || '_' || to_char(to_timestamp(low / 1000000) AT TIME ZONE 'UTC', 'YYYYMMDD');
BEGIN
    IF to_regclass(child) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', parent);
    IF to_regclass(child) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %s AND %I < %s RETURNING *) INSERT INTO %I SELECT * FROM moved',
                   parent || '_default', key, low, key, high, child);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', parent, child, low, high);
    RETURN true;
END $$;

-- Makes the partitions that cover [from_at, to_at]; returns how many were new.
CREATE FUNCTION ensure_partitions(from_at bigint, to_at bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    low bigint;
    made integer := 0;
BEGIN
    IF from_at < 0 OR to_at < from_at OR to_at - from_at > 20 * 366 * 86400000000 THEN
        RAISE EXCEPTION 'partitions are made for a span of 0 to 20 years' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    low := month_start(from_at);
    WHILE low <= to_at LOOP
        made := made + make_partition('click', 'at', low, next_month(low))::integer;
        low := next_month(low);
    END LOOP;
    low := greatest(week_start(from_at), 0);
    WHILE low <= to_at LOOP
        made := made + make_partition('delivery', 'received_at', low, week_start(low) + 7 * 86400000000)::integer;
        low := week_start(low) + 7 * 86400000000;
    END LOOP;
    RETURN made;
END $$;

-- Drops the partitions of deliveries that ended before an instant; parked ones keep theirs alive.
CREATE FUNCTION drop_deliveries_before(before_at bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    child regclass;
    parked boolean;
    dropped integer := 0;
BEGIN
    -- Two workers may think of it at the same time; the second then finds nothing left to do.
    PERFORM pg_advisory_xact_lock(6237418804);
    FOR child IN
        SELECT i.inhrelid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'delivery'::regclass AND c.relname ~ '^delivery_[0-9]{8}$'
          AND week_start((extract(epoch FROM to_date(right(c.relname, 8), 'YYYYMMDD')) * 1000000)::bigint)
              + 7 * 86400000000 <= before_at
        ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE state IN (''new'', ''parked''))', child) INTO parked;
        IF NOT parked THEN
            EXECUTE format('DROP TABLE %s', child);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$;

REVOKE EXECUTE ON FUNCTION make_partition(text, text, bigint, bigint) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION ensure_partitions(bigint, bigint), drop_deliveries_before(bigint) FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('GRANT EXECUTE ON FUNCTION ensure_partitions(bigint, bigint), drop_deliveries_before(bigint) TO %I',
                   app_role());
END $$;
