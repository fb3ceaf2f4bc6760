"""The plan of moving in: what is new, what is known already, what can't be taken and why. Nothing is done here.

The same files against the same books give the same plan, so a dry run is the plan of the real one, and a second
import of a file is a plan with nothing in it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fanshare.core.instants import Instant
from fanshare.core.marks import Figure, Said, later, say
from fanshare.core.money import Micros, format_trimmed
from fanshare.core.moving import (
    TOOLS,
    Balance,
    Moved,
    OldLink,
    Person,
    Standing,
    Untaken,
    folded,
    merged,
    owed,
    slug,
    still_to_move,
    total,
)
from fanshare.core.old_links import COMPANIONS, PARAMS, is_value

_CODE = re.compile(r"[a-z0-9_-]{3,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """What the books know of the things that a ``Moved`` names.

    ``people`` maps keys to parties; ``erased`` are keys of people who were erased, ``young`` of those who said
    here that they are under 18. ``links`` maps (param, folded value) to the party that owns it, ``codes`` folded
    discount codes likewise. ``openings`` is what was moved before from this tool, by person and currency. ``taken`` are
    link codes in use, ``hosts`` where links may lead, ``rates`` the percentages (basis points) that the terms pay.
    """

    people: Mapping[str, int] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    young: frozenset[str] = frozenset()
    slugs: frozenset[str] = frozenset()
    links: Mapping[tuple[str, str], int] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    codes: Mapping[str, int] = field(default_factory=dict)
    openings: Mapping[tuple[str, str], Micros] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    rates: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to admit. ``slug`` is her short name."""

    person: Person
    slug: str


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to make for an old one; ``code`` is empty where its old value can't be one."""

    person: str
    param: str
    value: str
    code: str
    destination: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do, has no need to do, and can't do. ``names`` are the shown names by key."""

    tool: str
    file: str
    people: tuple[NewPerson, ...] = ()
    known: tuple[str, ...] = ()
    links: tuple[NewLink, ...] = ()
    known_links: int = 0
    codes: tuple[tuple[str, str], ...] = ()
    known_codes: int = 0
    openings: tuple[Balance, ...] = ()
    known_openings: int = 0
    notes: tuple[str, ...] = ()
    untaken: tuple[Untaken, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.people or self.links or self.codes or self.openings)


def plan(moved: Moved, known: Known, now: Instant, *, destination: str = "") -> Plan:
    """Compare what was read with what is known. ``destination`` is where links lead that don't say it themselves."""
    one = merged(moved)
    tool = TOOLS[one.tool]
    untaken = list(one.untaken)
    openings, known_openings = _openings(one, known, now, untaken)
    people, present = _people(one, known, {each.person for each in openings}, untaken)
    admitted = {each.person.key for each in people} | set(present)
    active = {each.key for each in one.people if each.standing is Standing.ACTIVE} & admitted
    names = {each.key: each.shown or each.key for each in one.people}
    notes: list[str] = []
    links, known_links = _links(one, known, active, destination, untaken, notes)
    codes, known_codes = _codes(one, known, active, untaken)
    untaken += [
        Untaken(
            _owed(each.amount, each.currency, names.get(each.person, each.person)),
            later("is owed to somebody who is not taken over"),
        )
        for each in openings
        if each.person not in admitted
    ]
    return Plan(
        tool=one.tool,
        file=one.file,
        people=people,
        known=tuple(present),
        links=links,
        known_links=known_links,
        codes=codes,
        known_codes=known_codes,
        openings=tuple(each for each in openings if each.person in admitted),
        known_openings=known_openings,
        notes=(*notes, *_rates(one, known, active, tool)),
        untaken=tuple(dict.fromkeys(untaken)),
        names=names,
    )


def _people(
    moved: Moved, known: Known, owed_to: set[str], untaken: list[Untaken]
) -> tuple[tuple[NewPerson, ...], list[str]]:
    """Who is new, and the keys of those who are known. Whoever is owed money comes along, however she stands."""
    new, present, slugs = [], [], set(known.slugs)
    for person in moved.people:
        reason = _refused(person, known, person.key in owed_to)
        if reason:
            untaken.append(Untaken(person.shown or person.key, reason))
        elif person.key in known.people:
            present.append(person.key)
        else:
            short = slug(person.shown, slugs)
            slugs.add(short)
            new.append(NewPerson(person, short))
    return tuple(new), present


def _refused(person: Person, known: Known, is_owed: bool) -> str:
    """Why somebody can't be taken over; empty where she can."""
    if person.key in known.erased:
        return later("was erased here and is not brought back")
    if person.key in known.young:
        return later("said here that she is under 18; money is for people of 18 or more")
    if person.key in known.people:
        return ""
    if is_owed or person.standing is Standing.ACTIVE:
        return "" if person.shown else later("has no name that fans could see; add it to the file")
    if person.standing is Standing.APPLIED:
        return later("has applied there and was not admitted yet")
    return later("is switched off there and nothing is owed to her")


def _links(
    moved: Moved, known: Known, active: set[str], destination: str, untaken: list[Untaken], notes: list[str]
) -> tuple[tuple[NewLink, ...], int]:
    found: dict[tuple[str, str], NewLink] = {}
    codes, same, elsewhere = set(known.taken), 0, 0
    for link in moved.links:
        key, what = (
            (link.param, folded(link.value)),
            say("link %(address)s", address=f"?{link.param}={link.value[:60]}"),
        )
        target = _target(link, known.hosts) or destination
        owner = found[key].person if key in found else None
        if link.person not in active:
            untaken.append(Untaken(what, later("its owner is not taken over, or is switched off there")))
        elif key in known.links or owner is not None:
            mine = owner == link.person if owner is not None else known.people.get(link.person) == known.links[key]
            same += mine
            if not mine:
                untaken.append(Untaken(what, later("already leads to somebody else here")))
        elif not is_value(link.value):
            untaken.append(Untaken(what, later("its value is nothing that an address could hold")))
        elif not target:
            untaken.append(Untaken(what, later("nobody says where it led; name a page of the shop with --to")))
        else:
            elsewhere += bool(link.destination) and not _target(link, known.hosts)
            code = _code_of(key[1], codes)
            codes.add(code)
            found[key] = NewLink(link.person, *key, code, target)
    others = sorted({link.param for link in found.values()} - PARAMS)
    notes += [
        say("Orders are not searched for ?%(param)s=; those old links work as /r/CODE only.", param=param)
        for param in others
    ]
    if elsewhere:
        notes.append(
            say(
                "Links that led to another site than the shop's: %(count)s; they lead to %(destination)s now.",
                count=elsewhere,
                destination=destination,
            )
        )
    return tuple(found.values()), same


def link_code(value: str) -> str:
    """The code that a link would have for an old value: ``501.AbCd`` becomes ``501-abcd``; empty where none fits."""
    code = re.sub(r"[^a-z0-9_-]+", "-", folded(value)).strip("-")
    return code if _CODE.fullmatch(code) else ""


def _code_of(value: str, taken: set[str]) -> str:
    code = link_code(value)
    return "" if code in taken else code


def _target(link: OldLink, hosts: frozenset[str]) -> str:
    """The page that an old link led to, without the old tool's own name and value; empty if that is no shop's page."""
    try:
        parts = urlsplit(link.destination.strip())
        if parts.scheme not in ("http", "https") or (parts.hostname or "") not in hosts or parts.username:
            return ""
        kept = [
            pair
            for pair in parse_qsl(parts.query, keep_blank_values=True)
            if pair[0].casefold() not in {link.param, *COMPANIONS}
        ]
    except ValueError:
        return ""
    target = urlunsplit(("https", parts.netloc, parts.path or "/", urlencode(kept), ""))
    return target if target.isascii() and target.isprintable() and " " not in target else ""


def _codes(
    moved: Moved, known: Known, active: set[str], untaken: list[Untaken]
) -> tuple[tuple[tuple[str, str], ...], int]:
    found: dict[str, tuple[str, str]] = {}
    same = 0
    for code in moved.codes:
        text = code.text.strip()
        key, what = text.casefold(), say("code %(text)s", text=text[:60])
        if code.person not in active:
            untaken.append(Untaken(what, later("its owner is not taken over, or is switched off there")))
        elif not 1 <= len(text) <= 100 or not text.isprintable():
            untaken.append(Untaken(what, later("a discount code has 1 to 100 printable characters")))
        elif key in found or key in known.codes:
            owner = found[key][0] if key in found else None
            mine = owner == code.person if owner is not None else known.people.get(code.person) == known.codes[key]
            same += mine
            if not mine:
                untaken.append(Untaken(what, later("already belongs to somebody else here")))
        else:
            found[key] = (code.person, text)
    return tuple(found.values()), same


def _openings(moved: Moved, known: Known, now: Instant, untaken: list[Untaken]) -> tuple[list[Balance], int]:
    """What is still to be moved of every person and currency, and of how many nothing is left to move."""
    groups: dict[tuple[str, str], list[Balance]] = {}
    for balance in moved.balances:
        groups.setdefault((balance.person, balance.currency), []).append(balance)
    shown = {person.key: person.shown or person.key for person in moved.people}
    found: list[Balance] = []
    same = 0
    for key, balances in groups.items():
        sum_, before, (person, currency) = total(balances), known.openings.get(key, 0), key
        what = _owed(abs(sum_), currency, shown.get(person, person))
        if sum_ < 0:
            untaken.append(
                Untaken(what, later("is a debt to the brand there; settle it there, a debt is not brought along"))
            )
        elif sum_ < before:
            told = say(
                "%(amount)s %(currency)s were moved before, which is more; nothing is taken back",
                amount=Figure(format_trimmed(before)),
                currency=currency,
            )
            untaken.append(Untaken(what, told))
        elif sum_ == before:
            same += bool(before)
        else:
            found += still_to_move(owed(balances, now), before)
    return found, same


def _rates(moved: Moved, known: Known, active: set[str], tool: str) -> Iterable[str]:
    """One sentence for every rate there that these terms don't have."""
    differing: dict[str, set[str]] = {}
    for rate in moved.rates:
        if rate.person in active and rate.bps not in known.rates:
            differing.setdefault(rate.said, set()).add(rate.person)
    terms = ", ".join(f"{bps / 100:g} %" for bps in sorted(known.rates)) or say("no percentage")
    for said, people in sorted(differing.items()):
        values = {"rate": said, "tool": tool, "terms": terms}
        if len(people) == 1:
            yield say(
                "One person had %(rate)s in %(tool)s; these terms pay %(terms)s."
                " Rates follow the terms, nothing is copied.",
                **values,
            )
        else:
            yield say(
                "%(num)s people had %(rate)s in %(tool)s; these terms pay %(terms)s."
                " Rates follow the terms, nothing is copied.",
                num=len(people),
                **values,
            )


def _owed(amount: Micros, currency: str, name: str) -> Said:
    return say(
        "%(amount)s %(currency)s of %(name)s", amount=Figure(format_trimmed(amount)), currency=currency, name=name[:60]
    )
