"""Her plan as a calendar under a secret address. Locked, the server knows no more of it than that it is there.

The address is the key: a hash of it finds the calendar, what HKDF makes of it opens it. It is written in her books
and in the calendars that subscribed, and nowhere else.
"""

import os
from base64 import urlsafe_b64encode
from dataclasses import replace
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fanshare.core.instants import Instant, to_datetime, zone
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Feed, Work
from fanshare.core.workbench.feed import calendar
from fanshare.core.workbench.schedule import blocks
from fanshare.flows import workbench_books
from fanshare.flows.workbench_books import Open
from fanshare.flows.workbench_keys import seal_paper, unseal_paper
from fanshare.store.access import Connection
from fanshare.store.queries import workbench_feeds

_PLACE = UUID(int=0)


def switch_on(books: Open, shelf: Shelf, now: Instant, words: dict[str, str], *, titles: bool) -> Feed:
    """Give the plan an address, a fresh one each time; the one before leads nowhere any more.

    ``words`` are what steps are called, and under the empty key what stands there without titles.
    """
    feed = Feed(urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode(), titles, words if titles else {"": words[""]})
    with workbench_books.alone(books, shelf.settings) as current:
        feed = replace(feed, cut=_publish(books, current, feed, now))
        workbench_books.keep_feed(books, feed)
    return feed


def switch_off(books: Open) -> None:
    """No address any more."""
    with books.conn.transaction():
        workbench_books.drop_feed(books)
        workbench_feeds.drop(books.conn, books.account)


def publish(books: Open, shelf: Shelf, now: Instant) -> None:
    """Bring the calendar up to the plan, where it has an address, and keep how much of it did not fit."""
    feed = shelf.feed
    if feed is not None and (cut := _publish(books, shelf, feed, now)) != feed.cut:
        workbench_books.keep_feed(books, replace(feed, cut=cut))


def read(conn: Connection, secret: str) -> str | None:
    """The calendar under an address, ``None`` where there is none."""
    sealed = workbench_feeds.find(conn, _derived(secret, b"address"))
    return None if sealed is None else unseal_paper(_derived(secret, b"key"), _PLACE, sealed).decode()


def _publish(books: Open, shelf: Shelf, feed: Feed, now: Instant) -> int:
    """Write the calendar; how many steps did not fit into it."""
    made = to_datetime(now)
    own = zone(shelf.settings.zone)
    text, cut = calendar(blocks(shelf.of(Work)), own, made, _derived(feed.secret, b"names"), feed.words)
    sealed = seal_paper(_derived(feed.secret, b"key"), _PLACE, text.encode())
    workbench_feeds.put(books.conn, books.account, _derived(feed.secret, b"address"), sealed)
    return cut


def _derived(secret: str, what: bytes) -> bytes:
    info = b"fanshare workbench calendar\0" + what
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret.encode())
