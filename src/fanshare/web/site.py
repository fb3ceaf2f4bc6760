"""What a running web application carries: its store, its clock, the hosts it answers.

It travels in the WSGI environment, so several applications (in tests: one per case) share one configured Django.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.flows.signed_in import Relying
from fanshare.web.accounts_port import Accounts, NoAccounts
from fanshare.web.keyring import Keyring
from fanshare.web.limits import Limiter
from fanshare.web.pages_port import PageStore

if TYPE_CHECKING:
    from fanshare.web.desk import Desk

type WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

KEY = "fanshare.site"


@dataclass(frozen=True, slots=True)
class Site:
    """``clock`` gives the present as an instant; ``allowed_hosts`` are names as in Django's ``ALLOWED_HOSTS``.

    ``accounts`` knows who may sign in, ``at_work`` opens a programme for who did;
    ``secure_host`` is the name under which a proxy serves this site by https; ``relying`` is how passkeys know it,
    if its address is one that can have any.
    """

    store: PageStore
    clock: Callable[[], Instant]
    allowed_hosts: tuple[str, ...]
    accounts: Accounts = field(default_factory=NoAccounts)
    secure_host: str = ""
    limiter: Limiter = field(default_factory=Limiter)
    keyring: Keyring = field(default_factory=Keyring)
    at_work: "Desk | None" = None
    relying: Relying | None = None

    @property
    def desk(self) -> "Desk":
        """Where signed-in people work. Raises ``FanshareError`` (``no_desk``) where there is no database."""
        if self.at_work is None:
            raise FanshareError("no_desk", "These pages need a database, and this site has none.", 503)
        return self.at_work


def of(request: Any) -> Site:
    """The site a Django request came to."""
    site = request.META[KEY]
    assert isinstance(site, Site)
    return site
