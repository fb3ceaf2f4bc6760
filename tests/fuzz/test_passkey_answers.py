"""Answers of passkeys, spoiled: whatever is signed otherwise than asked is refused with one code, and nothing else."""

import json
from random import Random
from typing import Any

import pytest
from fido2.cose import ES256

from fanshare.core.errors import BadInputError
from fanshare.flows import passkey_answers
from fanshare.flows.signed_in import Relying
from tests.fuzz.campaign import campaign, shown, size
from tests.fuzz.spoil import json_body, noise
from tests.fuzz.usable import refusal
from tests.web.support.passkey import Authenticator, content, text

SITE = Relying("share.example", "https://share.example")
SIGNED = ("authenticatorData", "clientDataJSON")


def asked(**more: Any) -> dict[str, Any]:
    return {
        "challenge": text(bytes(56)),
        "rpId": SITE.id,
        "rp": {"id": SITE.id},
        "user": {"id": text(bytes(32))},
        **more,
    }


DEVICE = Authenticator()
MADE = DEVICE.make(asked())
ATTESTED = passkey_answers.made(passkey_answers.read(MADE), SITE).attested
SHOWN = DEVICE.get(asked())


def spoiled(chance: Random, answer: str) -> str:
    """One of its values changed, or some bytes of what a device wrote."""
    if chance.random() < 0.4:
        return json_body(chance, answer.encode()).decode("utf-8", "replace")
    sent = json.loads(answer)
    name = chance.choice(sorted(sent["response"]))
    sent["response"][name] = text(noise(chance, content(sent["response"][name])))
    return json.dumps(sent)


def parts(answer: str, *names: str) -> list[bytes]:
    response = json.loads(answer)["response"]
    return [content(response[name]) for name in names]


def get(chance: Random) -> str:
    given = spoiled(chance, SHOWN)
    try:
        signs = passkey_answers.signs_of(passkey_answers.read(given), ATTESTED, SITE)
    except BadInputError as error:
        return refusal(error)
    assert (signs, parts(given, *SIGNED)) == (1, parts(SHOWN, *SIGNED)), shown(given.encode())
    return "read"


def make(chance: Random) -> str:
    given = spoiled(chance, MADE)
    try:
        made = passkey_answers.made(passkey_answers.read(given), SITE)
    except BadInputError as error:
        return refusal(error)
    assert passkey_answers.hash_of(passkey_answers.credential_id(made.attested)) == made.credential
    assert json.loads(parts(given, "clientDataJSON")[0])["origin"] == SITE.origin
    return "read"


@pytest.mark.soak_sized
@pytest.mark.parametrize("case", [get, make])
def test_a_spoiled_answer_is_refused_or_says_what_was_asked(case: Any) -> None:
    outcomes = campaign(case, size(200))
    assert set(outcomes) <= {"read", "refused: bad_passkey"}
    assert outcomes["refused: bad_passkey"] > outcomes.total() // 4


def test_a_signature_that_is_not_looked_at_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ES256, "verify", lambda *_: None)
    with pytest.raises(AssertionError):
        campaign(get, 1_000)
