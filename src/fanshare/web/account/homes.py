"""What the first page offers to each role: the pages that exist, in the order in which they are used."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from fanshare.flows.authorisation import Hat, Role
from fanshare.web.language import gettext as _
from fanshare.web.language import later

_ICONS = {
    Role.CREATOR: "hand-coins",
    Role.FAN: "gift",
    Role.YOUNG: "users",
    Role.BRAND: "store",
    Role.OPERATOR: "search-check",
    Role.BENCH: "hand-coins",
}
_TITLES = {
    Role.CREATOR: later("You are a creator"),
    Role.FAN: later("You are a fan who helps"),
    Role.YOUNG: later("You are a fan"),
    Role.BRAND: later("You look after this programme"),
    Role.OPERATOR: later("You run this installation"),
    Role.BENCH: later("You keep books of your own"),
}
#: Role -> (route, what it is called); routes of a programme take its short name, a creator's page also hers.
_WAYS: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.CREATOR: (
        ("creator_today", later("What you earned")),
        ("creator", later("Your public page")),
        ("workbench", later("Your workbench")),
        ("terms", later("The terms")),
    ),
    Role.FAN: (("fan_home", later("What you earned")), ("fan_share", later("Share")), ("terms", later("The terms"))),
    Role.YOUNG: (("fan_home", later("What is new")), ("fan_creators", later("My creators"))),
    Role.BRAND: (
        ("brand_overview", later("Overview")),
        ("connections", later("Shop connections")),
        ("terms", later("The terms")),
    ),
    Role.OPERATOR: (
        ("operator_health", later("Health")),
        ("operator_books", later("Books")),
        ("operator_programmes", later("Programmes")),
        ("all_connections", later("Shop connections")),
    ),
    Role.BENCH: (("workbench", later("Your workbench")),),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One link of a card."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One hat, as the first page shows it."""

    title: str
    name: str
    icon: str
    ways: tuple[Way, ...]


def cards(hats: Sequence[Hat]) -> list[Card]:
    """One card a hat: operator first, then by programme."""
    order = sorted(hats, key=lambda hat: (hat.role is not Role.OPERATOR, hat.programme_name, hat.seat.id))
    return [Card(_(_TITLES[hat.role]), _name(hat), _ICONS[hat.role], _ways(hat)) for hat in order]


def _name(hat: Hat) -> str:
    if hat.name and hat.programme_name:
        return _("%(who)s at %(programme)s") % {"who": hat.name, "programme": hat.programme_name}
    return hat.name or hat.programme_name


def _ways(hat: Hat) -> tuple[Way, ...]:
    found = [(_address(route, hat), text) for route, text in _WAYS[hat.role]]
    return tuple(Way(href, _(text)) for href, text in found if href)


def _address(route: str, hat: Hat) -> str:
    """Where a route leads for this hat; empty where there is no such page."""
    needed = [hat.programme] if hat.programme and route != "workbench" else []
    try:
        return str(reverse(route, args=[hat.programme, hat.slug] if route == "creator" else needed))
    except NoReverseMatch:
        return ""
