"""A payer, two payees, a file of them, and the schemas to hold files against."""

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from lxml import etree

from fanshare.core.instants import from_datetime
from fanshare.integrations.sepa.compose import Frame, Item, compose
from fanshare.integrations.sepa.document import Address, Order, Party

#: A Friday on which TARGET is open; files are made the day before.
DAY, TODAY = date(2026, 11, 27), date(2026, 11, 26)
CREATED = from_datetime(datetime(2026, 11, 26, 10, 2, tzinfo=UTC))

BEA = Party(
    "Beas Laden GmbH", "DE89370400440532013000", "COBADEFFXXX", Address("DE", "Berlin", "10115", "Invalidenstr.", "7")
)
CLEO = Party("Cleo Müller", "NL91ABNA0417164300")
FINN = Party("Finn O'Hara", "CH9300762011623852957", "UBSWCHZH80A", Address("CH", "Zürich", lines=("Limmatquai 1",)))


def items() -> list[Item]:
    return [
        Item("fs-1-cleo", 1_416_000_000, "EUR", CLEO, "Your part of 12 sales, 1-31 Oct 2026"),
        Item("fs-1-finn", 370_000, "EUR", FINN, "Your part of one sale"),
    ]


def frame(version: str = "09") -> Frame:
    return Frame("fs-run-1", CREATED, DAY, BEA, version)


def order(version: str = "09") -> Order:
    return compose(frame(version), items())


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(__file__).with_name("schemas") / f"{name}.xsd"))


def schema_errors(name: str, raw: bytes) -> list[str]:
    """What the schema says against a file, for example of ``pain.001.001.09``."""
    found = _schema(name)
    found.validate(etree.fromstring(raw))
    return [str(error.message) for error in found.error_log]
