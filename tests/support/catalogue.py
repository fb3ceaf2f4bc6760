"""What must hold of the schema as a whole, read from PostgreSQL's own catalogue. Each check lists its offences."""

from collections.abc import Callable

from fanshare.store.access import Connection
from fanshare.store.tables import GLOBAL, IMMUTABLE, MUTABLE, TENANT

type Check = Callable[[Connection], list[str]]

APP = "fanshare_app"

#: Keys that are random bytes or text of ours instead of numbers.
_OTHER_KEYS = {
    ("delivery", "id"),
    ("refused_delivery", "id"),
    ("picture", "id"),
    ("creator_page", "picture_id"),
    ("product", "picture_id"),
}
#: Rows there are never deleted and their keys never change, so no delete has to look for who refers to them.
_NEVER_DELETED = {"log_leaf", "log_epoch", "programme"}


def undeclared_tables(conn: Connection) -> list[str]:
    """Tables that are not declared, and declared tables that do not exist."""
    found = {
        name
        for (name,) in conn.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        )
    }
    return sorted(found ^ (GLOBAL | TENANT)) + sorted(IMMUTABLE & MUTABLE) + sorted(GLOBAL & TENANT)


def tables_without_programme(conn: Connection) -> list[str]:
    """Tenant tables whose rows may be nobody's."""
    tied = {
        name
        for (name,) in conn.execute(
            "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE a.attname = 'programme_id' AND a.attnotnull AND a.atttypid = 'bigint'::regtype"
        )
    }
    return sorted(TENANT - tied)


def unique_indexes_across_programmes(conn: Connection) -> list[str]:
    """Unique indexes of tenant tables that do not begin with the programme."""
    rows = conn.execute(
        "SELECT t.relname, i.indexrelid::regclass::text, a.attname FROM pg_index i"
        " JOIN pg_class t ON t.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition"
    )
    return sorted(index for table, index, first in rows if table in TENANT and first != "programme_id")


_FOREIGN_KEYS = """
SELECT k.conname, s.relname, t.relname,
       array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u (n, o)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY o),
       array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (n, o)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY o)
  FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
 WHERE k.contype = 'f' AND s.relnamespace = 'public'::regnamespace AND k.conparentid = 0
"""


def foreign_keys_across_programmes(conn: Connection) -> list[str]:
    """Foreign keys of tenant tables that could point into another programme, and tables tied to none at all."""
    wrong, tied = [], set()
    for name, source, target, columns, targets in conn.execute(_FOREIGN_KEYS):
        if source in TENANT:
            tied.add(source)
            wanted = "id" if target == "programme" else "programme_id"
            if columns[0] != "programme_id" or targets[0] != wanted:
                wrong.append(f"{source}.{name}")
    return sorted(wrong) + sorted(TENANT - tied)


def foreign_keys_without_index(conn: Connection) -> list[str]:
    """Foreign keys whose referring side no index begins with."""
    indexes: dict[str, list[list[str]]] = {}
    for table, columns in conn.execute(
        "SELECT t.relname, array(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY u (n, o)"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n ORDER BY o)"
        " FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = 'public'::regnamespace"
    ):
        indexes.setdefault(table, []).append(columns)
    return sorted(
        f"{source}.{name}"
        for name, source, target, columns, _ in conn.execute(_FOREIGN_KEYS)
        # the account's own number is enough: its currency follows from it
        if target not in _NEVER_DELETED and not any(index[:2] == columns[:2] for index in indexes[source])
    )


def keys_of_another_type(conn: Connection) -> list[str]:
    """Numbers of rows and instants that are not 64 bits wide."""
    rows = conn.execute(
        "SELECT c.relname, a.attname, y.typname, CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE y.oid END::regtype"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0"
        " AND NOT a.attisdropped AND NOT c.relispartition"
    ).fetchall()
    referring = {
        (source, column)
        for _, source, _, columns, _ in conn.execute(_FOREIGN_KEYS)
        for column in columns
        if column.endswith("_id")
    }
    return sorted(
        f"{table}.{column}"
        for table, column, type_, base in rows
        if (table in TENANT or table in GLOBAL)
        and not table.startswith("django_")
        and (
            (
                (column == "id" or (table, column) in referring)
                and (table, column) not in _OTHER_KEYS
                and base != "bigint"
            )
            or ((column == "at" or column.endswith("_at")) and type_ != "instant")
        )
    )


def money_of_another_type(conn: Connection) -> list[str]:
    """Amounts whose range is not checked by their type."""
    rows = conn.execute(
        "SELECT c.relname, a.attname, y.typname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_type y ON y.oid = a.atttypid WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind IN ('r', 'p') AND (a.attname IN ('amount', 'balance', 'net') OR a.attname LIKE '%\\_micros')"
    )
    return sorted(f"{table}.{column}" for table, column, type_ in rows if type_ not in {"amount", "micros"})


def immutable_tables_without_trigger(conn: Connection) -> list[str]:
    """Immutable tables that the owner could change: no statement trigger on UPDATE, DELETE and TRUNCATE, always on."""
    guarded = {
        name
        for (name,) in conn.execute(
            "SELECT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid"
            " JOIN pg_proc p ON p.oid = g.tgfoid WHERE p.proname = 'refuse_change' AND g.tgenabled = 'A'"
            " AND g.tgtype = 2 + 8 + 16 + 32"  # before; delete, update, truncate; for each statement
        )
    }
    return sorted(IMMUTABLE - guarded)


def rights_too_many(conn: Connection) -> list[str]:
    """What the application may do beyond its declared rights."""
    forbidden = [(table, right) for table in IMMUTABLE for right in ("UPDATE", "DELETE", "TRUNCATE")]
    forbidden += [(table, right) for table in TENANT | GLOBAL for right in ("TRUNCATE", "TRIGGER", "REFERENCES")]
    forbidden += [("account", "DELETE"), ("log_tree", "DELETE"), ("django_migrations", "INSERT")]
    found = [f"{table}: {right}" for table, right in forbidden if _may(conn, table, right)]
    columns = "SELECT has_any_column_privilege(%s, %s, 'UPDATE')"
    found += [f"{table}: a column" for table in IMMUTABLE if conn.execute(columns, [APP, table]).fetchone() == (True,)]
    found += [
        f"owns {name}"
        for (name,) in conn.execute(
            "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = %s)", [APP]
        )
    ]
    found += [
        f"partition {name}"
        for (name,) in conn.execute(
            "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
            " AND has_table_privilege(%s, oid, 'SELECT, INSERT, UPDATE, DELETE')",
            [APP],
        )
    ]
    return sorted(found)


def rights_too_few(conn: Connection) -> list[str]:
    """What the application needs and may not do."""
    needed = [(table, right) for table in TENANT | GLOBAL - {"django_migrations"} for right in ("SELECT", "INSERT")]
    needed += [(table, right) for table in MUTABLE - {"account", "log_tree"} for right in ("UPDATE", "DELETE")]
    return sorted(f"{table}: {right}" for table, right in needed if not _may(conn, table, right))


def _may(conn: Connection, table: str, right: str) -> bool:
    return conn.execute("SELECT has_table_privilege(%s, %s, %s)", [APP, table, right]).fetchone() == (True,)


def accounts_without_checks(conn: Connection) -> list[str]:
    """Kinds of accounts that could fall below zero although they must not."""
    found = {name for (name,) in conn.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'account'::regclass")}
    kinds = ("pending", "held", "in_transit", "paid", "unclaimed", "fee")
    wanted = {f"{kind}_not_negative" for kind in kinds} | {"account_kind", "account_owner"}
    return sorted(wanted - found)


CHECKS: list[Check] = [
    undeclared_tables,
    tables_without_programme,
    unique_indexes_across_programmes,
    foreign_keys_across_programmes,
    foreign_keys_without_index,
    keys_of_another_type,
    money_of_another_type,
    immutable_tables_without_trigger,
    rights_too_many,
    rights_too_few,
    accounts_without_checks,
]
