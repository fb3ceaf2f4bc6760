"""An account that money is paid to, as its owner types it: an IBAN, an account in the United States or at Stripe.

What a bank would refuse days later is refused at once. No error repeats what was typed: errors are logged.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fanshare.core.bank_text import basic, readable
from fanshare.core.errors import BadInputError
from fanshare.core.iban import EEA, SEPA, compact_iban, iban_fault, is_bic, same_system
from fanshare.core.routing import is_routing_number


class Kind(StrEnum):
    """By which way money gets there."""

    IBAN = "iban"
    US = "us"
    STRIPE = "stripe"
    PAYPAL = "paypal"
    TREMENDOUS = "tremendous"


_KINDS = {str(kind): kind for kind in Kind}
_DECODER = json.JSONDecoder()
#: What each way by a bank's file carries; the others carry several currencies (``rails.FACTS``).
CURRENCY: Mapping[Kind, str] = {Kind.IBAN: "EUR", Kind.US: "USD"}

_NAMES: Mapping[Kind, str] = {Kind.STRIPE: "Stripe", Kind.PAYPAL: "PayPal", Kind.TREMENDOUS: "Tremendous"}
#: A SEPA name (EPC130-08); a NACHA file shows its first 22 characters.
NAME_LENGTH = 70
_NUMBER = re.compile(r"[A-Z0-9]{4,17}", re.ASCII)
_STRIPE = re.compile(r"acct_[A-Za-z0-9]{10,50}", re.ASCII)
#: Single-byte signs, at most 127 of them, as PayPal takes them; its id of an account has 13.
_EMAIL = re.compile(r"(?=.{6,127}\Z)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_PAYPAL = re.compile(r"[A-Z0-9]{13}", re.ASCII)
_BLANKS = re.compile(r"[\s-]")
_FAULTS = {
    "form": "This is no IBAN: it begins with two letters and two figures, such as DE89.",
    "country": "An IBAN of this country is not known; look at its first two letters.",
    "length": "This IBAN is too short or too long for its country; look whether a figure is missing.",
    "checksum": "There is a typing error in this IBAN; compare it figure by figure.",
}


@dataclass(frozen=True, slots=True)
class Account:
    """``number`` is the IBAN or account number, ``bank`` the BIC (may be empty) or routing number.

    At a provider ``number`` is what it calls the account, and ``money`` the currency that is to go there. Nothing of it
    but its kind is in its representation, so that it gets into no log.
    """

    kind: Kind
    holder: str = field(repr=False)
    number: str = field(repr=False)
    bank: str = field(default="", repr=False)
    savings: bool = field(default=False, repr=False)
    money: str = field(default="", repr=False)

    @property
    def currency(self) -> str:
        """In which it is paid."""
        return self.money or CURRENCY[self.kind]


def iban_account(holder: str, iban: str, bic: str = "") -> Account:
    """An account that SEPA reaches.

    Raises ``BadInputError``: ``bad_holder``, ``iban_form``, ``iban_country``, ``iban_length``, ``iban_checksum``,
    ``iban_reach``, ``bic_missing``, ``bic_form``, ``bic_country``.
    """
    number, bank = compact_iban(iban.strip()), bic.replace(" ", "").upper()
    fault = iban_fault(number)
    if fault is not None:
        raise BadInputError(f"iban_{fault}", _FAULTS[fault])
    country = number[:2]
    if country not in SEPA:
        raise BadInputError("iban_reach", "SEPA does not reach accounts in this country.")
    if bank and not is_bic(bank):
        raise BadInputError("bic_form", "A BIC has eight or eleven letters and figures.")
    if bank and not same_system(country, bank[4:6]):
        raise BadInputError("bic_country", "This BIC is of another country than the IBAN.")
    if not bank and country not in EEA:
        raise BadInputError("bic_missing", "Outside the European Economic Area a bank needs the BIC too.")
    return Account(Kind.IBAN, _holder(holder), number, bank)


def us_account(holder: str, routing: str, number: str, *, savings: bool = False) -> Account:
    """An account in the United States. Raises ``BadInputError``: ``bad_holder``, ``bad_routing``, ``bad_number``."""
    bank, account = _BLANKS.sub("", routing), _BLANKS.sub("", number).upper()
    if not is_routing_number(bank):
        raise BadInputError("bad_routing", "This is no routing number: it has nine figures, the last one checks them.")
    if _NUMBER.fullmatch(account) is None or not any(sign.isdigit() for sign in account):
        raise BadInputError("bad_number", "An account number has 4 to 17 figures or letters.")
    return Account(Kind.US, _holder(holder), account, bank, savings)


def stripe_account(number: str, currency: str) -> Account:
    """An account that the brand has connected at Stripe. Raises ``BadInputError`` ``bad_stripe``."""
    if _STRIPE.fullmatch(number.strip()) is None:
        raise BadInputError("bad_stripe", "A connected account of Stripe begins with acct_; Stripe shows it.")
    return Account(Kind.STRIPE, "", number.strip(), money=currency)


def paypal_account(receiver: str, currency: str) -> Account:
    """An account at PayPal by its e-mail address or its id. Raises ``BadInputError`` ``bad_paypal``."""
    text = receiver.strip()
    if _EMAIL.fullmatch(text) is None and _PAYPAL.fullmatch(text.upper()) is None:
        raise BadInputError("bad_paypal", "Write the e-mail address of the PayPal account, or its id of 13 signs.")
    return Account(Kind.PAYPAL, "", text if "@" in text else text.upper(), money=currency)


def tremendous_account(holder: str, email: str, currency: str) -> Account:
    """Where a reward of Tremendous is mailed to. Raises ``BadInputError``: ``bad_holder``, ``bad_email``."""
    if _EMAIL.fullmatch(email.strip()) is None:
        raise BadInputError("bad_email", "This is no e-mail address that a reward can be sent to.")
    return Account(Kind.TREMENDOUS, _holder(holder), email.strip(), money=currency)


def masked(account: Account) -> str:
    """What tells its owner which one it is, and nobody else anything: ``DE … 3000``, ``… 6789``, ``Stripe … aB3d``."""
    if "@" in account.number:
        return f"{_NAMES[account.kind]} {account.number[0]}…@…{account.number[-4:]}"
    if account.kind in _NAMES:
        return f"{_NAMES[account.kind]} … {account.number[-4:]}"
    if account.kind is Kind.IBAN:
        return f"{account.number[:2]} … {account.number[-4:]}"
    return f"… {account.number[-4:] if len(account.number) >= 8 else account.number[-2:]}"


def grouped(iban: str) -> str:
    """An IBAN as people write it, in groups of four."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def packed(account: Account) -> bytes:
    """The account as it is sealed."""
    known = {
        "kind": str(account.kind),
        "holder": account.holder,
        "number": account.number,
        "bank": account.bank,
        "savings": account.savings,
        "money": account.money,
    }
    return json.dumps(known, sort_keys=True).encode()


def unpacked(content: bytes) -> Account:
    """Undo ``packed``, also of an account from when all were in one currency."""
    known, _ = _DECODER.raw_decode(content.decode())  # one object and nothing around it, as it was sealed
    kind, holder, number = _KINDS[known["kind"]], known["holder"], known["number"]
    return Account(kind, holder, number, known["bank"], known["savings"], known.get("money", ""))


def _holder(name: str) -> str:
    """A name in the characters that every bank takes. What can't be written in them is not guessed."""
    shown = basic(name, 1000)
    lost = shown.count(".") > name.count(".")
    if not readable(shown) or lost or len(shown) > NAME_LENGTH or "\x00" in name:
        raise BadInputError(
            "bad_holder", "Write the holder's name as the bank does: Latin letters, at most %(most)s.", most=NAME_LENGTH
        )
    return shown
