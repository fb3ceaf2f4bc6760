"""Asking the GraphQL Admin API of one shop: tokens that live a day, costs, versions.

An app of the Dev Dashboard exchanges its client id and secret for a token (RFC 6749, section 4.4) that is valid for 24
hours; it is kept in memory, renewed before it ends and whenever the shop no longer takes it. Queries cost points of a
bucket that refills: a throttled query says what it would have cost and how fast the bucket fills.

Source: shopify.dev, "Using the client credentials grant", "GraphQL Admin API rate limits", "API versioning".
"""

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fanshare.core.errors import BadInputError
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.http import LATER, Answer, Asker, check_shop_url, json_of, retry_after
from fanshare.integrations.shopify.queries import VERSION

log = logging.getLogger(__name__)

#: A token is renewed this many seconds before it ends, and never held longer than a day.
_MARGIN = 300.0
_DAY = 86_400.0
#: Seconds worth waiting for the bucket to fill; for longer waits the shop is asked again in another round.
_WORTH_WAITING = 3.0
_TRIES = 3


class TooCostlyError(ShopRefusedError):
    """One query would cost more than any query may: ask for less at once."""


@dataclass(frozen=True, slots=True)
class AppAccess:
    """Where a shop is (``https://name.myshopify.com``) and the app it installed."""

    url: str
    client_id: str
    client_secret: str
    allow_plain_http: bool = False
    public_only: bool = False

    def __post_init__(self) -> None:
        """Raises ``BadInputError`` ``bad_shop_url`` for an address that can't or must not be asked."""
        check_shop_url(self.url, allow_plain_http=self.allow_plain_http)


def open_admin(settings: Mapping[str, str]) -> "Admin":
    """A client of a connection of its own. Raises as ``app_access``."""
    access = app_access(settings)
    return Admin(access, Asker(public_only=access.public_only))


class Tokens:
    """The access token of an app in a shop. ``scopes`` are those the newest token was given."""

    def __init__(self, access: AppAccess, asker: Asker, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._access, self._asker, self._clock = access, asker, clock
        self._token = ""
        self._until = 0.0
        self.scopes: frozenset[str] = frozenset()

    def current(self) -> str:
        """A token that is valid for some minutes at least. Raises ``ShopUnreachableError``, ``ShopRefusedError``."""
        if not self._token or self._clock() >= self._until:
            self._renew()
        return self._token

    def drop(self) -> None:
        """Forget the token: the shop no longer takes it."""
        self._token = ""

    def _renew(self) -> None:
        access = self._access
        form = {
            "grant_type": "client_credentials",
            "client_id": access.client_id,
            "client_secret": access.client_secret,
        }
        answer = self._asker.ask(
            "POST",
            f"{access.url.rstrip('/')}/admin/oauth/access_token",
            headers={"content-type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode(),
        )
        if answer.status in {400, 401, 403}:
            raise ShopRefusedError(
                "The shop gave no token for this app: check client id and secret, and that the app is installed."
            )
        check_status(answer)
        granted = _object(answer)
        token, seconds = granted.get("access_token"), granted.get("expires_in")
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise ShopRefusedError("The shop's answer holds no token.")
        life = float(seconds) if isinstance(seconds, int) and not isinstance(seconds, bool) else _DAY
        self._token, self._until = token, self._clock() + min(max(life - _MARGIN, life / 2), _DAY)
        self.scopes = frozenset(str(granted.get("scope") or "").replace(" ", ",").split(",")) - {""}


class Admin:
    """GraphQL requests to one shop. Not for use by several threads at once. Close it, or use it as a context."""

    def __init__(
        self,
        access: AppAccess,
        asker: Asker,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = f"{access.url.rstrip('/')}/admin/api/{VERSION}/graphql.json"
        self._asker, self._sleep = asker, sleep
        self._told: set[str] = set()
        self.tokens = Tokens(access, asker, clock=clock)

    def __enter__(self) -> "Admin":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._asker.close()

    def may(self, *scopes: str) -> bool:
        """Whether the app was given all of some scopes, such as ``read_all_orders``."""
        self.tokens.current()
        return set(scopes) <= self.tokens.scopes

    def query(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The ``data`` of a query or mutation. Fields the app may not see are ``None`` in it.

        Raises ``ShopUnreachableError`` (timeouts, broken or half answers, throttled, 5xx; with Retry-After),
        ``TooCostlyError`` and ``ShopRefusedError`` (app removed, scopes missing, no such shop).
        """
        body = json.dumps({"query": text, "variables": variables}).encode()
        for tried in range(1, _TRIES + 1):
            document = self._post(body)
            wait = _throttled(document)
            if wait is None:
                return _data(document)
            if wait > _WORTH_WAITING or tried == _TRIES:
                said = "The shop is asked too much at once; it is asked again later."
                raise ShopUnreachableError(said, math.ceil(wait))
            self._sleep(wait)
        raise AssertionError("unreachable")

    def _post(self, body: bytes) -> dict[str, Any]:
        answer = self._send(body)
        if answer.status == 401:
            self.tokens.drop()
            answer = self._send(body)
        if answer.status in {401, 403}:
            raise ShopRefusedError("The shop no longer lets this app in: see that it is installed, with its scopes.")
        check_status(answer)
        self._watch_version(answer)
        return _object(answer)

    def _send(self, body: bytes) -> Answer:
        headers = {"content-type": "application/json", "x-shopify-access-token": self.tokens.current()}
        return self._asker.ask("POST", self._url, headers=headers, content=body)

    def _watch_version(self, answer: Answer) -> None:
        """Warn once when the shop answers in another version than was asked for, or calls it deprecated."""
        spoken = answer.headers.get("x-shopify-api-version", "").strip()
        reason = answer.headers.get("x-shopify-api-deprecated-reason", "").strip()
        if spoken and spoken != VERSION and spoken not in self._told:
            self._told.add(spoken)
            log.warning(
                "the shop answers in version %s of its API instead of %s: update fanshare", spoken[:20], VERSION
            )
        if reason and reason not in self._told:
            self._told.add(reason)
            log.warning("the shop calls what we ask deprecated: %s", reason[:200])


def check_status(answer: Answer) -> None:
    """Raises for every status but 200: ``ShopUnreachableError`` for "not now", ``ShopRefusedError`` for "never"."""
    status = answer.status
    if status == 200:
        return
    # 430 is Shopify's own "too suspicious at once", 423 a shop locked for a moment.
    if status in LATER | {423, 430} or status >= 500:
        wait = retry_after(answer.headers)
        raise ShopUnreachableError("The shop answered %(answer)s; it is asked again later.", wait, answer=status)
    if 300 <= status < 400:
        raise ShopRefusedError("The shop redirects its API elsewhere; enter its name.myshopify.com address.")
    if status == 402:
        raise ShopRefusedError("The shop is frozen until its owner pays Shopify; its API is shut.")
    raise ShopRefusedError("The shop answered %(answer)s: there is no Shopify API under this address.", answer=status)


def _object(answer: Answer) -> dict[str, Any]:
    value = json_of(answer.body)
    if not isinstance(value, dict):
        raise ShopUnreachableError("The shop's answer is not what its API answers.")
    return value


def _throttled(document: Mapping[str, Any]) -> float | None:
    """Seconds until the bucket holds enough for this query; ``None`` when it was not throttled."""
    if "THROTTLED" not in _codes(document):
        return None
    cost = _path(document, "extensions", "cost")
    status = _path(cost, "throttleStatus")
    missing = _number(cost.get("requestedQueryCost"), 100.0) - _number(status.get("currentlyAvailable"), 0.0)
    return max(0.1, missing / max(1.0, _number(status.get("restoreRate"), 50.0)))


def _data(document: Mapping[str, Any]) -> dict[str, Any]:
    codes, data = _codes(document), document.get("data")
    if "MAX_COST_EXCEEDED" in codes:
        raise TooCostlyError("The query costs more than the shop allows.")
    if codes & {"INTERNAL_SERVER_ERROR", "TIMEOUT"}:
        raise ShopUnreachableError("The shop could not answer; it is asked again later.")
    # Withheld fields are no failure, as long as what was asked for is there.
    if codes - {"ACCESS_DENIED"} or not isinstance(data, dict) or (codes and None in data.values()):
        said = ", ".join(sorted(code[:40] for code in codes)) or "no data"
        raise ShopRefusedError("The shop refused the query (%(codes)s): see that the app has its scopes.", codes=said)
    return data


def _codes(document: Mapping[str, Any]) -> set[str]:
    errors = document.get("errors")
    if not errors:
        return set()
    if not isinstance(errors, list):
        return {"REFUSED"}
    return {str(_path(error, "extensions").get("code") or "REFUSED") for error in errors}


def _path(value: object, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _number(value: object, default: float) -> float:
    try:
        found = float(str(value)) if value is not None else default
    except ValueError:
        return default
    return found if math.isfinite(found) else default


def app_access(settings: Mapping[str, str]) -> AppAccess:
    """The access of a connection's settings. Raises ``BadInputError`` ``missing_field``, ``bad_shop_url``."""
    try:
        return AppAccess(
            settings["url"],
            settings["client_id"],
            settings["client_secret"],
            allow_plain_http=settings.get("allow_plain_http") == "yes",
            public_only=settings.get("reach") == "public",
        )
    except KeyError as error:
        raise BadInputError("missing_field", "The connection lacks %(field)s.", field=error.args[0]) from None
