"""Addresses as a tree, so that a page is found by its segments and not by trying every address before it.

Django tries the addresses of a site one after the other, and there are more than two hundred. Written down one a line
they read best; looked for by what they begin with they are found soonest.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern


class _Leaf(NamedTuple):
    """An address that is left to be placed: what of its route lies below the branch, and what it leads to."""

    route: str | None  # None where a regular expression stands instead of a route
    leads: URLPattern

    def placed(self) -> URLPattern:
        """The address as it stands in its branch."""
        if self.route is None:
            return self.leads
        return path(self.route, self.leads.callback, self.leads.default_args, self.leads.name)


def branched(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The same addresses, those that begin with the same segments together under what they share.

    Within a branch their order stays; a branch stands where its first address stood. Takes patterns, and modules of
    patterns that are included under no prefix.
    """
    return _branch([_Leaf(_route(one), one) for one in _flat(patterns)])


def _flat(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLResolver):
            if str(one.pattern):
                raise ValueError(f"{one.pattern} is a prefix; only modules without one can be branched.")
            yield from _flat(one.url_patterns)
        else:
            yield one


def _route(one: URLPattern) -> str | None:
    return str(one.pattern) if isinstance(one.pattern, RoutePattern) else None


def _branch(leaves: list[_Leaf]) -> list[URLPattern | URLResolver]:
    together: dict[str, list[_Leaf]] = {}
    for n, leaf in enumerate(leaves):
        head, slash, _rest = (leaf.route or "").partition("/")
        together.setdefault(head + slash if slash else f"alone {n}", []).append(leaf)
    return [_placed(head, group) for head, group in together.items()]


def _placed(head: str, group: list[_Leaf]) -> URLPattern | URLResolver:
    if len(group) == 1:
        return group[0].placed()
    below = [_Leaf((one.route or "").removeprefix(head), one.leads) for one in group]
    return path(head, include(_branch(below)))
