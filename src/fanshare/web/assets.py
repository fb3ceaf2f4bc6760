"""Static files under an address that changes with their content, without a build step.

The address holds one hash over the whole tree: ``/static/<hash>/css/base.css``. Files may be cached for ever, a
stylesheet reaches its font by a relative path, and nothing has to be collected before the first start.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from whitenoise import WhiteNoise

from fanshare.web.site import WsgiApp

ROOT = Path(__file__).resolve().parent / "static"


def tree_hash(root: Path) -> str:
    """Twelve hex digits over names and contents of every file below ``root``."""
    digest = sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        name = path.relative_to(root).as_posix().encode()
        content = path.read_bytes()
        digest.update(b"%d:%s%d:" % (len(name), name, len(content)) + content)
    return digest.hexdigest()[:12]


@cache
def prefix() -> str:
    """Where this process serves its static files: ``/static/<hash>/``."""
    return f"/static/{tree_hash(ROOT)}/"


@cache
def url(name: str) -> str:
    """The address of a static file. Raises ``FileNotFoundError`` for one that does not exist."""
    if not (ROOT / name).is_file():
        raise FileNotFoundError(f"there is no static file {name}")
    return prefix() + name


def serve(application: WsgiApp) -> WsgiApp:
    """A WSGI application that answers for static files and passes everything else on."""
    served: WsgiApp = WhiteNoise(
        application,
        root=str(ROOT),
        prefix=prefix(),
        allow_all_origins=False,
        immutable_file_test=_always,
        add_headers_function=_headers,
    )
    return served


def _always(_path: str, _url: str) -> bool:
    return True


def _headers(headers: Any, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
