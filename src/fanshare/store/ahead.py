"""Statements that PostgreSQL works off while the program prepares the next ones.

A batch of many rows takes the program as long as the database, one after the other: while one works the other waits.
Two of them at once need nothing but somebody who hands over: one thread, which executes what it is given in the order
in which that came. (The pipeline mode of the protocol hands over only as much as a socket holds while the server is
busy, and the rest when the program comes back.)
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self


class Ahead:
    """Work that is done in order by one thread; what went wrong is raised by whoever waits, the first thing first."""

    __slots__ = ("_given", "_thread")

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fanshare-ahead")
        self._given: list[Future[object]] = []

    def give[T](self, work: Callable[[], T]) -> "Future[T]":
        """Have it done after everything that was given before."""
        future = self._thread.submit(work)
        self._given.append(future)  # type: ignore[arg-type]  # a future is invariant, and only waited for
        return future

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
