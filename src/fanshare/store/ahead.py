"""Statements that PostgreSQL works off while the program prepares the next ones.

A batch of many rows takes the program as long as the database, one after the other: while one works the other waits.
Two of them at once need nothing but somebody who hands over: one thread, which executes what it is given in the order
in which that came. (The pipeline mode of the protocol hands over only as much as a socket holds while the server is
busy, and the rest when the program comes back.)
"""

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

#: For so long (seconds) a thread of Python goes on while another one wants to: ten times as short as CPython's own.
#: A statement of some megabytes goes to the server in many pieces, and waits for its turn before each of them.
_TURN = 0.000_5


class Ahead:
    """Work that is done in order by one thread; what went wrong is raised by whoever waits, the first thing first.

    The process gives its threads shorter turns from the first time on.
    """

    __slots__ = ("_failed", "_given", "_thread")

    def __init__(self) -> None:
        sys.setswitchinterval(min(sys.getswitchinterval(), _TURN))
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fanshare-ahead")
        self._given: list[Future[object]] = []
        self._failed: BaseException | None = None

    def give[T](self, work: Callable[[], T]) -> "Future[T]":
        """Have it done after everything that was given before; what went wrong there is also raised by its future."""
        future = self._thread.submit(self._done, work)
        self._given.append(future)  # type: ignore[arg-type]  # a future is invariant, and only waited for
        return future

    def _done[T](self, work: Callable[[], T]) -> T:
        if self._failed is not None:  # PostgreSQL would only say that the transaction is broken off
            raise self._failed
        try:
            return work()
        except BaseException as error:
            self._failed = error
            raise

    def wait(self) -> None:
        """Until everything that was given is done. Raises what the first of it raised."""
        given, self._given = self._given, []
        for future in given:
            future.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for all, or after an error only for what is under way: the rest is not begun."""
        try:
            if kind is None:
                self.wait()
        finally:
            self._thread.shutdown(wait=True, cancel_futures=True)
