"""A browser without a window, that keeps cookies and fills in forms."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from fanshare.web.middleware import HOST_ALONE
from fanshare.web.site import WsgiApp
from tests.web.support.serving import Answer, ask

HOST = "share.example"


class Jar(dict[str, str]):
    """Cookies, found by their names by http: by https those that say who somebody is have a mark before them."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(self._kept(name))

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        return super().get(self._kept(name), default)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(self._kept(str(name)))

    def _kept(self, name: str) -> str:
        return HOST_ALONE + name if super().__contains__(HOST_ALONE + name) else name


@dataclass
class Device:
    """A browser without a window: keeps cookies, fills in forms."""

    app: WsgiApp
    cookies: dict[str, str] = field(default_factory=dict)
    flags: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cookies = self.cookies if isinstance(self.cookies, Jar) else Jar(self.cookies)

    def get(self, path: str, **extra: str) -> Answer:
        path, _, query = path.partition("?")
        return self._send(path, QUERY_STRING=query, **extra)

    def post(self, path: str, values: dict[str, str], **extra: str) -> Answer:
        body = urlencode(values).encode()
        content = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
        extra.setdefault("HTTP_ORIGIN", f"https://{HOST}")
        return self._send(path, method="POST", **content, **{"wsgi.input": BytesIO(body)}, **extra)

    def fill(self, path: str, **values: str) -> Answer:
        """Open a form and send it."""
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.get(path).text)
        hidden = {name: unescape(value) for name, value in found}
        return self.post(path.partition("?")[0], {**hidden, **values})

    def upload(self, path: str, content: bytes, *, called: str = "picture", **values: str) -> Answer:
        """Send a form with a file in the field of that name."""
        self.get("/sign-out")
        fields = {"csrfmiddlewaretoken": self.cookies["fanshare_form"], **values}
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                 for name, value in fields.items()]  # fmt: skip
        head = f'--edge\r\nContent-Disposition: form-data; name="{called}"; filename="a"\r\nContent-Type: image/svg+xml'
        body = "".join(parts).encode() + head.encode() + b"\r\n\r\n" + content + b"\r\n--edge--\r\n"
        sent = {"CONTENT_TYPE": "multipart/form-data; boundary=edge", "CONTENT_LENGTH": str(len(body))}
        origin = {"HTTP_ORIGIN": f"https://{HOST}"}
        return self._send(path, method="POST", **sent, **origin, **{"wsgi.input": BytesIO(body)})

    def sign_in(self, token: str) -> Answer:
        return self.fill(f"/sign-in/confirm?t={token}")

    def _send(self, path: str, **extra: Any) -> Answer:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers: list[str] = []

        def keeping(environ: Any, start: Callable[..., Any]) -> Any:
            def kept(status: str, pairs: list[tuple[str, str]], exc_info: object = None) -> Any:
                headers.extend(value for name, value in pairs if name.lower() == "set-cookie")
                return start(status, pairs)

            return self.app(environ, kept)

        answer = ask(keeping, path, host=HOST, HTTP_COOKIE=jar, **extra)
        for line in headers:
            for name, morsel in SimpleCookie(line).items():
                self.flags[name] = morsel
                if morsel.value and morsel["max-age"] != 0:
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        return answer
