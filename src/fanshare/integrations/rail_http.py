"""Calling a payment provider: every fault is silence, so nothing here raises and nothing is concluded from one."""

import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.marks import say
from fanshare.integrations.errors import ShopUnreachableError
from fanshare.integrations.http import DEADLINE, LATER, Answer, Asker, is_loopback, json_of

_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)

type Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider answered. ``status`` is 0 where nothing was learned, and ``trouble`` says why.

    ``document`` is the answer's JSON object, empty where it had none.
    """

    status: int
    document: Document
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a provider is waited for, in seconds; ``trust`` replaces the usual authorities."""

    timeout: float = 20.0
    deadline: float = DEADLINE
    trust: ssl.SSLContext | None = None


USUAL = Limits()


def named(value: object) -> str:
    """What a provider calls a payment. Raises ``BadInputError`` ``bad_name`` for what can be no name."""
    if not isinstance(value, str) or _NAME.fullmatch(value) is None:
        raise BadInputError("bad_name", "This is no name of a payment.")
    return value


class Caller:
    """One provider under one address. Not for several threads at once.

    Only addresses of the public internet are called, but where the address itself says that it is this machine.
    """

    def __init__(self, name: str, url: str, headers: Mapping[str, str], limits: Limits = USUAL) -> None:
        """``name`` is for people."""
        self._name, self._url, self._headers = name, url.rstrip("/"), dict(headers)
        self._asker = Asker(
            timeout=limits.timeout,
            deadline=limits.deadline,
            trust=limits.trust,
            public_only=not is_loopback(urlsplit(url).hostname or ""),
        )

    def close(self) -> None:
        """Close the connections."""
        self._asker.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Told:
        """One request. 408, 409, 425, 429, 5xx and whatever is no whole JSON object are silence."""
        params = httpx.QueryParams(tuple(query)) if query else None
        told = {**self._headers, **(headers or {})}
        try:
            answer = self._asker.ask(method, self._url + path, params=params, headers=told, content=body, auth=auth)
            return self._read(answer)
        except FanshareError as error:
            said = (
                say("%(name)s did not answer in full.", name=self._name)
                if isinstance(error, ShopUnreachableError)
                else error.said
            )
            return Told(0, {}, said)

    def _read(self, answer: Answer) -> Told:
        status = answer.status
        if status in LATER or status == 409 or status >= 500:
            return Told(
                0, {}, say("%(name)s answered %(status)s; it is asked again later.", name=self._name, status=status)
            )
        if status in (401, 403):
            return Told(status, _object(answer), say("%(name)s does not accept our key for this.", name=self._name))
        document = _object(answer)
        if 300 <= status < 400 or not document:
            return Told(
                0, {}, say("%(name)s gave an answer (%(status)s) that can't be read.", name=self._name, status=status)
            )
        return Told(status, document)


def _object(answer: Answer) -> Document:
    """The JSON object of an answer, empty where it is none. Raises ``ShopUnreachableError`` for half an answer."""
    if not answer.body:
        return {}
    value = json_of(answer.body)
    return value if isinstance(value, dict) else {}
