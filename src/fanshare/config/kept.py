"""One database connection a thread, kept between requests: opening one costs more than most questions do."""

import threading
from collections.abc import Callable

import psycopg

from fanshare.store.access import Connection


class KeptConnections:
    """Each thread's own connection, made when it is first needed and again after it broke."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._kept = threading.local()

    def mine(self) -> Connection:
        """This thread's connection, open and outside of any transaction. Raises what connecting raises."""
        conn: Connection | None = getattr(self._kept, "conn", None)
        if conn is not None and not conn.closed and not conn.broken:
            if conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                return conn
            conn.close()
        self._kept.conn = self._connect()
        return self.mine()
