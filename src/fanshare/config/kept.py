"""Database connections that are kept between requests: opening one costs more than most questions do.

A fresh connection is a process that knows no table yet, and a page asks three times. Kept ones know the tables, and
have the statements prepared that come again and again.
"""

import select
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from fanshare.store.access import Connection

#: How many connections wait for the next request; what comes back beyond that is closed.
MOST_IDLE = 16


class KeptConnections:
    """Connections of a process with threads: each is in one hand at a time.

    One that is lent is taken from those that wait, or made; it waits again afterwards, unless it broke or was left
    inside a transaction. One that the server has closed meanwhile is not given to anybody.
    """

    def __init__(self, connect: Callable[[], Connection], *, most_idle: int = MOST_IDLE) -> None:
        self._connect = connect
        self._own = threading.local()
        self._idle: deque[Connection] = deque()
        self._most_idle = most_idle

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """A connection for as long as the block lasts, outside of any transaction. Raises what connecting raises."""
        conn = self._waiting() or self._connect()
        try:
            yield conn
        finally:
            if _usable(conn) and len(self._idle) < self._most_idle:
                self._idle.append(conn)  # the newest is taken first: its pages are warm
            else:
                conn.close()

    def mine(self) -> Connection:
        """This thread's own connection, open and outside of any transaction. Raises what connecting raises."""
        conn: Connection | None = getattr(self._own, "conn", None)
        if conn is not None:
            if _usable(conn) and _heard_nothing(conn):
                return conn
            conn.close()
        self._own.conn = self._connect()
        return self.mine()

    def close(self) -> None:
        """Close those that wait."""
        while (conn := self._pop()) is not None:
            conn.close()

    def _waiting(self) -> Connection | None:
        while (conn := self._pop()) is not None:
            if _usable(conn) and _heard_nothing(conn):
                return conn
            conn.close()
        return None

    def _pop(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None


def _usable(conn: Connection) -> bool:
    """Open, and in no transaction."""
    if conn.closed or conn.broken:
        return False
    return conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def _heard_nothing(conn: Connection) -> bool:
    """Whether the server is silent, as it is towards somebody who asks nothing: the first it would say is good-bye."""
    poll = select.poll()
    poll.register(conn.fileno(), select.POLLIN)
    return not poll.poll(0)
