"""A message that is an address: ``GET /hooks/{endpoint}/{token}?order_id=...``, or the same with a form posted to it.

The message is the query as it was sent, without what proves the sender (``token``, ``signature``), and behind a line
feed the posted form, if there is one. This is what a signature is made over. Addresses of persons and of their devices
(``ip=...``), which many networks add, are taken out before anything is written down. This module is light: the edge
imports it.
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_plus

#: Kinds of connections whose deliveries are addresses: the only ones that may be called by GET.
KINDS = frozenset({"postback"})

#: Where the proofs go for ``verify``. No HTTP header can have such a name, so nobody can send one.
TOKEN = ":token"  # noqa: S105 - the name of a place
SIGNATURE = ":signature"
SIGNATURE_HEADER = "x-postback-signature"

FORM = "application/x-www-form-urlencoded"
LINE = b"\n"

_PROOFS = {"token": TOKEN, "signature": SIGNATURE, "sig": SIGNATURE}
_PERSONAL = frozenset(
    {
        "ip", "ip_address", "ipaddress", "user_ip", "userip", "client_ip", "clientip", "click_ip", "session_ip",
        "conversion_ip", "remote_addr", "ua", "user_agent", "useragent", "email", "e_mail", "name", "phone",
    }
)  # fmt: skip


class Message(NamedTuple):
    """What was called: the headers with the proofs among them, and the message that they have to prove."""

    headers: dict[str, str]
    raw: bytes


def message(query: bytes, token: str, headers: Mapping[str, str], body: bytes) -> Message:
    """The message of a call; ``token`` is that of the path, empty if it had none."""
    proofs = {SIGNATURE: headers.get(SIGNATURE_HEADER, ""), TOKEN: token}
    kept = []
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        place = _PROOFS.get(_name(name))
        if place is None:
            kept.append(pair)
        else:
            proofs[place] = unquote_plus(value.decode("latin-1"))
    raw = b"&".join(kept)
    # A line feed can't stand in a query, so the two parts are told apart again without doubt.
    return Message({**headers, **proofs}, raw + LINE + body if body else raw)


def without_persons(raw: bytes) -> bytes:
    """The message without the parameters that speak of a person: what may be written down."""
    return LINE.join(
        b"&".join(pair for pair in part.split(b"&") if _name(pair.partition(b"=")[0]) not in _PERSONAL)
        for part in raw.split(LINE, 1)
    )


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether a posted body is a form, by its ``content-type``; one that says nothing is taken for one."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("", FORM)


def _name(raw: bytes) -> str:
    return unquote_plus(raw[:200].decode("latin-1")).strip().lower()
