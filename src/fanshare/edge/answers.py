"""What the edge answers when it does not redirect: small pages in plain words, and JSON for machines."""

from html import escape
from typing import NamedTuple

import msgspec

type Headers = list[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """A whole response."""

    status: int
    headers: Headers
    body: bytes


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.2rem;color:#222;
background:#fff}}@media(prefers-color-scheme:dark){{body{{color:#eee;background:#181818}}}}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""

_SAFE: Headers = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex"),
]
_CSP = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")


def _length(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", str(len(body)).encode())


def page(status: int, title: str, text: str, extra: Headers | None = None) -> Answer:
    """A page for people. ``title`` and ``text`` are plain text."""
    body = _PAGE.format(title=escape(title), text=escape(text)).encode()
    kind = (b"content-type", b"text/html; charset=utf-8")
    return Answer(status, [kind, _length(body), _CSP, *_SAFE, *(extra or [])], body)


def json(status: int, value: object, extra: Headers | None = None) -> Answer:
    """A JSON answer."""
    body = msgspec.json.encode(value)
    return Answer(status, [(b"content-type", b"application/json"), _length(body), *_SAFE, *(extra or [])], body)


def problem(status: int, code: str, message: str, extra: Headers | None = None) -> Answer:
    """An error for machines: a stable code and a sentence."""
    return json(status, {"code": code, "message": message}, extra)


def text(body: bytes, content_type: bytes) -> Answer:
    """Any other body."""
    return Answer(200, [(b"content-type", content_type), _length(body), *_SAFE], body)


def retry_after(seconds: int) -> Headers:
    """The header that asks to come again."""
    return [(b"retry-after", str(seconds).encode())]


CLOSE: Headers = [(b"connection", b"close")]
NOT_FOUND = page(404, "Nothing here", "There is no page at this address.")
UNKNOWN_LINK = page(
    404, "This link does not work", "It may be mistyped, or it is not live. Please ask the person who shared it."
)
NOT_READY = page(503, "One moment", "This link can't be opened right now. Please try again.", retry_after(5))
TROUBLE = page(503, "One moment", "Something went wrong here. Please try again.", retry_after(5))


def not_allowed(methods: bytes) -> Answer:
    """405 with the methods that do work."""
    return problem(405, "method_not_allowed", f"This address takes {methods.decode()} only.", [(b"allow", methods)])
