"""An authenticator of software, as W3C Web Authentication describes one: it makes passkeys and signs with them.

It does what it is told, also what no honest device would: sign for another origin, count backwards, skip the person.
"""

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

from tests.web.support.device import HOST

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def content(said: str) -> bytes:
    return urlsafe_b64decode(said + "=" * (-len(said) % 4))


@dataclass
class Key:
    """One passkey on the device."""

    id: bytes
    private: ec.EllipticCurvePrivateKey
    handle: bytes
    signs: int = 0
    secret: bytes = field(default_factory=lambda: os.urandom(32), repr=False)


@dataclass
class Authenticator:
    """``counts`` says whether it counts what it signs; synced ones say 0 for ever."""

    origin: str = f"https://{HOST}"
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    more: dict[str, Any] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)

    def make(self, options: dict[str, Any], *, algorithm: int = -7) -> str:
        """A new passkey, as a page asked for it: the answer."""
        assert options["rp"]["id"]
        key = self.key(content(options["user"]["id"]))
        self.keys.append(key)
        point = key.private.public_key().public_numbers()
        cose = {1: 2, 3: algorithm, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(key.id).to_bytes(2, "big") + key.id + cbor.encode(cose)
        data = self._data(options["rp"]["id"], key, self.flags | ATTESTED) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(key, attestationObject=text(made), clientDataJSON=text(self._client("create", options)))

    def get(self, options: dict[str, Any], key: Key | None = None) -> str:
        """What a passkey (the newest) answers to a page."""
        key = key or self.keys[-1]
        if self.counts:
            key.signs += 1
        data, client = self._data(options["rpId"], key, self.flags), self._client("get", options)
        signed = key.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            key,
            authenticatorData=text(data),
            clientDataJSON=text(client),
            signature=text(signed),
            userHandle=text(key.handle),
        )

    def made(self, options: dict[str, Any], key: Key | None = None) -> str:
        """What a passkey (the newest) makes of the salt that a page asks about (level 3, section 10.1.4, and CTAP)."""
        salt = content(options["extensions"]["prf"]["eval"]["first"])
        asked = hashlib.sha256(b"WebAuthn PRF\0" + salt).digest()
        return text(hmac.digest((key or self.keys[-1]).secret, asked, "sha256"))

    def key(self, handle: bytes) -> Key:
        """A passkey that nobody was told of."""
        return Key(os.urandom(32), self.make_key(), handle)

    @staticmethod
    def make_key() -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    def _data(self, site: str, key: Key, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + key.signs.to_bytes(4, "big")

    def _client(self, what: str, options: dict[str, Any]) -> bytes:
        said = {"type": f"webauthn.{what}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**said, "crossOrigin": False, **self.more}).encode()

    def _answer(self, key: Key, **response: str) -> str:
        return json.dumps({"id": text(key.id), "rawId": text(key.id), "type": "public-key", "response": response})
