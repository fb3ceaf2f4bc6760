"""From records to what the public pages say: bars with their names, states with word and icon, dated versions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from fanshare.core.instants import Instant
from fanshare.core.money import Micros, from_minor_units, minor_units
from fanshare.web.charts import Piece
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.pages_port import PublicCreator, Role, Split, TermsVersion, WhyLine
from fanshare.web.wording import Calendar, shown

_MAIL = re.compile(r"[^@\s<>\"'?&,;:\\]+@[A-Za-z0-9.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bar:
    """A split bar with what stands around it. ``rest`` is what the shown amounts leave out of the whole."""

    title: str
    pieces: tuple[Piece, ...]
    currency: str
    whole: Micros
    commission: Micros
    rest: Micros


@dataclass(frozen=True, slots=True)
class State:
    """A state of money: the ``kind`` chooses the colour, ``icon`` and ``word`` say it without colour."""

    kind: Literal["ready", "waiting", "checked", "nothing"]
    icon: str
    word: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the programme; ``href`` is empty where only words are known."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """A version of the terms and whether it rules now, later, or did."""

    version: TermsVersion
    when: Literal["current", "coming", "past"]


def bar(
    split: Split,
    *,
    creator: str,
    fan: str = later("the fan"),
    buyer: str = later("the buyer"),
    me: Role | None = None,
) -> Bar:
    """The split of an order as a bar: always shop, creator, fan, buyer, other creators; ``me`` is called "you".

    A part of zero is left out, unless it is mine.
    """
    names = {"creator": creator, "fan": _(fan), "buyer": _(buyer)} | ({me: _("you")} if me else {})
    pieces = [
        Piece("goods", _("the shop keeps"), split.shop_keeps),
        Piece("creator", names["creator"], split.shares.creator),
    ]
    optional = (
        Piece("fan", names["fan"], split.shares.fan),
        Piece("buyer", names["buyer"], split.shares.buyer),
        Piece("others", _("other creators"), split.others),
    )
    pieces += [piece for piece in optional if piece.amount or piece.key == me]
    floors = sum(from_minor_units(minor_units(piece.amount, split.currency), split.currency) for piece in pieces)
    title = _("Where %(amount)s of goods went") % {"amount": shown(split.goods, split.currency)}
    commission = split.commission + split.others
    return Bar(title, tuple(pieces), split.currency, split.goods, commission, split.goods - floors)


def line_bar(line: WhyLine) -> Bar:
    """The bar of a "why this amount" page."""
    return bar(line.split, creator=line.creator_name, me=line.role)


def example_bars(page: PublicCreator) -> list[tuple[str, Bar]]:
    """Headings and bars of a creator's page, as far as the terms name one rate. The reader is the buyer."""
    examples = (
        (_("When you buy through me"), page.direct),
        (_("When a friend’s link brings you to me"), page.through_fan),
    )
    return [
        (heading, bar(split, creator=page.name, fan=later("your friend"), buyer=later("back to you")))
        for heading, split in examples
        if split is not None
    ]


def version_bars(versions: Iterable[TermsVersion]) -> dict[int, Bar]:
    """The worked orders of terms versions, by version number."""
    return {version.number: bar(version.example, creator=_("the creator")) for version in versions if version.example}


def state(line: WhyLine, calendar: Calendar) -> State:
    """What a line's money is doing: waiting, ready, being checked, or nothing is left of it."""
    if line.amount == 0:
        return State("nothing", "circle-minus", _("nothing to pay out"))
    if line.bucket == "held":
        until = line.held_until
        words = _("being checked") if until is None else _("being checked until %(day)s") % {"day": calendar.day(until)}
        return State("checked", "search-check", words)
    if line.bucket == "available":
        since = line.matures_at
        words = _("ready") if since is None else _("ready since %(day)s") % {"day": calendar.day(since)}
        return State("ready", "circle-check", words)
    if line.matures_at is None:
        return State("waiting", "clock", _("waiting until it is shipped"))
    if calendar.passed(line.matures_at):
        return State("waiting", "clock", _("waiting, ready any moment now"))
    return State("waiting", "clock", _("waiting until %(day)s") % {"day": calendar.day(line.matures_at)})


def contact(words: str, reference: str) -> Contact:
    """A programme's contact; a mail address becomes a link that opens a message with a subject."""
    if _MAIL.fullmatch(words) is None:
        return Contact(words, "")
    subject = quote(_("A question about my amount, reference %(reference)s") % {"reference": reference})
    return Contact(words, f"mailto:{quote(words, safe='@')}?subject={subject}")


def dated_versions(versions: Iterable[TermsVersion], now: Instant) -> list[DatedVersion]:
    """The version in force first, then those that come (soonest first), then those that were (latest first).

    Before the first version takes effect it rules already, as in ``fanshare.core.terms.TermsBook``.
    """
    ordered = sorted(versions, key=lambda version: (version.effective_at, version.number))
    begun = sum(version.effective_at <= now for version in ordered)
    current = max(0, begun - 1)
    return (
        [DatedVersion(version, "current") for version in ordered[current : current + 1]]
        + [DatedVersion(version, "coming") for version in ordered[current + 1 :]]
        + [DatedVersion(version, "past") for version in reversed(ordered[:current])]
    )
