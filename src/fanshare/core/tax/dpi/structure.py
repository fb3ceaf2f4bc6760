"""Which elements a report has, in which order and how often: the part of the DPI structure that such a report uses.

Written down from the types of DPIXML_v1.0.xsd (MessageSpec_Type, OrganisationParty_Type, PersonParty_Type,
OtherActivities_Type, DocSpec_Type and those they hold); what rentals, goods and other operators need is left out.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fanshare.core.tax.dpi.nodes import STF, Node

type Place = tuple[str, ...]


class Fault(NamedTuple):
    """What is wrong: the code of the rule, and at which element, by names alone."""

    code: str
    where: str


class _Child(NamedTuple):
    name: str
    least: int = 1
    most: int = 1


def _children(text: str) -> tuple[_Child, ...]:
    """``Name`` once, ``Name?`` at most once, ``Name*`` any number, ``Name+`` at least once."""
    bounds = {"?": (0, 1), "*": (0, 1 << 30), "+": (1, 1 << 30)}
    return tuple(_Child(one.rstrip("?*+"), *bounds.get(one[-1], (1, 1))) for one in text.split())


_ADDRESS = "CountryCode AddressFix"
_ORGANISATION = "ResCountryCode* TIN+ IN* VAT? Name+ PlatformBusinessName* Address+ Nexus? AssumedReporting?"
#: By the names of an element and its parent where they differ in what they hold, else by its own.
_STRUCTURE: Mapping[str, tuple[_Child, ...]] = {
    name: _children(text)
    for name, text in {
        "DPI_OECD": "MessageSpec DPIBody",
        "MessageSpec": "SendingEntityIN? TransmittingCountry ReceivingCountry MessageType Warning? Contact?"
        " MessageRefId MessageTypeIndic ReportingPeriod Timestamp",
        "DPIBody": "PlatformOperator ReportableSeller*",
        "PlatformOperator": f"{_ORGANISATION} DocSpec",
        "EntSellerID": _ORGANISATION.replace(" PlatformBusinessName*", "").replace(" Nexus? AssumedReporting?", ""),
        "ReportableSeller": "Identity RelevantActivities DocSpec",
        "Identity": "EntitySeller? IndividualSeller?",
        "EntitySeller": "Standard",
        "IndividualSeller": "Standard",
        "EntitySeller/Standard": "EntSellerID FinancialIdentifier* PermanentEstablishments?",
        "IndividualSeller/Standard": "IndSellerID FinancialIdentifier*",
        "IndSellerID": "ResCountryCode+ TIN+ VAT? Name+ Address+ BirthInfo",
        "IndSellerID/Name": "FirstName LastName",
        "Address": _ADDRESS,
        "AddressFix": "Street? PostCode? City",
        "BirthInfo": "BirthDate BirthPlace?",
        "BirthPlace": "City CountryInfo",
        "CountryInfo": "CountryCode",
        "FinancialIdentifier": "Identifier AccountHolderName?",
        "PermanentEstablishments": "PermanentEstablishment+",
        "RelevantActivities": "PersonalServices",
        "PersonalServices": "Consideration NumberOfActivities Fees Taxes",
        "Consideration": "ConsQ1 ConsQ2 ConsQ3 ConsQ4",
        "NumberOfActivities": "NumbQ1 NumbQ2 NumbQ3 NumbQ4",
        "Fees": "FeesQ1 FeesQ2 FeesQ3 FeesQ4",
        "Taxes": "TaxQ1 TaxQ2 TaxQ3 TaxQ4",
        "DocSpec": "DocTypeIndic DocRefId CorrDocRefId?",
    }.items()
}
_LONGEST = {"MessageRefId": 170, "Warning": 4000, "Contact": 4000}


def check(root: Node) -> Iterator[Fault]:
    """Every element where the structure does not allow it, is missing, or holds what it must not."""
    yield from _within(root, "")


def _within(one: Node, parent: str) -> Iterator[Fault]:
    allowed = _STRUCTURE.get(f"{parent}/{one.name}") or _STRUCTURE.get(one.name)
    if (one.space == STF) is not (parent == "DocSpec"):
        yield Fault("namespace", one.name)
    if allowed is None:
        yield from _text(one)
        return
    if one.text.strip():
        yield Fault("text_beside", one.name)
    names = [child.name for child in one.children]
    order = [child.name for child in allowed]
    for name in dict.fromkeys(names):
        if name not in order:
            yield Fault("unknown_element", f"{one.name}/{name}")
    known = [order.index(name) for name in names if name in order]
    if known != sorted(known):
        yield Fault("element_order", one.name)
    for child in allowed:
        if names.count(child.name) < child.least:
            yield Fault("element_missing", f"{one.name}/{child.name}")
        if names.count(child.name) > child.most:
            yield Fault("element_repeated", f"{one.name}/{child.name}")
    for each in one.children:
        yield from _within(each, one.name)


def _text(one: Node) -> Iterator[Fault]:
    if one.children:
        yield Fault("unknown_element", f"{one.name}/{one.children[0].name}")
    if not one.text.strip():
        yield Fault("text_missing", one.name)
    if len(one.text) > _LONGEST.get(one.name, 200):
        yield Fault("text_too_long", one.name)
