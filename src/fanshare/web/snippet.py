"""The first-party snippet for shops: served whole, under an address that holds a hash of it, to pages of other hosts.

The address is ``/snippet/<hash>.js``. A shop keeps the address it was given for years, so an older hash answers as
well, with the snippet of today; only the present one may be cached for ever.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fanshare.web.site import WsgiApp

SOURCE = Path(__file__).with_name("snippet.js")
#: What is served has fewer bytes than this.
LIMIT = 2_048

_ADDRESS = re.compile(r"/snippet/([0-9a-f]{12})\.js", re.ASCII)


@cache
def text() -> bytes:
    """The snippet as it is served: its source without comments, indents and line ends."""
    lines = (line.strip() for line in SOURCE.read_text("utf-8").splitlines())
    return "".join(line for line in lines if not line.startswith("//")).encode()


@cache
def path() -> str:
    """The address of the present snippet."""
    return f"/snippet/{_hash()}.js"


def tag(base: str) -> str:
    """The line to put into the head of a shop's pages; ``base`` is the address of this site."""
    return f'<script src="{base.rstrip("/")}{path()}"></script>'


def serve(application: WsgiApp) -> WsgiApp:
    """A WSGI application that answers for the snippet and passes everything else on."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if asked is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            passed_on: Iterable[bytes] = application(environ, start_response)
            return passed_on
        keep = "public, max-age=31536000, immutable" if asked[1] == _hash() else "public, max-age=3600"
        start_response("200 OK", [*_HEADERS, ("Cache-Control", keep), ("Content-Length", str(len(text())))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [text()]

    return answer


#: Other hosts' pages may run it; opened by itself it may do nothing, and no frame may show it.
_HEADERS = [
    ("Content-Type", "text/javascript; charset=utf-8"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
]


@cache
def _hash() -> str:
    return sha256(text()).hexdigest()[:12]
