"""``python -m benchmarks.row_security``: what row level security would cost as a second wall between programmes.

Reads by key, a scan of one programme's orders, and batches of transfers, in turns with and without policies on the
four tables they touch. The answer is discussed in ``docs/decisions/0007-schema.md``.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind
from fanshare.store import directory, ledger
from fanshare.store.access import Access, Connection, connect
from fanshare.store.migrate import migrate
from fanshare.store.server import Server, embedded_database

TABLES = ("transfer", "shop_order", "account", "party")
ORDERS = 20_000
ROUNDS = 6


def fill(conn: Connection) -> Access:
    """A programme with 1,000 creators and 20,000 orders."""
    new = directory.NewProgramme("bench", "Bench", "DE", "EUR", "UTC")
    access = Access(conn, directory.found_programme(conn, new, 1, "bench").id, "bench")
    access.execute(
        "INSERT INTO party (programme_id, kind, public_id, created_at)"
        " SELECT %(programme_id)s, 'creator', n::text, 1 FROM generate_series(1, 1000) n"
    )
    access.execute(
        "INSERT INTO connection (programme_id, kind, endpoint, sealed_secrets, created_at)"
        " VALUES (%(programme_id)s, 'generic', 'bench', '', 1)"
    )
    access.execute(
        "INSERT INTO shop_order (programme_id, connection_id, external_id, birth, placed_at, modified_at, currency,"
        " status, net, accepted_at) SELECT %(programme_id)s, c.id, n::text, '', n, n, 'EUR', 'captured', 0, 1"
        " FROM generate_series(1, %(orders)s) n, connection c WHERE c.programme_id = %(programme_id)s",
        {"orders": ORDERS},
    )
    return access


def works(access: Access) -> dict[str, Callable[[], object]]:
    """The work that is measured, by name."""
    select = "SELECT id FROM {} WHERE programme_id = %(programme_id)s ORDER BY id"
    orders = [row[0] for row in access.fetch(select.format("shop_order"))]
    parties = [row[0] for row in access.fetch(select.format("party"))]
    batch = [
        Transfer(TransferKind.CLAIM, AccountKey(AccountKind.ABSORBED), AccountKey(AccountKind.AVAILABLE, one), 5, "EUR")
        for one in parties
    ]

    def by_key() -> None:
        for order in orders[:500]:
            access.value(
                "SELECT net FROM shop_order WHERE programme_id = %(programme_id)s AND id = %(id)s", {"id": order}
            )

    def scan() -> None:
        access.fetch("SELECT id, net, buyer_key FROM shop_order WHERE programme_id = %(programme_id)s")

    return {
        "500 orders by key": by_key,
        f"a scan of {ORDERS:,} orders": scan,
        "a batch of 1,000 transfers": lambda: ledger.post(access, batch, at=1),
    }


def switch(owner: Connection, *, on: bool) -> None:
    """Put the policies in place or take them away."""
    for table in TABLES:
        if on:
            owner.execute(
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON {table}"
                " USING (programme_id = current_setting('fanshare.programme')::bigint)".encode()
            )
        else:
            owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; DROP POLICY own ON {table}".encode())


def timed(work: Callable[[], object]) -> float:
    """Milliseconds of one call, after one that does not count."""
    work()
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def main() -> None:
    """Measure in turns and print medians."""
    with ExitStack() as rest:
        server = Server(Path(rest.enter_context(tempfile.TemporaryDirectory(prefix="fsb-"))))
        rest.callback(shutil.rmtree, server.place.root, ignore_errors=True)  # may lie elsewhere, behind a link
        rest.enter_context(server)
        database = embedded_database(server)
        migrate(database.dsn(owner=True), database.app_role)
        with connect(database.dsn()) as conn, connect(database.dsn(owner=True)) as owner:
            access = fill(conn)
            owner.execute("ANALYZE")
            conn.execute("SELECT set_config('fanshare.programme', %s, false)", [str(access.programme_id)])
            found: dict[tuple[str, bool], list[float]] = {}
            for _ in range(ROUNDS):
                for on in (False, True):
                    if on:
                        switch(owner, on=True)
                    for name, work in works(access).items():
                        found.setdefault((name, on), []).append(timed(work))
                    if on:
                        switch(owner, on=False)
    for name in dict.fromkeys(name for name, _ in found):
        without, with_ = median(found[name, False]), median(found[name, True])
        sys.stdout.write(f"{name}: {without:.1f} ms, with policies {with_:.1f} ms, {with_ / without:.2f} times\n")


if __name__ == "__main__":
    main()
