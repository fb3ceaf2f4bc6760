"""A creator's page of trust: published out of her open books, by what she chose; read by whoever has its address."""

import secrets

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, local_date, zone
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Trusted
from fanshare.core.workbench.trust_page import Shown, copied, document, read
from fanshare.flows.workbench_books import Open
from fanshare.store.access import Connection
from fanshare.store.queries import trust_pages
from fanshare.store.queries.trust_pages import Page


def preview(shelf: Shelf, now: Instant) -> Shown:
    """What would stand on the page if she published it now."""
    return copied(shelf, shelf.trusted or Trusted(), local_date(now, zone(shelf.settings.zone)))


def publish(books: Open, shelf: Shelf, now: Instant) -> str:
    """Copy what she chose out of her books and show it; its address, which stays when it is published again.

    Raises ``BadInputError`` (``nothing_chosen``).
    """
    shown = preview(shelf, now)
    if shown.empty:
        raise BadInputError("nothing_chosen", "Choose or write first what is to stand on the page.")
    before = trust_pages.of(books.conn, books.account)
    token = secrets.token_urlsafe(16) if before is None else before.token
    listed = shelf.trusted is not None and shelf.trusted.listed
    trust_pages.put(books.conn, books.account, Page(token, listed, document(shown), now))
    return token


def move(books: Open) -> None:
    """Give the page another address: under the one before there is nothing from now on."""
    page = trust_pages.of(books.conn, books.account)
    if page is not None:
        trust_pages.put(books.conn, books.account, page._replace(token=secrets.token_urlsafe(16)))


def take_down(conn: Connection, account: bytes) -> None:
    """Show it no more; doing it again changes nothing."""
    trust_pages.drop(conn, account)


def shown_under(conn: Connection, token: str) -> tuple[Shown, bool] | None:
    """What stands under an address, and whether search engines may list it; ``None`` where nothing does."""
    page = trust_pages.under(conn, token)
    return None if page is None else (read(page.document), page.listed)
