"""What a payout run tells a bank, and what a bank's file tells of it: values, and the port to who writes and reads."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple, Protocol

from fanshare.core.bank_text import basic, readable
from fanshare.core.errors import BadInputError
from fanshare.core.found_payments import Outside
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payee_account import Account, Kind, iban_account
from fanshare.core.payout_item import Said
from fanshare.core.routing import is_routing_number

_ORIGIN = re.compile(r"[0-9]{9,10}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_COMPANY = re.compile(r"[A-Z0-9]{10}", re.ASCII)
#: What a NACHA file has room for.
COMPANY_LENGTH, BANK_LENGTH = 16, 23


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays: name, IBAN, BIC and address; or company, bank's routing number and name, and what it calls the company.

    A transfer to an account outside the European Economic Area carries the payer's address (Regulation 2023/1113).
    ``origin`` (nine or ten figures) and ``company_id`` (ten signs) are given by the bank that takes NACHA files.
    """

    kind: Kind
    name: str
    number: str = field(default="", repr=False)
    bank: str = field(default="", repr=False)
    bank_name: str = ""
    origin: str = field(default="", repr=False)
    company_id: str = field(default="", repr=False)
    street: str = ""
    post_code: str = ""
    town: str = ""
    country: str = ""


class Payment(NamedTuple):
    """One payment. ``key`` is ours for ever, ``number`` too and fits into a short field.

    ``account`` is ``None`` where its owner was erased since.
    """

    number: int
    key: str
    amount: Micros
    currency: str
    account: Account | None


@dataclass(frozen=True, slots=True)
class Order:
    """The payments of a run by one way. ``message_id`` is never used for anything else; ``at`` is when it was sent."""

    message_id: str
    number: int
    at: Instant
    debtor: Debtor
    payments: tuple[Payment, ...]


class Heard(NamedTuple):
    """What a bank says of a payment, with the amount and currency that it says; ``reason`` is for the payee."""

    key: str
    said: Said
    amount: Micros | None = None
    currency: str = ""
    reason: str = ""


class Odd(NamedTuple):
    """What a bank's file says that fits nothing: the reference, and what is odd about it (``paid_twice``)."""

    reference: str
    what: str


class Booked(NamedTuple):
    """A debit of a payment that a statement tells, or with ``back`` a return; ``reason`` is the bank's code for that.

    ``entry`` (a hash) is the same on every statement that tells the same booking. ``opens`` and ``closes`` (hashes) say
    where its statement begins and ends, so that one that follows it is known; empty where the bank does not tell.
    """

    key: str
    entry: bytes
    back: bool
    amount: Micros
    currency: str
    reason: str = ""
    opens: bytes = b""
    closes: bytes = b""


class Reading(NamedTuple):
    """What a bank's file says of a run. ``booked`` is what it tells that earlier statements did not."""

    heard: tuple[Heard, ...]
    odd: tuple[Odd, ...]
    booked: tuple[Booked, ...] = ()


class Incoming(NamedTuple):
    """Money that came in by a bank's statement. ``text`` is what the payer wrote, ``entry`` a hash of which booking."""

    entry: str
    amount: Micros
    currency: str
    text: str


class BankFiles(Protocol):
    """Who writes and reads files of banks."""

    def write(self, order: Order, now: Instant) -> bytes:
        """The file. Raises ``BadInputError`` with the first rule that it would break."""

    def is_of_bank(self, raw: bytes) -> bool:
        """Whether this looks like a file of a bank: XML, or lines of 94 characters."""

    def kind_of(self, raw: bytes) -> Kind:
        """Which way a bank's file speaks of."""

    def incoming(self, raw: bytes) -> list[Incoming]:
        """Money that came in by a camt.053 file. Raises ``BadInputError`` for what is none."""

    def outgoing(self, raw: bytes) -> list[Outside]:
        """Money that went out by a camt.053 file. Raises ``BadInputError`` for what is none."""

    def read(self, raw: bytes, order: Order, now: Instant, before: Sequence[Booked] = ()) -> Reading:
        """What it says, beside what statements that were read ``before`` told.

        Raises ``BadInputError`` for what is no such file, or is about another one.
        """


def iban_debtor(name: str, iban: str, bic: str, street: str, post_code: str, town: str, country: str) -> Debtor:
    """Who pays by SEPA. Raises ``BadInputError`` as ``iban_account`` does, and ``bad_address``."""
    account = iban_account(name, iban, bic)
    place = {"street": basic(street, 1000), "post_code": basic(post_code, 1000), "town": basic(town, 1000)}
    fits = all(len(place[part]) <= most for part, most in (("street", 70), ("post_code", 16), ("town", 35)))
    if not fits or not readable(place["town"]) or _COUNTRY.fullmatch(country.strip().upper()) is None:
        raise BadInputError(
            "bad_address", "An address has a town (35 letters) and a country of two letters, such as DE."
        )
    return Debtor(Kind.IBAN, account.holder, account.number, account.bank, **place, country=country.strip().upper())


def us_debtor(name: str, routing: str, bank_name: str, origin: str, company_id: str) -> Debtor:
    """Who pays by ACH.

    Raises ``BadInputError``: ``bad_company``, ``bad_routing``, ``bad_bank``, ``bad_origin``, ``bad_company_id``.
    """
    company, bank = basic(name, 1000), basic(bank_name, 1000)
    if not readable(company) or len(company) > COMPANY_LENGTH:
        raise BadInputError(
            "bad_company", "The company's name has at most %(most)s Latin letters.", most=COMPANY_LENGTH
        )
    if not is_routing_number(routing.strip()):
        raise BadInputError("bad_routing", "This is no routing number: it has nine figures, the last one checks them.")
    if not readable(bank) or len(bank) > BANK_LENGTH:
        raise BadInputError("bad_bank", "The bank's name has at most %(most)s Latin letters.", most=BANK_LENGTH)
    if _ORIGIN.fullmatch(origin.strip()) is None:
        raise BadInputError("bad_origin", "The immediate origin has nine or ten figures; your bank gave it to you.")
    if _COMPANY.fullmatch(company_id.strip().upper()) is None:
        raise BadInputError("bad_company_id", "The company id has ten figures or letters; your bank gave it to you.")
    known = {"bank": routing.strip(), "bank_name": bank, "origin": origin.strip()}
    return Debtor(Kind.US, company, **known, company_id=company_id.strip().upper())


def shown(debtor: Debtor) -> str:
    """What tells a brand which account it is: ``Linen Ltd, DE … 3000``."""
    if debtor.kind is Kind.IBAN:
        return f"{debtor.name}, {debtor.number[:2]} … {debtor.number[-4:]}"
    return f"{debtor.name}, {debtor.bank_name}"


def packed(debtor: Debtor) -> bytes:
    """The debtor as it is sealed."""
    return json.dumps({**asdict(debtor), "kind": str(debtor.kind)}).encode()


def unpacked(content: bytes) -> Debtor:
    """Undo ``packed``."""
    known = json.loads(content)
    return Debtor(**{**known, "kind": Kind(known["kind"])})
