"""Sellers, an operator and a message of theirs, for tests of what a platform reports."""

from dataclasses import replace
from datetime import date
from typing import Any

from fanshare.core.instants import parse_rfc3339
from fanshare.core.invoices.model import Party
from fanshare.core.tax.dpi.changes import Message, Record, Standing, due
from fanshare.core.tax.dpi.compose import document
from fanshare.core.tax.dpi.contents import Content, Operator, of_operator, of_seller
from fanshare.core.tax.dpi.figures import NOTHING, Quarter, Sale
from fanshare.core.tax.dpi.nodes import written
from fanshare.core.tax.dpi.sellers import Bank, Part, Seller, identity_of
from fanshare.core.tax.forms import FormKind, form
from fanshare.flows.tax_rules import rules
from tests.core.tax.test_tax_forms import RESIDENCE

UNION = rules().union
TODAY = date(2026, 12, 1)
MADE = parse_rfc3339("2027-01-20T09:00:00Z")
EURO = 1_000_000
OPERATOR = Operator(
    Party("Crate & Co GmbH", "Hauptstr. 1", "10115", "Berlin", "DE", "DE136695976", "2181508155", "HRB 1"), "Crate"
)
COMPANY = RESIDENCE | {
    "entity": "company", "name": "Atelier SARL", "signed": "Atelier SARL", "city": "69001 Lyon", "country": "FR",
    "tin": "732829320", "vat": "FR40303265045", "register": "RCS Lyon 1", "establishments": "de, it",
}  # fmt: skip
ABROAD = RESIDENCE | {"city": "Zurich", "country": "CH", "tin": "756.1234.5678.97"}
WITHOUT_TIN = {key: value for key, value in RESIDENCE.items() if key != "tin"} | {
    "no_tin": "yes",
    "birth_place": "Lyon, fr",
}


def identity(typed: dict[str, str] = RESIDENCE, **other: str) -> Any:
    return identity_of(form(FormKind.RESIDENCE, typed | other, TODAY))


def quarter(amount: int, *orders: int, taxes: int = 0) -> Quarter:
    return Quarter(amount, 0, taxes, frozenset(Sale(1, one) for one in orders))


def part(typed: dict[str, str] | None = RESIDENCE, amount: int = 100 * EURO, **other: Any) -> Part:
    year = (NOTHING[0], quarter(amount, 7), NOTHING[2], NOTHING[3])
    known = None if typed is None else identity(typed)
    banks = frozenset({Bank("DE89370400440532013000", "IBAN", "F. Fox")})
    return replace(Part(1, 2, {"EUR": year}, known, 5, "a", banks), **other)


def seller(*parts: Part) -> Seller:
    return Seller(parts[0].key, parts)


def content(typed: dict[str, str] = RESIDENCE, amount: int = 100 * EURO) -> Content:
    return of_seller(seller(part(typed, amount)), "EUR", UNION)


def numbered(messages: list[Message], begins: str = "DE2026DE-x") -> list[Message]:
    """The messages with references as they are given where they are made."""
    found, mine = [], ""
    for place, one in enumerate(messages):
        records = []
        for number, record in enumerate(one.records):
            ref = record.ref or (mine if record.indic == "OECD0" else f"{begins}{place}-{number}")
            records.append(replace(record, ref=ref))
        mine = records[0].ref
        found.append(Message(one.indic, records[0], tuple(records[1:])))
    return found


def first(*wanted: Content) -> Message:
    """The first message about these sellers."""
    [made] = numbered(due({}, of_operator(OPERATOR), {f"seller {n}": one for n, one in enumerate(wanted)}))
    return made


def correction(before: Content, now: Content | None) -> Message:
    known = {
        "": Standing("DE2026DE-old", of_operator(OPERATOR)),
        "seller": Standing("DE2026DE-older", before),
    }
    [made] = numbered(due(known, of_operator(OPERATOR), {} if now is None else {"seller": now}))
    return made


def file_of(message: Message) -> bytes:
    return written(document(message, "DE2026DE-m", 2026, "DE", MADE))


def records_of(messages: list[Message]) -> list[Record]:
    return [record for one in messages for record in one.records]
