"""What the page of signing in and that of safety show of a provider: nothing where the operator configured none."""

from contextlib import suppress
from typing import Any

from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.oidc import Provider
from fanshare.flows import provider_sign_in as flow
from fanshare.store.queries import provider_links
from fanshare.web import site
from fanshare.web.authorisation import account_of


def provider_of(request: Any) -> Provider | None:
    """The provider by which people may sign in; ``None`` too while the database is away: the other ways are there."""
    desk = site.of(request).at_work
    if desk is None or desk.providers is None:
        return None
    with suppress(FanshareError), desk.open() as conn:
        return flow.known(conn)
    return None


def connected_at(request: Any) -> Instant | None:
    """Since when whoever is signed in is connected with it."""
    desk, account = site.of(request).at_work, account_of(request)
    if desk is None or not account:
        return None
    with desk.open() as conn:
        return provider_links.linked_at(conn, account)
