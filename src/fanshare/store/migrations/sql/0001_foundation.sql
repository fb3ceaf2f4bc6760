-- What every other file builds on: the application's role, value domains, and the two ways to hand out a table.

-- Whose rights are handed out; the migrating session may name another role than the usual one.
CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('fanshare.app_role', true), ''), 'fanshare_app')
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = app_role()) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', app_role());
    END IF;
EXCEPTION
    -- Two databases of one cluster may be migrated at the same moment.
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- Microseconds since 1970 UTC, up to the end of the year 9999.
CREATE DOMAIN instant AS bigint CHECK (VALUE BETWEEN 0 AND 253402300799999999);
-- Money in millionths of the major unit; the limit leaves room below 2^63.
CREATE DOMAIN micros AS bigint CHECK (VALUE BETWEEN -9000000000000000000 AND 9000000000000000000);
CREATE DOMAIN amount AS bigint CHECK (VALUE BETWEEN 0 AND 9000000000000000000);
CREATE DOMAIN currency_code AS text CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE DOMAIN basis_points AS integer CHECK (VALUE BETWEEN 0 AND 10000);
CREATE DOMAIN hash32 AS bytea CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN calendar_day AS text CHECK (VALUE ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed; write a new row instead', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION give(target regclass, rights text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT %s ON %s TO %I', rights, target, app_role());
END $$;

-- A statement trigger sees UPDATE, DELETE and TRUNCATE alike, also from the owner and from ON CONFLICT DO UPDATE.
CREATE FUNCTION make_immutable(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER immutable', target);
    PERFORM give(target, 'SELECT, INSERT');
END $$;

CREATE FUNCTION make_mutable(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM give(target, 'SELECT, INSERT, UPDATE, DELETE');
END $$;

REVOKE EXECUTE ON FUNCTION give(regclass, text), make_immutable(regclass), make_mutable(regclass) FROM PUBLIC;

-- Global: the tenants themselves.
CREATE TABLE programme (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id text NOT NULL UNIQUE,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    currency currency_code NOT NULL,
    time_zone text NOT NULL,
    contact text NOT NULL DEFAULT '',
    admission text NOT NULL DEFAULT 'application' CHECK (admission IN ('application', 'open', 'closed')),
    several_brands boolean NOT NULL DEFAULT false,
    demo boolean NOT NULL DEFAULT false,
    created_at instant NOT NULL
);

-- Global: from a public key (link code, hook endpoint, host) to its programme, before the programme is known.
CREATE TABLE directory (
    kind text NOT NULL CHECK (kind IN ('link', 'hook', 'host', 'page')),
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 253),
    programme_id bigint NOT NULL REFERENCES programme,
    target_id bigint NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX ON directory (programme_id, kind, target_id);

-- Global: facts about this installation (demo mark, clock mark, restored epoch).
CREATE TABLE installation (
    key text PRIMARY KEY,
    value text NOT NULL,
    changed_at instant NOT NULL
);

SELECT make_mutable('programme');
SELECT make_mutable('directory');
SELECT make_mutable('installation');
