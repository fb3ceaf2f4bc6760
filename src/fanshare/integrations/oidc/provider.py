"""Asking an OpenID Connect provider: its description, its keys, and what it says for a code."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.oidc import ALGORITHMS, Provider, described, is_safe
from fanshare.integrations.rail_http import Caller, Limits

#: Seconds that keys are kept, and that pass between two askings for a key that is not known.
_KEPT, _AGAIN = 3_600.0, 60.0
_LONGEST_TOKEN = 20_000
_WELL_KNOWN = "/.well-known/openid-configuration"


class OpenIdConnect:
    """Calls providers; may be used by several threads. ``again`` is how long an unknown key makes nobody ask twice."""

    def __init__(self, limits: Limits | None = None, *, again: float = _AGAIN) -> None:
        self._limits = limits or Limits(timeout=5.0, deadline=10.0)
        self._again = again
        self._keys: dict[str, tuple[float, list[Mapping[str, Any]]]] = {}

    def describe(self, issuer: str, name: str, client_id: str) -> Provider:
        """A provider by its issuer. Raises ``BadInputError`` (``bad_issuer``, and as ``core.oidc.described``),
        ``FanshareError`` (``provider_silent``, 502)."""
        if not is_safe(issuer) or "?" in issuer or "#" in issuer:
            raise BadInputError("bad_issuer", "An issuer is an address by https, such as https://login.example.com.")
        return described(issuer, name, client_id, self._asked("GET", issuer.rstrip("/") + _WELL_KNOWN))

    def redeem(self, provider: Provider, secret: str, code: str, verifier: str, back: str) -> Mapping[str, Any]:
        """What a provider signed about whoever brought a code.

        Raises ``FanshareError``: ``provider_silent`` (502), ``code_refused``, ``bad_signature`` (422).
        """
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        auth = (quote(provider.client_id, safe=""), quote(secret, safe="")) if provider.basic else None
        if auth is None:
            sent |= {"client_id": provider.client_id, "client_secret": secret}
        token = self._asked("POST", provider.token_at, urlencode(sent).encode(), auth).get("id_token")
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise FanshareError("code_refused", "The provider did not take the code.", 422)
        return self._verified(provider, token)

    def _verified(self, provider: Provider, token: str) -> Mapping[str, Any]:
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            algorithm, name = header.get("alg"), header.get("kid")
            if algorithm not in ALGORITHMS or algorithm not in provider.algorithms:
                raise _unsigned()
            key = jwt.PyJWK(dict(self._key(provider, name, algorithm)), algorithm=algorithm)
            # Times are judged by the clock of this installation, in core.oidc.
            options: Any = dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf"), False)
            options["require"] = ["iss", "aud", "sub", "exp", "iat", "nonce"]
            found: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=provider.client_id,
                issuer=provider.issuer,
                options=options,
            )
        except jwt.PyJWTError as error:
            raise _unsigned() from error
        return found

    def _key(self, provider: Provider, name: object, algorithm: str) -> Mapping[str, Any]:
        """The key of a name, or the only one that fits where none is named; asked for anew where it is not known."""
        asked_at, keys = self._keys.get(provider.keys_at, (-_KEPT, []))
        now = time.monotonic()
        fits = _fitting(keys, name, algorithm)
        if now - asked_at >= _KEPT or (len(fits) != 1 and now - asked_at >= self._again):
            found = self._asked("GET", provider.keys_at).get("keys")
            keys = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
            self._keys[provider.keys_at] = (now, keys)
            fits = _fitting(keys, name, algorithm)
        if len(fits) != 1:
            raise _unsigned()
        return fits[0]

    def _asked(
        self, method: str, url: str, body: bytes | None = None, auth: tuple[str, str] | None = None
    ) -> Mapping[str, Any]:
        headers = {} if body is None else {"content-type": "application/x-www-form-urlencoded"}
        caller = Caller("The provider", url, headers, self._limits)
        try:
            told = caller.call(method, "", body=body, auth=auth)
        finally:
            caller.close()
        if told.status == 0:
            raise FanshareError("provider_silent", "The provider gave no answer that can be read.", 502)
        return told.document if told.status == 200 else {}


def _fitting(keys: Sequence[Mapping[str, Any]], name: object, algorithm: str) -> list[Mapping[str, Any]]:
    kind = {"R": "RSA", "P": "RSA", "E": "OKP" if algorithm == "EdDSA" else "EC"}[algorithm[0]]
    return [
        one
        for one in keys
        if one.get("kty") == kind
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        and (name is None or one.get("kid") == name)
    ]


def _unsigned() -> FanshareError:
    return FanshareError("bad_signature", "The provider's answer is not signed by it.", 422)
