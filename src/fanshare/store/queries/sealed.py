"""Every value of the database that is sealed under the master key, for changing that key: all programmes at once.

A catalogue test holds this list against the schema, so that a new sealed column can't be forgotten.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from psycopg import sql

from fanshare.store.access import Connection

_BATCH = 1_000


class Sealed(NamedTuple):
    """A column: the key of its rows, the purpose it is sealed for, and its associated data as SQL (bytea)."""

    table: str
    key: tuple[str, ...]
    column: str
    purpose: str
    place: str


class Value(NamedTuple):
    """One sealed value and its place."""

    key: tuple[Any, ...]
    sealed: bytes
    place: bytes


SEALED: Sequence[Sealed] = (
    Sealed("application", ("programme_id", "id"), "sealed", "joining", "account"),
    Sealed(
        "vault_key",
        ("programme_id", "person_id"),
        "wrapped",
        "vault",
        "convert_to(programme_id || '/' || person_id || '/', 'UTF8')",
    ),
    Sealed("connection", ("programme_id", "id"), "sealed_secrets", "endpoint secret", "convert_to(endpoint, 'UTF8')"),
    Sealed("connection", ("programme_id", "id"), "sealed_api", "shop api keys", "convert_to(endpoint, 'UTF8')"),
    Sealed("day_key", ("day",), "wrapped", "delivery", "convert_to(day, 'UTF8')"),
    Sealed("event_target", ("programme_id", "id"), "sealed_secrets", "event target", "convert_to(public_id, 'UTF8')"),
    Sealed(
        "payout_debtor",
        ("programme_id", "kind"),
        "sealed",
        "debtor account",
        "convert_to(programme_id || '/' || kind, 'UTF8')",
    ),
    Sealed(
        "payout_run_debtor",
        ("programme_id", "run_id", "kind"),
        "sealed",
        "debtor account",
        "convert_to(programme_id || '/' || kind, 'UTF8')",
    ),
    Sealed(
        "payout_rail",
        ("programme_id", "kind"),
        "sealed",
        "payout rail",
        "convert_to(programme_id || '/' || kind, 'UTF8')",
    ),
    Sealed("dpi_operator", ("id",), "sealed", "dpi operator", "''::bytea"),
    Sealed("dpi_message", ("id",), "sealed", "dpi report", "convert_to(ref, 'UTF8')"),
    Sealed("dpi_record", ("id",), "sealed", "dpi report", "convert_to(message_id || '/' || ref, 'UTF8')"),
    Sealed(
        "tax_form",
        ("programme_id", "id"),
        "sealed",
        "tax form",
        "convert_to(programme_id || '/' || id, 'UTF8')",
    ),
    Sealed(
        "self_billing_issuer",
        ("programme_id",),
        "sealed",
        "self billing issuer",
        "convert_to(programme_id::text, 'UTF8')",
    ),
    Sealed(
        "self_bill_paper",
        ("programme_id", "bill_id"),
        "sealed",
        "self bill",
        "convert_to(programme_id || '/' || bill_id, 'UTF8')",
    ),
    Sealed("funding_biller", ("programme_id",), "sealed", "funding biller", "convert_to(programme_id::text, 'UTF8')"),
    Sealed(
        "funding_bill_paper",
        ("programme_id", "bill_id"),
        "sealed",
        "funding bill",
        "convert_to(programme_id || '/' || bill_id, 'UTF8')",
    ),
    Sealed("operator", ("id",), "sealed_address", "sign in", "account"),
    Sealed("second_factor", ("account",), "sealed_secret", "second factor", "account"),
    Sealed("passkey", ("credential",), "sealed", "passkey", "credential"),
    Sealed("sign_in_provider", ("one",), "sealed_secret", "provider secret", "convert_to(issuer, 'UTF8')"),
    Sealed("provider_link", ("subject",), "sealed", "provider link", "subject"),
    Sealed("workbench", ("account",), "by_passphrase", "workbench", "account"),
    Sealed("workbench", ("account",), "by_recovery", "workbench", "account"),
    Sealed("workbench_passkey", ("credential",), "wrapped", "workbench", "account || credential"),
    Sealed("workbench_mail", ("account",), "sealed", "workbench mail", "account"),
    Sealed("address_change", ("account",), "sealed", "address change", "account"),
    Sealed(
        "credit_stock",
        ("programme_id", "id"),
        "sealed",
        "credit stock",
        "convert_to(programme_id || '/' || connection_id || '/' || print, 'UTF8')",
    ),
    Sealed("letter", ("programme_id", "id"), "sealed", "letter", "convert_to(name, 'UTF8')"),
    Sealed("moving_upload", ("programme_id", "id"), "sealed", "moving upload", "convert_to(name, 'UTF8')"),
    Sealed("moving_upload", ("programme_id", "id"), "sealed_plan", "moving plan", "convert_to(name, 'UTF8')"),
    Sealed("outbox", ("id",), "sealed", "outbox", "convert_to(kind || '/' || key, 'UTF8')"),
)

#: Sealed under the master key too, and simply ended with it: whoever was signed in signs in again, whoever was joining
#: asks for a new link.
ENDED = {
    ("web_session", "sealed"),
    ("sign_in_link", "sealed_address"),
    ("sign_in_link", "sealed_wanted"),
    ("joining", "sealed"),
}

#: Not sealed under the master key itself.
UNDER_OTHER_KEYS = {
    ("vault_item", "sealed"): "the key of the person, which is sealed in vault_key",
    ("delivery", "sealed_body"): "the key of the day, which is sealed in day_key",
    ("refused_delivery", "sealed_body"): "the key of the day, which is sealed in day_key",
    ("compliance_request", "sealed"): "the key of the day, which is sealed in day_key",
    ("workbench_row", "sealed"): "the key of the books, which a passphrase, a recovery code or a passkey opens",
    ("workbench_paper", "sealed"): "the key of the books, as their rows",
    ("workbench_feed", "sealed"): "what HKDF makes of its secret address, of which a hash is kept",
}

#: Bytes that nobody sealed.
NOT_SEALED = {
    ("click", "visitor"): "a keyed hash under the salt of a day",
    ("delivery", "id"): "an id",
    ("number_series", "issuer"): "a keyed hash of an issuer's number or name, under a key that outlives master keys",
    ("passkey", "attested"): "a public key, the id its device gave it, and the device's model",
    ("passkey", "handle"): "random: what devices call an account",
    ("picture", "content"): "shown to everybody",
    ("refused_delivery", "id"): "an id",
    ("spool_position", "segment_id"): "an id",
    ("workbench", "passkey_salt"): "random: what devices of passkeys are asked about",
    ("workbench", "salt"): "a random salt of Argon2id, which need not be secret",
    ("workbench_passkey", "salt"): "a random salt of HKDF, which need not be secret",
}


def values(conn: Connection, of: Sealed) -> Iterator[list[Value]]:
    """All values of a column in batches, in the order of their keys; each batch is read when it is asked for."""
    after: tuple[Any, ...] | None = None
    while rows := conn.execute(_select(of, after), [*(after or ()), _BATCH]).fetchall():
        yield [Value(tuple(row[:-2]), bytes(row[-2]), bytes(row[-1])) for row in rows]
        after = tuple(rows[-1][:-2])


def put(conn: Connection, of: Sealed, changed: Sequence[Value]) -> None:
    """Write values back."""
    statement = sql.SQL("UPDATE {} SET {} = %s WHERE {}").format(
        sql.Identifier(of.table),
        sql.Identifier(of.column),
        sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in of.key),
    )
    with conn.cursor() as cursor:
        cursor.executemany(statement, [(value.sealed, *value.key) for value in changed])


def end_sessions(conn: Connection) -> None:
    """Nobody is signed in any more, and no link to sign in works."""
    for table in sorted({table for table, _ in ENDED}):
        conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def _select(of: Sealed, after: tuple[Any, ...] | None) -> sql.Composed:
    key = sql.SQL(", ").join(map(sql.Identifier, of.key))
    marks = sql.SQL(", ").join([sql.SQL("%s")] * len(of.key))
    beyond = sql.SQL("") if after is None else sql.SQL("AND ({}) > ({})").format(key, marks)
    query = sql.SQL("SELECT {}, {}, {} FROM {} WHERE {} IS NOT NULL {} ORDER BY {} LIMIT %s")
    column, place = sql.Identifier(of.column), sql.SQL(of.place)
    return query.format(key, column, place, sql.Identifier(of.table), column, beyond, key)
