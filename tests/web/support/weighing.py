"""What a page makes a phone load, compressed as a proxy of an installation compresses it."""

import gzip
import re
from collections.abc import Callable
from functools import cache

from fanshare.upkeep.installing import proxies
from tests.web.support.serving import Answer, app, ask

MOST, MOST_SCRIPT = 150_000, 48_000
_IN_HTML = re.compile(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg|woff2))')
_IN_CSS = re.compile(r"""(?:url\(|@import )["']?([^"')#]+\.(?:css|svg|woff2))""")
_IN_JS = re.compile(r"""(?:import|from)\s*\(?["'](\.[^"']+\.js)["']""")


@cache
def asset(path: str) -> Answer:
    """A static file, asked for once."""
    return ask(app(), path)


@cache
def compressed_types() -> set[str]:
    """What the proxies of an installation compress: HTML always, and what nginx is told."""
    [told] = re.findall(r"gzip_types ([^;]+);", "".join(one for one in vars(proxies).values() if isinstance(one, str)))
    return {"text/html", *told.split()}


def weight(answer: Answer) -> int:
    """Bytes of an answer on the way; nginx compresses with its least effort."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    return len(gzip.compress(answer.content, 1)) if kind in compressed_types() else len(answer.content)


@cache
def weight_of(path: str) -> int:
    """What a static file weighs."""
    return weight(asset(path))


def loaded(page: str, get: Callable[[str], Answer]) -> dict[str, int]:
    """The files that a page loads and that these load, with what each weighs."""
    found: dict[str, int] = {}
    waiting = [path for path in _IN_HTML.findall(page) if not path.endswith((".png", ".webp"))]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = get(path)
        assert answer.status == 200, path
        found[path] = weight_of(path) if get is asset else weight(answer)
        more = {"css": _IN_CSS, "js": _IN_JS}.get(path.rpartition(".")[2])
        if more is not None:
            folder = path.rpartition("/")[0]
            waiting += [_joined(folder, each) for each in more.findall(answer.text)]
    return found


def _joined(folder: str, path: str) -> str:
    if path.startswith("/"):
        return path
    parts = folder.split("/")
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def too_heavy(page: Answer, get: Callable[[str], Answer]) -> list[str]:
    """What is too much about a page."""
    files = loaded(page.text, get)
    scripts = sum(size for path, size in files.items() if path.endswith(".js"))
    whole = weight(page) + sum(files.values())
    return [
        f"{name}: {size} bytes"
        for name, size, most in (("scripts", scripts, MOST_SCRIPT), ("all", whole, MOST))
        if size > most
    ]
