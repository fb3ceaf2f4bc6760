"""How a page asks for a passkey: what its script needs, bound to the session, or to the browser before there is one."""

import json
from base64 import urlsafe_b64encode
from typing import Any

from django.middleware.csrf import get_token

from fanshare.flows.passkey_answers import ALGORITHMS, LONGEST
from fanshare.flows.passkeys import ADD, ENTER
from fanshare.flows.signed_in import Asking, Offer, Owner, Relying
from fanshare.web import site
from fanshare.web.authorisation import account_of

#: The field of an answer, beside those of the form it is sent in; and that of one which only shows who sends the form.
ANSWER, PROOF = "passkey_answer", "passkey_proof"
#: Beside an answer that opens books: what the device made of their salt. No page is ever given it back.
MADE = "passkey_made"
_GONE = "gone_passkey"
#: Milliseconds that a browser waits for somebody's finger.
_WAITS = 300_000


def asking(request: Any, purpose: str) -> Asking | None:
    """The question of a page, ``None`` where the address of this site can have no passkeys."""
    relying = site.of(request).relying
    if relying is None:
        return None
    if purpose == ENTER:
        get_token(request)  # the browser has a mark of its own from now on, if it had none
        return Asking(relying, purpose, f"browser {request.META['CSRF_COOKIE']}")
    return Asking(relying, purpose, f"session {request.session.session_key} {account_of(request).hex()}")


def answer(request: Any, field: str = ANSWER) -> str:
    """What the browser sent; empty for nothing."""
    return str(request.POST.get(field, ""))[: LONGEST + 1]


def to_get(request: Any, purpose: str) -> str:
    """What the script asks the browser with, to use a passkey (PublicKeyCredentialRequestOptionsJSON); empty for no."""
    wanted = asking(request, purpose)
    if wanted is None:
        return ""
    offer = site.of(request).accounts.offer(wanted, b"" if purpose == ENTER else account_of(request))
    return json.dumps(_getting(wanted, offer))


def to_open(wanted: Asking, offer: Offer, salt: bytes) -> str:
    """The same, with what the device makes of a salt (Web Authentication, level 3, section 10.1.4)."""
    return json.dumps({**_getting(wanted, offer), "extensions": {"prf": {"eval": {"first": _text(salt)}}}})


def _getting(wanted: Asking, offer: Offer) -> dict[str, Any]:
    return {
        "challenge": _text(offer.challenge),
        "rpId": wanted.relying.id,
        "allowCredentials": [_named(one) for one in offer.known],
        "userVerification": "required",
        "timeout": _WAITS,
    }


def to_make(request: Any, owner: Owner) -> str:
    """The same to make one (PublicKeyCredentialCreationOptionsJSON)."""
    wanted = asking(request, ADD)
    if wanted is None:
        return ""
    offer = site.of(request).accounts.offer(wanted, owner.account)
    name = owner.address or wanted.relying.id
    return json.dumps(
        {
            "challenge": _text(offer.challenge),
            "rp": {"id": wanted.relying.id, "name": _title(wanted.relying)},
            "user": {"id": _text(offer.handle), "name": name, "displayName": name},
            "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in ALGORITHMS],
            "excludeCredentials": [_named(one) for one in offer.known],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": "none",
            "timeout": _WAITS,
            "extensions": {"prf": {}},  # some devices can open books only by a passkey that was made able to
        }
    )


def removed(request: Any, id_: bytes) -> None:
    """Remember for the next page that her device may forget a passkey."""
    relying = site.of(request).relying
    if id_ and relying is not None:
        request.session[_GONE] = {"rpId": relying.id, "credentialId": _text(id_)}


def gone(request: Any) -> str:
    """What the script tells her browser about a passkey that was just removed, once; empty for none."""
    said = request.session.pop(_GONE, None)
    return json.dumps(said) if said else ""


def _title(relying: Relying) -> str:
    return f"fanshare, {relying.id}"


def _named(id_: bytes) -> dict[str, str]:
    return {"type": "public-key", "id": _text(id_)}


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
