"""The report of a demonstration: one set of figures for the terminal, for machines and for the page ``/demo``."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fanshare.cli.demo_figures import Trick
from fanshare.cli.demo_replay import Played
from fanshare.core.marks import Figure, Said, later, recipe, say, together
from fanshare.core.money import Micros, format_minor, format_trimmed
from fanshare.flows.checks.finding import Finding
from fanshare.store.queries.totals import OrderTotal, ShareRow
from fanshare.world.market import CURRENCY
from fanshare.world.story import World
from fanshare.world.truth import truth

type Row = tuple[str, str]

#: Why visits were not counted.
_VISITS = {
    "duplicate": later("%(n)s duplicate"),
    "provisional": later("%(n)s provisional"),
    "preview": later("%(n)s preview"),
    "bot": later("%(n)s bot"),
    "head": later("%(n)s head"),
    "embedded": later("%(n)s embedded"),
    "paused": later("%(n)s paused"),
}
#: What is known of the recorded shop.
_RECORDED = {
    "order 14 keeps": later("order 14 keeps"),
    "order 16 keeps": later("order 16 keeps"),
    "Mira earns": later("Mira earns"),
}

#: The checks of ``fanshare check`` that are about the log; the others are about the books.
LOG_CHECKS = frozenset({"leaves", "checkpoints", "facts in the log", "settlements", "clicks", "order states"})


@dataclass(slots=True)
class Report:
    """Everything a demonstration has to say. Amounts are micros of euros; ``seconds`` says how long it took."""

    world: World
    played: Played
    visits: Mapping[str, int]
    orders: Sequence[OrderTotal]
    shares: Sequence[ShareRow]
    months: int
    paid: Counter[str]
    tricks: Sequence[Trick]
    findings: Sequence[Finding]
    statements: Mapping[str, bool]
    recorded: Mapping[str, Micros]
    paid_in: Micros = 0
    codes: int = 0
    seconds: float = 0.0
    links: list[tuple[str, str, str]] = field(default_factory=list)
    behind_doors: list[tuple[str, str, str]] = field(default_factory=list)
    doors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        """Whether every check of the books holds."""
        return all(one.ok for one in self.findings if one.name not in LOG_CHECKS)

    @property
    def verified(self) -> bool:
        """Whether every check of the log holds, and every statement."""
        return all(one.ok for one in self.findings if one.name in LOG_CHECKS) and all(self.statements.values())

    @property
    def bounded(self) -> bool:
        """Whether no trick brought more than it may."""
        return all(trick.bounded for trick in self.tricks)

    def by_role(self, role: str) -> Micros:
        """What one role got of all commission."""
        return sum(row.amount for row in self.shares if row.role == role)

    def document(self) -> dict[str, Any]:
        """The report for machines. Everything but ``seconds`` and ``links`` follows from the seed."""
        facts = self.world.facts()
        return {
            "ok": self.balanced and self.verified and self.bounded,
            "seed": self.world.seed,
            "world": facts,
            "visits": {"sent": self.played.visits, **self.visits},
            "messages": {str(status): count for status, count in sorted(self.played.hook_answers.items())},
            "orders": {"booked": len(self.orders), "goods_kept": format_trimmed(self._goods())},
            "commission": {
                "all": format_trimmed(sum(row.amount for row in self.shares)),
                **{f"to_{role}s": format_trimmed(self.by_role(role)) for role in ("creator", "fan", "buyer")},
                "held": format_trimmed(self._held()),
            },
            "paid": {name: self.paid[name] for name in ("payouts", "arrived", "came back", "under way")},
            "paid_in": {"birkenhof": format_trimmed(self.paid_in), "leinen-ton": format_trimmed(0)},
            "credit_codes": self.codes,
            "months_closed": self.months,
            "books_balanced": self.balanced,
            "log_verified": self.verified,
            "findings": {one.name: one.message for one in self.findings if not one.ok},
            "statements": dict(self.statements),
            "tricks": [_trick(trick) for trick in self.tricks],
            "recorded_shop": {name: format_trimmed(amount) for name, amount in self.recorded.items()},
            "seconds": round(self.seconds, 1),
            "links": [href for href, _, _ in (*self.links, *self.behind_doors)],
            "doors": [href for href, _ in self.doors],
        }

    def figures(self) -> list[Row]:
        """The figures for people, in the order of a story."""
        facts, known = self.world.facts(), truth(self.world)
        reasons = [say(_VISITS[name], n=_number(count)) for name, count in self.visits.items() if name in _VISITS]
        orders, several = _number(facts["orders"]), facts["orders with several creators"] * 100 // facts["orders"]
        return [
            (
                say("creators and their fans"),
                _two(_number(facts["creators"]), _number(facts["fans"])),
            ),
            (say("visits of links"), _number(self.played.visits)),
            (say("counted as clicks"), _number(self.visits.get("counted", 0))),
            (say("not counted"), together(reasons, ", ")),
            (
                say("orders"),
                say("%(n)s, %(several)s %% of them touched by several creators", n=orders, several=several),
            ),
            (
                say("refunds and cancellations"),
                _two(_number(facts["refunds"]), _number(facts["cancellations"])),
            ),
            (say("messages of the shop"), say("%(n)s, some late, some twice", n=_number(self.played.posts))),
            (
                say("sales that came anyway"),
                say("%(n)s (the world knows; no programme can)", n=_number(known.anyway)),
            ),
            (say("goods that stayed sold"), _money(self._goods())),
            (say("commission"), _money(sum(row.amount for row in self.shares))),
            (say("to creators"), _money(self.by_role("creator"))),
            (say("to fans"), _money(self.by_role("fan"))),
            (say("to buyers, not yet claimed"), _money(self.by_role("buyer"))),
            (say("being checked"), _money(self._held())),
            (
                say("paid in by the brands"),
                say("%(amount)s by Birkenhof, nothing yet by Leinen & Ton", amount=_money(self.paid_in)),
            ),
            (
                say("paid out"),
                say("%(amount)s in %(n)s payouts", amount=_money(self.paid["arrived"]), n=self.paid["payouts"]),
            ),
            (
                say("on its way, came back"),
                together([_money(self.paid["under way"]), _money(self.paid["came back"])], ", "),
            ),
            (
                say("codes for shop credit"),
                say("%(n)s brought by Birkenhof; Leinen & Ton makes them when asked", n=_number(self.codes)),
            ),
            (say("months closed"), _number(self.months)),
            (say("books balanced"), _yes(self.balanced)),
            (say("log verified"), _yes(self.verified)),
            *(
                (say("recorded shop: %(what)s", what=say(_RECORDED[name])), Figure(format_trimmed(amount)))
                for name, amount in self.recorded.items()
            ),
        ]

    def lines(self) -> list[str]:
        """The whole report as text."""
        wide = max(len(name) for name, _ in self.figures())
        lines = [f"{name:<{wide}}  {value}" for name, value in self.figures()]
        lines += [f"  NOT WELL: {one.name}: {one.message}" for one in self.findings if not one.ok]
        lines += ["", *_table(self.tricks), "", f"It took {self.seconds:.0f} seconds."]
        return lines

    def page(self) -> str:
        """The report as the page ``/demo`` reads it."""
        tricks = [
            (
                say("%(trick)s (%(n)s orders)", trick=say(one.title), n=one.orders),
                say("%(here)s instead of %(elsewhere)s", here=_money(one.gained), elsewhere=_money(one.last_click)),
            )
            for one in self.tricks
        ]
        figures = [(recipe(name), recipe(value)) for name, value in (*self.figures(), *tricks)]
        named = ((say("Places to look at"), self.links), (say("Two brands, one operator"), self.behind_doors))
        sections = [{"title": recipe(title), "links": _places(links)} for title, links in named]
        return json.dumps({"figures": figures, "sections": sections}, ensure_ascii=False)

    def _goods(self) -> Micros:
        return sum(order.net for order in self.orders)

    def _held(self) -> Micros:
        return sum(row.amount for row in self.shares if row.bucket == "held")


def _places(links: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    return [{"href": href, "text": recipe(text), "note": recipe(note)} for href, text, note in links]


def _trick(trick: Trick) -> dict[str, Any]:
    return {
        "title": trick.title,
        "orders": trick.orders,
        "last_click": format_trimmed(trick.last_click),
        "gained": format_trimmed(trick.gained),
        "held": format_trimmed(trick.held),
        "limit": format_trimmed(trick.limit),
        "bounded": trick.bounded,
    }


def _table(tricks: Iterable[Trick]) -> list[str]:
    rows: list[tuple[str, ...]] = [("tricks", "orders", "last click pays", "here", "being checked", "at most", "")]
    rows += [
        (
            one.title,
            str(one.orders),
            *(format_minor(amount, CURRENCY) for amount in (one.last_click, one.gained, one.held, one.limit)),
            "" if one.bounded else "TOO MUCH",
        )
        for one in tricks
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_aligned(row, widths)).rstrip() for row in rows]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _money(amount: Micros) -> Said:
    whole, cents = format_minor(amount, CURRENCY).split(".")
    return say("%(amount)s %(currency)s", amount=Figure(f"{int(whole):,}.{cents}"), currency=CURRENCY)


def _number(count: int) -> Figure:
    return Figure(f"{count:,}")


def _two(first: str, second: str) -> Said:
    return say("%(first)s and %(second)s", first=first, second=second)


def _yes(well: bool) -> Said:
    return say("yes") if well else say("NO")
