"""Lists searched by words that lie sealed: no index knows them, so rows are read in lots, opened and looked at.

What the search can't find the page does not show either: a row whose words its owner keeps to herself has none here.
"""

from collections.abc import Callable, Sequence

from fanshare.web.lists import Asked, Taken, taken

#: Rows that are opened at once while a search goes on.
_LOT = 500


def sought[R, T](
    wish: Asked,
    read: Callable[[tuple[int, int] | None, int], Sequence[R]],
    opened: Callable[[Sequence[R]], Sequence[T]],
    words: Callable[[T], str],
    key: Callable[[T], tuple[int, int]],
) -> Taken[T]:
    """What is shown of rows that ``read`` gives behind a place, so many at once, and ``opened`` unseals.

    ``words`` is what the search looks through, without regard to case; ``key`` is what the list goes by.
    """
    text = wish.text.casefold()
    lot = max(_LOT, wish.limit + 1) if text else wish.limit + 1
    kept: list[T] = []
    after = wish.after
    while True:
        rows = opened(read(after, lot))
        kept += [row for row in rows if text in words(row).casefold()] if text else rows
        if len(kept) > wish.limit or len(rows) < lot:
            return taken(wish, kept, key)
        after = key(rows[-1])
