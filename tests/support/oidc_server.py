"""An OpenID Connect provider on this machine, which signs real tokens; told to, it makes any mistake."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "fanshare & friends", "s3cret/+ and ümlaut"


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class OidcServer:
    """``now`` gives seconds. ``claims`` change what is signed (``None`` leaves one out), ``signs`` how."""

    now: Callable[[], int]
    base: str = ""
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=lambda: {"first": rsa_key()})
    kid: str | None = "first"
    claims: dict[str, Any] = field(default_factory=dict)
    describes: dict[str, Any] = field(default_factory=dict)
    signs: Callable[[dict[str, Any]], str] | None = None
    #: Who is signed in there.
    subject: str = "user-1"
    address: str = "cleo@example.test"
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def description(self) -> dict[str, Any]:
        document = {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "jwks_uri": f"{self.base}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
        }
        return {name: value for name, value in {**document, **self.describes}.items() if value is not None}

    def jwks(self) -> dict[str, Any]:
        found = []
        for kid, key in self.keys.items():
            found.append({**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig"})
        return {"keys": found}

    def authorize(self, url: str) -> str:
        """Somebody says yes there: the address to which her browser is sent back."""
        assert url.startswith(f"{self.base}/authorize?"), url
        asked = dict(parse_qsl(urlsplit(url).query))
        assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid email")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.base})}"

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        basic = base64.b64decode(authorization.removeprefix("Basic ")).decode() if authorization else ":"
        shown = tuple(unquote(one) for one in basic.split(":", 1))
        if shown != (CLIENT, SECRET) and (sent.get("client_id"), sent.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        fits = asked is not None and asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or not fits or asked["redirect_uri"] != sent.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "access_token": "x", "id_token": self.signed(asked["nonce"])}

    def signed(self, nonce: str) -> str:
        claims = {"iss": self.base, "aud": CLIENT, "sub": self.subject, "nonce": nonce, "iat": self.now()}
        claims |= {"exp": self.now() + 300, "email": self.address, "email_verified": True}
        said = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        if self.signs is not None:
            return self.signs(said)
        headers = {"kid": self.kid} if self.kid else None
        return jwt.encode(said, self.keys[self.kid or next(iter(self.keys))], "RS256", headers=headers)


@contextmanager
def oidc_server(now: Callable[[], int]) -> Iterator[OidcServer]:
    """The provider, listening for as long as the block lasts."""
    made = OidcServer(now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            made.asked.append(path)
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", made.authorize(made.base + self.path))
                self.end_headers()
            elif path == "/.well-known/openid-configuration":
                self._say(200, made.description())
            else:
                self._say(200, made.jwks())

        def do_POST(self) -> None:
            made.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*made.token(sent, self.headers.get("Authorization", "")))

        def _say(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
