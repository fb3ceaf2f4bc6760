"""The accounts that a brand pays from, sealed."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_ALL = "SELECT kind, sealed, set_by, set_at FROM payout_debtor WHERE programme_id = %(programme_id)s ORDER BY kind"
_SET = """
INSERT INTO payout_debtor (programme_id, kind, sealed, set_by, set_at)
VALUES (%(programme_id)s, %(kind)s, %(sealed)s, %(by)s, %(now)s)
ON CONFLICT (programme_id, kind) DO UPDATE
   SET sealed = excluded.sealed, set_by = excluded.set_by, set_at = excluded.set_at
"""
_END = "DELETE FROM payout_debtor WHERE programme_id = %(programme_id)s AND kind = %(kind)s"
_OF_RUN = """
SELECT sealed FROM payout_run_debtor WHERE programme_id = %(programme_id)s AND run_id = %(run)s AND kind = %(kind)s
"""
_KEEP = """
INSERT INTO payout_run_debtor (programme_id, run_id, kind, sealed, taken_at)
VALUES (%(programme_id)s, %(run)s, %(kind)s, %(sealed)s, %(now)s) ON CONFLICT (programme_id, run_id, kind) DO NOTHING
"""


class Row(NamedTuple):
    """One of them, and who set it when."""

    kind: str
    sealed: bytes
    set_by: str
    set_at: Instant


def listed(access: Access) -> list[Row]:
    """All of them, at most one of a kind."""
    return [Row(kind, bytes(sealed), by, at) for kind, sealed, by, at in access.fetch(_ALL)]


def put(access: Access, row: Row) -> None:
    """This one from now on."""
    access.execute(_SET, {"kind": row.kind, "sealed": row.sealed, "by": row.set_by, "now": row.set_at})


def end(access: Access, kind: str) -> bool:
    """None of a kind any more; whether there was one."""
    return access.execute(_END, {"kind": kind}).rowcount > 0


def of_run(access: Access, run: int, kind: str) -> bytes | None:
    """The account in the file of a run, sealed; ``None`` before that was taken."""
    found = access.value(_OF_RUN, {"run": run, "kind": kind})
    return None if found is None else bytes(found)


def keep(access: Access, run: int, kind: str, sealed: bytes, now: Instant) -> None:
    """The file of a run was taken with this account; which one it was at first stays."""
    access.execute(_KEEP, {"run": run, "kind": kind, "sealed": sealed, "now": now})
