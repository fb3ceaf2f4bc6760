"""How often a process looks for unreachable cycles of objects."""

import gc

#: Young objects before the collector looks at them; then how many looks at the young before one at the older.
YOUNG, OLDER, OLDEST = 25_000, 20, 20


def look_seldom() -> None:
    """Let the cyclic garbage collector look seldom, and never again at what the program itself consists of.

    A settlement holds ten thousands of objects at once, nearly all of which go when nothing refers to them any more.
    CPython's own settings look through them again and again: while 3,600 orders were fetched and settled, 2.7 of 17.8
    seconds of the process; with these, 1.0 of 16.8. Call it when a process has begun, and again when it has loaded what
    it needs; what is garbage by then goes first.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLDEST)
