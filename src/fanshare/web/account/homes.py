"""What the first page offers to each role: the pages that exist, in the order in which they are used."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from fanshare.flows.authorisation import Hat, Role

_ICONS = {Role.CREATOR: "hand-coins", Role.FAN: "gift", Role.BRAND: "store", Role.OPERATOR: "search-check"}
_TITLES = {
    Role.CREATOR: "You are a creator",
    Role.FAN: "You are a fan who helps",
    Role.BRAND: "You look after this programme",
    Role.OPERATOR: "You run this installation",
}
#: Role -> (route, what it is called); routes of a programme take its short name, a creator's page also hers.
_WAYS: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.CREATOR: (("creator_today", "What you earned"), ("creator", "Your public page"), ("terms", "The terms")),
    Role.FAN: (("fan_home", "What you earned"), ("fan_share", "Share"), ("terms", "The terms")),
    Role.BRAND: (("brand_overview", "Overview"), ("connections", "Shop connections"), ("terms", "The terms")),
    Role.OPERATOR: (
        ("operator_health", "Health"),
        ("operator_books", "Books"),
        ("operator_programmes", "Programmes"),
        ("all_connections", "Shop connections"),
    ),
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
    return [Card(_TITLES[hat.role], _name(hat), _ICONS[hat.role], _ways(hat)) for hat in order]


def _name(hat: Hat) -> str:
    return " at ".join(part for part in (hat.name, hat.programme_name) if part)


def _ways(hat: Hat) -> tuple[Way, ...]:
    found = [(_address(route, hat), text) for route, text in _WAYS[hat.role]]
    return tuple(Way(href, text) for href, text in found if href)


def _address(route: str, hat: Hat) -> str:
    """Where a route leads for this hat; empty where there is no such page."""
    needed = [hat.programme] if hat.programme else []
    try:
        return str(reverse(route, args=[hat.programme, hat.slug] if route == "creator" else needed))
    except NoReverseMatch:
        return ""
