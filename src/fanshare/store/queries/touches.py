"""Resolve the evidence of orders against the dated history of links, codes and choices: who, since when, on what terms.

The history is append-only and dated forwards, so a touch resolved once never changes, except that a lost or late
click may still arrive and tell more about itself.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from fanshare.core import clickid
from fanshare.core.instants import MILLISECOND, Instant
from fanshare.core.old_links import PREFIX
from fanshare.core.orders import Evidence
from fanshare.core.terms import Terms, TermsBook
from fanshare.core.touches import LinkClass, Touch, TouchKind
from fanshare.store.access import Access
from fanshare.store.queries import budgets, groups

#: Verdicts of the edge that are a person's visit; a prefetch becomes one when an order names it.
HUMAN = frozenset({"counted", "duplicate", "provisional"})

_CLICKS = """
SELECT click_id, at, link_id, verdict, user_activation, checkout_referrer
  FROM click
  JOIN unnest(%(ids)s::text[], %(ats)s::bigint[]) AS named(id, minted_at)
    ON click_id = id AND at >= minted_at AND at < minted_at + 1000
 WHERE programme_id = %(programme_id)s AND at >= %(first)s AND at <= %(last)s
"""
_LINKS = """
SELECT id, creator_party_id, link_class, pinned_live, from_link_id FROM link
 WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)
"""
#: Whose a link was since when, and whether it counted: an owner's row has no state, and the other way round.
_LINK_HISTORY = """
SELECT link_id, from_at, owner_party_id, creator_party_id, NULL AS state FROM link_owner
 WHERE programme_id = %(programme_id)s AND link_id = ANY(%(ids)s)
 UNION ALL
SELECT link_id, from_at, NULL, NULL, state FROM link_state
 WHERE programme_id = %(programme_id)s AND link_id = ANY(%(ids)s)
 ORDER BY link_id, from_at
"""
_CODES = """
SELECT id, folded, connection_id, single_use FROM code
 WHERE programme_id = %(programme_id)s AND folded = ANY(%(folded)s)
"""
_CODE_HISTORY = """
SELECT code_id, from_at, owner_party_id, creator_party_id, NULL AS state FROM code_owner
 WHERE programme_id = %(programme_id)s AND code_id = ANY(%(ids)s)
 UNION ALL
SELECT code_id, from_at, NULL, NULL, state FROM code_state
 WHERE programme_id = %(programme_id)s AND code_id = ANY(%(ids)s)
 ORDER BY code_id, from_at
"""
_CHOICES = """
SELECT creator_party_id, link_id, from_at, fan_bps FROM fan_choice
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s) ORDER BY from_at
"""
_OLD_LINKS = """
SELECT o.param || '=' || o.value, o.link_id, o.from_at
  FROM old_link o JOIN unnest(%(params)s::text[], %(values)s::text[]) AS named (param, value) USING (param, value)
 WHERE o.programme_id = %(programme_id)s
"""
_MERGES = """
SELECT party_id, to_party_id, at FROM ruling
 WHERE programme_id = %(programme_id)s AND kind = 'merged' ORDER BY id
"""


class Named(NamedTuple):
    """An order's evidence to resolve: its connection, when it was placed, and what it names."""

    connection_id: int
    placed_at: Instant
    evidence: Evidence


class Resolved(NamedTuple):
    """The touches of an order, and whether a click id of ours has not arrived yet."""

    touches: tuple[Touch, ...]
    waiting: bool


@dataclass(slots=True)
class Dated:
    """Values by the instant from which they hold."""

    starts: list[Instant] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, start: Instant, value: Any) -> None:
        self.starts.append(start)
        self.values.append(value)

    def at(self, instant: Instant) -> Any:
        """The value that holds at an instant, or ``None`` before the first."""
        index = bisect_right(self.starts, instant)
        return self.values[index - 1] if index else None


class Resolver:
    """Resolves the evidence of a batch of orders with a handful of queries."""

    def __init__(self, access: Access, book: TermsBook, click_key: bytes) -> None:
        self._access = access
        self._book = book
        self._click_key = click_key
        self._merges: list[tuple[int, int, Instant]] = []
        self._groups: dict[int, Dated] = defaultdict(Dated)
        self._stopped = Dated()

    def resolve(self, orders: Mapping[str, Named]) -> dict[str, Resolved]:
        """The touches of every order, by the caller's own keys."""
        genuine = {
            click: ref
            for order in orders.values()
            for click in order.evidence.clicks
            if (ref := clickid.read(click, self._click_key)) is not None
        }
        clicks = self._clicks(genuine)
        old = self._old_links(orders.values())
        wanted = {ref.link_id for ref in genuine.values()} | {link for link, _ in old.values()}
        links = _Assets(self._access, _LINKS, _LINK_HISTORY, wanted)
        codes = self._codes(orders.values())
        choices = self._choices(links.creators | codes.creators)
        self._merges = [(row[0], row[1], row[2]) for row in self._access.fetch(_MERGES)]
        self._load_groups(links.creators | codes.creators)
        self._load_stops()
        found = {}
        for key, order in orders.items():
            touches = [
                self._click_touch(click.lower(), genuine[click], clicks.get(click.lower()), links, choices)
                for click in dict.fromkeys(order.evidence.clicks)
                if click in genuine
            ]
            touches += self._code_touches(order, codes, choices)
            touches += self._old_touches(order, old, links, choices)
            waiting = any(click in genuine and click.lower() not in clicks for click in order.evidence.clicks)
            resolved = (touch for touch in touches if touch is not None)
            found[key] = Resolved(tuple(self._grouped(touch) for touch in resolved), waiting)
        return found

    def _load_groups(self, creators: set[int]) -> None:
        """The groups of creators and of the accounts that stand for them, where any version of the terms has groups."""
        self._groups.clear()
        if any(terms.groups for terms in self._book):
            for one in groups.history(self._access, creators | {into for _, into, _ in self._merges}):
                self._groups[one.creator].add(one.since, one.name)

    def _load_stops(self) -> None:
        """When a month's budget had stopped what links and codes earn."""
        self._stopped = Dated()
        for since, stopped in budgets.stretches_of(self._access):
            self._stopped.add(since, stopped)

    def _is_live(self, states: Dated, at: Instant) -> bool:
        """Whether a link or code counted at an instant: it was not paused, and neither was everything."""
        return states.at(at) == "active" and not self._stopped.at(at)

    def _grouped(self, touch: Touch) -> Touch:
        """The touch with the group that its creator was in then, if the terms it was made under know that group."""
        name = self._groups[touch.creator].at(touch.at) if touch.creator in self._groups else None
        if name and name in self._book.version(touch.terms_version).groups:
            return replace(touch, group=name)
        return touch

    def _merged(self, party: int, at: Instant) -> int:
        """The account that stands for a party since a ruling merged several accounts of one payee."""
        for merged, into, since in self._merges:
            if party == merged and since <= at:
                party = into
        return party

    def _clicks(self, genuine: Mapping[str, clickid.ClickRef]) -> dict[str, tuple[Any, ...]]:
        if not genuine:
            return {}
        ats = [ref.at for ref in genuine.values()]
        rows = self._access.fetch(
            _CLICKS,
            {
                "ids": [click.lower() for click in genuine],
                "ats": ats,
                "first": min(ats),
                "last": max(ats) + MILLISECOND,
            },
        )
        return {row[0]: row for row in rows}

    def _codes(self, orders: Iterable[Named]) -> "_Assets":
        folded = sorted({fold(code) for order in orders for code in order.evidence.codes})
        rows = self._access.fetch(_CODES, {"folded": folded}) if folded else []
        assets = _Assets(self._access, "", _CODE_HISTORY, {row[0] for row in rows})
        assets.by_text = {(row[1], row[2]): (row[0], row[3]) for row in rows}
        return assets

    def _old_links(self, orders: Iterable[Named]) -> dict[str, tuple[int, Instant]]:
        """The links that old ones have become, each with the moment from which it stands for them."""
        names = sorted({name for order in orders for name in order.evidence.old_links})
        if not names:
            return {}
        params, _, values = zip(*(name.partition("=") for name in names), strict=True)
        rows = self._access.fetch(_OLD_LINKS, {"params": list(params), "values": list(values)})
        return {name: (link, since) for name, link, since in rows}

    def _choices(self, creators: set[int]) -> dict[tuple[int, int | None], Dated]:
        found: dict[tuple[int, int | None], Dated] = defaultdict(Dated)
        if creators:
            for creator, link_id, from_at, fan_bps in self._access.fetch(_CHOICES, {"creators": sorted(creators)}):
                found[creator, link_id].add(from_at, fan_bps)
        return found

    def _click_touch(
        self,
        click: str,
        ref: clickid.ClickRef,
        row: tuple[Any, ...] | None,
        links: "_Assets",
        choices: Mapping[tuple[int, int | None], Dated],
    ) -> Touch | None:
        at = ref.at if row is None else row[1]
        held = links.owners[ref.link_id].at(at)
        if held is None:
            return None
        owner, creator = (self._merged(party, at) for party in held)
        _, link_class, pinned, source = links.rows[ref.link_id]
        terms = self._book.at(at)
        return Touch(
            id=click,
            kind=TouchKind.LINK,
            at=at,
            creator=creator,
            owner=owner,
            asset=ref.link_id,
            terms_version=terms.version,
            fan_bps=_chosen(choices, creator, (ref.link_id, source), at, terms),
            buyer_bps=terms.buyer_bps,
            human=row is None or row[3] in HUMAN,
            live=self._is_live(links.states[ref.link_id], at),
            link_class=LinkClass(link_class),
            user_activation=None if row is None else row[4],
            checkout_referrer=False if row is None else row[5],
            pinned_live=pinned,
        )

    def _code_touches(
        self, order: Named, codes: "_Assets", choices: Mapping[tuple[int, int | None], Dated]
    ) -> Iterable[Touch]:
        terms = self._book.at(order.placed_at)
        for text in dict.fromkeys(fold(code) for code in order.evidence.codes):
            known = codes.by_text.get((text, order.connection_id)) or codes.by_text.get((text, None))
            held = codes.owners[known[0]].at(order.placed_at) if known else None
            if known is None or held is None:
                continue
            owner, creator = (self._merged(party, order.placed_at) for party in held)
            yield Touch(
                id=f"code:{text}",
                kind=TouchKind.CODE,
                at=order.placed_at,
                creator=creator,
                owner=owner,
                asset=known[0],
                terms_version=terms.version,
                fan_bps=_chosen(choices, creator, (), order.placed_at, terms),
                buyer_bps=terms.buyer_bps,
                live=self._is_live(codes.states[known[0]], order.placed_at),
                single_use=known[1],
            )

    def _old_touches(
        self,
        order: Named,
        old: Mapping[str, tuple[int, Instant]],
        links: "_Assets",
        choices: Mapping[tuple[int, int | None], Dated],
    ) -> Iterable[Touch]:
        """Old links in the order's address: when they were followed is not known, so they stand at the order's time."""
        at = order.placed_at
        for name in order.evidence.old_links:
            link, since = old.get(name, (0, at + 1))
            held = links.owners[link].at(at) if since <= at else None
            if held is None:
                continue
            owner, creator = (self._merged(party, at) for party in held)
            terms = self._book.at(at)
            yield Touch(
                id=f"{PREFIX}{name}",
                kind=TouchKind.OLD_LINK,
                at=at,
                creator=creator,
                owner=owner,
                asset=link,
                terms_version=terms.version,
                fan_bps=_chosen(choices, creator, (link, links.rows[link][3]), at, terms),
                buyer_bps=terms.buyer_bps,
                live=self._is_live(links.states[link], at),
                link_class=LinkClass(links.rows[link][1]),
            )


class _Assets:
    """Links or codes with their dated owners and states."""

    def __init__(self, access: Access, rows: str, history: str, ids: set[int]) -> None:
        self.rows: dict[int, Sequence[Any]] = {}
        self.owners: dict[int, Dated] = defaultdict(Dated)
        self.states: dict[int, Dated] = defaultdict(Dated)
        self.by_text: dict[tuple[str, int | None], tuple[int, bool]] = {}
        wanted = {"ids": sorted(ids)}
        if not ids:
            return
        if rows:
            self.rows = {row[0]: row[1:] for row in access.fetch(rows, wanted)}
        for asset, from_at, owner, creator, state in access.fetch(history, wanted):
            if state is None:
                self.owners[asset].add(from_at, (owner, creator))
            else:
                self.states[asset].add(from_at, state)

    @property
    def creators(self) -> set[int]:
        return {creator for dated in self.owners.values() for _, creator in dated.values}


def fold(code: str) -> str:
    """Discount codes match case-insensitively and without surrounding blanks."""
    return code.strip().casefold()


def _chosen(
    choices: Mapping[tuple[int, int | None], Dated],
    creator: int,
    links: Sequence[int | None],
    at: Instant,
    terms: Terms,
) -> int:
    """The fan's part that the creator had chosen at an instant: for the link, else for the one of hers from which a fan
    made it, else for all; else what the terms say.
    """
    for link in (*(one for one in links if one is not None), None):
        chosen = choices[creator, link].at(at) if (creator, link) in choices else None
        if chosen is not None:
            return min(int(chosen), terms.fan_max_bps)
    return terms.fan_bps
