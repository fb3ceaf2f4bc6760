"""A message as elements, in the order that the structure gives them."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from fanshare.core.instants import Instant, to_datetime
from fanshare.core.tax.dpi.changes import Message, Record
from fanshare.core.tax.dpi.contents import NEXUS, Content
from fanshare.core.tax.dpi.nodes import STF, Node

#: The structure knows times of Central Europe alone, and writes no zone.
_ZONE = ZoneInfo("Europe/Brussels")
_PERSON, _COMPANY, _OFFICE = "OECD302", "OECD303", "OECD304"


def document(message: Message, ref: str, year: int, country: str, now: Instant) -> Node:
    """The whole file. ``country`` sends it and gets it: whoever else has to know is told by its authority."""
    head = [
        Node("TransmittingCountry", country),
        Node("ReceivingCountry", country),
        Node("MessageType", "DPI"),
        Node("MessageRefId", ref),
        Node("MessageTypeIndic", message.indic),
        Node("ReportingPeriod", f"{year}-12-31"),
        Node("Timestamp", _time(now)),
    ]
    body = [_operator(message.operator), *map(_seller, message.sellers)]
    return Node("DPI_OECD", children=(_of("MessageSpec", head), _of("DPIBody", body)), attributes=(("version", "1.0"),))


def _time(now: Instant) -> str:
    there: datetime = to_datetime(now).astimezone(_ZONE)
    return there.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _of(name: str, children: Iterable[Node | None], *attributes: tuple[str, str]) -> Node:
    return Node(name, children=tuple(one for one in children if one is not None), attributes=attributes)


def _maybe(name: str, text: str, *attributes: tuple[str, str]) -> Node | None:
    return Node(name, text, attributes=attributes) if text else None


def _spec(one: Record) -> Node:
    lines = [("DocTypeIndic", one.indic), ("DocRefId", one.ref), ("CorrDocRefId", one.corrects)]
    return _of("DocSpec", (Node(name, text, space=STF) for name, text in lines if text))


def _operator(one: Record) -> Node:
    said = one.content
    register = _maybe("IN", said["register"], ("issuedBy", said["country"]), ("INType", "BRN"))
    lines = [
        Node("ResCountryCode", said["country"]),
        Node("TIN", said["tin"], attributes=(("issuedBy", said["country"]),)),
        register,
        _maybe("VAT", said["vat"]),
        Node("Name", said["name"]),
        _maybe("PlatformBusinessName", said["platform"]),
        _address(said, _OFFICE),
        Node("Nexus", NEXUS),
        Node("AssumedReporting", "false"),
        _spec(one),
    ]
    return _of("PlatformOperator", lines)


def _seller(one: Record) -> Node:
    who = _company(one.content) if one.content["company"] else _person(one.content)
    activities = _of("RelevantActivities", [_services(one.content)])
    return _of("ReportableSeller", [_of("Identity", [who]), activities, _spec(one)])


def _address(said: Content, kind: str) -> Node:
    fixed = [_maybe("Street", said["street"]), _maybe("PostCode", said["postcode"]), Node("City", said["city"])]
    lines = [Node("CountryCode", said["country"]), _of("AddressFix", fixed)]
    return _of("Address", lines, ("legalAddressType", kind))


def _tin(said: Content) -> Node:
    if said["tin"]:
        return Node("TIN", said["tin"], attributes=(("issuedBy", said["tin_country"]),))
    return Node("TIN", "NOTIN", attributes=(("unknown", "true"),))


def _banks(said: Content) -> list[Node]:
    return [
        _of(
            "FinancialIdentifier",
            [
                Node("Identifier", number, attributes=(("AccountNumberType", kind),)),
                _maybe("AccountHolderName", holder),
            ],
        )
        for number, kind, holder in said["banks"]
    ]


def _person(said: Content) -> Node:
    place = said["birth_city"] and _of(
        "BirthPlace",
        [Node("City", said["birth_city"]), _of("CountryInfo", [Node("CountryCode", said["birth_country"])])],
    )
    lines = [
        *(Node("ResCountryCode", one) for one in said["residences"]),
        _tin(said),
        _maybe("VAT", said["vat"]),
        _of("Name", [Node("FirstName", said["first"]), Node("LastName", said["last"])]),
        _address(said, _PERSON),
        _of("BirthInfo", [Node("BirthDate", said["birth"]), place or None]),
    ]
    return _of("IndividualSeller", [_of("Standard", [_of("IndSellerID", lines), *_banks(said)])])


def _company(said: Content) -> Node:
    lines = [
        *(Node("ResCountryCode", one) for one in said["residences"]),
        _tin(said),
        _maybe("IN", said["register"], ("issuedBy", said["country"]), ("INType", "BRN")),
        _maybe("VAT", said["vat"]),
        Node("Name", said["name"]),
        _address(said, _COMPANY),
    ]
    states = [Node("PermanentEstablishment", one) for one in said["establishments"]]
    places = _of("PermanentEstablishments", states) if states else None
    return _of("EntitySeller", [_of("Standard", [_of("EntSellerID", lines), *_banks(said), places])])


def _services(said: Content) -> Node:
    money = ("currCode", said["currency"])
    columns = [*zip(*said["quarters"], strict=True)]
    parts = [
        ("Consideration", "ConsQ", 0),
        ("NumberOfActivities", "NumbQ", 1),
        ("Fees", "FeesQ", 2),
        ("Taxes", "TaxQ", 3),
    ]
    return _of(
        "PersonalServices",
        [
            _of(
                name,
                [
                    Node(f"{each}{number}", str(amount), attributes=() if each == "NumbQ" else (money,))
                    for number, amount in enumerate(columns[place], start=1)
                ],
            )
            for name, each, place in parts
        ],
    )
