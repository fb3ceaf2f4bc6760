"""What has to hold of a report beyond its structure. Own rules: no authority's validator was at hand.

The sentences of the schema's own documentation are their source (DPIXML_v1.0.xsd, oecddpitypes_v1.0.xsd) where nothing
else stands there. A fault names a rule and an element and repeats nothing of what the file says.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError
from fanshare.core.tax.dpi import structure
from fanshare.core.tax.dpi.nodes import DPI, Node, read
from fanshare.core.tax.dpi.structure import Fault
from fanshare.core.tax.tins import COUNTRIES

__all__ = ["Fault", "check"]

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?", re.ASCII)
_MONEY = re.compile(r"(Cons|Fees|Tax)Q[1-4]", re.ASCII)
_NUMBER = re.compile(r"NumbQ[1-4]", re.ASCII)
_COUNTRIES = ("CountryCode", "ResCountryCode", "TransmittingCountry", "ReceivingCountry", "PermanentEstablishment")
_INDICS = {"DPI401": {"OECD1"}, "DPI402": {"OECD2", "OECD3"}, "DPI403": set()}
_ADDRESSES = ("OECD301", "OECD302", "OECD303", "OECD304", "OECD305")

type Rule = Callable[[Node, frozenset[str]], Iterator[Fault]]


def check(raw: bytes, union: frozenset[str]) -> list[Fault]:
    """All faults of a file; none where it is as it should be. ``union``: the member states.

    Beyond its structure nothing is looked at before that is right.
    """
    try:
        root = read(raw)
    except BadInputError:
        return [Fault("unreadable", "")]
    if root.name != "DPI_OECD" or root.space != DPI or root.attribute("version") != "1.0":
        return [Fault("root", root.name)]
    found = [*structure.check(root)]
    return found or [fault for rule in _RULES for fault in rule(root, union)]


def _head(root: Node, union: frozenset[str]) -> Iterator[Fault]:
    said = root.children[0].said
    year = said("ReportingPeriod")[:4]
    if said("MessageType") != "DPI":
        yield Fault("message_type", "MessageType")
    if said("MessageTypeIndic") not in _INDICS:
        yield Fault("message_indic", "MessageTypeIndic")
    if not year.isdigit() or said("ReportingPeriod") != f"{year}-12-31":
        yield Fault("period", "ReportingPeriod")
    if _TIME.fullmatch(said("Timestamp")) is None:
        yield Fault("timestamp", "Timestamp")
    if not said("MessageRefId").startswith(said("TransmittingCountry") + year + said("ReceivingCountry")):
        yield Fault("message_ref", "MessageRefId")
    if said("TransmittingCountry") not in union or said("ReceivingCountry") not in union:
        yield Fault("not_in_union", "MessageSpec")


def _values(root: Node, union: frozenset[str]) -> Iterator[Fault]:
    for one in root.walk():
        if one.name in _COUNTRIES and one.text not in COUNTRIES:
            yield Fault("country", one.name)
        if one.name == "PermanentEstablishment" and one.text not in union:
            yield Fault("not_in_union", one.name)
        if one.name == "BirthDate" and not _day(one.text):
            yield Fault("birth", one.name)
        if one.name == "IN" and one.attribute("INType") not in ("LEI", "EIN", "IIN", "BRN", "Other"):
            yield Fault("number_type", one.name)
        if one.name == "Address" and one.attribute("legalAddressType") not in _ADDRESSES:
            yield Fault("address_type", one.name)
        if one.name == "TIN":
            unknown = one.attribute("unknown") == "true"
            if unknown != (one.text == "NOTIN") or unknown == (one.attribute("issuedBy") in COUNTRIES):
                yield Fault("tin", one.name)


def _day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).year >= 1900
    except ValueError:
        return False


def _operator(root: Node, _: frozenset[str]) -> Iterator[Fault]:
    one, indic = root.children[1].children[0], root.children[0].said("MessageTypeIndic")
    address = one.first("Address")
    if address is not None and address.attribute("legalAddressType") != "OECD304":
        yield Fault("office", "PlatformOperator/Address")
    if one.said("Nexus") not in {f"RPONEX{number}" for number in range(1, 6)}:
        yield Fault("nexus", "PlatformOperator/Nexus")
    if one.said("AssumedReporting") != "false":
        yield Fault("assumed", "PlatformOperator/AssumedReporting")
    allowed = {"DPI401": ("OECD0", "OECD1"), "DPI402": ("OECD0", "OECD2"), "DPI403": ("OECD1",)}
    if one.said("DocSpec/DocTypeIndic") not in allowed.get(indic, ()):
        yield Fault("operator_indic", "PlatformOperator/DocSpec")


def _sellers(root: Node, union: frozenset[str]) -> Iterator[Fault]:
    indic = root.children[0].said("MessageTypeIndic")
    sellers = [*root.children[1].all("ReportableSeller")]
    if indic == "DPI403" and sellers:
        yield Fault("nil_with_sellers", "DPIBody")
    if indic == "DPI401" and not sellers:
        yield Fault("no_sellers", "DPIBody")
    for one in sellers:
        identity = one.children[0]
        if len(identity.children) != 1:
            yield Fault("identity", "Identity")
            continue
        if one.said("DocSpec/DocTypeIndic") not in _INDICS.get(indic, set()):
            yield Fault("mixed", "ReportableSeller/DocSpec")
        who = identity.children[0].children[0].children[0]
        if not union.intersection(each.text for each in who.all("ResCountryCode")):
            yield Fault("not_in_union", f"{who.name}/ResCountryCode")
        nobody = who.said("TIN") == "NOTIN"
        if nobody and who.name == "IndSellerID" and who.first("BirthInfo/BirthPlace") is None:
            yield Fault("birth_place", "BirthInfo")


def _amounts(root: Node, _: frozenset[str]) -> Iterator[Fault]:
    for services in root.children[1].all("ReportableSeller/RelevantActivities/PersonalServices"):
        leaves = [leaf for part in services.children for leaf in part.children]
        if any(_WHOLE.fullmatch(leaf.text) is None for leaf in leaves):
            yield Fault("not_whole", "PersonalServices")
            continue
        if any(leaf.text.startswith("-") for leaf in leaves):
            yield Fault("negative", "PersonalServices")
        money = [leaf.attribute("currCode") for leaf in leaves if _MONEY.fullmatch(leaf.name)]
        if any(code not in EXPONENTS for code in money):
            yield Fault("currency", "PersonalServices")
        if len(set(money)) != 1:
            yield Fault("currencies", "PersonalServices")
        if any(leaf.attributes for leaf in leaves if _NUMBER.fullmatch(leaf.name)):
            yield Fault("number_with_currency", "NumberOfActivities")
        for number in range(4):
            sums, count, *rest = (int(part.children[number].text) for part in services.children)
            if not count and (sums or any(rest)):
                yield Fault("money_without_activity", f"ConsQ{number + 1}")


def _references(root: Node, _: frozenset[str]) -> Iterator[Fault]:
    head = root.children[0].said
    begins = head("TransmittingCountry") + head("ReportingPeriod")[:4]
    seen: set[str] = set()
    for one in root.walk():
        if one.name != "DocSpec":
            continue
        indic, ref, corrects = one.said("DocTypeIndic"), one.said("DocRefId"), one.said("CorrDocRefId")
        if not ref.startswith(begins):
            yield Fault("doc_ref", "DocRefId")
        if ref in seen or ref == head("MessageRefId"):
            yield Fault("doc_ref_twice", "DocRefId")
        seen.add(ref)
        if (indic in ("OECD2", "OECD3")) is not bool(corrects):
            yield Fault("corrects", "DocSpec")
        if corrects and corrects in seen:
            yield Fault("corrects_itself", "CorrDocRefId")


_RULES: tuple[Rule, ...] = (_head, _values, _operator, _sellers, _amounts, _references)
