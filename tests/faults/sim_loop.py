"""An event loop without real time and without threads: what happens, and in which order, follows from one seed.

Waiting costs nothing: when nobody can go on, the clock jumps to the next moment at which somebody can. Work for another
thread runs on the loop itself, begins and ends at moments that the dice choose, and so overlaps with everything else.
"""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

#: Seconds until a thread gets its turn, and until its result is seen.
_THREAD = (0.0002, 0.02)


class Crash(BaseException):
    """The process ends here, as by kill -9. Not an ``Exception``: nothing in the program may catch it."""


class _Impatient(selectors.SelectSelector):
    """Never waits; tells the loop how long it would have."""

    loop: "SimLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for ever")
        self.loop.now += timeout
        return super().select(0) if timeout == 0 else []


class SimLoop(asyncio.SelectorEventLoop):
    """``now`` is the time in seconds since the beginning."""

    def __init__(self, dice: random.Random) -> None:
        selector = _Impatient()
        selector.loop = self
        self.now = 0.0
        self.dice = dice
        super().__init__(selector)
        self.set_exception_handler(lambda loop, context: None)  # those who crashed leave their tasks behind

    def time(self) -> float:
        return self.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        future = self.create_future()

        def show(result: Any, error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        def run() -> None:
            result, failure = None, None
            try:
                result = func(*args)
            except (Exception, Crash) as error:
                failure = error
            self.call_later(self.dice.uniform(*_THREAD), show, result, failure)

        self.call_later(self.dice.uniform(*_THREAD), run)
        return future


def at_once[T](work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """Begin now and here, up to the first wait; also from inside of something that is under way."""
    return asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
