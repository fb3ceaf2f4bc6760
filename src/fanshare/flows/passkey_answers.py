"""What a passkey answers, held against what was asked (W3C Web Authentication, level 3, sections 7.1 and 7.2).

python-fido2 reads the bytes and checks origin, challenge, site, presence, verification and signature; what it leaves to
its caller is here: only three algorithms, no page inside another site's page, the owner of an answer, a bounded size.
Which device made a key is not asked (no attestation): whoever picks one decides that for herself.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.flows.signed_in import Relying

#: COSE: EdDSA, ES256, RS256. Every device in use knows one of them.
ALGORITHMS = (-8, -7, -257)
LONGEST = 16_384
_LONGEST_ID = 1023
_LONGEST_KEY = 4096
#: A key whose private part nobody has: the point is the generator of P-256.
_NOBODYS_KEY = bytes.fromhex(
    "a5010203262001215820"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "225820"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody's browser sent, read as far as needed to know which passkey and which question it is about."""

    credential: bytes
    challenge: bytes
    handle: bytes
    sent: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey: SHA-256 of its id, attested credential data, its count."""

    credential: bytes
    attested: bytes
    signs: int


def read(text: str) -> Answer:
    """Read an answer. Raises ``BadInputError`` (``bad_passkey``) for what is none."""
    return _guarded(lambda: _read(text))


def made(answer: Answer, relying: Relying) -> Made:
    """The passkey that an answer made, if all of it is as asked. Raises ``BadInputError`` (``bad_passkey``)."""
    return _guarded(lambda: _made(answer, relying))


def signs_of(answer: Answer, attested: bytes, relying: Relying) -> int:
    """The count of a passkey whose answer is its own and as asked. Raises ``BadInputError`` (``bad_passkey``)."""
    return _guarded(lambda: _signs_of(answer, attested, relying))


def credential_id(attested: bytes) -> bytes:
    """The id that a device gave its passkey."""
    from fido2.webauthn import AttestedCredentialData

    return bytes(AttestedCredentialData(attested).credential_id)


def nobodys(answer: Answer) -> bytes:
    """A passkey by the name of the one that answered, unknown here: refusing it takes as long as a known one."""
    id_ = _guarded(lambda: _id_of(answer.sent))
    return bytes(16) + len(id_).to_bytes(2, "big") + id_ + _NOBODYS_KEY


def hash_of(id_: bytes) -> bytes:
    """By what a passkey is looked up."""
    return hashlib.sha256(id_).digest()


def _guarded[T](work: Callable[[], T]) -> T:
    """Whatever a stranger's bytes make a parser stumble over is a wrong answer, and no more is said about it."""
    try:
        return work()
    except Exception as error:
        raise BadInputError("bad_passkey", "This passkey did not work here.", 422) from error


def _read(text: str) -> Answer:
    from fido2.utils import websafe_decode

    if len(text) > LONGEST:
        raise ValueError("too long")
    sent = json.loads(text)
    client = json.loads(websafe_decode(sent["response"]["clientDataJSON"]))
    if client.get("crossOrigin") or "topOrigin" in client:
        raise ValueError("asked inside another site's page")
    handle = websafe_decode(sent["response"].get("userHandle") or "")
    return Answer(hash_of(_id_of(sent)), websafe_decode(client["challenge"]), handle, sent)


def _id_of(sent: dict[str, Any]) -> bytes:
    from fido2.utils import websafe_decode

    found = bytes(websafe_decode(sent["rawId"]))
    if not 0 < len(found) <= _LONGEST_ID:
        raise ValueError("no name that a passkey can have")
    return found


def _made(answer: Answer, relying: Relying) -> Made:
    data = _server(relying).register_complete(_state(answer), answer.sent)
    found = data.credential_data
    if found is None or found.public_key.ALGORITHM not in ALGORITHMS:
        raise ValueError("no key, or one of a kind that was not asked for")
    if len(found) > _LONGEST_KEY:
        raise ValueError("too long")
    if hash_of(found.credential_id) != answer.credential:
        raise ValueError("another key than its name says")
    return Made(answer.credential, bytes(found), data.counter)


def _signs_of(answer: Answer, attested: bytes, relying: Relying) -> int:
    from fido2.webauthn import AttestedCredentialData, AuthenticatorData

    server, known = _server(relying), AttestedCredentialData(attested)
    server.authenticate_complete(_state(answer), [known], answer.sent)
    return AuthenticatorData(_bytes(answer, "authenticatorData")).counter


def _bytes(answer: Answer, name: str) -> bytes:
    from fido2.utils import websafe_decode

    return bytes(websafe_decode(answer.sent["response"][name]))


def _state(answer: Answer) -> dict[str, Any]:
    """What python-fido2 keeps of a question. Whether it was ours, the caller has seen (``passkeys``)."""
    from fido2.utils import websafe_encode

    return {"challenge": websafe_encode(answer.challenge), "user_verification": "required"}


@cache
def _server(relying: Relying) -> Any:
    """It keeps nothing between two answers. Loading it takes 30 ms: who signs in by mail does not wait for that."""
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    entity = PublicKeyCredentialRpEntity(name=relying.id, id=relying.id)
    return Fido2Server(entity, verify_origin=lambda origin: origin == relying.origin)
