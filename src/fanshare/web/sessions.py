"""Django's sessions over the accounts of a site: a random key in a cookie, its hash and sealed content in the database.

Django's own middleware does the rest (cookie, ``Vary``, saving only what changed); this is its session engine.
"""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware

from fanshare.web import site
from fanshare.web.accounts_port import Accounts, NoAccounts


class SessionStore(SessionBase):  # type: ignore[misc]
    """One visitor's session. Read from the database when it is first looked at, and not before."""

    def __init__(self, session_key: str | None = None, accounts: Accounts | None = None) -> None:
        self._accounts: Accounts = accounts or NoAccounts()
        super().__init__(session_key)

    def exists(self, session_key: str) -> bool:  # noqa: ARG002 - Django's signature
        """Keys have 165 random bits: a fresh one is nobody's."""
        return False

    def load(self) -> dict[str, Any]:
        """What the session holds; an unknown or ended key is dropped, so that a visitor never chooses her own."""
        content = self._accounts.session(self.session_key) if self.session_key else None
        if content is None:
            self._session_key = None
            return {}
        return content

    def create(self) -> None:
        """A fresh key."""
        self._session_key = self._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Keep it."""
        if self.session_key is None:
            self.create()
            return
        self._accounts.keep_session(self.session_key, self._get_session(no_load=must_create))

    def delete(self, session_key: str | None = None) -> None:
        """End it."""
        key = session_key or self.session_key
        if key:
            self._accounts.end_session(key)

    @classmethod
    def clear_expired(cls) -> None:
        """The worker does this."""


class Sessions(SessionMiddleware):  # type: ignore[misc]
    """Django's middleware, whose sessions belong to the site of the request."""

    def process_request(self, request: Any) -> None:
        """Give the request its session."""
        key = request.COOKIES.get("fanshare")
        request.session = SessionStore(key, site.of(request).accounts)
