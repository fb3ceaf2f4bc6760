"""Asking Stripe's API (v1) carefully: see ``fanshare.integrations.http``. A restricted, read-only key is enough."""

import re
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from fanshare.core.errors import BadInputError
from fanshare.core.instants import SECOND, Instant
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.http import DEADLINE, LATER, Answer, Asker, check_shop_url, json_of, retry_after
from fanshare.integrations.json_input import Json

API = "https://api.stripe.com"
#: Shapes are pinned to one version, whatever the account's own is (docs.stripe.com/api/versioning).
VERSION = "2025-09-30.clover"
PER_PAGE = 100
#: A million objects in one listing is a server that repeats itself for ever.
MAX_PAGES = 10_000

_KEY = re.compile(r"(rk|sk)_(live|test)_[A-Za-z0-9]{8,200}", re.ASCII)

type Document = dict[str, Any]
type Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StripeAccess:
    """Where Stripe is and the key to ask it with: restricted (``rk_``), or secret (``sk_``) where it must be."""

    key: str
    url: str = API

    def __post_init__(self) -> None:
        """Raises ``BadInputError``: ``bad_shop_url``, ``bad_key``."""
        check_shop_url(self.url)
        if _KEY.fullmatch(self.key) is None:
            raise BadInputError("bad_key", "A key of Stripe to ask with begins with rk_live_ (restricted, read only).")


class RefusedPermissionError(ShopRefusedError):
    """The restricted key may not read this kind of object."""


class Rest:
    """GET requests to Stripe. Not for use by several threads at once. Close it, or use it as a context."""

    def __init__(
        self,
        access: StripeAccess,
        *,
        timeout: float = 10.0,
        deadline: float = DEADLINE,
        trust: ssl.SSLContext | None = None,
        per_page: int = PER_PAGE,
    ) -> None:
        """As ``fanshare.integrations.http.Asker``; ``per_page`` at most 100."""
        self._root = access.url.rstrip("/") + "/v1/"
        self._headers = {"authorization": f"Bearer {access.key}", "stripe-version": VERSION}
        self._per_page = per_page
        self._asker = Asker(timeout=timeout, deadline=deadline, trust=trust)
        #: Stripe's clock as its last answer told it.
        self.now: Instant = 0

    def __enter__(self) -> "Rest":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._asker.close()

    def get(self, path: str, query: Query = ()) -> Document | None:
        """The object under ``/v1/{path}``; ``None`` when Stripe says that there is none.

        Raises ``ShopUnreachableError`` (timeouts, broken or half answers, 429, 5xx; with Retry-After) and
        ``ShopRefusedError`` (key refused or of the other mode, a permission missing, redirects).
        """
        params = httpx.QueryParams(tuple(query))
        answer = self._asker.ask("GET", self._root + path, params=params, headers=self._headers)
        if answer.status == 200:
            return self._read(answer)
        if answer.status == 404 and _error(answer).get("code") == "resource_missing":
            if "mode" in str(_error(answer).get("message", "")):
                raise ShopRefusedError(
                    "This key is of Stripe's other mode: test keys read test payments, live keys live."
                )
            return None
        raise _refusal(answer, path)

    def all(self, path: str, query: Query = ()) -> Iterator[Document]:
        """Every object of a listing, the newest first, page by page. Raises as ``get``."""
        after: list[tuple[str, str]] = []
        for _ in range(MAX_PAGES):
            page = self.get(path, [*query, ("limit", str(self._per_page)), *after])
            documents = _data(page)
            yield from documents
            if not documents or page is None or page.get("has_more") is not True:
                return
            after = [("starting_after", str(documents[-1].get("id")))]
        raise ShopRefusedError("Stripe lists the same objects for ever.")

    def _read(self, answer: Answer) -> Document:
        value: Json = json_of(answer.body)
        if not isinstance(value, dict):
            raise ShopUnreachableError("Stripe's answer is not an object.")
        try:
            self.now = int(parsedate_to_datetime(answer.headers.get("date", "")).timestamp()) * SECOND
        except (TypeError, ValueError):
            raise ShopUnreachableError("Stripe's answer carries no date.") from None
        return value


def _data(page: Document | None) -> list[Document]:
    data = None if page is None else page.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise ShopUnreachableError("Stripe's answer is not a list of objects.")
    return data


def _error(answer: Answer) -> Document:
    try:
        value = json_of(answer.body)
    except (BadInputError, ShopUnreachableError):
        return {}
    error = value.get("error") if isinstance(value, dict) else None
    return error if isinstance(error, dict) else {}


def _refusal(answer: Answer, path: str) -> ShopRefusedError | ShopUnreachableError:
    status = answer.status
    if status in LATER or status == 409 or status >= 500:
        return ShopUnreachableError(
            "Stripe answered %(answer)s; it is asked again later.", retry_after(answer.headers), answer=status
        )
    if status == 401:
        return ShopRefusedError("Stripe does not know our key; create a new restricted key and enter it.")
    if status == 403:
        what = path.partition("/")[0] if not path.startswith("checkout/") else "checkout sessions"
        return RefusedPermissionError(
            "Our key may not read %(what)s; allow it in Stripe's dashboard (read is enough).", what=what
        )
    return ShopRefusedError(
        "Stripe answered %(answer)s; look whether the address and the key are right.", answer=status
    )
